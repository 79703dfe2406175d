"""By the clock: the data is fresh or not, apart from whether the job ran; a held batch and silence are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hub_makers import column

from hub.context import HubContext
from hub.watching.judging import judge_feeds
from schemas.errors import RequestError
from tests.license_library.question_makers import HELD_FOR, NOW, Library

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def declare(hub: HubContext, fresh_at: datetime | None, *exchanges: dict[str, Any]) -> HubContext:
    """Write a feed that promises 26 hours, with these exchanges after one that merged nothing at `fresh_at`."""
    with hub.engine.begin() as conn:
        library = Library(conn, hub.keyring)
        library.add_feed("transport", fresh_at=fresh_at)
        conn.exec_driver_sql("update exchanges set started_at = %s", (fresh_at or NOW - HOUR,))
        for one in exchanges:
            library.add_exchange("transport", **one)
    return replace(hub, clock=lambda: NOW)


def kinds(hub: HubContext, found: int) -> list[object]:
    assert judge_feeds(hub) == found
    return column(hub, "select kind || ' ' || severity from incidents where state = 'open' order by kind")


def test_a_fresh_feed_is_as_it_should_be(hub: HubContext) -> None:
    assert kinds(declare(hub, NOW - HOUR), 0) == []


def test_data_behind_its_promise_is_told_apart_from_the_job(hub: HubContext) -> None:
    stands = declare(hub, NOW - 27 * HOUR)
    assert kinds(stands, 1) == ["late critical"]
    assert "取数任务也未运行" in str(column(stands, "select words_zh from incidents")[0])
    with hub.engine.begin() as conn:
        failed = {"state": "failed", "error_code": "department.timeout", "started_at": NOW - HOUR}
        Library(conn, hub.keyring).add_exchange("transport", **failed)
    assert kinds(stands, 1) == ["late critical"]
    assert "the job runs, last at 2016-06-15 09:00: failed" in str(column(stands, "select words_en from incidents")[0])
    with hub.engine.begin() as conn:
        conn.exec_driver_sql("update feeds set fresh_at = %s", (NOW,))
    assert kinds(stands, 0) == []


def test_a_folder_that_is_not_there_ends_no_incident(hub: HubContext, tmp_path: Path) -> None:
    stands = declare(hub, NOW - 27 * HOUR)
    assert kinds(stands, 1) == ["late critical"]
    with pytest.raises(RequestError, match="no such is no folder"):
        judge_feeds(replace(stands, connectors_folder=tmp_path / "no such"))
    assert column(stands, "select kind from incidents where state = 'open'") == ["late"]


def test_failing_again_and_again_is_told(hub: HubContext) -> None:
    failed = {"state": "failed", "error_code": "department.timeout"}
    assert kinds(declare(hub, NOW - HOUR, failed, failed), 0) == []
    with hub.engine.begin() as conn:
        Library(conn, hub.keyring).add_exchange("transport", **failed)
    assert kinds(replace(hub, clock=lambda: NOW), 1) == ["failing warning"]


@pytest.mark.parametrize(
    "after", [{}, {"state": "failed", "error_code": "department.timeout"}], ids=["merged", "failed"]
)
def test_a_batch_that_waits_is_told_until_it_is_settled_whatever_came_after_it(
    hub: HubContext, after: dict[str, str]
) -> None:
    held = {"state": "held", "hold_reasons": HELD_FOR, "received_count": 9, "held_count": 9}
    stands = declare(hub, NOW - HOUR, held, held | {"since_at": NOW - DAY})
    with hub.engine.begin() as conn:
        Library(conn, hub.keyring).add_exchange("transport", **after)
    assert kinds(stands, 1) == ["held critical"]
    assert "共 2 批" in str(column(stands, "select words_zh from incidents")[0])
    with hub.engine.begin() as conn:
        conn.exec_driver_sql("update exchanges set state = 'discarded' where state = 'held'")
    assert kinds(stands, 0) == []


def test_of_a_feed_that_is_declared_no_more_nothing_is_expected(hub: HubContext, tmp_path: Path) -> None:
    stands = declare(hub, NOW - 27 * HOUR)
    assert kinds(stands, 1) == ["late critical"]
    assert kinds(replace(stands, connectors_folder=tmp_path), 0) == []
    (tmp_path / "transport").mkdir()
    (tmp_path / "transport" / "department.toml").write_text("[half", "utf-8")  # what cannot be read may be declared
    assert kinds(replace(stands, connectors_folder=tmp_path), 1) == ["late critical"]


FAILED = {"state": "failed", "error_code": "department.timeout"}
HELD = {"state": "held", "hold_reasons": HELD_FOR, "received_count": 9, "held_count": 9}
SHADOW: dict[str, Any] = {"state": "shadowed", "is_shadow": True}
REPLAY: dict[str, Any] = {"kind": "replay"}


@pytest.mark.parametrize("beside", [SHADOW, REPLAY, {"state": "landing"}, {"state": "landed"}, {"state": "checked"}])
def test_what_is_no_finished_pull_came_not_after_a_batch_that_waits(hub: HubContext, beside: dict[str, Any]) -> None:
    assert kinds(declare(hub, NOW - HOUR, HELD, {"finished_at": None, **beside}), 1) == ["held critical"]


@pytest.mark.parametrize(
    ("exchanges", "found"),
    [
        ([FAILED, FAILED, FAILED], 1),
        ([FAILED, FAILED, FAILED | {"is_shadow": True}], 0),
        ([FAILED, FAILED, FAILED | REPLAY], 0),
        ([FAILED, FAILED, {}, FAILED], 0),
        ([FAILED, FAILED, HELD | {"state": "discarded"}, FAILED], 0),
        ([FAILED, FAILED, SHADOW, FAILED], 1),
        ([FAILED, FAILED, REPLAY, FAILED], 1),
    ],
)
def test_only_pulls_fail_in_a_row_and_any_that_went_through_ends_it(
    hub: HubContext, exchanges: list[dict[str, Any]], found: int
) -> None:
    assert kinds(declare(hub, NOW - HOUR, *exchanges), found) == ["failing warning"] * found


def test_a_promise_is_kept_to_the_second_and_a_feed_that_was_never_merged_broke_none(hub: HubContext) -> None:
    assert kinds(declare(hub, None), 0) == []
    with hub.engine.begin() as conn:
        conn.exec_driver_sql("update feeds set fresh_at = %s", (NOW - 26 * HOUR,))
    assert kinds(replace(hub, clock=lambda: NOW), 0) == []


@pytest.mark.parametrize(("quiet", "found"), [(9 * DAY, 0), (9 * DAY + HOUR, 1)])
def test_pulls_that_go_well_and_bring_nothing_for_much_longer_than_ever_are_told(
    hub: HubContext, quiet: timedelta, found: int
) -> None:
    merged = {"received_count": 5, "merged_count": 5}
    news = [{**merged, "started_at": NOW - quiet - 3 * DAY * day} for day in range(4, -1, -1)]
    assert kinds(declare(hub, NOW - HOUR, *news, {"started_at": NOW - HOUR}), found) == ["no_news warning"] * found


def brought(since: timedelta, every: timedelta, times: int = 5, **changes: Any) -> list[dict[str, Any]]:
    """Tell of pulls that brought something, the last one so long ago."""
    merged = {"received_count": 5, "merged_count": 5, **changes}
    return [{**merged, "started_at": NOW - since - every * place} for place in range(times - 1, -1, -1)]


@pytest.mark.parametrize(
    ("exchanges", "found"),
    [
        (brought(8 * DAY, DAY), 1),
        (brought(8 * DAY, DAY, times=4), 0),
        (brought(7 * DAY, HOUR), 0),
        (brought(7 * DAY + HOUR, HOUR), 1),
        (brought(178 * DAY, DAY), 0),  # of five pulls only three are within half a year
        (brought(20 * DAY, DAY) + brought(DAY, DAY, times=1, **REPLAY), 1),  # what was mended is no news
    ],
)
def test_news_is_what_pulls_brought_within_half_a_year_and_a_week_without_is_never_long(
    hub: HubContext, exchanges: list[dict[str, Any]], found: int
) -> None:
    assert kinds(declare(hub, NOW - HOUR, *exchanges, {"started_at": NOW - HOUR}), found) == ["no_news warning"] * found


def test_data_behind_its_promise_is_told_instead_of_no_news(hub: HubContext) -> None:
    assert kinds(declare(hub, NOW - 27 * HOUR, *brought(20 * DAY, DAY)), 1) == ["late critical"]


def test_what_another_feed_brings_meanwhile_breaks_no_silence(hub: HubContext) -> None:
    stands = declare(hub, NOW - HOUR)
    with hub.engine.begin() as conn:
        library = Library(conn, hub.keyring)
        library.add_feed("transport", fresh_at=NOW - HOUR, feed="permits")
        for ours, other in zip(brought(8 * DAY, 3 * DAY), brought(7 * DAY, 3 * DAY), strict=True):
            library.add_exchange("transport", **ours)
            library.add_exchange("transport", "permits", **other)
    assert kinds(stands, 0) == []


def test_a_batch_waits_though_its_feed_is_declared_no_more(hub: HubContext, tmp_path: Path) -> None:
    stands = declare(hub, NOW - HOUR, HELD)
    assert kinds(stands, 1) == ["held critical"]
    assert kinds(replace(stands, connectors_folder=tmp_path), 1) == ["held critical"]
