"""The floor: what a careful hand would write for this one job. Decode, COPY, one upsert into the library's indexes, history.

It checks nothing, archives nothing, encrypts nothing, and knows two departments. Reads one JSON job, writes JSON.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time

import psycopg

from benchmarks.floor_sources import SOURCES, Row, Source, pages
from benchmarks.measures import metered, peaks
from connectors.connection import Connection, parse_connection

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
    create table versions (license_id bigint, {columns}, digest bytea, known_from timestamptz,
        known_to timestamptz default now(), primary key (license_id, known_from));
    """


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


def copy_lines(rows: list[Row]) -> bytes:
    """Return rows in PostgreSQL's COPY text form, each with its digest."""
    lines = []
    for row in rows:
        line = "\t".join(["\\N" if value is None else value.translate(ESCAPES) for value in row])
        lines.append(f"{line}\t\\\\x{hashlib.sha256(line.encode()).hexdigest()}\n")
    return "".join(lines).encode()


def pull(database: psycopg.Connection, source: Source, connection: Connection) -> dict[str, float]:
    """Pull everything once; return the seconds of both steps and the records."""
    began, records = time.perf_counter(), 0
    with database.transaction(), database.cursor() as cursor:
        cursor.execute("truncate staging")
        with cursor.copy(f"copy staging ({', '.join(source.columns)}, digest) from stdin") as copy:
            for rows in pages(source, connection):
                copy.write(copy_lines(rows))
                records += len(rows)
        copied = time.perf_counter()
        cursor.execute(merge_statement(source))
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
    print(json.dumps({"first": first, "again": again, **peaks()}))


if __name__ == "__main__":
    main()
