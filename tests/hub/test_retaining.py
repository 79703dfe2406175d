"""Raw pages past their retention: bytes go, digests stay, open cases keep theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hub_makers import Faked, StartFake, column, count, pull_once
from sqlalchemy import text

from connectors.fake.rows.truth import Plot
from hub.context import HubContext, utc_now
from hub.pulling.retaining import retain_pages


def after(hub: HubContext, days: int) -> HubContext:
    """Return the hub so many days later."""
    return replace(hub, clock=lambda: utc_now() + timedelta(days=days))


def bodies(hub: HubContext) -> list[object]:
    return column(hub, "select count(body) from landed_pages group by exchange_id order by exchange_id")


def pulled_twice(hub: HubContext, fake: StartFake) -> Faked:
    """Pull everything, two days later what changed; the first exchange leaves cases, the second none."""
    one = fake("transport", Plot(scale=1200, bad_share=0.01))
    pull_once(hub, one)
    one.process.set_day(32)
    pull_once(after(hub, 2), one)
    return one


def test_pages_go_when_their_days_are_over_and_their_digests_stay(hub: HubContext, fake: StartFake) -> None:
    pulled_twice(hub, fake)
    with hub.engine.begin() as conn:
        conn.execute(text("update quarantined_records set state = 'discarded'"))
    whole, pages = bodies(hub), count(hub, "landed_pages", "digest is not null")
    assert retain_pages(after(hub, 31), 30, is_trial=True)["exchanges"] == 1
    assert retain_pages(after(hub, 29), 30)["pages"] == 0
    assert bodies(hub) == whole
    told = retain_pages(after(hub, 31), 30)
    assert (told["exchanges"], told["pages"], told["kept_for_cases"]) == (1, whole[0], 0)
    assert told["bytes"] > 10_000
    assert bodies(hub) == [0, *whole[1:]]
    assert count(hub, "landed_pages", "digest is not null") == pages
    assert retain_pages(after(hub, 31), 30)["exchanges"] == 0


def test_what_an_open_case_is_read_from_is_kept(hub: HubContext, fake: StartFake) -> None:
    pulled_twice(hub, fake)
    whole = bodies(hub)
    with hub.engine.begin() as conn:
        conn.execute(text("update quarantined_records set exchange_id = (select min(exchange_id) from exchanges)"))
    told = retain_pages(after(hub, 40), 30)
    assert (told["exchanges"], told["kept_for_cases"]) == (1, 1)
    assert bodies(hub) == [whole[0], 0]


def test_what_a_waived_case_will_be_read_from_once_its_last_day_is_over_is_kept(
    hub: HubContext, fake: StartFake
) -> None:
    pulled_twice(hub, fake)
    with hub.engine.begin() as conn:
        conn.execute(
            text("update quarantined_records set state = 'waived', waived_codes = codes, waived_until = '2099-01-01'")
        )
    assert retain_pages(after(hub, 40), 30)["kept_for_cases"] == 1


def test_what_waits_for_the_steward_is_kept(hub: HubContext, fake: StartFake) -> None:
    pulled_twice(hub, fake)
    whole = bodies(hub)
    held = "state = 'held', held_count = merged_count + unchanged_count, merged_count = 0, unchanged_count = 0"
    with hub.engine.begin() as conn:
        conn.execute(text("update quarantined_records set state = 'discarded'"))
        conn.execute(text(f"update exchanges set {held}, hold_reasons = '[]'"))
    assert retain_pages(after(hub, 40), 30)["exchanges"] == 0
    assert bodies(hub) == whole


def test_without_days_nothing_is_let_go(hub: HubContext, fake: StartFake) -> None:
    pulled_twice(hub, fake)
    whole = bodies(hub)
    assert set(retain_pages(after(hub, 4000), None).values()) == {0}
    assert bodies(hub) == whole
