"""A clock that was ahead and is put right keeps nobody from a department: what it noted is still to come, and says nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub_makers import PLOT, Faked
from push_departments import make_departments
from push_makers import StillClock, at, owe, push_once, row_of

from connectors.declarations.declaration import load_department
from connectors.fake.process import start_fakes
from hub.context import HubContext, utc_now
from hub.registration import register_unknown
from license_library.exchange.exchanges import Exchange, begin_exchange, fail_exchange
from license_library.exchange.sparing import note_pause

AHEAD = timedelta(days=30)


def test_what_is_owed_leaves(hub: HubContext, tmp_path: Path) -> None:
    make_departments(tmp_path / "connectors")
    clock = StillClock(datetime(2026, 3, 2, 2, 0, tzinfo=UTC) + AHEAD)
    owing, folder = at(replace(hub, connectors_folder=tmp_path / "connectors"), clock), tmp_path / "connectors"
    with start_fakes(["class_a"], PLOT, connectors=folder) as started:
        one = Faked(load_department("class_a", folder), started["class_a"], folder)
        for number in range(3):
            owe(owing, one.name, case=f"case-{number}")
        one.process.set_mode("503")
        assert push_once(owing, one).paused_until
        one.process.set_mode("ok")
        clock.pass_by(minutes=10, days=-AHEAD.days)
        newer = owe(owing, one.name, case="newer")
        push_once(owing, one)
        assert row_of(owing, newer)["state"] == "acknowledged"


def test_a_pull_begins(hub: HubContext) -> None:
    declared = load_department("transport", hub.connectors_folder)
    register_unknown(hub, declared)
    ahead = utc_now() + AHEAD
    failed = _begun(hub, ahead)
    fail_exchange(hub.engine, failed.exchange_id, "department.unavailable", "once", ahead)
    note_pause(hub.engine, failed.exchange_id, ahead)
    assert _begun(hub, utc_now()).exchange_id > failed.exchange_id


def _begun(hub: HubContext, at_instant: datetime) -> Exchange:
    return begin_exchange(
        hub.engine, "transport", "licenses", "mapping-1", at_instant, timedelta(minutes=30), is_patient=True
    )
