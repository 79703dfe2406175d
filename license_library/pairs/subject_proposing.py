"""Pairs of subjects that their numbers alone bind: found set by set, decided where the standard makes it certain.

A number of 15 digits within one of 18, an organisation code within a credit code. A name never binds, it only forbids: where
the names differ, or one number fits several, the pair becomes a proposal for a person. A pair that anybody decided before is
left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
import polars as pl
from sqlalchemy import Connection, Engine, text

from license_library.asking.holders import holder_hashes, organisation_hash
from license_library.asking.refusals import NotDecidable
from license_library.pairs.pair_entries import PairEntry, begin_deciding, write_entries
from license_library.storage.keyring import Keyring
from license_library.tables.library import OLD_FORM
from schemas.identifiers.holder_code_types import RESIDENT_IDENTITY
from schemas.identifiers.organisation_code import is_organisation_code
from schemas.identifiers.resident_identity import to_eighteen
from schemas.naming.names import name_keys

BATCH = 2_000
CERTAIN = ("fifteen_digits", "organisation_code")
_TAX_WIDTH = 15  # a division code, then an organisation code


class Proposed(msgspec.Struct):
    """Count the numbers in an old form that were looked at, the pairs that were bound, and those that were proposed."""

    seen_count: int = 0
    bound_count: int = 0
    proposed_count: int = 0


_OLD = text(f"""
select subject_id, code_type, code_encrypted from subjects
 where ({OLD_FORM}) and subject_id > :after order by subject_id limit {BATCH}
""")  # noqa: S608 - constants of this room
_UNASKED = """not exists (select from subject_decisions d
    where d.subject_id = least(a.subject_id, b.subject_id) and d.other_id = greatest(a.subject_id, b.subject_id))"""
_PERSONS = text(f"""
select a.subject_id, b.subject_id as other_id, 'fifteen_digits' as rule, 1 as fits
  from unnest(cast(:ids as bigint[]), cast(:hashes as bytea[])) as a (subject_id, hash)
  join subjects b on b.holder_hash = a.hash where {_UNASKED}
""")  # noqa: S608 - constants of this file
_ORGANISATIONS = text(f"""
select a.subject_id, b.subject_id as other_id, a.rule, (
         select count(*) from subject_keys c join subjects s using (subject_id)
          where c.organisation_hash = a.hash and c.ordinal = 0 and s.code_type = '001') as fits
  from unnest(cast(:ids as bigint[]), cast(:hashes as bytea[]), cast(:rules as text[])) as a (subject_id, hash, rule)
  join subject_keys k on k.organisation_hash = a.hash and k.ordinal = 0 and k.subject_id <> a.subject_id
  join subjects b on b.subject_id = k.subject_id and (b.code_type = '001' or a.rule = 'tax_number' or a.subject_id < b.subject_id)
 where {_UNASKED}
""")  # noqa: S608 - constants of this file
# Two credit codes around one organisation code: registered anew, or a mistake; for a person to say.
_TWINS = text(f"""
select a.subject_id, b.subject_id as other_id, 'same_organisation_code' as rule, 2 as fits
  from (select organisation_hash from subject_keys where organisation_hash is not null
         group by organisation_hash having count(*) > 1) as several
  join subject_keys a using (organisation_hash) join subject_keys b using (organisation_hash)
  join subjects s on s.subject_id = a.subject_id and s.code_type = '001'
  join subjects t on t.subject_id = b.subject_id and t.code_type = '001'
 where a.subject_id < b.subject_id and {_UNASKED}
""")  # noqa: S608 - constants of this file
_NAMES = text("""
select subject_id, name from subjects where subject_id = any(cast(:ids as bigint[]))
 union all
select subject_id, name from former_names where subject_id = any(cast(:ids as bigint[]))
""")


def propose_pairs(
    engine: Engine, keyring: Keyring, clock: Callable[[], datetime], told: Callable[[int], None] = lambda _count: None
) -> Proposed:
    """Look at every number in an old form, each batch in a transaction of its own; return what came of it."""
    done, after = Proposed(), 0
    while True:
        with engine.begin() as conn:
            # Before anything is looked at: what another run or a person decides meanwhile must be seen.
            at = begin_deciding(conn, clock)
            rows = conn.execute(_OLD, {"after": after}).all()
            if not rows:
                _settle(conn, conn.execute(_TWINS).all(), at, done)
                return done
            _settle(conn, [*_of_persons(conn, keyring, rows), *_of_organisations(conn, keyring, rows)], at, done)
        after = rows[-1].subject_id
        done.seen_count += len(rows)
        told(done.seen_count)


def _of_persons(conn: Connection, keyring: Keyring, rows: Sequence[Any]) -> Sequence[Any]:
    old = [(row.subject_id, _code(keyring, row)) for row in rows if row.code_type == RESIDENT_IDENTITY]
    hashes = holder_hashes(keyring, [(RESIDENT_IDENTITY, to_eighteen(code)) for _, code in old])
    return conn.execute(_PERSONS, {"ids": [one for one, _ in old], "hashes": hashes}).all()


def _of_organisations(conn: Connection, keyring: Keyring, rows: Sequence[Any]) -> Sequence[Any]:
    inside = [
        (row.subject_id, organisation_hash(keyring, code), rule)
        for row in rows
        if row.code_type != RESIDENT_IDENTITY
        for code, rule in _organisation_codes(_code(keyring, row))
    ]
    ids, hashes, rules = ([entry[place] for entry in inside] for place in range(3))
    return conn.execute(_ORGANISATIONS, {"ids": ids, "hashes": hashes, "rules": rules}).all()


def _organisation_codes(code: str) -> list[tuple[str, str]]:
    body = code.replace("-", "")
    if is_organisation_code(body):
        return [(body, "organisation_code")]
    is_tax_number = len(body) == _TAX_WIDTH and body[:6].isdigit() and is_organisation_code(body[6:])
    return [(body[6:], "tax_number")] if is_tax_number else []


def _settle(conn: Connection, pairs: Sequence[Any], at: datetime, done: Proposed) -> None:
    """Bind what is certain, propose the rest; a certain pair that contradicts a decision is proposed as well."""
    names = _name_keys(conn, {one for pair in pairs for one in (pair.subject_id, pair.other_id)})
    entries = [_entry(pair, names) for pair in pairs]
    try:
        write_entries(conn, entries, at)
    except NotDecidable:  # somebody decided otherwise of others: find out of whom
        entries = [_written_alone(conn, entry, at) for entry in entries]
    bound = sum(entry.decision == "same" for entry in entries)
    done.bound_count += bound
    done.proposed_count += len(entries) - bound


def _written_alone(conn: Connection, entry: PairEntry, at: datetime) -> PairEntry:
    try:
        write_entries(conn, [entry], at)
    except NotDecidable:
        entry = msgspec.structs.replace(entry, decision="proposed", doubt="contradicts")
        write_entries(conn, [entry], at)
    return entry


def _entry(pair: Any, names: dict[int, set[str]]) -> PairEntry:
    doubt = _doubt(pair, names)
    one, other = sorted((pair.subject_id, pair.other_id))
    decision = "proposed" if doubt else "same"
    return PairEntry(subject_id=one, other_id=other, decision=decision, rule=pair.rule, doubt=doubt)


def _doubt(pair: Any, names: dict[int, set[str]]) -> str | None:
    if pair.rule not in CERTAIN:
        return "no_certainty"
    if not names[pair.subject_id] & names[pair.other_id]:
        return "names_differ"
    return "several" if pair.fits > 1 else None  # the number is within more than one newer number


def _name_keys(conn: Connection, ids: set[int]) -> dict[int, set[str]]:
    """Return the match keys of the names that each subject has or had."""
    rows = conn.execute(_NAMES, {"ids": sorted(ids)}).all()
    keys: Iterable[str] = name_keys(pl.Series([row.name for row in rows], dtype=pl.String))
    found: dict[int, set[str]] = {}
    for row, key in zip(rows, keys, strict=True):
        found.setdefault(row.subject_id, set()).add(key)
    return found


def _code(keyring: Keyring, row: Any) -> str:
    return keyring.decrypt(row.code_encrypted).decode()
