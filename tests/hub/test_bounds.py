"""A batch is held for a reason, and a handful of bad records is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connectors.declarations.declaration import Expects
from hub.pulling.bounds import hold_reasons, window_of
from schemas.suites.hold_reasons import hold_reason

EXPECTS = Expects(max_bad_ratio=0.05, records_per_day=(10, 1000))
DAY = timedelta(days=1)


def test_a_healthy_batch_is_not_held() -> None:
    assert hold_reasons(EXPECTS, 500, 25, DAY, []) == []


def test_too_many_bad_records_hold_the_batch_and_say_how_many() -> None:
    assert hold_reasons(EXPECTS, 500, 26, DAY, []) == [
        hold_reason("batch.bad_records", bad=26, received=500, most=0.05)
    ]


def test_a_handful_of_bad_records_never_holds_a_small_batch() -> None:
    assert hold_reasons(EXPECTS, 19, 19, DAY, []) == []


def test_a_batch_of_twenty_bad_records_is_held() -> None:
    assert len(hold_reasons(EXPECTS, 20, 20, DAY, [])) == 1


def test_ten_times_the_volume_is_held() -> None:
    assert hold_reasons(EXPECTS, 2001, 0, 2 * DAY, []) == [
        hold_reason("batch.too_many_a_day", received=2001, days=2.0, most=1000)
    ]


def test_part_of_a_day_may_bring_as_much_as_a_whole_one() -> None:
    assert hold_reasons(EXPECTS, 1000, 0, timedelta(hours=2), []) == []


def test_a_whole_day_of_silence_is_held_where_a_floor_is_declared() -> None:
    assert hold_reasons(EXPECTS, 0, 0, DAY, []) == [hold_reason("batch.too_few_a_day", received=0, days=1.0, least=10)]


def test_an_hour_of_silence_is_not_held() -> None:
    assert hold_reasons(EXPECTS, 0, 0, timedelta(hours=1), []) == []


def test_the_first_pull_may_bring_years_at_once() -> None:
    assert hold_reasons(EXPECTS, 1_000_000, 0, None, []) == []


def test_the_first_pull_may_not_bring_nothing_where_a_floor_is_declared() -> None:
    assert len(hold_reasons(EXPECTS, 0, 0, None, [])) == 1


def test_a_failed_expectation_of_the_batch_holds_it_with_every_other_reason() -> None:
    failure = hold_reason("expectation.not_met", expectation="status")
    reasons = hold_reasons(EXPECTS, 100, 50, DAY, [failure])
    assert reasons == [failure, hold_reason("batch.bad_records", bad=50, received=100, most=0.05)]


@pytest.mark.parametrize(("since", "window"), [(None, None), (datetime(2026, 1, 1, tzinfo=UTC), DAY)])
def test_the_window_reaches_from_the_cursor_to_the_start(since: datetime | None, window: timedelta | None) -> None:
    assert window_of(since, datetime(2026, 1, 2, tzinfo=UTC)) == window
