"""One reconciliation: what the department holds and what the library holds, compared record by record, kept as evidence.

Introduces the department's side to the library's. Writes no record: what is missing comes with an exchange.
"""

from __future__ import annotations

import secrets

from connectors.pages.asking_records import ask_records
from connectors.pages.pages import read_blocks
from connectors.wire.connection import Connection
from hub.context import HubContext
from hub.failures import plain_database_errors_at
from hub.progress import Progress, no_progress
from hub.pulling.pull import declared_feed
from hub.reconciling.ends import Compared, Ends, conclude
from hub.reconciling.listing import fetched_rows
from hub.reconciling.table_ends import compare_table
from hub.registration import register
from license_library.answers import ReconciliationBrief
from license_library.reconciliation.entries import FeedName, entries_now, library_entries, library_sums, sample_keys
from license_library.reconciliation.reconciliation_list import get_reconciliation
from schemas.errors import NotComparable
from schemas.license.reconciliation import BUCKET_DIGITS

EVERY_BUCKET = 16**BUCKET_DIGITS


def reconcile(
    hub: HubContext,
    department: str,
    feed: str,
    connection: Connection,
    *,
    full: bool = False,
    progress: Progress = no_progress,
) -> ReconciliationBrief:
    """Compare both ends of a feed now and keep what was found; `full` looks at every record, whatever is remembered."""
    declared, one = declared_feed(hub, department, feed)
    register(hub, declared)
    ends = Ends(hub, FeedName(department, feed), declared, one, connection, progress, hub.clock())
    with plain_database_errors_at(f"{department}/{feed}: reconciliation"):
        number = _compare(ends, full=full)
        with hub.engine.connect() as conn:
            return get_reconciliation(conn, number)


def _compare(ends: Ends, *, full: bool) -> int:
    by = ends.feed.compared_by
    if by == "none":
        raise NotComparable(
            f"{ends.name.department}/{ends.name.feed}: shows what changed and never all that it holds; expected a feed "
            "that can list or be asked; nothing was compared"
        )
    if by == "ask":
        return _compare_sample(ends)
    return compare_table(ends, full=full) if ends.department.transport.kind == "table" else _compare_listing(ends)


def _compare_listing(ends: Ends) -> int:
    with ends.snapshot() as (conn, cursor_at):
        ours = library_entries(conn, ends.name)
    listing = ends.list(fetched_rows(ends.hub, ends.department, ends.feed, ends.connection), ours)
    return conclude(ends, Compared("listing", cursor_at, listing.row_count, ours.height, listing, ours, EVERY_BUCKET))


def _compare_sample(ends: Ends) -> int:
    """Ask for some of the library's records; what only the department has cannot be seen so."""
    with ends.snapshot() as (conn, cursor_at):
        keys = sample_keys(conn, ends.name, ends.feed.reconcile.sample, secrets.token_hex(4))
        ours = entries_now(conn, ends.name, keys).drop("known_from")
        many = sum(one.count for one in library_sums(conn, ends.name).values())
    asked = ask_records(ends.department, ends.feed, ends.connection, keys)
    pages = (rows for page in asked for rows in read_blocks(ends.department, ends.feed, page.body, page.media_type))
    listing = ends.list(pages, ours)
    return conclude(ends, Compared("sample", cursor_at, len(keys), many, listing, ours, 0))
