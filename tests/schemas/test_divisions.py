"""Divisions and their days."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from schemas.catalogue.catalogue import CATALOGUE_FILE
from schemas.identifiers.divisions import divisions, find_division, provinces

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


def test_provinces_are_those_of_the_standard_and_the_residence_permits() -> None:
    ranges = [(11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83)]
    assert provinces() == {str(code) for first, last in ranges for code in range(first, last + 1)}


def test_every_town_of_the_catalogue_is_listed() -> None:
    towns = yaml.safe_load(CATALOGUE_FILE.read_bytes())["towns"]
    assert {town["code"]: town["name"] for town in towns}.items() <= {
        code: division.name for code, division in divisions().items()
    }.items()
