"""Whatever a department answers instead of its data, nothing of it is applied, and the error says whose it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hub_makers import StartFake, column, count, pull_once

from connectors.fake.city.subjects import Subjects
from connectors.fake.rows.truth import Plot
from connectors.wire.connection import Connection
from hub.context import HubContext
from hub.pulling import pull as steps
from schemas.errors import DepartmentUnavailable

FAMILIES = {
    "half_json": "department.broke_promise",
    "short_body": "department.broke_promise",
    "200_html_login": "department.broke_promise",
    "200_with_fault": "department.fault",
    "503": "department.unavailable",
    "hang_forever": "department.timeout",
    "drip_body": "department.timeout",
    "gzip_bomb": "department.broke_promise",
    "redirect_internal": "department.broke_promise",
}
THREE_PAGES = Plot(scale=2200)


def assert_nothing_applied(hub: HubContext) -> None:
    """Look into every place a record could have slipped into."""
    tables = ("licenses", "license_versions", "subjects", "staged_licenses", "staged_holders", "quarantined_records")
    assert {table: count(hub, table) for table in tables} == dict.fromkeys(tables, 0)
    assert column(hub, "select cursor_at from feeds") == [None]


@pytest.mark.parametrize("name", ["market_regulation", "real_estate"])
@pytest.mark.parametrize("mode", FAMILIES)
def test_a_bad_answer_ends_in_the_right_family(hub: HubContext, fake: StartFake, name: str, mode: str) -> None:
    one = fake(name)
    one.process.set_mode(mode)
    summary = pull_once(hub, one)
    assert (summary.state, summary.error_code) == ("failed", FAMILIES[mode]), summary.error_message
    assert summary.error_message is not None
    assert summary.error_message.startswith(name)
    assert_nothing_applied(hub)


@pytest.mark.parametrize("mode", ["half_json", "503", "200_with_fault", "page_loops", "count_lies"])
def test_good_pages_before_a_bad_one_are_kept_but_not_applied(hub: HubContext, fake: StartFake, mode: str) -> None:
    one = fake("transport", THREE_PAGES)
    one.process.set_mode(mode, after=1)
    summary = pull_once(hub, one)
    assert (summary.state, summary.received) == ("failed", 0)
    assert summary.pages >= 1
    assert_nothing_applied(hub)


def test_after_the_trouble_everything_comes(hub: HubContext, fake: StartFake) -> None:
    one = fake("market_regulation")
    one.process.set_mode("503")
    pull_once(hub, one)
    one.process.set_mode("ok")
    assert pull_once(hub, one).merged == one.truth().good


def test_trouble_after_a_good_pull_changes_nothing_of_it(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    merged = pull_once(hub, one).merged
    cursor = column(hub, "select cursor_at from feeds")
    one.process.set_mode("half_json")
    assert pull_once(hub, one, full=True).state == "failed"
    assert count(hub, "licenses") == merged
    assert column(hub, "select cursor_at from feeds") == cursor


def test_a_department_that_is_not_there_is_unreachable(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    refused = Connection("http", "127.0.0.1", 9, login="x", password="y", extra=one.connection.extra)
    summary = steps.pull(hub, one.name, "licenses", refused)
    assert (summary.state, summary.error_code) == ("failed", "department.unreachable")
    assert_nothing_applied(hub)


def test_a_wrong_secret_is_refused_and_not_repeated(hub: HubContext, fake: StartFake) -> None:
    one = fake("real_estate")
    summary = steps.pull(hub, one.name, "licenses", replace(one.connection, password="not the secret"))
    assert (summary.state, summary.error_code) == ("failed", "department.refused")
    assert "not the secret" not in str(summary.error_message)


def test_in_airflow_a_retryable_error_stays_retryable(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    one.process.set_mode("503")
    with pytest.raises(DepartmentUnavailable) as failure:
        steps.land(hub, one.name, "licenses", one.connection)
    assert failure.value.retryable
    assert column(hub, "select error_code from exchanges") == ["department.unavailable"]


def test_no_error_message_quotes_a_person(hub: HubContext, fake: StartFake) -> None:
    one = fake("public_security")
    people = [Subjects(one.plot.seed).person(number) for number in range(one.plot.scale)]
    for mode in ("half_xml", "200_with_fault", "200_html_login"):
        one.process.set_mode(mode)
        message = str(pull_once(hub, one).error_message)
        assert [person.code for person in people if person.code in message or person.name in message] == []
