"""Rows are looked at together until they are many, or long: memory grows with neither."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest

from connectors.formats.page_rows import Column, PageRows
from connectors.pages.row_chunks import gather_rows


def page(length: int, *, is_series: bool = False) -> PageRows:
    """Return two records, one of them empty."""
    texts = ["x" * length, None]
    column: Column = pl.Series(texts) if is_series else texts
    return PageRows({"name": column}, len(texts))


@pytest.mark.parametrize("is_series", [True, False])
def test_pages_are_gathered_until_their_texts_are_long(is_series: bool) -> None:
    pages = [(number, page(length, is_series=is_series)) for number, length in enumerate([400, 700, 2000, 10])]
    gathered = [[number for number, _ in some] for some in gather_rows(pages, 100, 1000)]
    assert gathered == [[0, 1], [2], [3]]


def test_no_page_is_read_before_the_ones_that_are_gathered_are_done_with() -> None:
    read = list[int]()

    def pages() -> Iterator[tuple[int, PageRows]]:
        for number in range(4):
            read.append(number)
            yield number, page(10)

    assert [number for number, _ in next(gather_rows(pages(), 4, 1000))] == [0, 1]
    assert read == [0, 1]
