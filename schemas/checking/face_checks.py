"""Whether the faces of records are what their license types define: dates, numbers, codes, and what must be there.

Works on the columns before they become one text: nothing is decoded again. Knows definitions, not who delivered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import polars as pl

from schemas.catalogue.license_types import FaceDefinition, load_license_types
from schemas.license.problems import Problem, described_text
from schemas.phrases import phrase
from schemas.suites.suite_outcomes import ExpectationResult

CODE = "record.bad_face_value"
MOSTLY = 0.99  # fewer are cases for corrections, not a fault of the feed
_DATE_FORMS = ("%Y-%m-%d", "%Y%m%d", "%Y年%m月%d日", "%Y/%m/%d")
_NUMBER = r"^[0-9]+(?:\.[0-9]+)?$"
_KINDS = {"date": ("日期", "a date"), "number": ("数值", "a number"), "code": ("代码表中的值", "a value of its list")}
_EXPECTED = {"date": phrase("day"), "number": phrase("number")}


class FaceOutcome(NamedTuple):
    """Hold the problems of single records by row, and for each face field that is judged how it fared."""

    problems: list[tuple[int, Problem]]
    results: list[ExpectationResult]


class _Judged(NamedTuple):
    field: FaceDefinition
    rows: pl.Series  # of the records of one type
    values: pl.Series
    bad: pl.Series


def judge_faces(columns: Mapping[str, pl.Series], types: pl.Series) -> FaceOutcome:
    """Judge the columns of a face, by the license type of each record; a type without definition is not judged."""
    judged = list(_judge(columns, types))
    problems = [one for each in judged if each.field.severity == "row" for one in _problems(each)]
    names = dict.fromkeys(each.field.name for each in judged)
    return FaceOutcome(problems, [_result([each for each in judged if each.field.name == name]) for name in names])


def _judge(columns: Mapping[str, pl.Series], types: pl.Series) -> Iterator[_Judged]:
    defined = load_license_types()
    for license_type in sorted(types.unique().drop_nulls()):
        fields = defined[license_type].face if license_type in defined else ()
        fields = tuple(one for one in fields if one.name in columns and (one.required or one.kind != "text"))
        if not fields:
            continue
        rows = (types == license_type).arg_true()
        for field in fields:
            values = columns[field.name][rows]
            yield _Judged(field, rows, values, _are_bad(field, values))


def _are_bad(field: FaceDefinition, values: pl.Series) -> pl.Series:
    absent = values.is_null()
    if field.kind == "code":
        unfit = ~values.is_in(list(field.codes))
    elif field.kind == "number":
        unfit = ~values.str.contains(_NUMBER)
    elif field.kind == "date":
        unfit = ~_are_dates(values)
    else:
        return absent
    unfit = unfit.fill_null(value=False) & ~absent
    return unfit | absent if field.required else unfit


def _are_dates(values: pl.Series) -> pl.Series:
    """Say which texts are days; further forms are tried only where the first leaves some over."""
    read = values.str.to_date(_DATE_FORMS[0], strict=False)
    for form in _DATE_FORMS[1:]:
        if read.null_count() > values.null_count():
            read = read.zip_with(read.is_not_null(), values.str.to_date(form, strict=False))
    return read.is_not_null()


def _problems(judged: _Judged) -> Iterator[tuple[int, Problem]]:
    field = judged.field
    expected = (
        phrase("one_of", ", ".join(field.codes)) if field.codes else _EXPECTED.get(field.kind, phrase("some_value"))
    )
    for place in judged.bad.arg_true():
        got = described_text(judged.values[place], is_personal=field.personal)
        yield judged.rows[place], Problem(CODE, f"face.{field.name}", expected, got)


def _result(judged: list[_Judged]) -> ExpectationResult:
    """Join what was found of one field over all types; a row that waits is told by its problem."""
    field, is_told = judged[0].field, judged[0].field.severity == "warning"
    evaluated = sum(len(each.values) for each in judged)
    unexpected = sum(int(each.bad.sum()) for each in judged) if is_told else 0
    zh, en = _KINDS.get(field.kind, ("必填项", "filled"))
    return ExpectationResult(
        f"face_{field.name}",
        f"face.{field.name}",
        "warning",
        unexpected <= (1 - MOSTLY) * evaluated,
        evaluated,
        unexpected,
        MOSTLY,
        zh=f"照面“{field.zh}”应为{zh}。",
        en=f"The face field {field.en.lower()} is {en}.",
    )
