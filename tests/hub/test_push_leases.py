"""A claim outlasts all that may come before its delivery is noted: deadlines, and the turns that a slow pace waits for."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hub_makers import column
from msgspec import structs
from push_makers import NO_CHANCE, StillClock, at, owe

from connectors.declarations.declaration import Department
from connectors.deliveries.delivering import Outcome
from connectors.wire.connection import Connection
from hub.context import HubContext
from hub.pushing.push import push

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CONNECTION = Connection("http", "127.0.0.1", 1, "", "", "", {})


def slow(department: Department) -> Department:
    """Let a department be called once in a hundred seconds, and answer within ten."""
    limits = structs.replace(department.transport.limits, requests_per_second=0.01, deadline_seconds=10)
    return structs.replace(department, transport=structs.replace(department.transport, limits=limits))


def test_a_claim_outlasts_the_turns_that_its_calls_wait_for(hub: HubContext, monkeypatch: pytest.MonkeyPatch) -> None:
    here, leases = replace(at(hub, StillClock(NOW)), amend=slow), list[object]()

    class Looking:
        """Be a line that looks how long the claim lasts when it takes a delivery."""

        def open(self, *_: object) -> None:
            pass

        def deliver(self, *_: object) -> Outcome:
            leases.extend(column(hub, "select lease_until from deliveries"))
            return Outcome("accepted")

    monkeypatch.setattr("hub.pushing.push.opened_courier", lambda *_: nullcontext(Looking()))
    owe(here, "transport")
    push(here, "transport", CONNECTION, bounds=NO_CHANCE)
    assert leases == [NOW + timedelta(seconds=4 * (100 + 10))]
