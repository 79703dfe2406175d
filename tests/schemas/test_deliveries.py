"""The published shape of deliveries is what the hub reads, and what is wrong is named without being quoted."""

from __future__ import annotations

import json
from datetime import date

import pytest
from jsonschema import Draft202012Validator

from schemas.deliveries.deliveries import (
    KINDS,
    PUBLISHED_FILE,
    WrongDelivery,
    delivery_schema,
    example_of,
    kind_of,
    payload_names,
    payload_of,
    read_delivery,
    schema_text,
)
from schemas.errors import RequestError

TODAY = date(2026, 3, 6)


def test_the_published_schema_is_the_one_the_shapes_say() -> None:
    assert PUBLISHED_FILE.read_text("utf-8") == schema_text(), "write it anew with: hub schema publish"


@pytest.mark.parametrize("kind", KINDS)
def test_an_example_of_each_kind_fits_the_schema_and_is_read_whole(kind: str) -> None:
    example = example_of(kind)
    Draft202012Validator(delivery_schema()).validate(example)
    owed = read_delivery(json.dumps(example).encode(), TODAY)
    assert kind_of(owed) == kind
    assert payload_of(owed) == {name: example[name] for name in payload_names(kind)}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"outcome": "平度市某某"}, "outcome"),
        ({"decided_on": "2026-02-30"}, "decided_on"),
        ({"case_number": ""}, "case_number"),
        ({"applicant_code": "9137 0283"}, "applicant_code"),
        ({"kind": "gift"}, "kind"),
        ({"applicant_name": "平度\u0000市"}, "applicant_name"),
        ({"surprise": "意外"}, "the delivery"),
        ({"department": "../etc"}, "department"),
        ({"delivery_key": "short"}, "delivery_key"),
        ({"delivery_key": "platform-0001\n"}, "delivery_key"),
        ({"delivery_key": "correction-00000005"}, "delivery_key"),
        ({"delivery_key": "license-alert-5-0a1b2c3d"}, "delivery_key"),
        ({"case_number": "correction-5"}, "case_number"),
        ({"department": "transport\n"}, "department"),
        ({"case_number": "370283-1\n"}, "case_number"),
        ({"applicant_name": "平度市\n某某"}, "applicant_name"),
        ({"outcome": "\ud800"}, "the delivery"),
    ],
)
def test_what_is_wrong_is_named_and_never_quoted(changes: dict[str, str], place: str) -> None:
    with pytest.raises(RequestError) as refused:
        read_delivery(json.dumps(example_of("decision") | changes).encode(), TODAY)
    assert str(refused.value).startswith(f"delivery: {place} is wrong; expected ")
    assert not [text for text in changes.values() if text and text in str(refused.value)]
    assert "surprise" not in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "code_type", "code", "got"),
    [
        ("decision", "001", "91370283MA3C0EXA39", "the check character at 18 does not fit"),
        ("accepted_application", "001", "91370283MA3C0EXA48", "the inner check character at 17 does not fit"),
        ("supervision_handoff", "111", "370283199003077210", "the check character does not fit"),
        ("decision", "111", "91370283MA3C0EXA38", "a character that is no digit"),
        ("decision", "111", "370283202603072419", "a day of birth in the future"),
        ("license_issued", "001", "370283199003077211", "no register department and class"),
    ],
)
def test_a_code_that_cannot_be_of_its_type_is_refused_and_never_quoted(
    kind: str, code_type: str, code: str, got: str
) -> None:
    name = "holder_code" if kind == "license_issued" else "applicant_code"
    given = example_of(kind) | {name: code, f"{name}_type": code_type}
    with pytest.raises(
        WrongDelivery, match=f"delivery: {name} is wrong; expected a .*, got one that is none: {got}"
    ) as wrong:
        read_delivery(json.dumps(given).encode(), TODAY)
    assert wrong.value.field == name
    assert code not in str(wrong.value)


@pytest.mark.parametrize(
    ("code_type", "code"),
    [("001", "91370283ma3c0exa38"), ("111", "370283199003077211"), ("111", "370283900307721")],
)
def test_a_right_code_is_told_as_it_came(code_type: str, code: str) -> None:
    given = example_of("decision") | {"applicant_code": code, "applicant_code_type": code_type}
    assert payload_of(read_delivery(json.dumps(given).encode(), TODAY))["applicant_code"] == code


def test_a_text_that_is_meant_to_may_have_lines() -> None:
    given = example_of("supervision_handoff") | {"matters": "按许可范围经营\n按时年审"}
    assert payload_of(read_delivery(json.dumps(given).encode(), TODAY))["matters"] == given["matters"]


TWICE = json.dumps(example_of("decision"))[:-1] + ', "applicant_code": "91370283MA3C0EXA3M"}'


@pytest.mark.parametrize("content", ["{", TWICE, "[" * 30_000, '{"kind": NaN}', '{"kind": ' + "9" * 5_000 + "}"])
def test_what_is_no_json_or_could_be_read_in_two_ways_is_refused(content: str) -> None:
    with pytest.raises(RequestError, match="is not JSON"):
        read_delivery(content.encode(), TODAY)
