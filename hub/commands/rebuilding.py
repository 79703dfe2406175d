"""`hub rebuild --check`: whether the raw archive still makes the library what it is.

Knows arguments and output; replaying is hub/rebuild.py.
"""

from __future__ import annotations

from typing import Annotated

import typer

from hub.commands.choosing import chosen_feeds, declared_department, progress_bar, shown_progress
from hub.commands.output import AsJson, note, print_json, print_table
from hub.commands.signals import ended_by_signals
from hub.conformance.scratch import scratch_server
from hub.context import opened_hub
from hub.rebuild import Rebuilt, check_rebuild
from hub.settings import Settings
from license_library.reconciliation.archive import list_merged_feeds

COLUMNS = ["department", "feed", "equal", "exchanges", "records", "rebuilt", "unproven", "deviations", "not rebuilt"]
SHOWN = 20


def rebuild(
    department: Annotated[str | None, typer.Argument(help="Only this department.")] = None,
    feed: Annotated[str | None, typer.Argument(help="Only this feed.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Compare only; the library is never written.")] = False,
    as_json: AsJson = False,
) -> None:
    """Replay the raw archive in a database that is thrown away, and compare it with the library."""
    if not check:
        raise typer.BadParameter("expected --check: the library itself is never rebuilt in place", param_hint="--check")
    settings = Settings()
    with ended_by_signals(), opened_hub(settings) as hub, scratch_server() as server, progress_bar() as bar:
        with hub.engine.connect() as conn:
            feeds = list_merged_feeds(conn, department, feed)
        if not feeds:
            _require_name(department, feed, settings)
        found = [
            check_rebuild(hub, server, one.department, one.feed, shown_progress(bar, f"{one.department}/{one.feed}"))
            for one in feeds
        ]
    if as_json:
        print_json([{**_plain(one), "is_equal": one.is_equal, "is_proven": one.is_proven} for one in found])
    else:
        _show(found)
    for one in found:
        _tell_unproven(one)
    raise typer.Exit(0 if all(one.is_proven and one.is_equal for one in found) else 1)


def _tell_unproven(one: Rebuilt) -> None:
    """Say of a feed what of it nobody can vouch for; what retention took is no fault."""
    who, others = f"{one.department}/{one.feed}", sorted({each.reason for each in one.not_rebuilt} - {"retention"})
    if one.not_rebuilt and not one.rebuilt:
        note(f"{who}: nothing could be merged again, so nothing is proven")
    elif others:
        note(
            f"{who}: is not proven: exchanges could not be merged again, and not for their retention: {', '.join(others)}"
        )
    elif one.unproven:
        note(f"{who}: {one.unproven} of {one.records} records came in pages past their retention, and are not proven")


def _require_name(department: str | None, feed: str | None, settings: Settings) -> None:
    """Refuse a name that is neither in the archive nor declared: of that nothing is proven by finding nothing."""
    if department is not None:
        chosen_feeds(declared_department(department, settings), feed)


def _plain(one: Rebuilt) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__struct_fields__}


def _show(found: list[Rebuilt]) -> None:
    rows = [
        [one.department, one.feed, "yes" if one.is_equal else "no", one.exchanges, one.records, one.rebuilt, one.unproven,
         one.deviation_count, len(one.not_rebuilt)]
        for one in found
    ]  # fmt: skip
    print_table("rebuilt from the archive", COLUMNS, rows)
    for one in found:
        for lost in one.not_rebuilt[:SHOWN]:
            note(f"{one.department}/{one.feed}: exchange {lost.exchange_id} cannot be merged again: {lost.words}")
        for other in one.deviations[:SHOWN]:
            note(f"{one.department}/{one.feed}: {other.record_id} is {other.kind.replace('_', ' ')}")
