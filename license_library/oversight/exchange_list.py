"""List exchanges, newest first, with the counts that must add up.

Reads only; counts and times, nothing of any record.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from license_library.answers import ExchangeBrief, ExchangeDetail, ExchangesAnswer
from license_library.asking.cursors import find_by_id, read_page
from license_library.asking.known_filters import check_department
from license_library.asking.questions import ExchangeFilter
from license_library.asking.readings import check_text
from license_library.words.hold_words import hold_words
from license_library.words.wording import exchange_words
from schemas.suites.hold_reasons import read_reasons

_OPEN: Final = {"landing", "landed", "checked"}
EXCHANGE_COLUMNS: Final = """
e.exchange_id, e.department, d.name as department_name, e.feed, e.state, e.started_at, e.finished_at,
extract(epoch from e.finished_at - e.started_at) as seconds, e.page_count, e.received_count, e.merged_count,
e.unchanged_count, e.quarantined_count, e.held_count, e.hold_reasons, e.error_code, e.error_message, e.lease_until
"""

_EXCHANGES = text(f"""
select {EXCHANGE_COLUMNS}
  from exchanges e join departments d on d.department = e.department
 where e.exchange_id < :before
   and (cast(:department as text) is null or e.department = cast(:department as text))
   and (cast(:feed as text) is null or e.feed = cast(:feed as text))
 order by e.exchange_id desc limit :limit
""")  # noqa: S608 - constants of this file


_EXCHANGE = text(f"""
select {EXCHANGE_COLUMNS} from exchanges e join departments d on d.department = e.department
 where e.exchange_id = :exchange_id
""")  # noqa: S608 - constants of this file
_INCIDENT = text("""
select incident_id from incidents where department = :department and feed = :feed and kind = 'held'
 order by last_seen_at desc, incident_id desc limit 1
""")


def list_exchanges(
    conn: Connection, wanted: ExchangeFilter, now: datetime, *, declared: Collection[str] = ()
) -> ExchangesAnswer:
    """Return one page of exchanges; WrongQuestion for a limit or cursor that is not ours."""
    check_text(f"{wanted.department or ''}{wanted.feed or ''}", "exchanges")
    check_department(conn, wanted.department, declared)
    scope = {"department": wanted.department, "feed": wanted.feed}
    rows, following = read_page(conn, _EXCHANGES, scope, wanted, "exchange_id")
    return ExchangesAnswer([exchange_of(row, now) for row in rows], following, now)


def get_exchange_brief(conn: Connection, exchange_id: int, now: datetime) -> ExchangeBrief:
    """Return one exchange; NotFound where there is none of that number."""
    return exchange_of(find_by_id(conn, _EXCHANGE, "exchange_id", exchange_id, "library: there is no exchange"), now)


def show_exchange(conn: Connection, exchange_id: int, now: datetime) -> ExchangeDetail:
    """Return one exchange with the incident that tells what was decided of the feed's held batches."""
    brief = get_exchange_brief(conn, exchange_id, now)
    facts = {"department": brief.department, "feed": brief.feed}
    return ExchangeDetail(brief, conn.scalar(_INCIDENT, facts) if brief.hold_reasons else None)


def exchange_of(row: Any, now: datetime) -> ExchangeBrief:
    """Return the exchange of a row with EXCHANGE_COLUMNS; a merge that left rows behind is partial.

    One that is open though its lease has run out could not even note its end, as where a table was missing: its state stays, its
    words say so.
    """
    held = read_reasons(row.hold_reasons)
    partial = row.state == "merged" and row.quarantined_count > 0
    return ExchangeBrief(
        exchange_id=row.exchange_id,
        department=row.department,
        department_name=row.department_name,
        feed=row.feed,
        state=row.state,
        state_words=exchange_words(
            "interrupted" if row.state in _OPEN and row.lease_until < now else row.state, partial
        ),
        partial=partial,
        started_at=row.started_at,
        finished_at=row.finished_at,
        seconds=None if row.seconds is None else float(row.seconds),
        pages=row.page_count,
        received=row.received_count,
        merged=row.merged_count,
        unchanged=row.unchanged_count,
        quarantined=row.quarantined_count,
        held=row.held_count,
        hold_reasons=held,
        hold_words=hold_words(held),
        error_code=row.error_code,
        error_message=row.error_message,
    )
