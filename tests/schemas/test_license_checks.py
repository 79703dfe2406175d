"""The checks of license records: each rule, its code, and what its words give away."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from license_makers import LICENSE_TYPES, TODAY, license_frame, license_record

from schemas.checking.checks import check_records
from schemas.license.license import LICENSE
from schemas.license.problems import PROBLEM_CODES, PROBLEM_SCHEMA
from schemas.phrases import in_english

LONG_AGO, FAR_AHEAD = date(1899, 12, 31), date(2201, 1, 1)
PERSON, OLD_PERSON, COMPANY = "370283199003077211", "370226650101001", "93370283MA3NABCD0W"


def problems_of(*records: dict[str, Any]) -> list[tuple[str, str]]:
    found = check_records(license_frame(*records), LICENSE, LICENSE_TYPES, TODAY)
    return list(zip(found["field"], found["code"], strict=True))


GOOD_VARIANTS: list[dict[str, Any]] = [
    {},
    {"license_identifier": None, "issuer_code": None, "face": None, "file_url": None, "item_code": None},
    {"holder_code": PERSON, "holder_code_type": "111", "license_type": "idcard"},
    {"holder_code": OLD_PERSON, "holder_code_type": "111"},
    {"holder_code": "军字第1234567号", "holder_code_type": "114"},
    {"holder_code": "E12345678", "holder_code_type": "414"},
    {"valid_to": None, "open_ended": True},
    {"valid_from": None, "valid_to": None, "open_ended": None},
    {"issued_on": TODAY, "valid_from": TODAY},
    {"valid_to": date(2024, 5, 6)},
    {"status": "renewal_pending"},
    {"area_code": "370283"},
    {"area_code": "370283120"},
    {"file_url": "files/SC-0001.ofd"},
    {"holder_name": "阿卜杜拉·买买提"},
    {"face": '{"note":"a\\\\u0000 b"}'},
    {"face": '{"note":"\\ud83d\\ude00"}'},
    {
        "license_identifier": "1.2.156.3005.2.11100000000013661B006.113700000045046442."
        "209FA4E88F9E4C878F3E9BED2CE7EA49.001.M"
    },
    {"source_updated_at": datetime(2026, 11, 24, 23, 59, tzinfo=UTC)},
]


@pytest.mark.parametrize("changes", GOOD_VARIANTS)
def test_a_good_record_has_no_problem(changes: dict[str, Any]) -> None:
    assert problems_of(license_record(**changes)) == []


BAD_VARIANTS: list[tuple[dict[str, Any], str, str]] = [
    ({"record_id": None}, "record_id", "record.missing_field"),
    ({"holder_name": "  \u3000"}, "holder_name", "record.missing_field"),
    ({"issued_on": None}, "issued_on", "record.missing_field"),
    ({"source_updated_at": None}, "source_updated_at", "record.missing_field"),
    ({"license_number": "甲" * 129}, "license_number", "record.too_long"),
    ({"holder_name": "张\x00三"}, "holder_name", "record.bad_text"),
    ({"issuer_name": "平度市\ufffd\ufffd局"}, "issuer_name", "record.bad_text"),
    ({"issuer_name": "平度市\u202e局"}, "issuer_name", "record.bad_text"),
    ({"license_number": "A\tB"}, "license_number", "record.bad_text"),
    ({"face": '{"note":"\\u0000"}'}, "face", "record.bad_text"),
    ({"face": '{"note":"\\ud83d"}'}, "face", "record.bad_text"),
    ({"face": '{"note":"\\ud83d\\ude00\\ude00"}'}, "face", "record.bad_text"),
    ({"face": '["scope"]'}, "face", "record.wrong_type"),
    ({"license_type": "forged"}, "license_type", "record.unknown_license_type"),
    ({"status": "有效"}, "status", "record.unknown_code"),
    ({"holder_code_type": "002"}, "holder_code_type", "record.unknown_code"),
    ({"area_code": "37028"}, "area_code", "record.bad_area_code"),
    ({"area_code": "990283"}, "area_code", "record.bad_area_code"),
    ({"area_code": "３７０２８３"}, "area_code", "record.bad_area_code"),
    ({"file_url": "javascript:alert(1)"}, "file_url", "record.bad_url"),
    ({"issued_on": LONG_AGO, "valid_from": None}, "issued_on", "record.date_out_of_range"),
    ({"valid_to": FAR_AHEAD}, "valid_to", "record.date_out_of_range"),
    ({"valid_to": date(2024, 5, 5), "issued_on": date(2024, 5, 1)}, "valid_to", "record.dates_reversed"),
    ({"valid_to": date(2024, 5, 5), "valid_from": None}, "valid_to", "record.dates_reversed"),
    ({"open_ended": True}, "valid_to", "record.open_ended_with_end"),
    ({"issued_on": date(2026, 11, 23)}, "issued_on", "record.issued_in_future"),
    (
        {"source_updated_at": datetime(2026, 11, 25, 0, 1, tzinfo=UTC)},
        "source_updated_at",
        "record.updated_in_future",
    ),
    ({"holder_code": "93370283MA3NABCD0X"}, "holder_code", "identifier.uscc_wrong"),
    ({"holder_code": COMPANY.lower()}, "holder_code", "identifier.uscc_wrong"),
    ({"holder_code": "370283199003077212", "holder_code_type": "111"}, "holder_code", "identifier.resident_id_wrong"),
    ({"holder_code": PERSON}, "holder_code", "identifier.holder_type_mismatch"),
    ({"holder_code": COMPANY, "holder_code_type": "111"}, "holder_code", "identifier.holder_type_mismatch"),
    ({"holder_code": "E 1234", "holder_code_type": "414"}, "holder_code", "identifier.holder_code_wrong"),
    ({"license_identifier": "1.2.156.3005.2.X"}, "license_identifier", "identifier.license_identifier_wrong"),
    (
        {
            "license_identifier": "1.2.156.3005.2.11100000000013338W050.91610800064834709T.2023000001.001.X",
        },
        "license_identifier",
        "identifier.license_identifier_wrong",
    ),
]


@pytest.mark.parametrize(("changes", "field", "code"), BAD_VARIANTS)
def test_a_bad_record_has_exactly_its_problem(changes: dict[str, Any], field: str, code: str) -> None:
    assert problems_of(license_record(), license_record(**{"record_id": "SC-0002"} | changes)) == [(field, code)]


def test_every_code_a_check_uses_is_explained() -> None:
    assert {code for _, _, code in BAD_VARIANTS} <= PROBLEM_CODES.keys()


def test_a_record_shows_all_its_problems_at_once() -> None:
    found = problems_of(license_record(status="??", area_code="1", holder_code="?"))
    assert {field for field, _ in found} == {"status", "area_code", "holder_code"}


@pytest.mark.parametrize(
    ("changes", "got"),
    [
        ({"holder_code": "370283199003077212", "holder_code_type": "111"}, "the check character does not fit"),
        ({"holder_code": "12345"}, "5 characters"),
        ({"holder_name": "张\x00三"}, "U+0000 at position 2"),
        ({"status": "370283199003077211"}, "18 characters"),
        ({"status": "有效"}, "有效"),
        ({"license_identifier": "x"}, "another shape, 1 characters"),
        ({"valid_to": date(2024, 5, 5)}, "2024-05-05"),
    ],
)
def test_words_tell_the_shape_and_never_a_personal_value(changes: dict[str, Any], got: str) -> None:
    found = check_records(license_frame(license_record(**changes)), LICENSE, LICENSE_TYPES, TODAY)
    assert in_english(found["got"][0]) == got


def test_no_problem_repeats_a_holder() -> None:
    bad = [license_record(**{"record_id": f"SC-{n}", **changes}) for n, (changes, _, _) in enumerate(BAD_VARIANTS)]
    said = check_records(license_frame(*bad), LICENSE, LICENSE_TYPES, TODAY).write_csv()
    for record in bad:
        assert record["holder_code"] not in said
        assert record["holder_name"] not in said or not record["holder_name"].strip()


def test_two_contents_of_one_record_at_one_time_are_both_held_back() -> None:
    other = license_record(license_number="另一号")
    later = license_record(license_number="又一号", source_updated_at=datetime(2024, 6, 1, tzinfo=UTC))
    assert problems_of(license_record(), other) == [("record_id", "record.duplicate_key")] * 2
    assert problems_of(license_record(), later) == []
    assert problems_of(license_record(), license_record()) == []


def test_problems_name_the_row_in_the_frame() -> None:
    frame = license_frame(
        license_record(),
        license_record(record_id="SC-0002", status="?"),
        license_record(record_id="SC-0003", area_code="1"),
    )
    found = check_records(frame, LICENSE, LICENSE_TYPES, TODAY)
    assert found.schema == PROBLEM_SCHEMA
    assert found["row"].to_list() == [1, 2]


def test_an_empty_frame_has_no_problems() -> None:
    assert check_records(license_frame().clear(), LICENSE, LICENSE_TYPES, TODAY).is_empty()


def test_a_frame_without_a_field_is_refused() -> None:
    with pytest.raises(TypeError, match=r"holder_code \(absent"):
        check_records(license_frame().drop("holder_code"), LICENSE, LICENSE_TYPES, TODAY)
    with pytest.raises(TypeError, match="issued_on"):
        check_records(license_frame().with_columns(issued_on=pl.lit("2024")), LICENSE, LICENSE_TYPES, TODAY)


def test_good_records_are_checked_fast() -> None:
    frame = pl.concat([license_frame()] * 20_000).with_columns(
        record_id=pl.format("SC-{}", pl.int_range(pl.len())),
    )
    check_records(frame, LICENSE, LICENSE_TYPES, TODAY)
    started = time.process_time()
    assert check_records(frame, LICENSE, LICENSE_TYPES, TODAY).is_empty()
    assert time.process_time() - started < 0.5  # 0.06 s measured; one Python call for each value would take longer
