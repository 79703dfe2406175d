"""What a demo has to show: counts per department, what the library holds, one checklist answered.

Reads only. The applicant is one of the invented subjects that every fake department knows.
"""

from __future__ import annotations

from itertools import groupby

import msgspec

from connectors.fake.city.subjects import Subject, Subjects
from hub.context import HubContext
from hub.demo.dag_runs import DagRuns
from hub.serving import service_settings
from hub.settings import Settings
from license_library.answers import Checklist
from license_library.exchange.summaries import ExchangeSummary
from license_library.oversight.overview import survey_library
from license_library.service.acts.asking import ChecklistRequest, check_materials

ITEM_CODE = "PD-E-013"  # 机动车维修经营许可: asks for licenses of four departments
APPLICANT = 0
PURPOSE = "demonstration"


class DepartmentLine(msgspec.Struct, frozen=True):
    """Count what one department brought."""

    name: str
    received: int
    merged: int
    unchanged: int
    quarantined: int
    held: int
    seconds: float


class LibraryLine(msgspec.Struct, frozen=True):
    """Count what the library holds."""

    licenses: int
    subjects: int
    versions: int


class DemoSummary(msgspec.Struct, frozen=True):
    """Tell what one full cycle did."""

    departments: list[DepartmentLine]
    library: LibraryLine
    checklist: Checklist


def invented_applicant(seed: int) -> Subject:
    """Return the organisation that the demo asks about: made up, so its code may be told."""
    return Subjects(seed).organisation(APPLICANT)


def summarize_demo(hub: HubContext, settings: Settings, runs: DagRuns, seed: int) -> DemoSummary:
    """Return what the runs brought, what the library holds now, and one answer."""
    with hub.engine.connect() as conn:
        totals = survey_library(conn, hub.clock()).library
    applicant = invented_applicant(seed)
    asked = ChecklistRequest(ITEM_CODE, applicant.code, PURPOSE, applicant.code_type)
    return DemoSummary(
        departments=[_line(name, list(lines)) for name, lines in groupby(runs.summaries, lambda one: one.department)],
        library=LibraryLine(totals.licenses, totals.subjects, totals.versions),
        checklist=check_materials(service_settings(hub, settings), "demo", asked),
    )


def _line(name: str, summaries: list[ExchangeSummary]) -> DepartmentLine:
    counts = {
        field: sum(getattr(summary, field) for summary in summaries)
        for field in ("received", "merged", "unchanged", "quarantined", "held")
    }
    return DepartmentLine(name, **counts, seconds=round(sum(summary.seconds for summary in summaries), 3))
