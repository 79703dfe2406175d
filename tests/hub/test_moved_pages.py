"""A record that came twice, the second time changed just now and on a later page, says that the pages moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from msgspec.structs import replace

from connectors.declarations.declaration import Feed, load_department
from hub.pulling.moved_pages import MovedPages

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
LONG_AGO, JUST_NOW = NOW - timedelta(days=9), NOW + timedelta(seconds=3)
Row = tuple[int, str, datetime]
STAYED: list[Row] = [(1, "a", LONG_AGO), (1, "b", LONG_AGO), (2, "c", JUST_NOW)]
MOVED: list[Row] = [(1, "a", LONG_AGO), (1, "b", LONG_AGO), (2, "a", JUST_NOW)]


def feed(style: str) -> Feed:
    declared = load_department("transport").feeds["licenses"]
    return replace(declared, paging=replace(declared.paging, style=style))


def frame(rows: list[Row]) -> pl.DataFrame:
    schema = {"_page": pl.Int32, "record_id": pl.String, "source_updated_at": pl.Datetime("us", "UTC")}
    return pl.DataFrame(rows, schema=schema, orient="row")


def is_moved(style: str, *chunks: list[Row]) -> bool:
    moved = MovedPages(feed(style), NOW)
    for chunk in chunks:
        moved.look(frame(chunk))
    return moved.is_found


@pytest.mark.parametrize("style", ["page", "offset"])
def test_a_record_that_came_twice_is_noticed_within_a_chunk_and_across(style: str) -> None:
    assert is_moved(style, MOVED)
    assert is_moved(style, MOVED[:2], MOVED[2:])
    assert not is_moved(style, STAYED)
    assert not is_moved(style, STAYED[:2], STAYED[2:])


def test_the_same_page_may_hold_several_versions() -> None:
    assert not is_moved("page", [(1, "a", LONG_AGO), (1, "a", JUST_NOW)])


def test_old_versions_on_several_pages_did_not_move_just_now() -> None:
    assert not is_moved("page", [(1, "a", LONG_AGO), (2, "a", LONG_AGO + timedelta(days=1))])


def test_where_each_page_names_the_next_nothing_is_pushed_over_an_edge() -> None:
    assert not is_moved("cursor", MOVED)
