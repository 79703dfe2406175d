"""A batch judged against the exchanges and licenses that really lie in the library, and what that leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hub_makers import column
from msgspec.structs import replace as replace_fields

from connectors.declarations.declaration import Feed, load_department
from hub.context import HubContext
from hub.pulling.batch_quality import judge_batch
from license_library.merge.leases import Exchange
from license_library.words.hold_words import reason_words
from schemas.suites.measures import Measured, Measures
from schemas.suites.suite_outcomes import ExpectationResult
from tests.license_library.question_makers import NOW, Library

DAY = timedelta(days=1)
FEED = load_department("transport").feeds["licenses"]
INCIDENTS = "select kind || ' ' || cause || ' ' || severity || ' ' || state from incidents order by kind"
PAST: list[dict[str, Any]] = [
    {"started_at": NOW - DAY * day, "since_at": NOW - DAY * (day + 1), "received_count": 100, "unchanged_count": 100}
    for day in range(12, 1, -1)
]


@pytest.fixture
def library(hub: HubContext) -> Iterator[Library]:
    """Give a library in which transport was pulled every day, 100 records a day."""
    with hub.engine.connect() as conn:
        library = Library(conn, hub.keyring)
        library.add_feed("transport")
        conn.exec_driver_sql("update exchanges set state = 'failed', error_code = 'x'")
        for one in PAST:
            library.add_exchange("transport", **one)
        yield library


def judged(library: Library, received: int, feed: Feed = FEED, **changes: Any) -> list[str]:
    """Judge a batch of a day in which so many came; at most twice of what was is declared."""
    facts = {"state": "landed", "started_at": NOW, "since_at": NOW - DAY, "finished_at": None, **changes}
    measures, results = facts.pop("measures", Measures()), facts.pop("results", [])
    library.change("update exchanges set state = 'failed', error_code = 'x' where state = 'landed'")
    number = library.add_exchange("transport", **facts)
    library.change("update feeds set epoch = 1")
    told = (facts["since_at"], facts["started_at"], facts.get("is_shadow", False), facts.get("kind", "pull"))
    exchange = Exchange(number, 1, "transport", "licenses", "landed", "map-1", *told)
    feed = replace_fields(feed, expects=replace_fields(feed.expects, max_growth=2.0))
    reasons = judge_batch(library.conn, exchange, feed, received, measures, results, NOW)
    library.conn.commit()
    return [reason_words(one).en for one in reasons]


def test_more_than_the_past_tells_is_held_and_told_until_a_batch_is_as_usual(hub: HubContext, library: Library) -> None:
    assert judged(library, 200) == []
    assert judged(library, 201) == ["201 records; expected at most 200 after the 11 exchanges before"]
    assert column(hub, INCIDENTS) == ["volume growth critical open"]
    assert judged(library, 100) == []
    assert column(hub, INCIDENTS) == ["volume growth critical resolved"]


def test_no_record_where_there_always_were_some_is_held(hub: HubContext, library: Library) -> None:
    assert judged(library, 0) == ["no record; the 11 exchanges before each had some"]
    assert column(hub, INCIDENTS) == ["volume silence critical open"]


@pytest.mark.parametrize(
    "other",
    [
        {"state": "failed", "error_code": "x", "received_count": 900},
        {"state": "held", "received_count": 900, "held_count": 900},
        {"kind": "replay", "received_count": 900, "unchanged_count": 900},
        {"started_at": NOW - 91 * DAY, "since_at": NOW - 92 * DAY, "received_count": 900, "unchanged_count": 900},
    ],
)
def test_only_pulls_that_were_merged_within_a_quarter_are_a_past(library: Library, other: dict[str, Any]) -> None:
    library.add_exchange("transport", **{"started_at": NOW - DAY, "since_at": NOW - 2 * DAY, **other})
    assert len(judged(library, 500)) == 1


def test_another_feed_is_no_past(library: Library) -> None:
    library.add_feed("transport", feed="permits")
    many = {"received_count": 900, "unchanged_count": 900}
    library.add_exchange("transport", "permits", started_at=NOW - DAY, since_at=NOW - 2 * DAY, **many)
    assert len(judged(library, 500)) == 1


def test_everything_is_judged_by_the_licenses_of_the_feed_alone(library: Library) -> None:
    library.add_feed("public_security", ("idcard",))
    subject = library.add_subject()
    for _ in range(100):
        library.add_license(subject, department="public_security")
        library.add_license(subject, department="transport", license_type="roadgoods")
    assert judged(library, 50, since_at=None) == []
    assert len(judged(library, 49, since_at=None)) == 1
    assert len(judged(library, 201, since_at=None)) == 1


@pytest.mark.parametrize("department", ["farm_machinery", "forestry"])
def test_what_a_drop_or_a_front_table_was_emptied_of_says_nothing_of_what_its_department_holds(
    library: Library, department: str
) -> None:
    feed = load_department(department).feeds["licenses"]
    subject = library.add_subject()
    for _ in range(100):
        library.add_license(subject, department="transport", license_type="roadgoods")
    assert (feed.flag or feed.files) is not None
    assert judged(library, 1, feed, since_at=None) == []


def test_chosen_records_are_no_batch_and_a_shadow_tells_only_its_reader(hub: HubContext, library: Library) -> None:
    assert judged(library, 900, kind="replay") == judged(library, 900, kind="keys") == []
    assert len(judged(library, 900, is_shadow=True)) == 1
    assert column(hub, INCIDENTS) == []


def test_what_is_kept_of_a_batch_is_what_was_counted_and_what_was_promised(hub: HubContext, library: Library) -> None:
    measures = Measures()
    measures.add(Measured("filled", "holder_code", 7, 9))
    judged(library, 100, measures=measures)
    kept = "select measure || ' ' || name || ' ' || found_count || '/' || of_count from exchange_measures order by 1"
    assert column(hub, kept) == ["filled holder_code 7/9", "promise fresh_seconds 93600/93600"]


def test_only_a_warning_of_the_suite_is_an_incident_of_its_own(hub: HubContext, library: Library) -> None:
    warning = ExpectationResult("e1", "status", "warning", False, 9, 2, zh="状态。", en="A status.")
    told = [
        warning,
        replace(warning, expectation="e2", severity="critical"),
        replace(warning, expectation="e3", success=True),
    ]
    judged(library, 100, results=told)
    judged(library, 100)  # without results nothing is known to be well
    assert column(hub, INCIDENTS) == ["expectation e1 warning open"]
