"""The JSON Schema others were given."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from license_makers import GOOD

from schemas.license.json_schema import PUBLISHED_FILE, license_schema, schema_text
from schemas.license.license import LICENSE


def as_json(**changes: Any) -> dict[str, Any]:
    values = {name: value for name, value in (GOOD | changes).items() if value is not None}
    dated = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
    return dated | {"face": json.loads(values["face"])}


def faults(record: dict[str, Any]) -> list[str]:
    return [str(error.json_path) for error in Draft202012Validator(license_schema()).iter_errors(record)]


def test_the_published_schema_is_the_one_the_fields_say() -> None:
    assert PUBLISHED_FILE.read_text(encoding="utf-8") == schema_text(), "write it anew with: hub schema publish"


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(license_schema())


def test_every_field_is_published() -> None:
    assert list(license_schema()["properties"]) == [field.name for field in LICENSE.fields]


def test_a_good_record_fits() -> None:
    assert faults(as_json()) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "有效"},
        {"holder_code_type": "002"},
        {"area_code": "990000"},
        {"license_identifier": "x"},
        {"license_number": ""},
        {"record_id": None},
        {"open_ended": "yes"},
    ],
)
def test_a_bad_record_does_not_fit(changes: dict[str, Any]) -> None:
    assert len(faults(as_json(**changes))) == 1


def test_unknown_fields_do_not_fit() -> None:
    assert len(faults(as_json() | {"colour": "red"})) == 1
