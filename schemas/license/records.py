"""The records frame: one column for each field of a record type, and where in the exchange each record stood.

The shape every room hands to the next; knows nothing of what makes a record good.
"""

from __future__ import annotations

import polars as pl

from schemas.license.license import FieldKind, RecordType

COLUMN_TYPES: dict[FieldKind, pl.DataType] = {
    "text": pl.String(),
    "code": pl.String(),
    "date": pl.Date(),
    "instant": pl.Datetime("us", "UTC"),
    "flag": pl.Boolean(),
    "json": pl.String(),
    "holders": pl.String(),  # a JSON list of {code, code_type, name, share}
}


def records_schema(record: RecordType) -> dict[str, pl.DataType]:
    """Return the columns of a records frame; `_position` counts from 0 within `_page`."""
    fields = {field.name: COLUMN_TYPES[field.kind] for field in record.fields}
    return fields | {"_page": pl.Int32(), "_position": pl.Int32()}


def require_records(frame: pl.DataFrame, record: RecordType) -> None:
    """Raise TypeError when a frame lacks a field of the record type or holds it in another type."""
    wrong = [
        f"{name} ({frame.schema.get(name, 'absent')}, expected {expected})"
        for name, expected in records_schema(record).items()
        if not name.startswith("_") and frame.schema.get(name) != expected
    ]
    if wrong:
        raise TypeError(f"records: a frame is no {record.name} frame: {'; '.join(wrong)}; nothing was checked")
