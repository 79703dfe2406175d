"""What a check expected of a value and what came instead: a code with its values, and what is said of each in both languages.

In frames a phrase travels as one text, its code and its values in the order in which the English names them; kept, it is
a code with named values. A value of a record is a phrase too, told as it is: nothing that a department writes is taken for words.
"""

from __future__ import annotations

from itertools import zip_longest
from string import Formatter
from typing import Final, NewType

import msgspec
import polars as pl

Phrase = NewType("Phrase", str)
Phrases = NewType("Phrases", pl.Expr)
SPLIT: Final = "\x1f"


class Sentence(msgspec.Struct, frozen=True):
    """Hold what is said of a code; names in braces stand for its values."""

    zh: str
    en: str


class Told(msgspec.Struct, frozen=True):
    """Hold a phrase as it is kept: its code, and its values by name."""

    code: str
    values: dict[str, str]


PHRASES: Final[dict[str, Sentence]] = {
    "some_value": Sentence("有值", "a value"),
    "nothing": Sentence("空", "nothing"),
    "another_value": Sentence("其他值", "another value"),
    "another_type": Sentence("其他类型", "another type"),
    "another_code": Sentence("其他代码", "another code"),
    "other_counts": Sentence("数量不等", "other counts"),
    "one_value": Sentence("单个值", "one value"),
    "plain_value": Sentence("单一的值", "a plain value"),
    "elements_inside": Sentence("含下级元素", "elements inside"),
    "object": Sentence("一个对象", "an object"),
    "object_or_list": Sentence("对象或列表", "an object or a list"),
    "plain_elements": Sentence("由单一元素组成的列表", "a list of plain elements"),
    "plain_objects": Sentence("由简单对象组成的列表", "a list of plain objects"),
    "key_twice": Sentence("同一名称出现两次", "the key twice"),
    "json_object": Sentence("JSON 对象", "a JSON object"),
    "text_number_or_time": Sentence("文字、数值或时间", "text, a number or a time"),
    "integer_of_64_bits": Sentence("64 位以内的整数", "an integer of 64 bits"),
    "finite_number": Sentence("有限的数值", "a finite number"),
    "number_beyond_bounds": Sentence("超出范围的数值", "a number beyond all bounds"),
    "whole_characters": Sentence("完整的字符", "whole characters"),
    "half_a_pair": Sentence("半个字符", "half a surrogate pair"),
    "clean_text": Sentence(
        "不含控制字符、方向标记或乱码的文字", "text without control characters, direction marks or decoding damage"
    ),
    "bad_escape": Sentence("空字符或半个字符的转义", "an escape of NUL or half a pair"),
    "no_end": Sentence("无截止日期（标为长期）", "no end, as open_ended says"),
    "catalogue_type": Sentence("目录中的证照类型", "a type of the catalogue"),
    "division": Sentence("省级区划内的 6、9 或 12 位数字", "6, 9 or 12 digits within a province"),
    "web_address": Sentence("http 或 https 地址", "an http or https address"),
    "other_address": Sentence("其他种类的地址", "another kind of address"),
    "license_identifier": Sentence(
        "符合 GB/T 36904 且校验位正确的标识", "an identifier of GB/T 36904 with its check character"
    ),
    "holder_code_type": Sentence("代码表中的持证主体代码类型", "a holder code type"),
    "declared_code_type": Sentence("已声明的持证主体代码类型", "a holder code type that is declared"),
    "credit_code": Sentence("符合 GB 32100 的统一社会信用代码", "a GB 32100 code"),
    "resident_number": Sentence("符合 GB 11643 的公民身份号码", "a GB 11643 number"),
    "code_of_its_type": Sentence("与所填类型一致的代码", "a code of the stated type"),
    "code_of_a_person": Sentence("自然人的代码", "a person's code"),
    "code_of_an_organisation": Sentence("单位的代码", "an organisation's code"),
    "other_holder_code": Sentence("2 至 64 个字母、数字或汉字", "2 to 64 letters, digits or characters"),
    "foreign_character": Sentence("含不允许的字符", "a character outside the alphabet"),
    "no_digit": Sentence("含非数字字符", "a character that is no digit"),
    "no_register_class": Sentence(
        "第 1、2 位不是代码表中的登记管理部门和机构类别",
        "no register department and class of the list at positions 1 and 2",
    ),
    "no_division": Sentence("第 3 至 8 位不是行政区划代码", "no division code at positions 3 to 8"),
    "check_at_17": Sentence("第 17 位校验位不符", "the inner check character at 17 does not fit"),
    "check_at_18": Sentence("第 18 位校验位不符", "the check character at 18 does not fit"),
    "check": Sentence("校验位不符", "the check character does not fit"),
    "no_birthday": Sentence("出生日期不存在", "no such day of birth"),
    "future_birthday": Sentence("出生日期晚于今天", "a day of birth in the future"),
    "one_content": Sentence("同一记录同一时间只有一种内容", "one content for each record and source time"),
    "another_content": Sentence("同一记录同一时间的另一种内容", "another content under the same key and time"),
    "day": Sentence("如 2016-05-01 的日期", "a day as 2016-05-01"),
    "number": Sentence("如 12.5 的数值", "a number as 12.5"),
    "own_key": Sentence("部门自己的记录标识", "the department's own key"),
    "slash_at_the_end": Sentence("“/”只出现在最后一部分的记录标识", "a key with a / in its last part at most"),
    "slash_before_the_end": Sentence("其他部分含“/”", "one in another part"),
    "as_many_of_each": Sentence("名称、代码与代码类型数量相同", "as many names, codes and code types"),
    "length_at_most": Sentence("不超过 {count} 个字符", "at most {count} characters"),
    "length": Sentence("{count} 个字符", "{count} characters"),
    "digits": Sentence("{count} 位数字", "{count} digits"),
    "elements": Sentence("{count} 个元素", "{count} elements"),
    "cells": Sentence("{count} 列", "{count} cells"),
    "days_after": Sentence("不晚于 {day} 后 {days} 天", "at most {days} days after {day}"),
    "day_at_most": Sentence("不晚于 {day}", "at most {day}"),
    "day_not_before": Sentence("不早于{field}", "a day not before {field}"),
    "day_between": Sentence("{first} 年至 {last} 年之间的日期", "a day from {first} to {last}"),
    "birthday_long_ago": Sentence("出生日期早于 {years} 年前", "a day of birth more than {years} years ago"),
    "one_of": Sentence("下列之一：{codes}", "one of {codes}"),
    "date_form": Sentence("按 {form} 书写的日期", "a date written {form}"),
    "time_form": Sentence("按 {form} 书写的时间", "a time written {form}"),
    "character": Sentence("第 {position} 位为 {character}", "{character} at position {position}"),
    "other_shape": Sentence("格式不符，{count} 个字符", "another shape, {count} characters"),
    "check_character": Sentence(
        "校验位为 {check}，应为 {fitting}（或 {legacy}）", "check character {check} where {fitting} (or {legacy}) fits"
    ),
    "value": Sentence("{value}", "{value}"),
    # What a steward wrote of an expectation, once for each language.
    "expectation": Sentence("{zh}", "{en}"),
    # Of a record that waited before phrases had codes: shown as it was written then.
    "as_written": Sentence("{words}", "{words}"),
}


def value_names(code: str) -> list[str]:
    """Return the names of a phrase's values in order; none of a code that is not known."""
    said = PHRASES.get(code, Sentence("", ""))
    found = [name for text in (said.en, said.zh) for _, name, _, _ in Formatter().parse(text) if name]
    return list(dict.fromkeys(found))


def phrase(code: str, *values: object) -> Phrase:
    """Return a phrase as frames carry it."""
    return Phrase(SPLIT.join([code, *map(str, values)]))


def phrases(code: str, *values: pl.Expr) -> Phrases:
    """Return an expression of phrases; null where a value is."""
    return Phrases(pl.concat_str(pl.lit(code), *values, separator=SPLIT) if values else pl.lit(code))


def read_phrase(carried: str) -> Told:
    """Return a carried phrase with its values named; the last value is all that is left, whatever it holds."""
    code, _, rest = carried.partition(SPLIT)
    names = value_names(code)
    values = rest.split(SPLIT, len(names) - 1) if names else []
    return Told(code, dict(zip_longest(names, values, fillvalue="")))


def in_english(carried: str) -> str:
    """Return a carried phrase in English; one whose code is not known stands for itself."""
    told = read_phrase(carried)
    return PHRASES[told.code].en.format(**told.values) if told.code in PHRASES else told.code
