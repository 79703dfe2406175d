"""Several holders of a record, from a list inside it or joined by a separator, become one canonical list."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from msgspec.structs import replace

from connectors.declarations.declaration import Department, FieldRule, Holders
from connectors.formats.xml_rows import ElementRows
from connectors.pages.pages import MappedPage, map_page, read_page
from schemas.errors import DeclarationError

ROW = {
    "XKZBH": "A1", "ZZLX": "01", "FZRQ": "20240229", "YHMC": "平度市某某公司", "YHDM": "M1", "DMLX": "1",
    "YXQQ": "20240229", "YXQZ": "20280228", "ZT": "1", "GXSJ": "2024-02-29 12:00:00", "JYFW": "货运",
}  # fmt: skip
LIST = Holders(
    list="CYR", name=FieldRule(from_="XM"), code=FieldRule(from_="ZJH", normalise="identifier"),
    code_type=FieldRule(from_="LX", codes={"1": "001", "2": "111"}), share=FieldRule(from_="FE"),
)  # fmt: skip
OWN = {"code": "M1", "code_type": "001", "name": "平度市某某公司"}
ONE = {"XM": '王"五', "ZJH": " ｐ1x ", "LX": "2", "FE": "40%"}
TOLD = {"code": "P1X", "code_type": "111", "name": '王"五', "share": "40%"}


@pytest.fixture
def mapped(declare: Callable[..., Department]) -> Callable[..., MappedPage]:
    def run(*rows: dict[str, Any], holders: Holders | None = LIST, dropped: set[str] = frozenset()) -> MappedPage:
        department = declare()
        feed = department.feeds["licenses"]
        fields = {name: rule for name, rule in feed.fields.items() if name not in dropped}
        feed = replace(feed, holders=holders, fields=fields)
        body = json.dumps({"code": "0", "data": {"total": len(rows), "rows": rows}}).encode()
        return map_page(department, feed, read_page(department, feed, body, "application/json"), 1, {})

    return run


def listed(page: MappedPage) -> list[Any]:
    return [json.loads(text) if text else None for text in page.frame["holders"]]


def problems(page: MappedPage) -> list[tuple[int, str, str]]:
    return [(p["row"], p["code"], p["field"]) for p in page.problems.to_dicts()]


def test_a_list_stands_behind_the_holder_it_does_not_name(mapped: Callable[..., MappedPage]) -> None:
    itself = {"XM": "平度市某某公司", "ZJH": "M1", "LX": "1", "FE": 60}
    page = mapped(ROW | {"CYR": [ONE]}, ROW | {"CYR": [ONE, itself]}, ROW | {"CYR": None}, ROW, ROW | {"CYR": []})
    assert listed(page) == [[OWN, TOLD], [TOLD, OWN | {"share": "60"}], None, None, None]
    assert problems(page) == []


def test_without_a_holder_among_the_fields_the_first_of_the_list_is_it(mapped: Callable[..., MappedPage]) -> None:
    dropped = {"holder_name", "holder_code", "holder_code_type"}
    page = mapped(ROW | {"CYR": [ONE, ONE | {"ZJH": "P2"}]}, ROW | {"CYR": [ONE | {"FE": None}]}, dropped=dropped)
    assert page.frame.select("holder_name", "holder_code", "holder_code_type").rows() == [('王"五', "P1X", "111")] * 2
    assert listed(page) == [[TOLD, TOLD | {"code": "P2"}], None]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("王五", "record.wrong_type"), ([1], "record.wrong_type"), ({"XM": "x"}, "record.wrong_type"),
        ([ONE | {"XM": ["x"]}], "record.wrong_type"), ([ONE, ONE | {"LX": "7"}], "record.unknown_code"),
    ],
)  # fmt: skip
def test_what_is_no_list_of_holders_waits(mapped: Callable[..., MappedPage], value: Any, code: str) -> None:
    assert problems(mapped(ROW, ROW | {"CYR": value})) == [(1, code, "holders")]


def test_a_key_that_comes_twice_in_an_entry_counts_neither_time(declare: Callable[..., Department]) -> None:
    department = declare()
    feed = replace(department.feeds["licenses"], holders=LIST)
    row = json.dumps(ROW)[:-1] + ', "CYR": [{"XM": "a", "XM": "b", "ZJH": "c", "LX": "1"}]}'
    body = ('{"code": "0", "data": {"total": 1, "rows": [' + row + "]}}").encode()
    page = map_page(department, feed, read_page(department, feed, body, "application/json"), 1, {})
    assert problems(page) == [(0, "record.wrong_type", "holders")]


def test_joined_names_and_codes_are_taken_apart_in_pairs(mapped: Callable[..., MappedPage]) -> None:
    joined = Holders(separator="、")
    page = mapped(
        ROW | {"YHMC": "甲公司、 王五", "YHDM": "M1、p2", "DMLX": "1、2"}, ROW | {"YHMC": "甲、乙", "YHDM": "M1、M2"}, ROW,
        ROW | {"YHMC": "甲、乙、丙", "YHDM": "M1、M2"}, holders=joined,
    )  # fmt: skip
    assert listed(page)[:3] == [
        [{"code": "M1", "code_type": "001", "name": "甲公司"}, {"code": "P2", "code_type": "111", "name": "王五"}],
        [{"code": "M1", "code_type": "001", "name": "甲"}, {"code": "M2", "code_type": "001", "name": "乙"}],
        None,
    ]
    assert page.frame["holder_name"].to_list()[:3] == ["甲公司", "甲", "平度市某某公司"]
    assert problems(page) == [(3, "record.holders_differ", "holders")]


def test_repeated_elements_are_a_list(declare: Callable[..., Department]) -> None:
    rows = ElementRows(replace(declare().feeds["licenses"], holders=LIST))
    for inner in ("<CYR><XM>甲</XM><LX>1</LX></CYR><CYR><XM>乙</XM></CYR>", "", "<CYR><XM>甲<b/></XM></CYR>"):
        rows.add(etree.fromstring(f"<R><XKZBH>1</XKZBH>{inner}</R>"))
    page = rows.page("the test")
    told = [json.loads(text) if text else None for text in page.columns["CYR"]]
    empty = dict.fromkeys(("FE", "LX", "XM", "ZJH"))
    assert told == [[empty | {"XM": "甲", "LX": "1"}, empty | {"XM": "乙"}], None, None]
    assert [(fault.row, fault.source, fault.code) for fault in page.faults] == [(2, "CYR", "record.wrong_type")]


DECLARED = """
[feeds.licenses.holders]
list = "CYR"
name = "XM"
code = "ZJH"
code_type = { value = "111" }
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('list = "CYR"', 'list = "CYR"\nseparator = "、"', "exactly one of 'list' and 'separator'"),
        ('name = "XM"\n', "", "key 'name' is missing"),
        ('list = "CYR"', 'separator = "、"', "expected only 'separator'"),
        ('code = "ZJH"', 'code = { from = "ZJH", date = "%Y" }', "is no date"),
        ('code = "ZJH"', 'code = { from = "ZJH", value = "1" }', "exactly one of 'from' and 'value'"),
    ],
)
def test_holders_declared_wrongly_are_named(
    declare: Callable[..., Department], old: str, new: str, message: str
) -> None:
    change = ("[feeds.licenses.face]", DECLARED.replace(old, new) + "\n[feeds.licenses.face]")
    with pytest.raises(DeclarationError, match=message):
        declare(change)


def test_declared_holders_load(declare: Callable[..., Department], tmp_path: Path) -> None:
    feed = declare(("[feeds.licenses.face]", DECLARED + "\n[feeds.licenses.face]")).feeds["licenses"]
    assert feed.holder_keys == {"code": "ZJH", "name": "XM"}
