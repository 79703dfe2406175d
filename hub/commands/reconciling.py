"""`hub reconcile`, `hub reconciliation`: both ends of feeds compared, what was found shown and pulled.

Knows arguments and output; comparing is hub/reconciling/reconcile.py.
"""

from __future__ import annotations

import os
from typing import Annotated

import msgspec
import typer
from rich.progress import Progress as Bar

from connectors.declarations.declaration import load_department
from connectors.wire.connection import Connection, read_connection
from hub.commands.choosing import chosen_feeds, declared_department, declared_names, progress_bar, shown_progress
from hub.commands.output import After, AsJson, Limit, explain, note, print_json, print_table, show_page
from hub.commands.signals import ended_by_signals
from hub.context import HubContext, opened_hub
from hub.reconciling.pull_differences import pull_differences
from hub.reconciling.reconcile import reconcile as reconcile_feed
from hub.settings import Settings
from license_library.answers import ReconciliationBrief
from license_library.asking.questions import DEFAULT_LIMIT, ReconciliationFilter
from license_library.exchange.summaries import ExchangeSummary
from license_library.reconciliation.reconciliation_list import (
    get_reconciliation,
    list_reconciliations,
    show_reconciliation,
)
from schemas.errors import HubError, NotComparable


class NotCompared(msgspec.Struct, frozen=True):
    """Tell in the place of a comparison why there was none."""

    department: str
    feed: str
    error_code: str
    error_message: str


reconciliation = typer.Typer(help="What comparing both ends of a feed found.", no_args_is_help=True)
ReconciliationId = Annotated[int, typer.Argument(help="Number of the reconciliation.")]
COLUMNS = [
    "reconciliation", "department", "feed", "state", "method", "there", "here", "compared", "missing", "extra", "different",
    "waiting", "pending", "seconds",
]  # fmt: skip


def reconcile(
    department: Annotated[str | None, typer.Argument(help="Name of the department's folder.")] = None,
    feed: Annotated[str | None, typer.Argument(help="Name of the feed; default: every feed.")] = None,
    full: Annotated[bool, typer.Option(help="Look at every record, whatever was found the same before.")] = False,
    pull: Annotated[
        int | None, typer.Option(metavar="RECONCILIATION", help="Pull what this reconciliation found.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare what a department holds with the library, record by record; or pull what a comparison found."""
    if pull is None and department is None:
        raise typer.BadParameter("nothing to compare; name a department, or --pull with the number of a reconciliation")
    if pull is not None and department is not None:
        raise typer.BadParameter(
            f"reconciliation {pull} knows its department and feed; type: hub reconcile --pull {pull}",
            param_hint="--pull",
        )
    if pull is not None:
        _pull(pull, as_json=as_json)
        return
    settings = Settings()
    declared = declared_department(str(department), settings)
    feeds, connection = chosen_feeds(declared, feed), read_connection(declared, os.environ)
    with ended_by_signals(), opened_hub(settings) as hub, progress_bar() as bar:
        found = [_compare(hub, bar, declared.department, one, connection, full=full) for one in feeds]
    _show_all(found, as_json=as_json)
    raise typer.Exit(0 if all(isinstance(one, ReconciliationBrief) and one.state == "same" for one in found) else 1)


@reconciliation.command("list")
def list_all(
    department: Annotated[str | None, typer.Argument(help="Only this department.")] = None,
    feed: Annotated[str | None, typer.Option(help="Only this feed.")] = None,
    state: Annotated[str | None, typer.Option(help="same or different.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """List reconciliations, newest first."""
    with opened_hub(Settings()) as hub, hub.engine.connect() as conn:
        answer = list_reconciliations(
            conn, ReconciliationFilter(department, feed, state, limit, after), hub.clock(), declared=declared_names(hub)
        )
    none = "none that fits; `hub reconcile DEPARTMENT` compares both ends"
    rows = [_row(one) for one in answer.reconciliations]
    show_page(answer, "reconciliations", COLUMNS, rows, none, as_json=as_json)


@reconciliation.command()
def show(
    reconciliation_id: ReconciliationId,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """Name the records that are not the same at both ends."""
    with opened_hub(Settings()) as hub, hub.engine.connect() as conn:
        answer = show_reconciliation(conn, reconciliation_id, limit, after)
    if as_json:
        print_json(answer)
        return
    print_table("reconciliation", COLUMNS, [_row(answer.reconciliation)])
    rows = [[one.record_id, one.kind, one.department_updated_at, one.library_updated_at] for one in answer.differences]
    print_table("records that differ", ["record", "kind", "changed there", "changed here"], rows)
    if answer.next:
        note(f"{answer.named} are named; go on with --after {answer.next}")


def _compare(
    hub: HubContext, bar: Bar, department: str, feed: str, connection: Connection, *, full: bool
) -> ReconciliationBrief | NotCompared:
    try:
        progress = shown_progress(bar, f"{department}/{feed}")
        return reconcile_feed(hub, department, feed, connection, full=full, progress=progress)
    except NotComparable as error:
        note(str(error))
        return NotCompared(department, feed, error.code, str(error))
    except HubError as error:
        explain(error)
        return NotCompared(department, feed, error.code, str(error))


def _pull(number: int, *, as_json: bool) -> None:
    settings = Settings()
    with ended_by_signals(), opened_hub(settings) as hub, progress_bar() as bar:
        with hub.engine.connect() as conn:
            found = get_reconciliation(conn, number)
        connection = read_connection(load_department(found.department, settings.connectors_folder), os.environ)
        progress = shown_progress(bar, f"{found.department}/{found.feed}")
        pulled = pull_differences(hub, number, connection, progress)
    if as_json:
        print_json(pulled)
    else:
        _show_pulled(number, pulled)
    raise typer.Exit(0 if pulled is None or (pulled.state == "merged" and pulled.error_code is None) else 1)


def _show_pulled(number: int, pulled: ExchangeSummary | None) -> None:
    if pulled is None:
        note(f"reconciliation {number}: nothing in it that an exchange could bring; what is extra, a person decides")
        return
    counts = ["received", "merged", "unchanged", "quarantined"]
    print_table(f"exchange {pulled.exchange_id}: {pulled.state}", counts, [[getattr(pulled, one) for one in counts]])
    if pulled.why:
        note(pulled.why)


def _show_all(found: list[ReconciliationBrief | NotCompared], *, as_json: bool) -> None:
    if as_json:
        print_json(found[0] if len(found) == 1 else found)
        return
    compared = [one for one in found if isinstance(one, ReconciliationBrief)]
    print_table("reconciliation", COLUMNS, [_row(one) for one in compared])
    for one in compared:
        if one.state == "different":
            number = one.reconciliation_id
            note(f"{one.department}/{one.feed}: name them with `hub reconciliation show {number}`, "
                 f"pull them with `hub reconcile --pull {number}`")  # fmt: skip


def _row(one: ReconciliationBrief) -> list[object]:
    names = ("department", "feed", "state", "method", "department_count", "library_count", "compared", "missing", "extra",
             "different", "waiting", "pending")  # fmt: skip
    return [one.reconciliation_id, *(getattr(one, name) for name in names), f"{one.seconds:.1f}"]
