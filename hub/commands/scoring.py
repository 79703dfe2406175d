"""`hub scorecard`: how each department did in a month, as a table, JSON or CSV.

Knows arguments and output; the numbers are the library's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.commands.choosing import declared_names
from hub.commands.output import AsJson, note, print_json, print_table
from hub.context import opened_hub
from hub.settings import Settings
from license_library.answers import DepartmentScores
from license_library.asking.questions import ScorecardFilter
from license_library.oversight.scorecard_rows import scorecard_csv
from license_library.oversight.scorecards import DIMENSIONS, score_month
from schemas.errors import RequestError


def scorecard(
    month: Annotated[str | None, typer.Option(help="As 2026-11; default: the month that goes on.")] = None,
    department: Annotated[str | None, typer.Option(help="Only this department.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write a CSV file for a spreadsheet.", dir_okay=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Show how each department did in a month: complete, valid, timely, unique, consistent, corrections answered."""
    with opened_hub(Settings()) as hub, hub.engine.connect() as conn:
        card = score_month(conn, ScorecardFilter(month, department), hub.clock(), declared=declared_names(hub))
    if csv:
        _write(csv, scorecard_csv(card))
        note(f"{csv}: {len(card.departments)} departments of {card.month}")
    if as_json:
        print_json(card)
    elif not csv:
        title = f"scorecard of {card.month}" + ("" if card.is_over else ", which goes on")
        print_table(title, ["department", *DIMENSIONS], [_row(one) for one in card.departments])


def _write(path: Path, table: str) -> None:
    try:
        path.write_text(table, "utf-8", newline="")
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise RequestError(
            f"scorecard: {path} cannot be written: {why}; expected a file in a folder that is there"
        ) from None


def _row(one: DepartmentScores) -> list[object]:
    return [one.department, *(None if score.share is None else f"{score.share:.1%}" for score in one.scores)]
