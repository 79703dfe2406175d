"""Frames into a table in bulk, as PostgreSQL's COPY text. Knows no record."""

from __future__ import annotations

from io import BytesIO

import polars as pl
from psycopg import Connection
from sqlalchemy import Table

BLOCK_ROWS = 10_000  # bounds the memory of one block of COPY text
# PostgreSQL's text format: these four would end a value or a row.
_SPECIAL = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ANY_SPECIAL = r"[\\\n\r\t]"


def copy_frame(raw: Connection, table: Table, frame: pl.DataFrame) -> None:
    """Copy the table's columns of a frame, which may hold others, into it."""
    names = [column.name for column in table.columns]
    with raw.cursor() as cursor, cursor.copy(f"copy {table.name} ({', '.join(names)}) from stdin") as copy:
        for block in frame.select(names).iter_slices(BLOCK_ROWS):
            copy.write(_copy_text(block))


def _copy_text(frame: pl.DataFrame) -> bytes:
    lines = frame.with_columns(*_escaped(frame), *_hexadecimal(frame))
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
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    found = frame.select(pl.col(name).str.contains(_ANY_SPECIAL).any() for name in texts).row(0)
    return [pl.col(name).str.replace_many(_SPECIAL) for name, special in zip(texts, found, strict=True) if special]


def _hexadecimal(frame: pl.DataFrame) -> list[pl.Expr]:
    binaries = [name for name, kind in frame.schema.items() if kind == pl.Binary]
    return [pl.format("\\\\x{}", pl.col(name).bin.encode("hex")).alias(name) for name in binaries]
