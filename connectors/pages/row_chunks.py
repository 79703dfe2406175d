"""Rows gathered from page to page until there are enough of them to be looked at together: by number and by length.

Mapping many at once is cheap, but memory must not grow with what a department writes into one record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from connectors.formats.page_rows import Column, PageRows


def gather_rows(
    pages: Iterable[tuple[int, PageRows]], records: int, characters: int
) -> Iterator[list[tuple[int, PageRows]]]:
    """Yield numbered pages some at a time: enough to hold so many records, or so many characters."""
    waiting, count, length = list[tuple[int, PageRows]](), 0, 0
    for number, rows in pages:
        waiting.append((number, rows))
        count, length = count + rows.count, length + sum(map(_length, rows.columns.values()))
        if count >= records or length >= characters:
            yield waiting
            waiting, count, length = [], 0, 0
    if waiting:
        yield waiting


def _length(column: Column) -> int:
    return int(column.estimated_size()) if isinstance(column, pl.Series) else sum(map(len, filter(None, column)))
