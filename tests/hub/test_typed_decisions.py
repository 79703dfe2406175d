"""Whatever is decided at the command line is kept with the name that was given and the account that typed it."""

from __future__ import annotations

import getpass
from dataclasses import dataclass

import pytest
from hub_makers import column
from typed_commands import type_command

from hub.context import HubContext, opened_hub
from hub.settings import Settings
from license_library.catalogue.calendar import seed_calendar
from license_library.oversight.incidents import Cause, tell_incidents
from schemas.catalogue.workdays import announced_days
from tests.license_library.question_makers import OLD_COUNTY_PERSON, Library

ACCOUNT = f"command line: {getpass.getuser()}"
SIGNED = f"张工 ({ACCOUNT})"
HERE = "market_regulation"


@dataclass(frozen=True)
class Waiting:
    """What waits to be decided, by its number."""

    case: str
    license: str
    incident: str
    subjects: tuple[str, str]


@pytest.fixture
def waiting(environ: dict[str, str], hub: HubContext) -> Waiting:
    """Give a library in which something of every kind waits for a person."""
    with opened_hub(Settings()) as opened, hub.engine.begin() as conn:
        library = Library(conn, opened.keyring)
        seed_calendar(conn, list(announced_days()))
        library.add_feed()
        one, other = (
            library.add_subject("WANG WU", "E12345678", "414"),
            library.add_subject("王五", OLD_COUNTY_PERSON, "111"),
        )
        license_id, case = library.add_license(one), library.add_case()
        tell_incidents(conn, HERE, "late", [Cause("licenses", "late", "major", "迟到", "is late")], hub.clock())
        (incident,) = library.read("select incident_id from incidents")
    return Waiting(str(case), str(license_id), str(incident), (str(one), str(other)))


def decide(*words: str) -> None:
    """Type a decision of one person that ends well, but for what is left open by it."""
    done = type_command(*words, "--by", "张工")
    assert done.exit_code == 0, done.output


def test_what_is_typed_is_kept_with_the_name_and_the_account(waiting: Waiting, hub: HubContext) -> None:
    decide("incident", "resolve", waiting.incident)
    decide("quarantine", "assign", waiting.case, "--to", "李工")
    decide("quarantine", "batch", "assign", "--to", "王工")
    decide("quarantine", "return", waiting.case, "--field", "valid_to", "--basis", "办件 1")
    decide("correction", "ask", waiting.license, "--field", "valid_to", "--basis", "办件 2", "--proposed", "2030-01-01")
    decide("correction", "answer", "2", "confirmed")
    decide("subject", "bind", *waiting.subjects, "--reason", "登记簿", "--license", waiting.license)
    decide("calendar", "set", "2026-10-09", "holiday")
    decide("consumer", "add", "hall", "--name", "大厅")
    for statement in (
        "select decided_by from incidents",
        "select who from incident_events where who is not null",
        "select who from case_events",
        "select asked_by from correction_requests",
        "select answered_by from correction_requests where answered_by is not null",
        "select decided_by from subject_decisions",
        "select changed_by from calendar_days where changed_by is not null",
        "select added_by from consumers",
    ):
        assert set(column(hub, statement)) == {SIGNED}, statement


def test_what_is_revealed_is_recorded_under_the_same_account(waiting: Waiting, hub: HubContext) -> None:
    for shown in (("quarantine", "show", waiting.case), ("find", "--number", "1")):
        asked = type_command(*shown, "--purpose", "办件 1", *(["--reveal"] if shown[0] == "quarantine" else []))
        assert asked.exit_code < 2, asked.output
    assert set(column(hub, "select actor from inquiries")) == {ACCOUNT}
