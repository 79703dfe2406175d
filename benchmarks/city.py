"""Grow a library that the hub pulled to the size of a city and beyond: the same licenses, again and again, of other holders.

Each copy has invented people and organisations of its own, with true codes under the hub's keys, so that every way of
asking works on it. Only the copying is SQL; what a license looks like, its history and its holders come from the pull.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import polars as pl
from psycopg import Cursor
from sqlalchemy import Connection, Engine, text

from connectors.fake.city.subjects import Subject, Subjects
from hub.context import HubContext
from license_library.asking.holders import holder_hash
from license_library.search.subject_keys import key_subjects
from license_library.storage.keyring import Keyring
from license_library.tables import license_versions, licenses
from schemas.naming.names import name_keys

SEEDS = 88  # other seeds, other codes; seed 7 is the pulled one's
STEP = 1_000_000  # between the numbers of one copy and of the next
_SUBJECTS = "subject_id, holder_hash, code_type, code_encrypted, kind, name, name_key, named_at, known_from"
# A department of their own: the pulled one's guards would miss the copies in its list.
COPIES = "elsewhere"
_DOUBLED = f"""insert into {{table}} select (jsonb_populate_record(one, '{{{{"department": "{COPIES}"}}}}')).* from {{table}} one
 where department <> '{COPIES}' on conflict do nothing"""
_INDEXES = text("""
select indexname, indexdef from pg_indexes
 where tablename in ('subjects', 'licenses', 'license_versions', 'license_holders', 'subject_keys')
   and not exists (select from pg_constraint c where c.conname = indexname)
""")
_MEMORY = ("set maintenance_work_mem = '1GB'", "set synchronous_commit = off", "set work_mem = '256MB'")


def grow(hub: HubContext, copies: range, of_base: int) -> None:
    """Add copies of the pulled licenses, whose subjects are the first `of_base`; commit each."""
    with hub.engine.begin() as conn:
        for table in ("departments", "feeds"):
            conn.execute(text(_DOUBLED.format(table=table)))
    with _without_indexes(hub.engine):
        _add_copies(hub, copies, of_base)
        key_subjects(hub.engine, hub.keyring)
    _settle(hub.engine)


def _add_copies(hub: HubContext, copies: range, of_base: int) -> None:
    for number in copies:
        print(f"growing: copy {number} of {copies.stop - 1}", file=sys.stderr)
        with hub.engine.begin() as conn:
            _ready(conn)
            _copy_subjects(conn, hub.keyring, number, of_base)
            for statement in _statements():
                conn.execute(text(statement), {"shift": number * STEP, "most": STEP})


@contextmanager
def _without_indexes(engine: Engine) -> Iterator[None]:
    """Drop what only makes questions fast, and build it anew at the end: in a quarter of the time."""
    with engine.begin() as conn:
        kept = conn.execute(_INDEXES).all()
        for row in kept:
            conn.execute(text(f"drop index {row.indexname}"))
    yield
    for row in kept:
        print(f"indexing: {row.indexname}", file=sys.stderr)
        with engine.begin() as conn:
            _ready(conn)
            conn.execute(text(row.indexdef.replace(":", "\\:")))


def _ready(conn: Connection) -> None:
    for statement in _MEMORY:
        conn.execute(text(statement.replace("set ", "set local ")))


def _settle(engine: Engine) -> None:
    """Move the sequences behind what was copied, and tell the planner."""
    with engine.begin() as conn:
        for table, key in (("subjects", "subject_id"), ("licenses", "license_id")):
            last = f"select setval(pg_get_serial_sequence('{table}', '{key}'), (select max({key}) from {table}))"
            conn.execute(text(last))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("vacuum analyze"))


def _copy_subjects(conn: Connection, keyring: Keyring, number: int, of_base: int) -> None:
    """Give every subject of the pulled library a double with a name and a code of its own."""
    every = text(
        "select subject_id, kind, named_at, known_from from subjects where subject_id <= :last order by subject_id"
    )
    rows = conn.execute(every, {"last": of_base}).all()
    invented = _invent(number, [row.kind for row in rows])
    keys = name_keys(pl.Series([one.name for one in invented]))
    codes = keyring.encrypt_many(one.code for one in invented)
    raw = conn.connection.driver_connection
    assert raw is not None
    with raw.cursor() as cursor:
        _write(cursor, keyring, number, zip(rows, invented, keys, codes, strict=True))
    conn.execute(
        text(
            "insert into subjects_to_key select subject_id from subjects where subject_id > :first and subject_id < :next"
        ),
        {"first": number * STEP, "next": (number + 1) * STEP},
    )


def _invent(number: int, kinds: list[str]) -> list[Subject]:
    subjects = Subjects(8 + number % SEEDS if number % SEEDS != SEEDS - 1 else 6)
    people, organisations = (map(make, range(STEP)) for make in (subjects.person, subjects.organisation))
    return [next(organisations if kind == "organisation" else people) for kind in kinds]


def _write(cursor: Cursor[Any], keyring: Keyring, number: int, rows: Iterator[Any]) -> None:
    with cursor.copy(f"copy subjects ({_SUBJECTS}) from stdin") as copy:
        while some := list(islice(rows, 10_000)):
            for row, one, key, code in some:
                known = (row.named_at, row.known_from)
                hashed = holder_hash(keyring, one.code_type, one.code)
                copy.write_row(
                    (row.subject_id + number * STEP, hashed, one.code_type, code, row.kind, one.name, key, *known)
                )


def _statements() -> tuple[str, ...]:
    own = {
        "department": f"'{COPIES}'",
        "license_id": "l.license_id + :shift",
        "subject_id": "s.subject_id",
        "holder_name": "s.name",
        "record_id": "l.record_id || '-' || :shift",
        "license_number": "l.license_number || '-' || cast(:shift / 1000000 as text)",
        "license_identifier": "null",  # would need a check character of its own
    }
    return (
        _copying("licenses", list(licenses.columns.keys()), own),
        _copying("license_versions", list(license_versions.columns.keys()), own),
        """insert into license_holders (license_id, version_count, ordinal, subject_id, name, share)
           select h.license_id + :shift, h.version_count, h.ordinal, s.subject_id, s.name, h.share
             from license_holders h join subjects s on s.subject_id = h.subject_id + :shift
            where h.license_id < :most""",
    )


def _copying(table: str, columns: list[str], own: dict[str, str]) -> str:
    told = ", ".join(own.get(name, f"l.{name}") for name in columns)
    return f"""insert into {table} ({", ".join(columns)}) overriding system value
        select {told} from {table} l join subjects s on s.subject_id = l.subject_id + :shift
         where l.license_id < :most and l.department <> '{COPIES}' order by l.license_id"""
