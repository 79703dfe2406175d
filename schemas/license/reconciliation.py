"""Two ends of a feed compared: what each holds, record by record, by key and digest.

Pure. A bucket is where a record stands by the hash of its key, so that two ends can be compared with little.
"""

from __future__ import annotations

from hashlib import md5
from typing import Final

import polars as pl

BUCKET_DIGITS: Final = 3  # hexadecimal: 4,096 buckets
ENTRIES: Final = {"record_id": pl.String(), "digest": pl.Binary(), "updated_at": pl.Datetime("us", "UTC")}


def bucket_of(record_id: str | None) -> str:
    """Return the bucket of a record: the beginning of the MD5 of its key. Every database can compute it too."""
    return md5((record_id or "").encode(), usedforsecurity=False).hexdigest()[:BUCKET_DIGITS]


def newest_entries(entries: pl.DataFrame) -> pl.DataFrame:
    """Keep of each record the entry that stands in the end: the newest by its own time, of several the last."""
    ordered = entries.with_row_index("_order").sort("updated_at", "_order", nulls_last=False).drop("_order")
    keyed = ordered.filter(pl.col("record_id").is_not_null()).unique("record_id", keep="last", maintain_order=True)
    return pl.concat([keyed, ordered.filter(pl.col("record_id").is_null())])


def compare_entries(theirs: pl.DataFrame, ours: pl.DataFrame) -> pl.DataFrame:
    """Return what is not the same at both ends, with its `kind`, bucket, and both times of change; other columns stay.

    `missing` is not in the library, `extra` not at the department, `different` at both and not alike.
    """
    both = theirs.join(ours, on="record_id", how="full", coalesce=True, suffix="_ours")
    kind = (
        pl.when(pl.col("digest_ours").is_null())
        .then(pl.lit("missing"))
        .when(pl.col("digest").is_null())
        .then(pl.lit("extra"))
        .when(pl.col("digest") != pl.col("digest_ours"))
        .then(pl.lit("different"))
    )
    found = both.with_columns(kind.alias("kind")).filter(pl.col("kind").is_not_null()).drop("digest_ours")
    return found.with_columns(_buckets(found["record_id"]))


def sum_buckets(entries: pl.DataFrame, buckets: set[str]) -> dict[str, tuple[int, str]]:
    """Return of some buckets how many records they hold, and a digest over them that knows no order."""
    placed = entries.select("digest", _buckets(entries["record_id"])).filter(pl.col("bucket").is_in(sorted(buckets)))
    found = placed.group_by("bucket").agg(pl.len(), pl.col("digest"))
    return {bucket: (count, _sum(digests)) for bucket, count, digests in found.iter_rows()}


def count_buckets(entries: pl.DataFrame) -> dict[str, int]:
    """Return how many records each bucket holds."""
    return dict(_buckets(entries["record_id"]).value_counts().iter_rows())


def _buckets(record_ids: pl.Series) -> pl.Series:
    return pl.Series("bucket", [bucket_of(one) for one in record_ids], dtype=pl.String)


def _sum(digests: list[bytes]) -> str:
    total = sum(int.from_bytes(one) for one in digests) % 2**256
    return total.to_bytes(32).hex()[:16]
