"""What people decided about rows of a feed and what stands whenever one of these very rows comes: edits and waivers.

Reads only, but for waivers whose last day is over: their cases are open again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from sqlalchemy import Connection, text

from license_library.quarantine.case_events import Deed, write_events
from license_library.storage.keyring import Keyring, KeyringError
from schemas.checking.checks import CONTRADICTED

_STANDING = text("""
select quarantine_id, digest, edits, waived_codes from quarantined_records
where department = :department and feed = :feed and state <> 'discarded'
  and (edits is not null or waived_until is not null)
""")
# Whoever discards one of two rows that contradict each other says which one is wrong; whoever discards all of them does not.
_WRONG = text("""
select q.record_id, q.digest from quarantined_records q
where q.department = :department and q.feed = :feed and q.state = 'discarded' and q.codes @> array[:code]
  and exists (select from quarantined_records other where other.department = q.department and other.feed = q.feed
    and other.record_id = q.record_id and other.source_updated_at = q.source_updated_at and other.state <> 'discarded')
""")
# Where the record has moved on since it was let through, nothing is left to wait for.
_LAPSE = text("""
update quarantined_records q set waived_codes = null, waived_until = null, recheck_asked_at = :now,
  state = case when q.state = 'waived' and exists (select from licenses l
      where l.department = q.department and l.feed = q.feed and l.record_id = q.record_id and l.exchange_id >
        (select max(e.exchange_id) from case_events e where e.quarantine_id = q.quarantine_id and e.action = 'let_through'))
    then 'mended' when q.state = 'waived' then 'open' else q.state end
where q.department = :department and q.feed = :feed and q.waived_until < :today
returning q.quarantine_id
""")


@dataclass(frozen=True)
class Standing:
    """Hold by the digest of a source row what a person put in place of its values, and which problems may pass.

    `wrong` holds by record which of its rows, that contradicted others, a person discarded; `damaged` the cases whose edit
    cannot be decrypted: their rows are judged as the department told them.
    """

    edits: Mapping[bytes, Mapping[str, str | None]]
    waivers: Mapping[bytes, frozenset[str]]
    wrong: Mapping[str, frozenset[bytes]]
    damaged: tuple[int, ...] = ()


def end_waivers(conn: Connection, department: str, feed: str, today: date, now: datetime) -> None:
    """Open the cases again whose waiver's last day is over."""
    lapsed = conn.scalars(_LAPSE, {"department": department, "feed": feed, "today": today, "now": now}).all()
    write_events(conn, lapsed, Deed("lapsed"), now)


def find_standing(
    conn: Connection, keyring: Keyring, department: str, feed: str, today: date, now: datetime
) -> Standing:
    """End the waivers whose last day is over; return what stands for the rows of a feed."""
    feed_named = {"department": department, "feed": feed}
    end_waivers(conn, department, feed, today, now)
    edits: dict[bytes, Mapping[str, str | None]] = {}
    waivers: dict[bytes, frozenset[str]] = {}
    damaged = list[int]()
    for row in conn.execute(_STANDING, feed_named):
        edit = open_edit(keyring, row.edits)
        if edit is None:
            damaged.append(row.quarantine_id)
        elif edit:
            edits[bytes(row.digest)] = edit
        if row.waived_codes is not None:
            waivers[bytes(row.digest)] = frozenset(row.waived_codes)
    return Standing(edits, waivers, _find_wrong(conn, feed_named), tuple(damaged))


def open_edit(keyring: Keyring, sealed: bytes | None) -> dict[str, str | None] | None:
    """Return what a person put in place of a row's values; None where it cannot be decrypted: it may not stop the others."""
    if sealed is None:
        return {}
    try:
        return msgspec.json.decode(keyring.decrypt(sealed), type=dict[str, str | None])
    except KeyringError:
        return None


def _find_wrong(conn: Connection, feed_named: Mapping[str, str]) -> dict[str, frozenset[bytes]]:
    wrong: dict[str, set[bytes]] = {}
    for record_id, digest in conn.execute(_WRONG, {**feed_named, "code": CONTRADICTED.code}):
        wrong.setdefault(record_id, set()).add(bytes(digest))
    return {record_id: frozenset(digests) for record_id, digests in wrong.items()}
