"""The digest by which two deliveries of a record are known to be the same.

Pure: no key, no secret. A field that is null leaves no trace, so a field added later changes no old digest.
"""

from __future__ import annotations

from hashlib import sha256

import polars as pl

from schemas.license.license import Field, RecordType


def record_digests(frame: pl.DataFrame, record: RecordType) -> pl.Series:
    """Return the sha256 of each record over its canonical fields, as Binary."""
    parts = [_part(field) for field in record.fields]
    texts = frame.select(pl.concat_str(parts, ignore_nulls=True).cast(pl.Binary)).to_series()
    return pl.Series("digest", [sha256(text).digest() for text in texts], dtype=pl.Binary)


def _part(field: Field) -> pl.Expr:
    """Write `name=length:value`, null for null: no value can imitate the end of another."""
    value = _text(field)
    return pl.concat_str(pl.lit(field.name + "="), value.str.len_bytes().cast(pl.String), pl.lit(":"), value)


def _text(field: Field) -> pl.Expr:
    column = pl.col(field.name)
    if field.kind == "date":
        return column.cast(pl.Int32).cast(pl.String)  # days since 1970: five times cheaper than writing the day
    if field.kind == "instant":
        return column.dt.epoch("us").cast(pl.String)
    if field.kind == "flag":
        return pl.when(column).then(pl.lit("true")).when(~column).then(pl.lit("false"))
    return column
