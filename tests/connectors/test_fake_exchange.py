"""A whole exchange with each fake, over real sockets: what arrives is what the fake says it holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from fake_makers import DEPARTMENTS, FEEDS, SOAP_FEEDS, impatient, pull, serving
from lxml import etree
from msgspec.structs import replace

from connectors.declarations.declared import Department
from connectors.fake.city.world import FIRST_DAY, World
from connectors.fake.rows.dialect import make_issuer
from connectors.fake.rows.truth import Plot, tell_truth
from connectors.soap.soap_schema import SoapSchema

SHANGHAI = ZoneInfo("Asia/Shanghai")


SOME = Plot(scale=60, day=0, bad_share=0.5)  # every kind of bad record that a declaration can show


@pytest.mark.parametrize(("name", "feed"), FEEDS)
def test_an_exchange_finds_exactly_what_the_fake_holds(name: str, feed: str) -> None:
    department = impatient(name, page_size=25)
    with serving(department, SOME) as server:
        pulled = pull(department, server, name=feed)
    truth = tell_truth(department, SOME, feed)
    assert (pulled.frame.height, pulled.bad) == (truth.received, truth.bad) == (60, 30)
    assert pulled.codes == truth.problem_codes
    assert len(pulled.bodies) == (1 if department.feeds[feed].paging.style == "none" else 3)


@pytest.mark.parametrize(("name", "feed"), FEEDS)
def test_mapping_gives_back_the_record_that_was_said(name: str, feed: str) -> None:
    department = impatient(name)
    with serving(department, Plot(scale=60, day=100, bad_share=0)) as server:
        frame = pull(department, server, name=feed).frame
    world = World(make_issuer(department, department.feeds[feed]), seed=7, scale=60, bad_share=0)
    records = {r["license_number"]: r for r in (world.record(i, world.version(i, 100)) for i in range(60))}
    assert len(records) == frame.height == 60
    for row in frame.iter_rows(named=True):
        record = records[row["license_number"]]
        mapped = department.feeds[feed].fields
        says_open_ended = "valid_to" in mapped and mapped["valid_to"].open_ended
        same = set(mapped) | ({"open_ended"} if says_open_ended else set())
        assert {field: row[field] for field in same} == {field: record[field] for field in same}
        assert row["source_updated_at"] == record["source_updated_at"].replace(tzinfo=SHANGHAI)
        assert json.loads(row["face"]) == {name: value for name, value in record["face"].items() if value}


@pytest.mark.parametrize(("name", "feed"), FEEDS)
def test_since_brings_only_what_changed_from_then_on(name: str, feed: str) -> None:
    department, plot = impatient(name), Plot(scale=60, day=100, bad_share=0)
    local = datetime(2025, 8, 30, 12, tzinfo=SHANGHAI)
    assert local.date() == FIRST_DAY + timedelta(days=60)
    with serving(department, plot) as server:
        pulled = pull(department, server, since=local.astimezone(UTC), name=feed)
    truth = tell_truth(department, plot, feed, since=local.replace(tzinfo=None))
    assert 0 < pulled.frame.height == truth.received < 60
    assert pulled.frame["source_updated_at"].min() >= local


@pytest.mark.parametrize("name", DEPARTMENTS)
def test_records_come_by_update_time(name: str) -> None:
    department = impatient(name)
    with serving(department, Plot(scale=1200, day=50, bad_share=0)) as server:
        frame = pull(department, server).frame
    assert frame["source_updated_at"].is_sorted()
    assert frame["record_id"].n_unique() == 1200


def test_a_day_that_passes_is_seen_by_the_next_pull() -> None:
    department = impatient("real_estate")
    with serving(department, Plot(scale=1000, day=0)) as server:
        before = pull(department, server).frame
        server.control("/_fake/day", {"day": 5})
        after = pull(department, server).frame
    changed = after.join(before.select("record_id", "version_number"), on=["record_id", "version_number"], how="anti")
    assert 5 <= changed.filter(pl.col("record_id").is_not_null()).height <= 75


@pytest.mark.parametrize(("name", "feed"), SOAP_FEEDS)
def test_answers_over_soap_keep_the_vendored_schema(name: str, feed: str) -> None:
    department = impatient(name)
    with serving(department, Plot(scale=60, day=60, bad_share=0)) as server:
        envelope = etree.fromstring(pull(department, server, name=feed).bodies[0])
    (answer,) = envelope.iterfind("{*}Body/*")
    assert SoapSchema(department.folder / department.transport.contract).problems(answer) == []


def test_the_string_in_an_answer_declares_gb2312_and_keeps_its_own_schema() -> None:
    department = impatient("public_security")
    with serving(department, Plot(scale=900, day=60, bad_share=0)) as server:
        envelope = etree.fromstring(pull(department, server).bodies[0])
    answer = envelope[0][0]
    assert SoapSchema(department.folder / department.transport.contract).problems(answer) == []
    text = answer[0].text or ""
    assert text.startswith('<?xml version="1.0" encoding="GB2312"?>')
    schema = etree.XMLSchema(etree.parse(department.folder / "contract/payload.xsd"))
    schema.assertValid(etree.fromstring(text.partition("?>")[2]))
    with pytest.raises(UnicodeEncodeError):
        text.encode("gb2312")


def test_any_declared_department_can_be_faked(declare: Callable[..., Department]) -> None:
    department, plot = declare(), Plot(scale=150, day=0)
    limits = replace(department.transport.limits, requests_per_second=1000)
    department = replace(department, transport=replace(department.transport, limits=limits))
    with serving(department, plot) as server:
        pulled = pull(department, server)
    truth = tell_truth(department, plot)
    assert (pulled.frame.height, pulled.bad) == (150, 3)
    assert pulled.codes == truth.problem_codes
