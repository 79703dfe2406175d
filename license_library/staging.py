"""Checked records on their way in: staged in bulk, with the holder's code encrypted and hashed.

Knows the canonical records frame and the staging table. Judges no record and touches no license.
"""

from __future__ import annotations

from io import BytesIO

import polars as pl
import psycopg
from sqlalchemy import Connection, text

from license_library.checking import clear_staged, finish_check, hold_exchange, save_quality_results
from license_library.holders import holder_hashes
from license_library.keyring import Keyring
from license_library.leases import CHECKING, Exchange, hold_lease
from license_library.quarantining import quarantine_records
from license_library.tables import staged_licenses
from schemas.digests import record_digests
from schemas.errors import HubError
from schemas.identifiers.license_identifier import classify_license_identifiers
from schemas.license import LICENSE
from schemas.names import name_keys

__all__ = [
    "clear_staged",
    "finish_check",
    "hold_exchange",
    "quarantine_records",
    "save_quality_results",
    "stage_records",
]

BLOCK_ROWS = 10_000  # bounds the memory of one block of COPY text
_COLUMNS = [column.name for column in staged_licenses.columns]
_COPY = f"copy staged_licenses ({', '.join(_COLUMNS)}) from stdin"
# PostgreSQL's text format: these four would end a value or a row.
_SPECIAL = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}

_ANY_SPECIAL = r"[\\\n\r\t]"

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


def stage_records(conn: Connection, keyring: Keyring, exchange: Exchange, frame: pl.DataFrame) -> int:
    """Take in good records, in the canonical frame, and return how many.

    What the library already holds, to the last field, is only counted; the rest is copied to the staging table.
    """
    hold_lease(conn, exchange, CHECKING)
    frame = frame.rechunk()
    digests = record_digests(frame, LICENSE)
    fresh = _not_known(conn, exchange, frame, digests)
    conn.execute(_COUNT_KNOWN, {"exchange_id": exchange.exchange_id, "known": frame.height - fresh.sum()})
    # In one chunk: Polars panics where it formats a column whose first chunk was filtered away.
    _copy(conn, _staged_frame(keyring, exchange, frame.filter(fresh), digests.filter(fresh)).rechunk())
    return frame.height


def _not_known(conn: Connection, exchange: Exchange, frame: pl.DataFrame, digests: pl.Series) -> pl.Series:
    feed = {"department": exchange.department, "feed": exchange.feed}
    known: set[bytes] = set()
    if not exchange.is_replay and conn.scalar(_HAS_LICENSES, feed):  # a replay ends a waiting by what is staged
        known = set(conn.execute(_KNOWN, {**feed, "record_ids": frame["record_id"].to_list()}).scalars())
    fresh = pl.Series([digest not in known for digest in digests], dtype=pl.Boolean)
    # Where one of a record's rows is new, its known rows matter too: the order among them decides what stands.
    return fresh | frame["record_id"].is_in(frame["record_id"].filter(fresh).implode()) if known else fresh


def _copy(conn: Connection, frame: pl.DataFrame) -> None:
    raw = conn.connection.driver_connection
    assert raw is not None  # noqa: S101 - for the type checker: the transaction is open
    try:
        with raw.cursor() as cursor, cursor.copy(_COPY) as copy:
            for block in frame.iter_slices(BLOCK_ROWS):
                copy.write(_copy_text(block))
    except psycopg.Error as failure:
        # Not chained: PostgreSQL's own words quote the line, with names and numbers in it.
        raise StagingRefused(
            f"library: a batch of {frame.height} records could not be staged ({type(failure).__name__},"
            f" {failure.diag.constraint_name or failure.diag.column_name or failure.sqlstate}); nothing of it was kept"
        ) from None


def _staged_frame(keyring: Keyring, exchange: Exchange, frame: pl.DataFrame, digests: pl.Series) -> pl.DataFrame:
    return _with_holders(keyring, frame).with_columns(
        pl.lit(exchange.exchange_id).alias("exchange_id"),
        name_keys(frame["holder_name"]).alias("holder_name_key"),
        classify_license_identifiers(frame["license_identifier"]).alias("identifier_class"),
        digests.alias("digest"),
        pl.col("open_ended").fill_null(value=False),
        # jsonb holds no NUL, not even an escaped one
        pl.col("face").str.replace_all("\\u0000", "\\ufffd", literal=True),
        pl.col("_page").alias("page_number"),
        pl.col("_position").alias("position"),
    )


def _with_holders(keyring: Keyring, frame: pl.DataFrame) -> pl.DataFrame:
    # Hashing and encrypting cost microseconds each: once per holder, not once per record.
    keys = ["holder_code_type", "holder_code"]
    holders = frame.select(keys).unique()
    pairs = holders.rows()
    sealed = keyring.encrypt_many(code for _, code in pairs)
    hashes = holder_hashes(keyring, pairs)
    columns = [
        pl.Series("holder_hash", hashes, dtype=pl.Binary),
        pl.Series("holder_code_encrypted", sealed, dtype=pl.Binary),
    ]
    return frame.join(holders.with_columns(columns), on=keys, how="left", maintain_order="left")


def _copy_text(frame: pl.DataFrame) -> bytes:
    lines = frame.select(_COLUMNS).with_columns(*_escaped(frame), *_hexadecimal(frame))
    written = BytesIO()  # bytes at once: as a str, Chinese text would be decoded and encoded once more
    lines.write_csv(
        written,
        include_header=False,
        separator="\t",
        quote_style="never",
        null_value="\\N",
        datetime_format="%FT%T%.6f%:z",
    )
    return written.getvalue()


def _escaped(frame: pl.DataFrame) -> list[pl.Expr]:
    texts = [name for name in _COLUMNS if frame.schema[name] == pl.String]
    found = frame.select(pl.col(name).str.contains(_ANY_SPECIAL).any() for name in texts).row(0)
    return [pl.col(name).str.replace_many(_SPECIAL) for name, special in zip(texts, found, strict=True) if special]


def _hexadecimal(frame: pl.DataFrame) -> list[pl.Expr]:
    binaries = [name for name in _COLUMNS if frame.schema[name] == pl.Binary]
    return [pl.format("\\\\x{}", pl.col(name).bin.encode("hex")).alias(name) for name in binaries]
