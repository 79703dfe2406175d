"""The floor: what a careful hand would write for this one job. Decode, COPY, one upsert into the library's indexes, history.

It checks nothing, archives nothing, encrypts nothing, and knows two departments. Reads one JSON job, writes JSON.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time

import msgspec
import psycopg

from benchmarks.floor_sources import SOURCES, Row, Source, pages
from benchmarks.measures import changed, metered, peaks
from connectors.wire.connection import Connection, parse_connection

ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def create_tables(source: Source) -> str:
    """Return the floor's tables, with the indexes the library has over licenses and subjects."""
    columns = ", ".join(f"{name.lower()} text" for name in source.columns)
    key, holder = source.key.lower(), source.holder.lower()
    return f"""
    create unlogged table staging ({columns}, digest bytea);
    create table holders (holder_id bigint generated always as identity primary key, code text unique, name text);
    create index on holders (name text_pattern_ops);
    create index on holders using gin (name_pairs(name));
    create table current (license_id bigint generated always as identity primary key, {columns}, digest bytea,
        known_from timestamptz default now());
    create unique index on current ({key});
    create index on current ({holder}, {source.kind.lower()});
    create index on current ({source.number.lower()});
    create index on current ({source.identifier.lower()}) where {source.identifier.lower()} is not null;
    {LISTED_TABLES if source.listed else ""}
    create table versions (license_id bigint, {columns}, digest bytea, known_from timestamptz,
        known_to timestamptz default now(), primary key (license_id, known_from));
    """


# Everyone whom a record lists, with its own list of holders, replaced where the record changed.
LISTED_TABLES = """
    create unlogged table staging_listed (record text, ordinal int, name text, kind text, code text, share text);
    create table listed (record text, ordinal int, holder_id bigint, share text, primary key (record, ordinal));
    create index on listed (holder_id);
"""


def listed_statements(source: Source) -> list[str]:
    """Return the statements that keep the listed holders of what changed: before the merge, and after it."""
    key = source.key.lower()
    return [
        f"""create temporary table fresh on commit drop as select {key} as record from staging s where not exists (
            select from current c where c.{key} = s.{key} and c.digest = s.digest)""",
        """insert into holders (code, name) select distinct on (code) code, name from staging_listed join fresh using (record)
        order by code on conflict (code) do update set name = excluded.name where holders.name <> excluded.name""",
        "delete from listed where record in (select record from fresh)",
        """insert into listed select record, ordinal, holder_id, share from staging_listed join fresh using (record)
        join holders using (code)""",
    ]


def merge_statement(source: Source) -> str:
    """Return the one statement that keeps what changed and upserts what is new."""
    names = [name.lower() for name in source.columns]
    listed, key, updated = ", ".join(names), source.key.lower(), source.updated.lower()
    return f"""
    with latest as materialized (
        select distinct on ({key}) * from staging where {key} is not null order by {key}, {updated} desc
    ), changed as (
        select current.* from current join latest using ({key}) where current.digest <> latest.digest
    ), kept as (
        insert into versions select license_id, {listed}, digest, known_from from changed
    ), named as (
        insert into holders (code, name)
        select distinct on ({source.holder.lower()}) {source.holder.lower()}, {source.name.lower()} from latest
        where {source.holder.lower()} is not null
        on conflict (code) do update set name = excluded.name where holders.name <> excluded.name
    )
    insert into current ({listed}, digest) select {listed}, digest from latest
    on conflict ({key}) do update set {", ".join(f"{name} = excluded.{name}" for name in (*names, "digest"))},
        known_from = now()
    where current.digest <> excluded.digest
    """


def copy_lines(source: Source, rows: list[Row]) -> bytes:
    """Return rows in PostgreSQL's COPY text form, each with its digest, over its list of holders too."""
    lines, width = [], len(source.columns)
    for row in rows:
        line = "\t".join(["\\N" if value is None else value.translate(ESCAPES) for value in row[:width]])
        said = f"{line}{row[width:]}" if source.listed else line
        lines.append(f"{line}\t\\\\x{hashlib.sha256(said.encode()).hexdigest()}\n")
    return "".join(lines).encode()


def listed_lines(source: Source, rows: list[Row]) -> bytes:
    """Return everyone whom rows list in COPY text form; a list is its row's last value."""
    at = source.columns.index(source.key)
    entries = [(row[at], number, entry) for row in rows for number, entry in enumerate(row[-1] or (), 1)]
    cells = [(record, str(number), *msgspec.structs.astuple(entry)) for record, number, entry in entries]
    return "".join(
        "\t".join(["\\N" if cell is None else cell.translate(ESCAPES) for cell in line]) + "\n" for line in cells
    ).encode()


def pull(database: psycopg.Connection, source: Source, connection: Connection) -> dict[str, float]:
    """Pull everything once; return the seconds of both steps and the records."""
    began, records = time.perf_counter(), 0
    with database.transaction(), database.cursor() as cursor:
        cursor.execute("truncate staging")
        listed: list[bytes] = []
        with cursor.copy(f"copy staging ({', '.join(source.columns)}, digest) from stdin") as copy:
            for rows in pages(source, connection):
                copy.write(copy_lines(source, rows))
                listed += [listed_lines(source, rows)] if source.listed else []
                records += len(rows)
        if source.listed:
            cursor.execute("truncate staging_listed")
            with cursor.copy("copy staging_listed from stdin") as copy:
                for lines in listed:
                    copy.write(lines)
        copied = time.perf_counter()
        before, *after = listed_statements(source) if source.listed else [""]
        for statement in filter(None, [before, merge_statement(source), *after]):
            cursor.execute(statement)
    return {"land": copied - began, "merge": time.perf_counter() - copied, "records": records}


def main() -> None:
    """Pull once into an empty database and once more unchanged."""
    job = json.load(sys.stdin)
    source, connection = SOURCES[job["department"]], parse_connection(job["connection"])
    with psycopg.connect(job["database"], autocommit=True) as database:
        database.execute(create_tables(source))
        with metered(job["postmaster"]) as first:
            first.update(pull(database, source, connection))
        database.execute("analyze current")
        with metered(job["postmaster"]) as again:
            again.update(pull(database, source, connection))
        with changed(job), metered(job["postmaster"]) as third:
            third.update(pull(database, source, connection))
    print(json.dumps({"first": first, "again": again, "changed": third, **peaks()}))


if __name__ == "__main__":
    main()
