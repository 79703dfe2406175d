"""What an ended run left open does not stand in the way of the next."""

from __future__ import annotations

from hub_makers import StartFake, column, pull_once

from hub.context import HubContext
from hub.demo.leftovers import end_left_exchanges
from hub.pulling import pull as steps

FEED = "transport/licenses"


def test_an_exchange_that_was_left_open_is_failed_and_the_feed_is_free(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    steps.land(hub, one.name, "licenses", one.connection)
    assert end_left_exchanges(hub, {FEED}) == ["exchange 1 of transport/licenses"]
    assert column(hub, "select error_code from exchanges") == ["hub.process_failed"]
    assert pull_once(hub, one).state == "merged"


def test_other_feeds_are_left_alone(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    steps.land(hub, one.name, "licenses", one.connection)
    assert end_left_exchanges(hub, {"real_estate/licenses"}) == []
    assert column(hub, "select state from exchanges") == ["landed"]


def test_what_has_ended_stays_as_it_is(hub: HubContext, fake: StartFake) -> None:
    pull_once(hub, fake("transport"))
    assert end_left_exchanges(hub, {FEED}) == []
    assert column(hub, "select state from exchanges") == ["merged"]
