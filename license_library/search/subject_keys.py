"""The search keys of subjects, made in bulk after a merge for those that are new or were renamed.

Knows the queue and the tables of keys; what a key is, schemas/naming/search_keys.py says. Until a subject's keys are made it
is found by its name all the same, only not by sound, core or former name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import polars as pl
from sqlalchemy import Connection, Engine, text

from license_library.asking.holders import organisation_hash
from license_library.storage.keyring import Keyring
from schemas.identifiers.holder_code_types import CREDIT_CODE, OTHER_ORGANISATION
from schemas.identifiers.organisation_code import is_organisation_code
from schemas.naming.plain_names import plain_names
from schemas.naming.search_keys import VERSION, SearchKeys, search_keys

BATCH = 20_000
_COLUMNS = "subject_id, ordinal, former_name, other_key, core_key, sounds, organisation_hash, keys_version"
_COPY = f"copy subject_keys ({_COLUMNS}) from stdin"

# One at a time: two that made the keys of one subject at once would be in each other's way.
_ALONE = text("select pg_advisory_xact_lock(hashtext('subject_keys'))")
_TAKE = text("""
with taken as (
  delete from subjects_to_key where ctid = any(array(select ctid from subjects_to_key limit :batch)) returning subject_id
)
select s.subject_id, s.kind, s.name, s.name_key, s.code_type, s.code_encrypted
  from subjects s where s.subject_id in (select subject_id from taken) order by s.subject_id
""")
_FORGET = text("delete from subject_keys where subject_id = any(cast(:ids as bigint[]))")
_FORMER = text("""
select f.subject_id, f.ordinal, f.name, s.kind from former_names f join subjects s using (subject_id)
 where f.subject_id = any(cast(:ids as bigint[])) and f.name <> s.name
   and not exists (select from former_names g where g.subject_id = f.subject_id and g.name = f.name and g.ordinal > f.ordinal)
""")
_QUEUE_OUTDATED = text("""
insert into subjects_to_key select distinct subject_id from subject_keys where keys_version <> :version
""")
# New entries go to the list of an index, which every search reads too; once all are there they are sorted in together, by
# a role that may.
_GATHER = text("""
select set_config('gin_pending_list_limit', '256MB', true) from pg_class
 where oid = 'subjects'::regclass and pg_has_role(relowner, 'usage')
""")
_SORT_IN = text("""
select gin_clean_pending_list(c.oid) from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam
 where i.indrelid in ('subjects'::regclass, 'subject_keys'::regclass) and a.amname = 'gin' and pg_has_role(c.relowner, 'usage')
""")
_QUEUE_ALL = text("insert into subjects_to_key select subject_id from subjects")

_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def queue_subjects(conn: Connection, *, every: bool) -> int:
    """Let subjects wait for new keys: every one, or those whose keys an older version made; return how many."""
    statement = _QUEUE_ALL if every else _QUEUE_OUTDATED
    return int(conn.execute(statement, {} if every else {"version": VERSION}).rowcount)


def key_subjects(engine: Engine, keyring: Keyring, told: Callable[[int], None] = lambda _count: None) -> int:
    """Make the keys of all subjects that wait, each batch in a transaction of its own, and return how many."""
    done = 0
    while True:
        with engine.begin() as conn:
            count = key_batch(conn, keyring)
        if not count:
            break
        done += count
        told(done)
    with engine.begin() as conn:  # also where nothing waits: whoever made the keys before may have been killed
        conn.execute(_SORT_IN)
    return done


def key_batch(conn: Connection, keyring: Keyring) -> int:
    """Make the keys of some subjects that wait, in the caller's transaction; return how many."""
    conn.execute(_ALONE)
    conn.execute(_GATHER)
    rows = conn.execute(_TAKE, {"batch": BATCH}).all()
    if rows:
        ids = {"ids": [row.subject_id for row in rows]}
        conn.execute(_FORGET, ids)
        _copy(conn, [*_lines_of_today(rows, keyring), *_former_lines(conn.execute(_FORMER, ids).all())])
    return len(rows)


def _copy(conn: Connection, lines: list[str]) -> None:
    raw = conn.connection.driver_connection
    assert raw is not None  # noqa: S101 - for the type checker: the transaction is open
    with raw.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.write("".join(lines))


def _lines_of_today(rows: Any, keyring: Keyring) -> Iterator[str]:
    plain = plain_names(pl.Series([row.name for row in rows], dtype=pl.String))
    for row, key in zip(rows, plain, strict=True):
        keys = search_keys(key, row.kind)
        inside = _organisation(row, keyring)
        yield _line(row.subject_id, 0, None, key if key != row.name_key else None, keys, inside)


def _former_lines(rows: Any) -> Iterator[str]:
    plain = plain_names(pl.Series([row.name for row in rows], dtype=pl.String))
    for row, key in zip(rows, plain, strict=True):
        yield _line(row.subject_id, row.ordinal, row.name, key, search_keys(key, row.kind), None)


def _organisation(row: Any, keyring: Keyring) -> bytes | None:
    """Return the hash of the organisation code inside a credit code, or of one that stands alone."""
    if row.code_type not in (CREDIT_CODE, OTHER_ORGANISATION):
        return None
    code = keyring.decrypt(row.code_encrypted).decode()
    inside = code[8:17] if row.code_type == CREDIT_CODE else code.replace("-", "")
    return organisation_hash(keyring, inside) if is_organisation_code(inside) else None


def _line(
    subject_id: int, ordinal: int, former: str | None, other: str | None, keys: SearchKeys, inside: bytes | None
) -> str:
    sounds = '","'.join(keys.sounds)  # letters, digits, ' and # only
    told = (_text(former), _text(other), _text(keys.core), f'{{"{sounds}"}}' if sounds else "{}", _binary(inside))
    return f"{subject_id}\t{ordinal}\t" + "\t".join(told) + f"\t{VERSION}\n"


def _text(value: str | None) -> str:
    return "\\N" if value is None else value.translate(_ESCAPES)


def _binary(value: bytes | None) -> str:
    return "\\N" if value is None else f"\\\\x{value.hex()}"
