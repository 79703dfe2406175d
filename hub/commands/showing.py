"""`hub demo`: the whole hub shown on this machine, once or until Ctrl-C.

Knows what is printed; the demo itself is hub/demo/demo.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Annotated

import typer

from connectors.fake.rows.truth import Plot
from hub.commands.asking import show_checklist
from hub.commands.output import AsJson, note, print_json, print_table
from hub.commands.signals import ended_by_signals
from hub.demo.dag_runs import DagRuns
from hub.demo.demo import LENT, PLOT, departments_shown, running_demo
from hub.demo.demo_summary import ITEM_CODE, DemoSummary, invented_applicant, summarize_demo
from hub.serving import address_of, open_socket, serve
from hub.settings import Settings
from hub.terminal import notes
from license_library.exchange.summaries import ExchangeSummary


def demo(
    once: Annotated[bool, typer.Option("--once", help="Run one full cycle, print the summary, end.")] = False,
    as_json: AsJson = False,
    scale: Annotated[int, typer.Option(help="Licenses of each fake department.", min=1)] = PLOT.scale,
    seed: Annotated[int, typer.Option(help="Same seed, same data.")] = PLOT.seed,
    day: Annotated[int, typer.Option(help="Days since the beginning; later days bring updates.", min=0)] = PLOT.day,
    departments: Annotated[
        str, typer.Option(help="Names with commas, or all. One or two of each transport when not said.")
    ] = "",
) -> None:
    """Show the whole hub on this machine: database, fake departments, Airflow, library, pages."""
    settings = Settings()
    names, plot = departments_shown(departments, settings), Plot(seed, scale, day)
    with ended_by_signals(), running_demo(settings, plot, names, _timed_note()) as stage:
        summary = summarize_demo(stage.hub, settings, stage.runs, seed)
        print_json(summary) if as_json else _show(summary, stage.runs)
        note(
            f"asked: item {ITEM_CODE}, applicant {invented_applicant(seed).code}, who is made up; ask more on the pages"
        )
        if not once:
            listening = open_socket(settings, any_port=True)
            note(f"pages: {address_of(listening)}  token: {settings.home / 'token'}")
            note(f"Airflow: {stage.airflow.url}  user and password: {settings.home / 'airflow' / 'passwords.json'}")
            note(f"another terminal: . {settings.home / LENT}  and hub pull, push, reconcile find these departments")
            note("Ctrl-C ends it")
            serve(stage.hub, settings, listening)
    raise typer.Exit(0 if stage.runs.is_good else 1)


def _timed_note() -> Callable[[str], None]:
    """Say how long everything took so far beside what begins now."""
    begun = time.monotonic()
    return lambda text: note(f"{time.monotonic() - begun:6.1f} s  {text}")


def _show(summary: DemoSummary, runs: DagRuns) -> None:
    columns = ["department", "feed", "received", "merged", "unchanged", "quarantined", "held", "seconds", "top reasons"]
    print_table("pulled by Airflow", columns, [_row(one) for one in runs.summaries])
    for words in [
        *runs.lost,
        *(one.why for one in runs.summaries if one.state != "merged"),
    ]:
        notes.print(words, markup=False, style="red")
    library = summary.library
    print_table(
        "library", ["licenses", "subjects", "versions"], [[library.licenses, library.subjects, library.versions]]
    )
    show_checklist(summary.checklist)


def _row(one: ExchangeSummary) -> list[object]:
    counts = [one.received, one.merged, one.unchanged, one.quarantined, one.held, f"{one.seconds:.1f}"]
    return [one.department, one.feed, *counts, ", ".join(f"{code} {count}" for code, count in one.top_reasons[:3])]
