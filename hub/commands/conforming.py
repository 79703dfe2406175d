"""`hub department conform`: the kit run over one department, with a bar, a report and an exit code.

Knows arguments and output; what is checked is hub/conformance.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from connectors.declarations.declaration import load_department
from connectors.lint.lint import check_department
from hub.commands.choosing import require_declared
from hub.commands.output import AsJson, note, print_json, print_table
from hub.commands.outputs import demand_writable
from hub.commands.signals import ended_by_signals
from hub.conformance.live import compare_live
from hub.conformance.outcome import LEVELS, Check, Outcome, Report
from hub.conformance.report import tally, write_report
from hub.conformance.run import Told, checks_for, checks_of
from hub.conformance.scratch import scratch_server
from hub.conformance.stand import Ground, try_feed
from hub.settings import Settings
from hub.terminal import notes
from license_library.storage.passing_home import IN_MEMORY


def conform(
    name: Annotated[str, typer.Argument(help="Name of the department's folder.")],
    level: Annotated[list[str] | None, typer.Option(help="Only this level, as L2; may be repeated.")] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Compare the department's own live contract too; reads, changes nothing.")
    ] = False,
    front: Annotated[
        str, typer.Option(help="Front table: SQLAlchemy address of a server on which a database is made and dropped.")
    ] = "",
    local: Annotated[bool, typer.Option("--local", help="File drop: a folder instead of SFTP.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write the report there, as Markdown.")] = None,
    as_json: AsJson = False,
) -> None:
    """Try a department out on its own fake, level by level, over a database that is thrown away."""
    levels = level or list(LEVELS)
    if unknown := sorted(set(levels) - LEVELS.keys()):
        raise typer.BadParameter(f"{unknown[0]} is no level; there are {', '.join(LEVELS)}", param_hint="--level")
    if report:
        demand_writable("department conform", report)
    settings = Settings()
    require_declared(name, settings)
    folder = settings.connectors_folder
    _refuse_unreadable(name, folder)
    declared, checks = load_department(name, folder), checks_of(levels)
    total = sum(len(checks_for(checks, declared, feed)) for feed in declared.feeds.values())
    with ended_by_signals(), _quiet(), scratch_server(IN_MEMORY) as scratch, _bar(total) as told:
        ground = Ground(front, local)
        reports = [try_feed(scratch, name, feed, folder, checks, told, ground) for feed in sorted(declared.feeds)]
    if live:
        reports[0].outcomes.append(compare_live(declared, os.environ))
    if report:
        report.write_text(write_report(reports), "utf-8")
        note(f"report: {report}")
    _show(reports, as_json=as_json)
    raise typer.Exit(1 if any(one.failed for one in reports) else 0)


def _refuse_unreadable(name: str, folder: Path | None) -> None:
    """A declaration with an error in it cannot be faked: say so before anything is started."""
    errors = [finding for finding in check_department(name, folder) if finding.severity == "error"]
    for finding in errors:
        note(str(finding))
    if errors:
        note(f"{name}: nothing was tried; mend the declaration first, `hub department check {name}`")
        raise typer.Exit(1)


@contextmanager
def _quiet() -> Iterator[None]:
    """What the hub logs of misbehaviour that was asked for is no news."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


@contextmanager
def _bar(total: int) -> Iterator[Told]:
    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=notes, transient=True) as bar:
        line = bar.add_task("starting", total=total)

        def tell(check: Check) -> None:
            bar.update(line, description=f"{check.level} {check.name}", advance=1)

        yield tell


def _show(reports: list[Report], *, as_json: bool) -> None:
    if as_json:
        print_json(reports[0] if len(reports) == 1 else reports)
        return
    for one in reports:
        rows = [_row(outcome) for outcome in one.outcomes if outcome.state != "not_applicable"]
        print_table(f"conformance of {one.department}/{one.feed}", ["level", "check", "", "what came of it"], rows)
        counts = tally(one)
        note(f"{counts['passed']} passed, {counts['failed']} failed, {counts['not_applicable']} do not apply")
        for outcome in one.failed:
            notes.print(f"{outcome.level} {outcome.name}: {outcome.found}", markup=False, style="red")
            notes.print(f"  to do: {outcome.advice}", markup=False)


def _row(one: Outcome) -> list[object]:
    return [one.level, one.name, one.state, one.found[:160]]
