"""Records that must wait: one case per bad source row, with every reason and a pointer to page and position.

Keeps nothing of the record itself: the raw page has it, encrypted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import msgspec
import polars as pl
from sqlalchemy import Connection, text

from license_library.asking.holders import holder_hash
from license_library.merge.leases import CHECKING, Exchange, hold_lease
from license_library.merge.overtaken import sayable, storable
from license_library.quarantine.case_events import Deed, write_events
from license_library.storage.keyring import Keyring
from schemas.license.holders import holder_rows
from schemas.phrases import read_phrase


def _overtaken(row: str) -> str:
    """Say in SQL that the library holds what the department said of a record later than this row: good, it would change nothing."""
    return f"""exists (select from licenses l where l.department = :department and l.feed = :feed
    and l.record_id = {row}.record_id and least(l.source_updated_at, l.known_from) > {row}.source_updated_at)"""


# A table that only grows is read again with the rows that were mended since: a case that is over stays over.
# A replay only judges a row again: it keeps pointing at the page it came with.
# The same bad row twice in one batch is one case: its last place counts, and it was tried once.
_QUARANTINE = text(f"""
insert into quarantined_records as q (department, feed, record_id, license_type, holder_hashes, problems, codes, digest,
  exchange_id, page_number, position, mapping_version, rule_version, state, first_seen_at, last_seen_at, source,
  source_updated_at)
select distinct on (row.digest) cast(:department as text), cast(:feed as text), row.record_id, row.license_type,
  array(select decode(one, 'hex') from unnest(string_to_array(nullif(row.holders, ''), ',')) as one), row.problems::jsonb, string_to_array(row.codes, ','), row.digest,
  cast(:exchange_id as bigint), row.page_number, row.position,
  cast(:mapping_version as text), cast(:rule_version as text), 'open',
  cast(:now as timestamptz), cast(:now as timestamptz), row.source, row.source_updated_at
from unnest(cast(:record_ids as text[]), cast(:license_types as text[]), cast(:holders as text[]),
  cast(:problems as text[]), cast(:codes as text[]), cast(:digests as bytea[]), cast(:pages as int[]),
  cast(:positions as int[]), cast(:sources as bytea[]), cast(:times as timestamptz[]))
  as row (record_id, license_type, holders, problems, codes, digest, page_number, position, source, source_updated_at)
order by row.digest, row.page_number desc, row.position desc
on conflict (department, feed, digest) do update set
  problems = excluded.problems, codes = excluded.codes, holder_hashes = excluded.holder_hashes,
  record_id = excluded.record_id, license_type = excluded.license_type,
  page_number = case when :is_replay then q.page_number else excluded.page_number end,
  position = case when :is_replay then q.position else excluded.position end,
  exchange_id = case when :is_replay then q.exchange_id else excluded.exchange_id end,
  mapping_version = excluded.mapping_version, rule_version = excluded.rule_version,
  source_updated_at = excluded.source_updated_at,
  state = case when q.state = 'discarded' or q.state <> 'open' and {_overtaken("excluded")} then q.state else 'open' end,
  tries = q.tries + case when q.exchange_id = excluded.exchange_id then 0 else 1 end,
  last_seen_at = case when :is_replay then q.last_seen_at else excluded.last_seen_at end,
  source = case when q.edits is null then excluded.source else q.source end, recheck_asked_at = null
""")  # noqa: S608 - constants of this file

# Told in the history of a case: found bad again by a replay, or open again after it was over.
_AGAIN = text(f"""
select distinct q.quarantine_id
from unnest(cast(:digests as bytea[]), cast(:record_ids as text[]), cast(:times as timestamptz[]))
  as row (digest, record_id, source_updated_at)
join quarantined_records q on q.department = :department and q.feed = :feed and q.digest = row.digest
where :is_replay or q.state in ('mended', 'waived', 'superseded') and not {_overtaken("row")}
""")  # noqa: S608 - constants of this file
# A case that only older exchanges saw says nothing about this one: its row was judged again and found good.
_FIND = text("""
select digest, problems from quarantined_records
where department = :department and feed = :feed and digest = any(:digests) and exchange_id >= :exchange_id
""")


class Reason(msgspec.Struct, frozen=True):
    """Say one thing that is wrong with a quarantined record, and in which field."""

    code: str
    field: str


def find_reasons(conn: Connection, exchange: Exchange, digests: Sequence[bytes]) -> dict[bytes, list[Reason]]:
    """Return by its source row's digest why each quarantined record of an exchange waits."""
    facts = {"department": exchange.department, "feed": exchange.feed, "exchange_id": exchange.exchange_id}
    found = conn.execute(_FIND, {**facts, "digests": list(digests)})
    return {bytes(row.digest): msgspec.convert(row.problems, list[Reason]) for row in found}


def quarantine_records(  # noqa: PLR0913, PLR0917 - each is one fact of the check
    conn: Connection,
    keyring: Keyring,
    exchange: Exchange,
    frame: pl.DataFrame,
    problems: pl.DataFrame,
    source_digests: Mapping[int, bytes],
    rule_version: str,
    now: datetime,
    sources: Mapping[int, bytes] | None = None,
) -> int:
    """Put every record of `frame` that `problems` names into quarantine and return how many records that were.

    `problems` points into `frame` by row; `source_digests` holds the sha256 of each of those source rows, `sources` what
    stands in them, as JSON: kept encrypted, for whoever mends the case.
    A row seen before is the same case: tried once more, last seen now.
    """
    hold_lease(conn, exchange, CHECKING)
    reasons = _reasons(problems)
    if not reasons:
        return 0
    rows = list(reasons)
    facts = {"exchange_id": exchange.exchange_id, "department": exchange.department, "feed": exchange.feed}
    facts |= {"mapping_version": exchange.mapping_version, "rule_version": rule_version, "now": now}
    facts |= {"is_replay": exchange.is_replay}
    columns = _places(keyring, frame[rows]) | {"digests": [source_digests[row] for row in rows]}
    columns |= {"sources": _sealed(keyring, [(sources or {}).get(row) for row in rows])}
    columns |= {"problems": [_json(found) for found in reasons.values()]}
    columns |= {"codes": [",".join(_codes(found)) for found in reasons.values()]}
    again = conn.scalars(
        _AGAIN, {**facts, **{name: columns[name] for name in ("digests", "record_ids", "times")}}
    ).all()
    action = "rechecked" if exchange.is_replay else "reopened"
    write_events(conn, again, Deed(action, exchange_id=exchange.exchange_id), now)
    conn.execute(_QUARANTINE, {**facts, **columns})
    return len(rows)


def _reasons(problems: pl.DataFrame) -> dict[int, list[dict[str, Any]]]:
    ordered = problems.sort("row", maintain_order=True).iter_rows(named=True)
    return {row: [_reason(line) for line in lines] for row, lines in groupby(ordered, key=lambda line: line["row"])}


def _reason(line: dict[str, str]) -> dict[str, Any]:
    named = {key: storable(line[key]) or "" for key in ("code", "field")}
    return named | {key: read_phrase(storable(line[key]) or "") for key in ("expected", "got")}


def _codes(found: list[dict[str, Any]]) -> list[str]:
    return sorted({reason["code"] for reason in found})


def _sealed(keyring: Keyring, sources: Sequence[bytes | None]) -> list[object]:
    return [source and keyring.encrypt(source) for source in sources]


def _json(found: list[dict[str, Any]]) -> str:
    return msgspec.json.encode(found).decode()


def _places(keyring: Keyring, bad: pl.DataFrame) -> dict[str, list[object]]:
    return {
        "record_ids": [storable(value) for value in bad["record_id"]],
        "license_types": [storable(value) for value in bad["license_type"]],
        "holders": _holders(keyring, bad),
        "pages": bad["_page"].to_list(),
        "positions": bad["_position"].to_list(),
        "times": bad.select(sayable(pl.col("source_updated_at"))).to_series().to_list(),
    }


def _holders(keyring: Keyring, bad: pl.DataFrame) -> list[object]:
    """Return, for each record, the hashes of everyone it names whose code could be read, joined by commas."""
    own = bad.select("holder_code_type", "holder_code").with_row_index("row")
    named = pl.concat([own, holder_rows(bad).select(own.columns)])
    hashes: list[set[str]] = [set() for _ in range(bad.height)]
    for row, kind, code in named.iter_rows():
        if kind and code:
            hashes[row].add(holder_hash(keyring, kind, code).hex())
    return [",".join(sorted(of_row)) for of_row in hashes]
