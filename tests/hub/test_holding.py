"""A batch beyond its bounds is held, loudly; a steward releases or discards it, and nothing is lost either way."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hub_makers import Faked, StartFake, column, count, pull_once

from connectors.fake.rows.truth import Plot
from hub.context import HubContext
from hub.pulling import pull as steps
from hub.watching.judging import judge_feeds
from license_library.exchange.summaries import summarize
from license_library.merge.merging import discard_held, release_held
from schemas.errors import DataHeld
from schemas.suites.hold_reasons import hold_reason

MANY_BAD = Plot(scale=300, bad_share=0.2)


@pytest.fixture
def bad(fake: StartFake) -> Faked:
    """Give a department of which every fifth record is bad."""
    return fake("transport", MANY_BAD)


def test_a_batch_with_too_many_bad_records_is_held_with_the_reason(hub: HubContext, bad: Faked) -> None:
    truth = bad.truth()
    summary = pull_once(hub, bad)
    assert summary.state == "held"
    assert (summary.received, summary.held, summary.quarantined) == (truth.received, truth.good, truth.bad)
    assert (summary.merged, count(hub, "licenses")) == (0, 0)
    assert summary.hold_reasons == [hold_reason("batch.bad_records", bad=truth.bad, received=truth.received, most=0.05)]
    assert summary.why == f"{truth.bad} of {truth.received} records are bad; expected at most 5%"
    assert count(hub, "quarantined_records") == truth.bad


def test_in_airflow_a_held_batch_is_an_error_of_the_data(hub: HubContext, bad: Faked) -> None:
    exchange_id = steps.land(hub, bad.name, "licenses", bad.connection)
    with pytest.raises(
        DataHeld, match=rf"transport/licenses: exchange {exchange_id} is held: .*hub hold release"
    ) as held:
        steps.check(hub, exchange_id)
    assert not held.value.retryable


def test_a_held_batch_stays_held_when_its_check_is_repeated(hub: HubContext, bad: Faked) -> None:
    exchange_id = pull_once(hub, bad).exchange_id
    with pytest.raises(DataHeld):
        steps.check(hub, exchange_id)
    assert summarize(hub.engine, exchange_id).state == "held"


def test_releasing_merges_what_was_held(hub: HubContext, bad: Faked) -> None:
    held = pull_once(hub, bad)
    release_held(hub.engine, held.exchange_id, hub.clock)
    summary = summarize(hub.engine, held.exchange_id)
    assert (summary.state, summary.merged, summary.held) == ("merged", held.held, 0)
    assert count(hub, "licenses") == held.held


def test_after_discarding_the_same_time_is_asked_for_again(hub: HubContext, bad: Faked) -> None:
    held = pull_once(hub, bad)
    discard_held(hub.engine, held.exchange_id, hub.clock())
    assert column(hub, "select cursor_at from feeds") == [None]
    assert pull_once(hub, bad).received == held.received


def test_a_batch_that_is_held_again_and_again_waits_once_and_its_incident_says_so(hub: HubContext, bad: Faked) -> None:
    first, *others = (pull_once(hub, bad).exchange_id for _ in range(3))
    cases = count(hub, "quarantined_records", "state = 'open'")
    assert judge_feeds(hub) >= 1
    assert column(hub, "select exchange_id from exchanges where state = 'held'") == [first]
    said = column(
        hub, "select who || ' ' || what || ' ' || note from incident_events where what = 'discarded' order by event_id"
    )
    assert [str(one).partition(" 交换")[0] for one in said] == [f"hub discarded #{other}" for other in others]
    assert all(f"exchange {first} is held too and holds all of it" in str(one) for one in said)
    assert f"exchange {first} is held" in str(column(hub, "select words_en from incidents where kind = 'held'")[0])
    assert count(hub, "quarantined_records", "state = 'open'") == cases
    release_held(hub.engine, first, hub.clock)
    assert count(hub, "licenses") == bad.truth().good


def test_a_flood_is_held(hub: HubContext, fake: StartFake, connectors_folder: Path, tmp_path: Path) -> None:
    one = fake("transport")
    pull_once(hub, one)
    with hub.engine.begin() as conn:  # the day before yesterday nobody expected three hundred records
        conn.exec_driver_sql("update feeds set cursor_at = timestamptz '1990-01-01'")
    flooded = with_bounds(hub, connectors_folder, tmp_path, "[0, 0]")
    summary = pull_once(flooded, one)
    assert summary.state == "held"
    assert "expected at most 0 a day" in summary.why


def with_bounds(hub: HubContext, connectors_folder: Path, root: Path, bounds: str) -> HubContext:
    """Declare other volumes of the transport department."""
    shutil.copytree(connectors_folder / "transport", root / "transport")
    file = root / "transport" / "department.toml"
    file.write_text(
        re.sub(r"records_per_day = \[.*?\]", f"records_per_day = {bounds}", file.read_text("utf-8")), "utf-8"
    )
    return replace(hub, connectors_folder=root)
