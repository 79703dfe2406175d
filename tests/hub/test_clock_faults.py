"""A department whose clock is two days ahead, two days behind, or goes backwards: nothing wrong, missing or twice in the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hub_makers import Faked, StartFake, column, count, pull_once
from push_makers import StillClock, at

from connectors.fake.city.world import FIRST_DAY
from connectors.fake.rows.truth import Plot, make_shelf
from hub.context import HubContext

CLOCKS = Plot(scale=120, day=10, bad_share=0.0)
TODAY = datetime.combine(FIRST_DAY + timedelta(days=CLOCKS.day), datetime.min.time(), ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def one(fake: StartFake) -> Faked:
    """Give a department over REST."""
    started = fake("transport", CLOCKS)
    started.process.set_day(CLOCKS.day)
    return started


def assert_whole(hub: HubContext, one: Faked, day: int) -> None:
    """The library holds exactly what the department does."""
    shelf = make_shelf(one.department, one.department.feeds["licenses"], replace(CLOCKS, day=day), lambda _: b"")
    listed = sorted(f"{each.record_id} {each.record['source_updated_at']:%Y-%m-%d %H:%M:%S}" for each in shelf.listed())
    local = "to_char(source_updated_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')"
    assert sorted(column(hub, f"select record_id || ' ' || {local} from licenses")) == listed


def test_a_clock_two_days_ahead_moves_no_cursor_past_what_is_yet_to_come(hub: HubContext, one: Faked) -> None:
    clock = StillClock(TODAY - timedelta(days=2))
    here = at(hub, clock)
    assert pull_once(here, one).merged
    (cursor,) = column(hub, "select cursor_at from feeds where department = 'transport' and feed = 'licenses'")
    assert cursor == clock.now
    for day in range(CLOCKS.day + 1, CLOCKS.day + 4):
        clock.pass_by(days=1)
        one.process.set_day(day)
        pull_once(here, one)
    clock.pass_by(days=3)
    pull_once(here, one)
    assert_whole(hub, one, CLOCKS.day + 3)


def test_a_clock_two_days_behind_or_that_goes_backwards_hides_nothing_from_the_next_sweep(
    hub: HubContext, one: Faked
) -> None:
    clock = StillClock(TODAY + timedelta(days=3))
    here = at(hub, clock)
    pull_once(here, one)
    one.process.set_mode("clock_backwards")
    clock.pass_by(hours=1)
    assert pull_once(here, one).merged == 0  # their times lie before those that are asked for
    assert pull_once(here, one, full=True).merged == 3
    one.process.set_mode("ok")
    clock.pass_by(hours=1)
    pull_once(here, one)
    pull_once(here, one, full=True)
    told = column(hub, "select change_reason from licenses where change_reason is not null")
    assert count(hub, "licenses") == CLOCKS.scale
    assert told.count("变更登记") >= 3
    assert pull_once(here, one, full=True).merged == 0
