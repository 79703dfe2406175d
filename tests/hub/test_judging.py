"""By the clock: the data is fresh or not, apart from whether the job ran; a held batch and silence are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hub_makers import column

from hub.context import HubContext
from hub.judging import judge_feeds
from tests.license_library.question_makers import NOW, Library

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


def test_failing_again_and_again_is_told(hub: HubContext) -> None:
    failed = {"state": "failed", "error_code": "department.timeout"}
    assert kinds(declare(hub, NOW - HOUR, failed, failed), 0) == []
    with hub.engine.begin() as conn:
        Library(conn, hub.keyring).add_exchange("transport", **failed)
    assert kinds(replace(hub, clock=lambda: NOW), 1) == ["failing warning"]


def test_a_batch_that_waits_is_told_until_something_came_after_it(hub: HubContext) -> None:
    held = {"state": "held", "hold_reason": "6 of 9 records are bad", "received_count": 9, "held_count": 9}
    stands = declare(hub, NOW - HOUR, held)
    assert kinds(stands, 1) == ["held critical"]
    with hub.engine.begin() as conn:
        Library(conn, hub.keyring).add_exchange("transport")
    assert kinds(stands, 0) == []


@pytest.mark.parametrize(("quiet", "found"), [(9 * DAY, 0), (9 * DAY + HOUR, 1)])
def test_pulls_that_go_well_and_bring_nothing_for_much_longer_than_ever_are_told(
    hub: HubContext, quiet: timedelta, found: int
) -> None:
    merged = {"received_count": 5, "merged_count": 5}
    news = [{**merged, "started_at": NOW - quiet - 3 * DAY * day} for day in range(4, -1, -1)]
    assert kinds(declare(hub, NOW - HOUR, *news, {"started_at": NOW - HOUR}), found) == ["no_news warning"] * found
