"""What of the differences between two ends is none: what waits in quarantine or is held, and what is only on its way.

Looks at the library a second time, so that an exchange that ran meanwhile makes no false alarm.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl
from sqlalchemy import Connection

from license_library.merge.overtaken import storable
from license_library.reconciliation.entries import FeedName, entries_now, set_aside


@dataclass(frozen=True)
class Settled:
    """Hold what is left, and by bucket how much waits and how much is on its way."""

    differences: pl.DataFrame
    waiting: Counter[str] = field(default_factory=Counter)
    pending: Counter[str] = field(default_factory=Counter)


def settle(
    conn: Connection, name: FeedName, found: pl.DataFrame, cursor_at: datetime | None, began: datetime
) -> Settled:
    """Sort out differences: `cursor_at` is up to when the feed was merged, `began` when the comparison did."""
    if found.is_empty():
        return Settled(found)
    now = entries_now(conn, name, [storable(key) or "" for key in found["record_id"].drop_nulls()])
    looked = found.join(now.drop("updated_at"), on="record_id", how="left", suffix="_now")
    looked = looked.filter(~_has_ended())
    aside = set_aside(conn, name, looked["source_digest"].drop_nulls(), looked["digest"].drop_nulls())
    waits = pl.col("source_digest").is_in(list(aside)) | pl.col("digest").is_in(list(aside))
    coming = (pl.col("updated_at") > pl.lit(cursor_at, pl.Datetime("us", "UTC"))) | (pl.col("known_from") >= began)
    judged = looked.with_columns(
        waits.fill_null(value=False).alias("waits"), coming.fill_null(value=False).alias("comes")
    )
    left = judged.filter(~pl.col("waits") & ~pl.col("comes"))
    return Settled(
        left.drop("digest_now", "known_from", "waits", "comes"),
        Counter(judged.filter("waits")["bucket"].to_list()),
        Counter(judged.filter(pl.col("comes") & ~pl.col("waits"))["bucket"].to_list()),
    )


def _has_ended() -> pl.Expr:
    """Say that meanwhile both ends agree: the record came, or the one that was too many is gone."""
    came = (pl.col("digest") == pl.col("digest_now")).fill_null(value=False)
    return came | ((pl.col("kind") == "extra") & pl.col("digest_now").is_null())
