"""A page read quickly says what the same page says when every value of it is decoded first, to the last digest and fault."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.declarations.declaration import load_department
from connectors.declarations.declared import Department, Feed
from connectors.declarations.declared_fields import FieldRule, Holders
from connectors.formats.json_alike import alike_columns
from connectors.formats.json_outline import read_outline
from connectors.formats.json_page import json_facts, json_rows, read_document
from connectors.formats.json_reading import read_json_facts, read_json_rows
from connectors.formats.page_rows import PageFacts, PageRows, source_names
from schemas.errors import DepartmentBrokePromise

ENTRY = '{"who": "甲", "part": null}'
VALUES = ['"甲"', '"1"', "null", '""', "1", "1.10", "true", "[]", "{}", '{"b": 1}', '"\\ud800"', "9" * 30, '"\\":"']
LISTS = ["null", "[]", f"[{ENTRY}]", f"[{ENTRY}, {ENTRY}]", '[{"who": "甲"}]', '[{"who": 1, "part": "2"}]', '"甲"',
         '[{"who": "甲", "who": "乙", "part": null}]', '[{"part": "1", "who": "甲"}]', '[{"who": "\\udc00", "part": ""}]']  # fmt: skip


@pytest.fixture(scope="module")
def declared() -> tuple[Department, Feed]:
    department = load_department("transport")
    feed = department.feeds["licenses"]
    parts = {"name": FieldRule(from_="who"), "share": FieldRule(from_="part")}
    holders = Holders(list="all", code=FieldRule(from_="who"), code_type=FieldRule(value="001"), **parts)
    return department, msgspec.structs.replace(feed, holders=holders)


def page(records: list[str], feed: Feed, beside: str = '"total": 2') -> bytes:
    """Write an answer of the feed's form."""
    inner = f'{{{beside}, "{feed.records.split("/")[-1]}": [{", ".join(records)}]}}'
    for name in reversed(feed.records.split("/")[:-1]):
        inner = f'{{"{feed.success.field}": "{feed.success.values[0]}", "{name}": {inner}}}' if feed.success else inner
    return inner.encode()


def record(feed: Feed, **others: str) -> str:
    """Write a record that holds every field the declaration reads."""
    values = dict.fromkeys(source_names(feed), '"x"') | {"all": f"[{ENTRY}]", "more": "null"} | others
    return "{" + ", ".join(f"{json.dumps(name)}: {value}" for name, value in values.items()) + "}"


def told(rows: PageRows) -> dict[str, Any]:
    return {**vars(replace(rows, columns={})), "columns": rows.frame().to_dict(as_series=False), "is": rows.digests()}


def the_long_way(department: Department, feed: Feed, body: bytes) -> tuple[PageRows, PageFacts] | str:
    who = f"{department.department}.{feed.name}"
    try:
        document = read_document(department, feed, body, "application/json")
        return json_rows(feed, document, who), json_facts(feed, document, who)
    except DepartmentBrokePromise as error:
        return str(error)


def the_quick_way(department: Department, feed: Feed, body: bytes) -> tuple[PageRows, PageFacts] | str:
    try:
        asked = department, feed, body, "application/json"
        return read_json_rows(*asked), read_json_facts(*asked)
    except DepartmentBrokePromise as error:
        return str(error)


def assert_alike(department: Department, feed: Feed, body: bytes) -> None:
    quick, long = the_quick_way(department, feed, body), the_long_way(department, feed, body)
    if isinstance(quick, str) or isinstance(long, str):
        assert quick == long
        return
    assert (told(quick[0]), quick[1]) == (told(long[0]), long[1])


def is_quick(feed: Feed, body: bytes) -> bool:
    outline = read_outline(body, feed.records)
    return outline is not None and alike_columns(outline, {"all": ["who", "who", "part"]}) is not None


def test_plain_records_are_read_quickly(declared: tuple[Department, Feed]) -> None:
    department, feed = declared
    body = page(
        [record(feed), record(feed, all="null"), record(feed, more='"一 : 二"', all=f"[{ENTRY}, {ENTRY}]")], feed
    )
    assert is_quick(feed, body)
    assert_alike(department, feed, body)


def test_numbers_stay_as_they_are_written(declared: tuple[Department, Feed]) -> None:
    department, feed = declared
    values = ["1.10", "12345678901234567.89", "7", "true", '"x"', "null"]
    body = page([record(feed, **{feed.key[0]: value}) for value in values], feed)
    assert is_quick(feed, body)
    rows = read_json_rows(department, feed, body, "application/json")
    assert list(rows.columns[feed.key[0]]) == ["1.10", "12345678901234567.89", "7", "true", "x", None]


@pytest.mark.parametrize(
    "others",
    [{"all": LISTS[7]}, {"all": LISTS[4]}, {"more": '{"b": 1, "b": 2}'}, {"more": '"1", "more": "2"'}, {"mo\\u0072e": "1"}],
)  # fmt: skip
def test_what_is_not_alike_is_read_the_long_way(declared: tuple[Department, Feed], others: dict[str, str]) -> None:
    department, feed = declared
    odd = record(feed, **others).replace("\\\\u", "\\u")
    body = page([record(feed), odd], feed)
    assert not is_quick(feed, body)
    assert_alike(department, feed, body)


@pytest.mark.parametrize("name", ["备注\n", "备注\t", '备"注', "备\\注", "备\x00", "备\ud800"])
def test_a_name_that_no_slot_or_database_takes_is_a_name_like_any_other(
    declared: tuple[Department, Feed], name: str
) -> None:
    department, feed = declared
    for records in ([{name: '"1"'}] * 2, [{name: '"1"'}, {}]):  # in every record, or in one
        body = page([record(feed, **one) for one in records], feed)
        assert_alike(department, feed, body)
        rows = read_json_rows(department, feed, body, "application/json")
        kept = name.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
        assert rows.count == 2
        assert kept in rows.names
        assert "".join(rows.names).encode()


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_both_ways_say_the_same(declared: tuple[Department, Feed], data: st.DataObject) -> None:
    department, feed = declared
    key = feed.key[0]
    odd = st.fixed_dictionaries(
        {key: st.sampled_from(VALUES), "more": st.sampled_from(VALUES), "all": st.sampled_from(LISTS)}
    )
    records = [record(feed, **one) for one in data.draw(st.lists(odd, max_size=3))]
    beside = data.draw(
        st.sampled_from(['"total": 2', '"total": 2, "total": 3', '"total" : "2", "x": {"y": 1, "y": 2}'])
    )
    assert_alike(department, feed, page(records, feed, beside))


def test_a_page_that_is_no_utf8_is_refused_when_it_comes(declared: tuple[Department, Feed]) -> None:
    department, feed = declared
    body = page([record(feed, more='"甲"')], feed).replace("甲".encode(), "甲".encode("gb18030"))
    with pytest.raises(DepartmentBrokePromise):
        read_json_facts(department, feed, body, "application/json")
