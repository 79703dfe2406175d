"""Checked records on their way in: staged in bulk, with the holder's code encrypted and hashed.

Knows the canonical records frame and the staging table. Judges no record and touches no license.
"""

from __future__ import annotations

from typing import cast

import polars as pl
import psycopg
from sqlalchemy import Connection, Table, text

from license_library.asking.holders import holder_hashes
from license_library.merge.heard_again import find_told_by_held
from license_library.merge.leases import CHECKING, Exchange, hold_lease
from license_library.storage.copying import copy_frame
from license_library.storage.database_failures import may_be_repeated
from license_library.storage.keyring import Keyring
from license_library.storage.text_arrays import text_array
from license_library.tables import staged_holders, staged_licenses
from schemas.errors import HubError
from schemas.identifiers.license_identifier import classify_license_identifiers
from schemas.license.digests import record_digests
from schemas.license.holders import holder_rows
from schemas.license.license import LICENSE
from schemas.naming.names import name_keys

_HOLDER = ["holder_code_type", "holder_code"]
_HAS_LICENSES = text("select exists (select from licenses where department = :department and feed = :feed)")
# A join, not `= any`: prepared with a generic plan, that compares every license with every element.
# A record of which a version waits in quarantine is staged even when unchanged: the merge then ends the waiting.
_KNOWN = text("""
select l.digest from unnest(cast(:record_ids as text[])) as asked (record_id)
join licenses l on l.department = :department and l.feed = :feed and l.record_id = asked.record_id
where not exists (select from quarantined_records q where q.state = 'open' and q.record_id = l.record_id
  and q.department = :department and q.feed = :feed)
""")
_COUNT_KNOWN = text("""
update exchanges set unchanged_count = unchanged_count + :known where exchange_id = :exchange_id
""")


class StagingRefused(HubError):
    """The database refused a batch of records."""

    code = "hub.staging_refused"


def stage_records(conn: Connection, keyring: Keyring, exchange: Exchange, frame: pl.DataFrame) -> pl.DataFrame:
    """Take in good records, in the canonical frame, and return those that the library already holds, to the last field.

    These are only counted; the rest is copied to the staging table.
    """
    hold_lease(conn, exchange, CHECKING)
    frame = frame.rechunk()
    digests = record_digests(frame, LICENSE)
    fresh = _not_known(conn, exchange, frame, digests)
    conn.execute(_COUNT_KNOWN, {"exchange_id": exchange.exchange_id, "known": frame.height - fresh.sum()})
    good = _staged_frame(exchange, frame.filter(fresh), digests.filter(fresh))
    listed = _listed_holders(good)
    sealed = _sealed_holders(keyring, good, listed)
    _copy(conn, [(staged_licenses, _with_holders(good, sealed)), (staged_holders, _with_holders(listed, sealed))])
    return frame.filter(~fresh)


def _not_known(conn: Connection, exchange: Exchange, frame: pl.DataFrame, digests: pl.Series) -> pl.Series:
    facts = {**vars(exchange), "record_ids": text_array(frame["record_id"])}
    known: set[bytes] = set()
    if not exchange.is_replay and conn.scalar(_HAS_LICENSES, facts):  # a replay ends a waiting by what is staged
        known = set(conn.execute(_KNOWN, facts).scalars())
    fresh = pl.Series([digest not in known for digest in digests], dtype=pl.Boolean)
    if not known:
        return fresh
    # Where one of a record's rows is new, its known rows matter too: the order among them decides what stands. So do those of
    # which a held batch says something else: the merge, or a later one of two that are held, has to say it again.
    matters = pl.concat([frame["record_id"].filter(fresh), find_told_by_held(conn, facts)])
    return fresh | frame["record_id"].is_in(matters.implode())


def _copy(conn: Connection, staged: list[tuple[Table, pl.DataFrame]]) -> None:
    raw = cast("psycopg.Connection", conn.connection.driver_connection)
    try:
        for table, frame in staged:
            if not frame.is_empty():
                copy_frame(raw, table, frame)
    except psycopg.Error as failure:
        if may_be_repeated(failure):  # over the department's limit, too
            raise
        # Not chained: PostgreSQL's own words quote the line, with names and numbers in it.
        raise StagingRefused(
            f"library: a batch of {staged[0][1].height} records could not be staged ({type(failure).__name__},"
            f" {failure.diag.constraint_name or failure.diag.column_name or failure.sqlstate}); nothing of it was kept"
        ) from None


def _staged_frame(exchange: Exchange, frame: pl.DataFrame, digests: pl.Series) -> pl.DataFrame:
    return frame.with_columns(
        pl.lit(exchange.exchange_id).alias("exchange_id"),
        classify_license_identifiers(frame["license_identifier"]).alias("identifier_class"),
        digests.alias("digest"),
        pl.col("open_ended").fill_null(value=False),
        # jsonb holds no NUL, not even an escaped one
        pl.col("face").str.replace_all("\\u0000", "\\ufffd", literal=True),
        pl.col("_page").alias("page_number"),
        pl.col("_position").alias("position"),
    )


def _listed_holders(frame: pl.DataFrame) -> pl.DataFrame:
    """Return everyone whom the records list, each at the place of the record."""
    listed = holder_rows(frame)
    places = frame.select("exchange_id", "page_number", "position")[listed["row"]]
    return pl.concat([places, listed], how="horizontal")


def _sealed_holders(keyring: Keyring, *frames: pl.DataFrame) -> pl.DataFrame:
    """Hash and encrypt each holder once, however many records name it: both cost microseconds."""
    holders = pl.concat(frame.select(_HOLDER) for frame in frames).unique()
    pairs = holders.rows()
    return holders.with_columns(
        pl.Series("holder_hash", holder_hashes(keyring, pairs), dtype=pl.Binary),
        pl.Series("holder_code_encrypted", keyring.encrypt_many(code for _, code in pairs), dtype=pl.Binary),
    )


def _with_holders(frame: pl.DataFrame, sealed: pl.DataFrame) -> pl.DataFrame:
    known = frame.join(sealed, on=_HOLDER, how="left", maintain_order="left")
    # In one chunk: Polars panics where it formats a column whose first chunk was filtered away.
    return known.with_columns(name_keys(frame["holder_name"]).alias("holder_name_key")).rechunk()
