"""Divisions and their days."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from schemas.catalogue import CATALOGUE_FILE
from schemas.divisions import divisions, find_division, full_name, is_division_code, provinces

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("code", "day", "name"),
    [
        ("370283", TODAY, "平度市"),
        ("370283", date(1988, 12, 31), None),
        ("370226", date(1985, 6, 1), "平度县"),
        ("370226", date(1989, 1, 1), None),
        ("370215", TODAY, "即墨区"),
        ("370215", date(2016, 12, 31), None),
        ("370282", date(2016, 12, 31), "即墨市"),
        ("370282", TODAY, None),
        ("370283000000", TODAY, "平度市"),
        ("370283120", TODAY, "大泽山镇"),
        ("370283120000", TODAY, "大泽山镇"),
        ("37", TODAY, "山东省"),
        ("370200", TODAY, "青岛市"),
        ("370283999", TODAY, None),
    ],
)
def test_a_division_is_found_while_its_code_is_in_force(code: str, day: date, name: str | None) -> None:
    found = find_division(code, day)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("370283120000", "山东省青岛市平度市大泽山镇"),
        ("370283", "山东省青岛市平度市"),
        ("370200", "山东省青岛市"),
        ("110105", "北京市"),
        ("99", None),
    ],
)
def test_a_division_is_named_in_full_as_far_as_it_is_listed(code: str, name: str | None) -> None:
    assert full_name(code, TODAY) == name


@pytest.mark.parametrize("code", ["370283", "370283001", "370283001000", "830000", "110105"])
def test_a_division_code_lies_in_a_province(code: str) -> None:
    assert is_division_code(code)


@pytest.mark.parametrize("code", ["", "37", "3702830", "990000", "37028x", "３７０２８３", "370283\n"])
def test_another_code_is_no_division(code: str) -> None:
    assert not is_division_code(code)


def test_provinces_are_those_of_the_standard_and_the_residence_permits() -> None:
    ranges = [(11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83)]
    assert provinces() == {str(code) for first, last in ranges for code in range(first, last + 1)}


def test_every_town_of_the_catalogue_is_listed() -> None:
    towns = yaml.safe_load(CATALOGUE_FILE.read_bytes())["towns"]
    assert {town["code"]: town["name"] for town in towns}.items() <= {
        code: division.name for code, division in divisions().items()
    }.items()
