"""Source columns become canonical records by the declaration alone; what does not fit waits with a reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from connectors.declarations.declaration import Department
from connectors.pages.pages import MappedPage, map_page, read_page
from schemas.errors import DeclarationError
from schemas.license.license import LICENSE
from schemas.phrases import in_english

ROW = {
    "XKZBH": " A1 ", "ZZLX": "01", "FZRQ": "20240229", "YHMC": "平度市某某公司", "YHDM": "９１370283ma3abc ", "DMLX": "1",
    "YXQQ": "20240229", "YXQZ": "20280228", "ZT": "1", "GXSJ": "2024-02-29 12:00:00", "JYFW": "普通 货运", "CLXX": "",
}  # fmt: skip
Map = Callable[..., MappedPage]


@pytest.fixture
def mapped(declare: Callable[..., Department]) -> Map:
    def run(*rows: dict[str, Any], changes: tuple[tuple[str, str], ...] = (), page: int = 1) -> MappedPage:
        department = declare(*changes)
        feed = department.feeds["licenses"]
        body = json.dumps({"code": "0", "data": {"total": len(rows), "rows": rows}}).encode()
        names = {"roadgoods": "道路运输经营许可证"}
        return map_page(department, feed, read_page(department, feed, body, "application/json"), page, names)

    return run


def problems(page: MappedPage) -> list[tuple[int, str, str, str]]:
    return [(p["row"], p["code"], p["field"], in_english(p["got"])) for p in page.problems.to_dicts()]


def test_a_good_record_is_mapped_whole(mapped: Map) -> None:
    page = mapped(ROW, page=7)
    record = page.frame.to_dicts()[0]
    assert record == {
        "record_id": "A1", "license_identifier": None, "license_type": "roadgoods", "license_name": "道路运输经营许可证",
        "license_number": "A1", "version_number": None, "issuer_name": "平度市交通运输局", "issuer_code": None,
        "issued_on": date(2024, 2, 29), "holder_name": "平度市某某公司", "holder_code": "91370283MA3ABC",
        "holder_code_type": "001", "holders": None, "valid_from": date(2024, 2, 29), "valid_to": date(2028, 2, 28), "open_ended": False,
        "area_code": "370283", "item_code": None, "item_name": None, "status": "valid", "changed_on": None,
        "change_reason": None, "file_url": None, "replaces": None, "face": '{"scope":"普通 货运"}',
        "source_updated_at": datetime(2024, 2, 29, 4, tzinfo=UTC), "_page": 7, "_position": 0,
    }  # fmt: skip
    assert problems(page) == []


def test_the_frame_has_a_column_of_the_right_kind_for_every_field_even_when_empty(mapped: Map) -> None:
    kinds = {
        "text": pl.String,
        "code": pl.String,
        "json": pl.String,
        "holders": pl.String,
        "flag": pl.Boolean,
        "date": pl.Date,
    }
    for page in (mapped(ROW), mapped()):
        assert page.frame.columns == [field.name for field in LICENSE.fields] + ["_page", "_position"]
        for field in LICENSE.fields:
            expected = pl.Datetime("us", "UTC") if field.kind == "instant" else kinds[field.kind]
            assert page.frame.schema[field.name] == expected
        assert page.problems.schema["row"] == pl.UInt32


@pytest.mark.parametrize(
    ("change", "code", "field", "got"),
    [
        ({"ZZLX": "09"}, "record.unknown_code", "license_type", "09"),
        ({"ZT": "valid"}, "record.unknown_code", "status", "valid"),
        ({"FZRQ": "20230229"}, "record.bad_date", "issued_on", "20230229"),
        ({"FZRQ": "2024-02-29"}, "record.bad_date", "issued_on", "2024-02-29"),
        ({"FZRQ": "2024229"}, "record.bad_date", "issued_on", "2024229"),
        ({"FZRQ": "+2024229"}, "record.bad_date", "issued_on", "+2024229"),
        ({"FZRQ": "２0240229"}, "record.bad_date", "issued_on", "２0240229"),
        ({"YXQZ": "长 期"}, "record.bad_date", "valid_to", "长 期"),
        ({"YXQZ": "37028319900307721X"}, "record.bad_date", "valid_to", "18 characters"),
        ({"GXSJ": "2024-02-29"}, "record.bad_date", "source_updated_at", "2024-02-29"),
        ({"GXSJ": "2024-02-29 12:00:60"}, "record.bad_date", "source_updated_at", "2024-02-29 12:00:60"),
        ({"XKZBH": " "}, "record.missing_field", "record_id", "nothing"),
        ({"YHMC": {"a": 1}}, "record.wrong_type", "holder_name", "an object or a list"),
        ({"CLXX": [1]}, "record.wrong_type", "face", "an object or a list"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_becomes_null_with_a_reason(
    mapped: Map, change: dict[str, Any], code: str, field: str, got: str
) -> None:
    page = mapped(ROW, ROW | change, ROW)
    assert problems(page) == [(1, code, field, got)]
    if field != "face":
        assert page.frame[field].is_null().to_list() == [False, True, False]


@pytest.mark.parametrize("value", ["长期", "99991231", " 长期 "])
def test_a_license_without_end_says_so(mapped: Map, value: str) -> None:
    page = mapped(ROW | {"YXQZ": value}, ROW | {"YXQZ": None})
    assert page.frame["open_ended"].to_list() == [True, False]
    assert page.frame["valid_to"].to_list() == [None, None]
    assert problems(page) == []


def test_a_name_the_source_gives_goes_before_the_catalogues(mapped: Map) -> None:
    change = (("license_number =", 'license_name = "ZZMC"\nlicense_number ='),)
    page = mapped(ROW | {"ZZMC": "老证"}, ROW | {"ZZMC": ""}, ROW | {"ZZLX": "02"}, changes=change)
    assert page.frame["license_name"].to_list() == ["老证", "道路运输经营许可证", None]


def test_a_compound_key_is_joined_and_needs_every_part(mapped: Map) -> None:
    page = mapped(ROW, ROW | {"DMLX": ""}, changes=(('key = ["XKZBH"]', 'key = ["XKZBH", "DMLX"]'),))
    assert page.frame["record_id"].to_list() == ["A1/1", None]
    assert ("record.missing_field", "record_id") in {(code, field) for _, code, field, _ in problems(page)}


def test_two_compound_keys_never_make_the_same_id(mapped: Map) -> None:
    change = (('key = ["XKZBH"]', 'key = ["XKZBH", "CLXX"]'),)
    rows = [ROW | {"XKZBH": one, "CLXX": two} for one, two in (("1/2", "3"), ("1", "2/3"), ("1", "2"))]
    page = mapped(*rows, changes=change)
    assert page.frame["record_id"].to_list() == [None, "1/2/3", "1/2"]
    assert problems(page) == [(0, "record.wrong_type", "record_id", "one in another part")]
    assert mapped(ROW | {"XKZBH": "1/2"}).frame["record_id"].to_list() == ["1/2"]


@pytest.mark.parametrize(
    ("local", "instant"),
    [
        ("1986-08-01 12:00:00", datetime(1986, 8, 1, 3, tzinfo=UTC)),  # summer time, nine hours ahead
        ("1992-08-01 12:00:00", datetime(1992, 8, 1, 4, tzinfo=UTC)),
        ("1991-09-15 01:30:00", datetime(1991, 9, 14, 16, 30, tzinfo=UTC)),  # came twice: the first
        ("1970-01-01 08:00:00", datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_local_times_are_read_with_shanghais_own_history(mapped: Map, local: str, instant: datetime) -> None:
    assert mapped(ROW | {"GXSJ": local}).frame["source_updated_at"][0] == instant


def test_an_hour_that_never_was_is_no_instant(mapped: Map) -> None:
    page = mapped(ROW | {"GXSJ": "1991-04-14 02:30:00"})
    assert problems(page) == [(0, "record.bad_date", "source_updated_at", "1991-04-14 02:30:00")]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%Y%m%d%H%M%S", "20240229120000"),
        ("%Y年%m月%d日 %H:%M:%S", "2024年02月29日 12:00:00"),
        ("%Y-%m-%dT%H:%M:%S", "2024-02-29T12:00:00"),
    ],
)
def test_the_cursor_is_read_in_its_declared_form(mapped: Map, form: str, text: str) -> None:
    page = mapped(ROW | {"GXSJ": text}, changes=(('overlap = "2h"', f'overlap = "2h", format = "{form}"'),))
    assert page.frame["source_updated_at"][0] == datetime(2024, 2, 29, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-02-29T12:00:00", datetime(2024, 2, 29, 4, tzinfo=UTC)),
        ("2024-02-29T12:00:00.5", datetime(2024, 2, 29, 4, 0, 0, 500_000, tzinfo=UTC)),
        ("2024-02-29T12:00:00.1234567Z", datetime(2024, 2, 29, 12, 0, 0, 123_456, tzinfo=UTC)),
        ("2024-02-29T12:00:00+08:00", datetime(2024, 2, 29, 4, tzinfo=UTC)),
        ("2024-02-29T12:00:00.000-03:30", datetime(2024, 2, 29, 15, 30, tzinfo=UTC)),
        ("2024-02-29T12:00:00+8:00", None),
        ("2024-02-29T12:00:00.", None),
        ("2024-02-30T12:00:00Z", None),
        ("2024-02-29 12:00:00", None),
    ],
)
def test_an_instant_of_xml_is_read_with_fraction_and_zone_or_without(
    mapped: Map, text: str, instant: datetime | None
) -> None:
    page = mapped(ROW | {"GXSJ": text}, changes=(('overlap = "2h"', 'overlap = "2h", format = "xs:dateTime"'),))
    assert page.frame["source_updated_at"][0] == instant
    assert [code for _, code, _, _ in problems(page)] == ([] if instant else ["record.bad_date"])


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [
        ("xs:date", "2024-02-29", date(2024, 2, 29)),
        ("xs:date", "2024-02-29+08:00", date(2024, 2, 29)),
        ("xs:date", "2024-02-29Z", date(2024, 2, 29)),
        ("xs:date", "2024-02-29T00:00:00", None),
        ("xs:dateTime", "2024-02-29T00:00:00.000+08:00", date(2024, 2, 29)),
        ("xs:dateTime", "2024-02-29", None),
    ],
)
def test_a_date_of_xml_is_the_day_that_is_written(mapped: Map, form: str, text: str, day: date | None) -> None:
    page = mapped(
        ROW | {"FZRQ": text},
        changes=(('issued_on = { from = "FZRQ", date = "%Y%m%d"', f'issued_on = {{ from = "FZRQ", date = "{form}"'),),
    )
    assert page.frame["issued_on"][0] == day


@pytest.mark.parametrize("form", ["%y%m%d", "%d.%m", "%Y-%b-%d", "%c"])
def test_a_loose_date_form_is_refused_when_the_declaration_is_loaded(
    declare: Callable[..., Department], form: str
) -> None:
    with pytest.raises(DeclarationError, match=r"issued_on: key 'date': date form .* expected %Y"):
        declare(('issued_on = { from = "FZRQ", date = "%Y%m%d"', f'issued_on = {{ from = "FZRQ", date = "{form}"'))
    with pytest.raises(DeclarationError, match=r"\[feeds.licenses.cursor\]: key 'format': date form"):
        declare(('overlap = "2h"', f'overlap = "2h", format = "{form}"'))


def test_the_face_is_canonical_and_null_when_nothing_is_known(mapped: Map) -> None:
    page = mapped(ROW | {"CLXX": '鲁B"1'}, ROW | {"JYFW": None})
    assert page.frame["face"].to_list() == ['{"scope":"普通 货运","vehicle":"鲁B\\"1"}', None]


def test_every_row_has_a_source_digest(mapped: Map) -> None:
    digests = mapped(ROW, ROW, ROW | {"ZT": "2"}).digests([0, 1, 2])
    assert [len(digest) for digest in digests.values()] == [32] * 3
    assert digests[0] == digests[1] != digests[2]


def test_a_face_is_judged_by_what_its_license_type_defines(mapped: Map) -> None:
    page = mapped(
        ROW, ROW | {"XKZBH": "A2", "JYFW": None}, changes=(('scope = "JYFW"', 'scope = "JYFW"\nsex = "JYFW"'),)
    )
    assert [one.expectation for one in page.face_results] == []  # 道路运输经营许可证 demands no scope and knows no sex
    as_card = (('"01" = "roadgoods"', '"01" = "idcard"'), ('scope = "JYFW"', 'sex = "JYFW"'))
    page = mapped(ROW, ROW | {"XKZBH": "A2", "JYFW": "男"}, changes=as_card)
    assert problems(page) == [(0, "record.bad_face_value", "face.sex", "5 characters")]
    assert [(one.expectation, one.evaluated) for one in page.face_results] == [("face_sex", 2)]


def test_a_day_may_be_a_constant_and_must_be_one(mapped: Map) -> None:
    issued = 'issued_on = { from = "FZRQ", date = "%Y%m%d" }'
    page = mapped(ROW, changes=((issued, 'issued_on = { value = "2024-01-31" }'),))
    assert page.frame["issued_on"].to_list() == [date(2024, 1, 31)]
    with pytest.raises(DeclarationError, match=r"expected a day as 2024-01-31, got '31.1.2024'"):
        mapped(ROW, changes=((issued, 'issued_on = { value = "31.1.2024" }'),))
