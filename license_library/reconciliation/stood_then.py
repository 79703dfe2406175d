"""What people had decided of a feed's cases by an instant, out of the histories of the cases, for whoever judges rows as of then.

Reads one library and writes another, that is thrown away. A case keeps only what stands now; its history says since when.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from license_library.reconciliation.entries import FeedName

_LAST = """
from case_events e where e.quarantine_id = q.quarantine_id and e.happened_at <= :at and e.action in ({actions})
order by e.event_id desc limit 1
"""
# A waiver whose last day was over then ends when rows are judged, as it did. What was put in place of source values is kept as it stands now only: it counts from when a row was first edited.
_STOOD = text(f"""
select q.quarantine_id,
  (select case e.action when 'waived' then e.detail end {_LAST.format(actions="'waived', 'discarded'")}) as waiver,
  coalesce((select e.action = 'discarded' {_LAST.format(actions="'discarded', 'recheck_asked'")}), false) as is_discarded,
  case when exists (select from case_events e
    where e.quarantine_id = q.quarantine_id and e.happened_at <= :at and e.action = 'edited') then q.edits end as edits
from quarantined_records q
where q.department = :department and q.feed = :feed and exists (select from case_events e
  where e.quarantine_id = q.quarantine_id and e.action in ('waived', 'discarded', 'edited'))
""")  # noqa: S608 - constants of this file
_STAND = text("""
update quarantined_records q set edits = stood.edits, waived_until = stood.until,
  waived_codes = string_to_array(stood.codes, ', '),
  state = case when stood.is_discarded then 'discarded' when q.state = 'discarded' then 'open' else q.state end
from unnest(cast(:ids as bigint[]), cast(:edits as bytea[]), cast(:untils as date[]), cast(:codes as text[]),
  cast(:discarded as boolean[])) as stood (quarantine_id, edits, until, codes, is_discarded)
where q.quarantine_id = stood.quarantine_id
""")


def stand_as_then(source: Connection, target: Connection, feed: FeedName, at: datetime) -> None:
    """Let edits, waivers and discards of a feed's cases be in `target` what they were in `source` at that instant."""
    stood = source.execute(_STOOD, {**vars(feed), "at": at}).all()
    if stood:
        target.execute(_STAND, _columns(stood))


def _columns(stood: Sequence[Row[Any]]) -> dict[str, list[Any]]:
    waivers = [_read_waiver(row.waiver) for row in stood]
    return {
        "ids": [row.quarantine_id for row in stood],
        "edits": [row.edits for row in stood],
        "untils": [until for until, _ in waivers],
        "codes": [codes for _, codes in waivers],
        "discarded": [row.is_discarded for row in stood],
    }


def _read_waiver(detail: str | None) -> tuple[date | None, str | None]:
    """Return the last day and the codes of a waiver, as its history tells them: `2026-12-31: record.bad_date, …`."""
    until, _, codes = (detail or "").partition(": ")
    return (date.fromisoformat(until), codes) if until else (None, None)
