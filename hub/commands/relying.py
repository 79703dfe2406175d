"""`hub rely`, `hub license alerts`: what cases rely on, and what has become of it.

Knows arguments and output; noting and listing are the library's.
"""

from __future__ import annotations

from typing import Annotated

import typer

from hub.commands.asker import ASKED_HERE, Why, actor, served_library
from hub.commands.output import After, AsJson, Limit, note, print_json, show_page
from license_library.answers import LicenseAlertBrief
from license_library.asking.questions import DEFAULT_LIMIT, LicenseAlertFilter
from license_library.service.acts.relying import RelianceRequest, note_reliance
from license_library.service.acts.relying import license_alerts as list_license_alerts


def rely(
    license_id: Annotated[int, typer.Argument(help="Id of the license, as a search answers it.")],
    case_number: Annotated[str, typer.Option("--case", help="Number of the case that relies on it.")],
    item: Annotated[str | None, typer.Option(help="Code of the approval item.")] = None,
    purpose: Why = ASKED_HERE,
    as_json: AsJson = False,
) -> None:
    """Note that a case relies on a license as it stands; who does is told when it changes."""
    asked = RelianceRequest(license_id=license_id, case_number=case_number, purpose=purpose, item_code=item)
    with served_library() as service:
        noted = note_reliance(service, actor(), asked)
    if as_json:
        print_json(noted)
    else:
        note(
            f"{noted.case_number} relies on {noted.license_type_name} {noted.license_number}, version {noted.version_count}"
        )
        for doubt in noted.doubts:
            note(f"warning: ask its department before relying on it: {doubt.words.en}")


def license_alerts(
    case_number: Annotated[str | None, typer.Option("--case", help="Only this case.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """List the cases that relied on a license whose state has changed since, newest first."""
    with served_library() as service:
        answer = list_license_alerts(service, LicenseAlertFilter(case_number, limit=limit, after=after))
    rows = [
        [
            one.reliance.case_number,
            "decided" if one.is_decided else "open",
            f"{one.reliance.license_type_name} {one.reliance.license_number}",
            _change(one),
            one.noticed_at,
            "; ".join(words.en for words in one.told) or None,
        ]
        for one in answer.alerts
    ]
    columns = ["case", "stage", "license", "change", "noticed", "told"]
    show_page(answer, "licenses relied on", columns, rows, "none has changed since", as_json=as_json)


def _change(one: LicenseAlertBrief) -> str:
    states = f"{one.status_before} → {one.status}"
    if one.change == "status":
        return states
    return one.change_words.en if one.status == one.status_before else f"{one.change_words.en}: {states}"
