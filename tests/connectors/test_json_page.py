"""A JSON page is read exactly; what is wrong with one record stays with that record."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from connectors.declarations.declaration import Department
from connectors.formats.page_rows import PageRows
from connectors.pages.pages import read_page
from schemas.errors import DepartmentBrokePromise, DepartmentFault
from schemas.phrases import in_english

Read = Callable[..., PageRows]
JSON = "application/json"
GOOD = '{"XKZBH": "A1", "ZT": "1"}'


@pytest.fixture
def read(declare: Callable[..., Department]) -> Read:
    department = declare()

    def run(rows: str | bytes, media_type: str = JSON, *, whole: bool = False) -> PageRows:
        body = (
            rows
            if whole
            else b'{"code": "0", "data": {"total": 1, "rows": [%s]}}'
            % (rows if isinstance(rows, bytes) else rows.encode())
        )
        return read_page(
            department, department.feeds["licenses"], body if isinstance(body, bytes) else body.encode(), media_type
        )

    return run


def test_the_declared_columns_come_out_as_text(read: Read) -> None:
    rows = read('{"XKZBH": "平度1", "ZT": 1, "DMLX": true, "YHMC": null, "CLXX": 1.5, "unknown": {"a": [1]}}')
    assert rows.count == 1
    assert {name: values[0] for name, values in rows.columns.items() if values[0]} == {
        "XKZBH": "平度1",
        "ZT": "1",
        "DMLX": "true",
        "CLXX": "1.5",
    }
    assert rows.faults == []


@pytest.mark.parametrize("number", ["1.10", "12345678901234567.89", "-0.0", "1E2"])
def test_a_fraction_stays_as_it_is_written(read: Read, number: str) -> None:
    assert read(f'{{"XKZBH": {number}}}').columns["XKZBH"][0] == number


def test_rows_with_different_keys_line_up(read: Read) -> None:
    rows = read('{"XKZBH": "1"}, {"ZT": "2"}, {"XKZBH": "3", "ZT": "4"}')
    assert list(rows.columns["XKZBH"]) == ["1", None, "3"]
    assert list(rows.columns["ZT"]) == [None, "2", "4"]


def test_an_empty_page_has_every_column(read: Read) -> None:
    rows = read("")
    assert (rows.count, set(map(len, rows.columns.values())), rows.digests()) == (0, {0}, [])
    assert read('{"code": "0", "data": {"total": 0, "rows": null}}', whole=True).count == 0


@pytest.mark.parametrize(
    ("row", "source", "code", "got"),
    [
        ('{"XKZBH": "a", "XKZBH": "b"}', "XKZBH", "record.wrong_type", "the key twice"),
        ('{"XKZBH": "a", "XKZBH" : "b"}', "XKZBH", "record.wrong_type", "the key twice"),
        ('{"XKZBH": "a", "\\u0058KZBH": "b"}', "XKZBH", "record.wrong_type", "the key twice"),
        ('{"XKZBH": NaN}', "XKZBH", "record.wrong_type", "NaN"),
        ('{"XKZBH": -Infinity}', "XKZBH", "record.wrong_type", "-Infinity"),
        ('{"XKZBH": 1e400}', "XKZBH", "record.wrong_type", "a number beyond all bounds"),
        ('{"XKZBH": 9223372036854775808}', "XKZBH", "record.wrong_type", "19 digits"),
        ('{"XKZBH": %s}' % ("9" * 5000), "XKZBH", "record.wrong_type", "5000 digits"),
        ('{"XKZBH": {"a": 1}}', "XKZBH", "record.wrong_type", "an object or a list"),
        ('{"XKZBH": %s}' % ("[" * 200 + "]" * 200), "XKZBH", "record.wrong_type", "an object or a list"),
        ('{"XKZBH": "\\ud800"}', "XKZBH", "record.bad_text", "half a surrogate pair"),
        ('"text"', "", "record.wrong_type", "another value"),
        ("[]", "", "record.wrong_type", "another value"),
        ("null", "", "record.wrong_type", "another value"),
    ],
)
def test_a_poisoned_record_stands_alone(read: Read, row: str, source: str, code: str, got: str) -> None:
    rows = read(f"{GOOD}, {row}, {GOOD}")
    assert [(f.row, f.source, f.code, in_english(f.got)) for f in rows.faults] == [(1, source, code, got)]
    assert list(rows.columns["XKZBH"]) == ["A1", None, "A1"]


def test_whole_surrogate_pairs_are_text(read: Read) -> None:
    assert read('{"XKZBH": "\\ud842\\udfb7"}').columns["XKZBH"][0] == "𠮷"


@pytest.mark.parametrize(
    "page",
    [
        "", "null", "[]", "1", '"x"', '{"code": "0"', '{"code": "0", "data": {"rows": [{"XKZBH": "1"}]}} x',
        '{"code": "0", "code": "0", "data": {"total": 1, "rows": []}}',
        '{"code": "0", "data": {"total": NaN, "rows": []}}',
        '{"code": "0", "data": {"rows": {}}}', '{"code": "0", "data": {"total": 3}}', '{"code": "0", "data": null}',
        '{"code": "0", "deep": ' + "[" * 40 + "]" * 40 + ', "data": {"total": 0, "rows": []}}',
        '{"code": "0", "deep": ' + "[" * 100_000 + "]" * 100_000 + "}",
        "<!DOCTYPE html><html>please sign in</html>", "\n <html></html>",
        '{"code": "0", "data": {"rows": [], "total": 0, "next": "\\ud800"}}',
    ],
)  # fmt: skip
def test_a_page_that_is_no_answer_is_refused(read: Read, page: str) -> None:
    with pytest.raises(DepartmentBrokePromise, match=r"^roads\.licenses: "):
        read(page, whole=True)


def test_every_cut_of_a_page_is_refused(read: Read) -> None:
    page = json.dumps({"code": "0", "data": {"total": 2, "rows": [json.loads(GOOD)] * 2}}).encode()
    for end in range(len(page)):
        with pytest.raises(DepartmentBrokePromise):
            read(page[:end], whole=True)


def test_an_answer_that_says_it_failed_is_a_fault_in_the_departments_words(read: Read) -> None:
    with pytest.raises(DepartmentFault, match="code is '9'; expected 0; the department says '…'") as fault:
        read('{"code": 9, "msg": "王小明 超时 37028319900307721X", "data": null}', whole=True)
    assert "王小明" not in str(fault.value)


ROW: dict[str, Any] = {"XKZBH": "平度𠮷"}


@pytest.mark.parametrize(
    ("codec", "media_type"),
    [
        ("utf-8", JSON), ("utf-8-sig", JSON), ("utf-8", f"{JSON}; charset=UTF-8"), ("utf-16", JSON),
        ("gb18030", f'{JSON};charset="GBK"'), ("gb18030", f"{JSON}; charset=gb2312"), ("utf-8-sig", f"{JSON}; charset=GBK"),
    ],
)  # fmt: skip
def test_bytes_are_decoded_by_their_label_or_mark(read: Read, codec: str, media_type: str) -> None:
    page = json.dumps({"code": "0", "data": {"total": 1, "rows": [ROW]}}, ensure_ascii=False).encode(codec)
    assert read(page, media_type, whole=True).columns["XKZBH"][0] == "平度𠮷"


@pytest.mark.parametrize(
    ("codec", "media_type"),
    [("gb18030", JSON), ("utf-8", f"{JSON}; charset=GBK"), ("utf-7", f"{JSON}; charset=utf-7"), ("utf-8", f"{JSON}; charset=iso-8859-1"), ("utf-16-le", f"{JSON}; charset=utf-16")],
)  # fmt: skip
def test_bytes_that_do_not_fit_their_label_are_refused_not_replaced(read: Read, codec: str, media_type: str) -> None:
    page = json.dumps({"code": "0", "data": {"total": 1, "rows": [ROW]}}, ensure_ascii=False).encode(codec)
    with pytest.raises(DepartmentBrokePromise):
        read(page, media_type, whole=True)


def test_equal_rows_have_equal_digests_and_others_not(read: Read) -> None:
    digests = read('{"XKZBH": "1", "ZT": "2"}, {"ZT": "2", "XKZBH": "1"}, {"XKZBH": "12"}, {"XKZBH": "1"}').digests()
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


def test_a_single_record_without_its_list_is_a_list_of_one(read: Read) -> None:
    bare = read(f'{{"code": "0", "data": {{"total": 1, "rows": {GOOD}}}}}', whole=True)
    assert (bare.count, list(bare.columns["ZT"])) == (1, ["1"])
