"""The invented city: the same for everyone with the same seed, right in every check character, moving day by day."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, time, timedelta

import polars as pl
import pytest
from fake_makers import CITY, DEPARTMENTS
from msgspec.structs import replace as change

from connectors.declarations.declaration import load_department
from connectors.fake.city.codes import resident_id, uscc
from connectors.fake.city.subjects import Subjects
from connectors.fake.city.world import FIRST_DAY, Issuer, World
from connectors.fake.rows.bending import bend_rendered
from connectors.fake.rows.dialect import Dialect, make_issuer
from connectors.fake.rows.shelf import Shelf
from connectors.fake.rows.truth import Plot, tell_truth
from connectors.fake.speaking.soap_writing import RowWriter
from connectors.scaffold.outline import Node
from schemas.checking.face_checks import judge_faces
from schemas.checking.term_checks import TERM_COLUMNS, judge_terms
from schemas.identifiers.credit_code import is_credit_code
from schemas.identifiers.license_identifier import classify_license_identifier
from schemas.identifiers.resident_identity import is_resident_identity


def world_of(name: str, scale: int = 1000, bad_share: float = 0.02) -> World:
    """Make the world of a declared department."""
    department = load_department(name)
    return World(make_issuer(department, department.feeds["licenses"]), seed=7, scale=scale, bad_share=bad_share)


@pytest.mark.parametrize("name", DEPARTMENTS)
def test_the_same_seed_gives_the_same_records_in_any_order(name: str) -> None:
    first, second = world_of(name), world_of(name, scale=5)
    forwards = [first.record(index, 1) for index in range(20)]
    assert [second.record(index, 1) for index in reversed(range(20))][::-1] == forwards


def test_every_subject_has_a_code_of_its_own_with_right_check_characters() -> None:
    people, firms = Subjects(7), Subjects(7)
    resident_ids = [people.person(number).code for number in range(3000)]
    credit_codes = [firms.organisation(number).code for number in range(3000)]
    assert len({*resident_ids, *credit_codes}) == 6000
    assert all(is_resident_identity(code, FIRST_DAY) for code in resident_ids)
    assert all(is_credit_code(code) for code in credit_codes)


def test_codes_agree_with_published_examples() -> None:
    assert uscc("11100000", "MB014302") == "11100000MB0143028R"
    assert uscc("11370283", "MB9T0023") == load_department("market_regulation").uscc
    assert {resident_id(number)[:6] for number in range(500)} == {"370283", "370226"}


def test_a_face_field_that_no_plan_knows_is_printed_all_the_same() -> None:
    department = load_department("market_regulation")
    issuer = make_issuer(department, department.feeds["licenses"])
    world = World(replace(issuer, face=issuer.face | {"shelf_mark"}), seed=7, scale=20, bad_share=0)
    assert all(world.record(index, 0)["face"]["shelf_mark"] for index in range(20))


def test_a_time_that_was_wrong_in_passing_is_shown_right_afterwards() -> None:
    department = load_department("market_regulation")
    feed = department.feeds["licenses"]
    dialect = Dialect(feed)
    shelf = Shelf(
        World(make_issuer(department, feed), seed=7, scale=20, bad_share=0),
        dialect,
        lambda row: str(row[feed.cursor.field]).encode(),
        100,
    )
    shelf.set_mode("clock_backwards")
    wrong = set(shelf.slice(None, size=20).rows)
    shelf.set_mode("ok")
    right = {str(one.row[feed.cursor.field]).encode() for one in shelf.listed()}
    assert set(shelf.slice(None, size=20).rows) == right != wrong


def test_a_required_text_that_is_missing_is_an_empty_element_and_no_stand_in() -> None:
    name, page = Node("name", is_required=True), Node("page", is_required=True)
    writer = RowWriter(Node("row", kind="group", children=(name, page)), "", is_sparse=True)
    assert writer.write({"name": None}) == "<row><name></name><page>无</page></row>".encode()


@pytest.mark.parametrize("mode", ["duplicate_elements", "type_changed", "nul"])
@pytest.mark.parametrize("tag", ["number", 'number xmlns="urn:x"'])
def test_a_license_number_is_bent_whatever_namespace_is_declared_on_it(mode: str, tag: str) -> None:
    feed = load_department("market_regulation").feeds["licenses"]
    feed = change(
        feed, fields=feed.fields | {"license_number": change(feed.fields["license_number"], from_="a/number")}
    )
    row = f"<row><a><{tag}>1</number></a></row>".encode()
    bent = bend_rendered(mode, feed, row)
    assert bent != row
    assert bend_rendered(mode, feed, row.replace(b"<", b"&lt;").replace(b">", b"&gt;")) != row
    assert bent.startswith(b"<row><a><number")


def test_another_seed_is_another_city() -> None:
    mine, theirs = ({Subjects(seed).person(n).code for n in range(500)} for seed in (7, 8))
    assert not mine & theirs


def test_an_applicant_holds_licenses_of_several_departments() -> None:
    worlds = [world_of(name) for name in DEPARTMENTS]
    holders = [{world.record(i, 0)["holder_code"] for i in range(1000)} for world in worlds]
    market, police, property_owners, transport = holders
    assert len(market & property_owners & transport) >= 20
    assert len(police & property_owners & transport) >= 20


def test_an_organisation_is_represented_by_a_person_of_the_same_city() -> None:
    subjects = Subjects(7)
    assert [subjects.organisation(n).representative for n in range(50)] == [subjects.person(n).name for n in range(50)]


def test_a_small_share_of_license_identifiers_follows_the_faulty_variant() -> None:
    world = world_of("real_estate")
    classes = [classify_license_identifier(world.record(index, 0)["license_identifier"]) for index in range(2000)]
    assert "wrong" not in classes
    assert 5 <= classes.count("legacy") <= 40


def test_names_hold_characters_outside_gb2312_and_outside_gbk() -> None:
    names = "".join(Subjects(7).person(number).name for number in range(3000))
    assert names.encode("gb18030").decode("gb18030") == names
    with pytest.raises(UnicodeEncodeError):
        names.encode("gb2312")
    with pytest.raises(UnicodeEncodeError):
        names.encode("gbk")


@pytest.mark.parametrize("name", DEPARTMENTS)
def test_a_record_changes_only_with_a_newer_update_time(name: str) -> None:
    world = world_of(name, scale=300)
    for index in range(300):
        versions = [world.version(index, day) for day in range(0, 500, 7)]
        times = [world.updated_at(index, version) for version in range(versions[-1] + 1)]
        assert versions == sorted(versions)
        assert times == sorted(set(times))
        ids = {world.record(index, version)["record_id"] for version in range(3)}
        units = {str(world.record(index, version)["face"].get("property_unit")) for version in range(3)}
        assert len(ids) == len(units) == 1


def test_what_replaces_a_license_is_younger_has_its_holder_and_names_its_number() -> None:
    world = world_of("urban_construction")
    records = [world.record(index, 0) for index in range(1000)]
    by_number = {(one["license_type"], one["license_number"]): one for one in records}
    pairs = [(by_number[new["license_type"], new["replaces"]], new) for new in records if new["replaces"]]
    assert len(pairs) > 20
    assert all(old["issued_on"] < new["issued_on"] and old["holder_code"] == new["holder_code"] for old, new in pairs)
    assert {old["status"] for old, _ in pairs} == {"superseded"}
    assert (
        sum(one["status"] == "superseded" for one in records) - len(pairs) <= 1
    )  # the last may wait for its successor


@pytest.mark.parametrize("name", DEPARTMENTS)
def test_what_is_cancelled_stays_so(name: str) -> None:
    world = world_of(name)
    for index in range(50):
        states = [world.record(index, version)["status"] for version in range(16)]
        assert "cancelled" not in states or set(states[states.index("cancelled") :]) == {"cancelled"}


@pytest.mark.parametrize(("name", "feed"), CITY)
def test_faces_and_terms_are_what_their_license_types_define(name: str, feed: str) -> None:
    department = load_department(name)
    issuer = make_issuer(department, department.feeds[feed])
    world = World(issuer, seed=7, scale=400, bad_share=0)
    records = [world.record(index, index % 3) for index in range(400)]
    types = pl.Series([one["license_type"] for one in records])
    faces = {
        field: pl.Series([one["face"].get(field) or None for one in records], dtype=pl.String) for field in issuer.face
    }
    days = {name: pl.Series([one[name] for one in records], dtype=pl.Date) for name in TERM_COLUMNS[1:]}
    outcome = judge_faces(faces, types)
    results = [*outcome.results, *judge_terms(pl.DataFrame(days).with_columns(license_type=types))]
    assert outcome.problems == []
    assert [one.detail for one in results if one.unexpected] == []


def test_every_day_brings_some_updates_and_never_of_a_day_to_come() -> None:
    world = world_of("transport")
    for day in (1, 2, 30):
        changed = [i for i in range(1000) if world.version(i, day) > world.version(i, day - 1)]
        assert 1 <= len(changed) <= 15
        assert {world.updated_at(i, world.version(i, day)).date() for i in changed} == {FIRST_DAY + timedelta(day)}


@pytest.mark.parametrize(("name", "feed"), CITY)
def test_bad_records_keep_below_the_bounds_at_every_scale(name: str, feed: str) -> None:
    department = load_department(name)
    for scale in (1, 10, 49, 50, 120):
        truth = tell_truth(department, Plot(scale=scale, day=0), feed)
        assert truth.bad == scale // 50
        assert truth.bad <= department.feeds[feed].expects.max_bad_ratio * scale


@pytest.mark.parametrize(("name", "feed"), CITY)
def test_every_feed_shows_at_least_ten_kinds_of_bad(name: str, feed: str) -> None:
    truth = tell_truth(load_department(name), Plot(scale=60, day=0, bad_share=0.5), feed)
    assert len({one.kind.name for one in truth.bad_records if one.kind}) >= 10
    assert len(truth.problem_codes) >= 8


def test_what_changed_in_a_day_is_good_and_mends_what_was_bad() -> None:
    department = load_department("market_regulation")
    first, later = (tell_truth(department, Plot(scale=4000, day=day)) for day in (0, 200))
    assert first.bad == 80
    assert later.bad == 0
    delta = tell_truth(department, Plot(scale=4000, day=30), since=datetime.combine(FIRST_DAY + timedelta(30), time()))
    assert delta.received > 0
    assert delta.bad == 0


def test_what_a_second_pull_sees_again_holds_nothing_bad() -> None:
    since = datetime.combine(FIRST_DAY - timedelta(days=40), time())
    tail = tell_truth(load_department("market_regulation"), Plot(scale=4000, day=0), since=since)
    assert tail.received > 20
    assert tail.bad == 0


def test_a_type_nobody_planned_can_be_faked() -> None:
    issuer = Issuer(
        "health", "平度市卫生健康局", "11370283MB9T00206C", ["pubhyg", "doctor"], frozenset({"valid"}),
        frozenset({"001", "111"}), frozenset({"scope", "anything"}),
    )  # fmt: skip
    records = [World(issuer, seed=7, scale=100).record(index, 0) for index in range(100)]
    assert {record["license_type"] for record in records} == {"pubhyg", "doctor"}
    assert {record["status"] for record in records} == {"valid"}
    assert {r["holder_code_type"] for r in records if r["license_type"] == "doctor"} == {"111"}
    assert all(record["face"].keys() == {"scope", "anything"} for record in records)


def test_no_two_licenses_of_the_city_share_an_identifier_or_a_number() -> None:
    worlds = [
        World(make_issuer(declared, feed), seed=7, scale=40, bad_share=0)
        for declared in map(load_department, {name for name, _ in CITY})
        for feed in declared.feeds.values()
    ]
    records = [world.record(index, 0) for world in worlds for index in range(40)]
    identifiers = [record["license_identifier"] for record in records if record["license_identifier"]]
    assert len(identifiers) == len(set(identifiers))
    numbers = Counter((record["license_type"], record["license_number"]) for record in records)
    assert {issued_twice for issued_twice, times in numbers.items() if times > 1} == set()


def test_rows_have_the_declared_columns_and_no_other() -> None:
    feed = load_department("transport").feeds["licenses"]
    dialect = Dialect(feed)
    named = {rule.from_ for rule in feed.fields.values() if rule.from_}
    assert set(dialect.columns) == named | set(feed.face.values()) | set(feed.key) | {feed.cursor.field}
    assert set(dialect.say(world_of("transport").record(0, 0), 0)) == set(dialect.columns)
