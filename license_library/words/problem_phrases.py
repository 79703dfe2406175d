"""What a problem expected and what came instead, in the reader's language: problems are kept as short English phrases.

Knows the phrases that checks, mappings and readers of pages write. One that is new here stays as it was written.
"""

from __future__ import annotations

import re
from typing import Final

from license_library.answers import Words
from license_library.words.wording import field_words

BOTH: Final = "\n"  # between the Chinese and the English sentence of an expectation that a steward wrote

_PHRASES: Final = {
    "a value": "有值",
    "nothing": "空",
    "another value": "其他值",
    "another type": "其他类型",
    "another code": "其他代码",
    "other counts": "数量不等",
    "one value": "单个值",
    "a plain value": "单一的值",
    "elements inside": "含下级元素",
    "an object": "一个对象",
    "an object or a list": "对象或列表",
    "a list of plain elements": "由单一元素组成的列表",
    "a list of plain objects": "由简单对象组成的列表",
    "the key twice": "同一名称出现两次",
    "a JSON object": "JSON 对象",
    "text, a number or a time": "文字、数值或时间",
    "an integer of 64 bits": "64 位以内的整数",
    "a finite number": "有限的数值",
    "a number beyond all bounds": "超出范围的数值",
    "whole characters": "完整的字符",
    "half a surrogate pair": "半个字符",
    "text without control characters, direction marks or decoding damage": "不含控制字符、方向标记或乱码的文字",
    "an escape of NUL or half a pair": "空字符或半个字符的转义",
    "no end, as open_ended says": "无截止日期（标为长期）",
    "a type of the catalogue": "目录中的证照类型",
    "6, 9 or 12 digits within a province": "省级区划内的 6、9 或 12 位数字",
    "an http or https address": "http 或 https 地址",
    "another kind of address": "其他种类的地址",
    "an identifier of GB/T 36904 with its check character": "符合 GB/T 36904 且校验位正确的标识",
    "a holder code type": "代码表中的持证主体代码类型",
    "a holder code type that is declared": "已声明的持证主体代码类型",
    "a GB 32100 code": "符合 GB 32100 的统一社会信用代码",
    "a GB 11643 number": "符合 GB 11643 的公民身份号码",
    "a code of the stated type": "与所填类型一致的代码",
    "a person's code": "自然人的代码",
    "an organisation's code": "单位的代码",
    "2 to 64 letters, digits or characters": "2 至 64 个字母、数字或汉字",
    "a character outside the alphabet": "含不允许的字符",
    "a character that is no digit": "含非数字字符",
    "no register department and class of the list at positions 1 and 2": "第 1、2 位不是代码表中的登记管理部门和机构类别",
    "no division code at positions 3 to 8": "第 3 至 8 位不是行政区划代码",
    "the inner check character at 17 does not fit": "第 17 位校验位不符",
    "the check character at 18 does not fit": "第 18 位校验位不符",
    "the check character does not fit": "校验位不符",
    "no such day of birth": "出生日期不存在",
    "a day of birth in the future": "出生日期晚于今天",
    "one content for each record and source time": "同一记录同一时间只有一种内容",
    "another content under the same key and time": "同一记录同一时间的另一种内容",
    "a day as 2016-05-01": "如 2016-05-01 的日期",
    "a number as 12.5": "如 12.5 的数值",
    "the department's own key": "部门自己的记录标识",
    "a key with a / in its last part at most": "“/”只出现在最后一部分的记录标识",
    "one in another part": "其他部分含“/”",
    "as many names, codes and code types": "名称、代码与代码类型数量相同",
}
_PATTERNS: Final = tuple(
    (re.compile(pattern), zh)
    for pattern, zh in {
        r"at most (\d+) characters": "不超过 {0} 个字符",
        r"(\d+) characters": "{0} 个字符",
        r"(\d+) digits": "{0} 位数字",
        r"(\d+) elements": "{0} 个元素",
        r"(\d+) cells": "{0} 列",
        r"at most (\d+) days after (\d{4}-\d\d-\d\d)": "不晚于 {1} 后 {0} 天",
        r"at most (\S+)": "不晚于 {0}",
        r"a day from (\d+) to (\d+)": "{0} 年至 {1} 年之间的日期",
        r"a day of birth more than (\d+) years ago": "出生日期早于 {0} 年前",
        r"one of (.+)": "下列之一：{0}",
        r"a date written (.+)": "按 {0} 书写的日期",
        r"a time written (.+)": "按 {0} 书写的时间",
        r"(U\+[0-9A-F]+) at position (\d+)": "第 {1} 位为 {0}",
        r"another shape, (\d+) characters": "格式不符，{0} 个字符",
        r"check character (.) where (.) \(or (.)\) fits": "校验位为 {0}，应为 {1}（或 {2}）",
        r"check character (.) where (\S+) fits": "校验位为 {0}，应为 {1}",
    }.items()
)
_NOT_BEFORE: Final = re.compile(r"a day not before (\w+)")


def phrase_words(phrase: str) -> Words:
    """Return what was expected, or what came, in both languages."""
    zh, between, en = phrase.partition(BOTH)
    return Words(zh, en) if between else Words(_in_chinese(phrase), phrase)


def _in_chinese(phrase: str) -> str:
    if phrase in _PHRASES:
        return _PHRASES[phrase]
    if field := _NOT_BEFORE.fullmatch(phrase):
        return f"不早于{field_words(field[1]).zh}"
    told = ((pattern.fullmatch(phrase), zh) for pattern, zh in _PATTERNS)
    return next((zh.format(*found.groups()) for found, zh in told if found), phrase)
