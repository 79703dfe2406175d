"""What can be wrong with a record: stable codes, one shape, and words that give nothing personal away.

Knows the codes' meaning in both languages; decides nothing about a record itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec
import polars as pl

from schemas.license.license import Field
from schemas.phrases import Phrase, Phrases, phrase, phrases


class Problem(msgspec.Struct, frozen=True):
    """Say what is wrong with one field of one record. `got` never holds a personal value, only its shape."""

    code: str
    field: str
    expected: Phrase
    got: Phrase


class ProblemCode(msgspec.Struct, frozen=True):
    """Explain one problem code to a steward."""

    zh: str
    en: str


PROBLEM_CODES: Final[dict[str, ProblemCode]] = {
    "record.missing_field": ProblemCode("必填项缺失", "a required field is missing"),
    "record.bad_date": ProblemCode("日期无法识别", "the date cannot be read"),
    "record.unknown_code": ProblemCode("代码不在代码表中", "the code is not in its list"),
    "record.unknown_license_type": ProblemCode("证照类型不在目录中", "the license type is not in the catalogue"),
    "record.too_long": ProblemCode("内容超长", "the value is too long"),
    "record.bad_text": ProblemCode("含控制字符或乱码", "the text holds control characters or decoding damage"),
    "record.bad_area_code": ProblemCode("行政区划代码有误", "the division code is wrong"),
    "record.bad_url": ProblemCode("文件地址有误", "the file address is wrong"),
    "record.date_out_of_range": ProblemCode("日期超出合理范围", "the date is outside 1900 to 2200"),
    "record.dates_reversed": ProblemCode("起止日期颠倒", "the dates are in the wrong order"),
    "record.open_ended_with_end": ProblemCode("标为长期却有截止日期", "marked open-ended yet it has an end"),
    "record.issued_in_future": ProblemCode("颁发日期晚于今天", "issued in the future"),
    "record.updated_in_future": ProblemCode("来源更新时间晚于今天", "updated in the future"),
    "record.wrong_type": ProblemCode("数据类型不符", "the value has the wrong type"),
    "record.duplicate_key": ProblemCode(
        "同一记录同一时间内容不一致", "the same record arrived twice with different content"
    ),
    "record.bad_face_value": ProblemCode(
        "照面字段与证照类型的定义不符", "a face field is not what its license type defines"
    ),
    "record.holders_differ": ProblemCode(
        "多个持证主体的名称与代码数量不符", "names and codes of several holders do not pair up"
    ),
    "identifier.uscc_wrong": ProblemCode("统一社会信用代码有误", "the unified social credit code is wrong"),
    "identifier.resident_id_wrong": ProblemCode("公民身份号码有误", "the resident identity number is wrong"),
    "identifier.license_identifier_wrong": ProblemCode("电子证照标识有误", "the license identifier is wrong"),
    "identifier.holder_code_wrong": ProblemCode("持证主体代码有误", "the holder's code is wrong"),
    "identifier.holder_type_mismatch": ProblemCode(
        "持证主体代码与代码类型不符", "the holder's code is of another type than stated"
    ),
}

# What a person may let pass in one record: the value is there and can be kept as it is. Where it is missing, unreadable
# or contradicted by another row, letting it pass would be a guess.
WAIVABLE: Final = {
    "record.bad_face_value",
    "record.bad_area_code",
    "record.bad_url",
    "record.dates_reversed",
    "record.open_ended_with_end",
    "record.issued_in_future",
    "identifier.uscc_wrong",
    "identifier.resident_id_wrong",
    "identifier.license_identifier_wrong",
    "identifier.holder_code_wrong",
    "identifier.holder_type_mismatch",
}

PROBLEM_SCHEMA: Final = {
    "row": pl.UInt32(),
    "code": pl.String(),
    "field": pl.String(),
    "expected": pl.String(),
    "got": pl.String(),
}

_LONGEST_SHOWN = 40
_PERHAPS_A_PERSON = r"\d{15}"  # a resident identity number can turn up in any field


def is_waivable(code: str) -> bool:
    """Say whether a person may let this problem pass; every row expectation of a suite is about a value that is there."""
    return code in WAIVABLE or code.startswith("suite.")


def problems_frame(rows: Iterable[tuple[int, Problem]] = ()) -> pl.DataFrame:
    """Return a problems frame with one line per (row, problem)."""
    lines = [(row, problem.code, problem.field, problem.expected, problem.got) for row, problem in rows]
    return pl.DataFrame(lines, schema=PROBLEM_SCHEMA, orient="row")


def join_problems(*frames: pl.DataFrame) -> pl.DataFrame:
    """Join problems frames over the same records, by row; a field already faulted is not reported missing as well."""
    joined = pl.concat(frames or [problems_frame()])
    missing = pl.col("code") == "record.missing_field"
    faulted = (~missing).any().over("row", "field")
    return joined.filter(~(missing & faulted)).unique(maintain_order=True).sort("row", maintain_order=True)


def describe_value(field: Field, value: str | None) -> Phrase:
    """Return what a message may say of a value: the value itself, or only its length where it may name a person."""
    return described_text(value, is_personal=field.personal)


def described_text(value: str | None, *, is_personal: bool) -> Phrase:
    """Return what a message may say of a text: the text itself, or only its length where it may name a person."""
    if value is None or not value.strip():
        return phrase("nothing")
    hidden = is_personal or len(value) > _LONGEST_SHOWN or re.search(_PERHAPS_A_PERSON, value)
    return phrase("length", len(value)) if hidden else phrase("value", value)


def described(field: Field) -> Phrases:
    """Return `describe_value` of a column, as an expression."""
    value = pl.col(field.name).cast(pl.String)
    length = value.str.len_chars()
    hidden = pl.lit(field.personal) | (length > _LONGEST_SHOWN) | value.str.contains(_PERHAPS_A_PERSON)
    empty = value.str.strip_chars().str.len_bytes() == 0
    shown = pl.when(hidden).then(phrases("length", length)).otherwise(phrases("value", value))
    return Phrases(pl.when(empty | value.is_null()).then(phrases("nothing")).otherwise(shown))
