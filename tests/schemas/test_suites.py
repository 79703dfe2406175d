"""The stewards' files: what they say, and how a broken one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import DeclarationError
from schemas.license.license import LICENSE
from schemas.suites.suite import load_suite

ONE = """
[[expectations]]
name = "numbers_begin_with_a_letter"
expectation = "expect_column_values_to_match_regex"
column = "license_number"
arguments = { regex = "^[A-Z]" }
severity = "row"
zh = "编号以字母开头。"
en = "A number begins with a letter."
"""


def extra(folder: Path, text: str) -> Path:
    file = folder / "suite.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_license_suite_reads_fields_of_a_license_only() -> None:
    suite = load_suite("license")
    assert set(suite.columns()) <= {field.name for field in LICENSE.fields}
    assert {one.severity for one in suite.expectations} == {"row", "batch", "warning"}
    assert all(one.zh and one.en for one in suite.expectations)


def test_a_department_adds_its_own_expectations_and_another_version(tmp_path: Path) -> None:
    plain, own = load_suite("license"), load_suite("license", extra(tmp_path, ONE))
    assert len(own.expectations) == len(plain.expectations) + 1
    assert own.version != plain.version == load_suite("license").version


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[expectations", "suite.toml"),
        (ONE.replace('severity = "row"', 'severity = "fatal"'), "severity"),
        (ONE + "colour = 1", "colour"),
        (ONE.replace('zh = "编号以字母开头。"', ""), "zh"),
        (ONE.replace('column = "license_number"', ""), "numbers_begin_with_a_letter"),
        (ONE.replace("arguments = { ", "arguments = { mostly = 0.5, "), "mostly"),
        (ONE + ONE, "twice"),
    ],
)
def test_a_broken_suite_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DeclarationError, match=said):
        load_suite("license", extra(tmp_path, text))


def test_a_record_type_without_a_suite_is_refused() -> None:
    with pytest.raises(DeclarationError, match=r"nothing\.toml"):
        load_suite("nothing")
