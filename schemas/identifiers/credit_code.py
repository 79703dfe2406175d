"""Unified social credit codes (GB 32100-2015): who registered an organisation, as what, where, and two checks.

A code is judged as it stands: lower case, blanks and dashes are for the declaration to normalise.
"""

from __future__ import annotations

import re

import numpy as np
import polars as pl

from schemas.identifiers.columns import DIGITS, NO_VALUE, Bytes, Flags, judge_width, value_table
from schemas.identifiers.organisation_code import have_organisation_check, is_organisation_code
from schemas.phrases import Phrase, phrase

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WIDTH = 18
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))

# Register department (1st character) -> entity classes (2nd character).
CLASSES = {
    "1": "1239",  # 机构编制: 机关, 事业单位, 群众团体
    "2": "123456789",  # 外交
    "3": "123459",  # 司法行政: 律所, 公证处, 基层法律服务所, 司法鉴定, 仲裁委
    "4": "123456789",  # 文化
    "5": "1239",  # 民政: 社会团体, 民办非企业, 基金会
    "6": "123456789",  # 旅游
    "7": "129",  # 宗教: 活动场所, 院校
    "8": "19",  # 工会
    "9": "123",  # 市监: 企业, 个体工商户, 农民专业合作社
    "A": "19",  # 军委编制
    "N": "1239",  # 农业农村: 组级, 村级, 乡镇级集体经济组织
    "Y": "1",  # 其他
}

_SHAPE = re.compile(f"[{ALPHABET}]{{18}}", re.ASCII)
_VALUES = value_table(ALPHABET)
_IS_DIGIT = value_table(DIGITS) != NO_VALUE


def credit_code_check(body: str) -> str:
    """Return the check character of the first 17 characters."""
    total = sum(weight * ALPHABET.index(char) for weight, char in zip(WEIGHTS, body, strict=True))
    return ALPHABET[-total % 31]


def has_listed_class(code: str) -> bool:
    """Tell whether a code begins with a register department and one of its classes."""
    return code[1] in CLASSES.get(code[0], "")


def credit_code_fault(code: str) -> Phrase | None:
    """Say what is wrong with a code without repeating it, or None."""
    if len(code) != WIDTH:
        return phrase("length", len(code))
    if not _SHAPE.fullmatch(code):
        return phrase("foreign_character")
    if not has_listed_class(code):
        return phrase("no_register_class")
    if not re.fullmatch(r"[0-9]{6}", code[2:8]):
        return phrase("no_division")
    if not is_organisation_code(code[8:17]):
        return phrase("check_at_17")
    return None if credit_code_check(code[:17]) == code[17] else phrase("check_at_18")


def is_credit_code(code: str) -> bool:
    """Tell whether a code is a unified social credit code."""
    return credit_code_fault(code) is None


def are_credit_codes(codes: pl.Series) -> pl.Series:
    """Tell for each code whether it is a unified social credit code; null stays null."""
    return judge_width(codes, WIDTH, _judge)


def _judge(matrix: Bytes) -> Flags:
    values = _VALUES[matrix]
    totals = values[:, :17] @ np.array(WEIGHTS, dtype=np.int32)
    good = (values != NO_VALUE).all(axis=1) & _CLASS_PAIRS[matrix[:, 0], matrix[:, 1]]
    good &= _IS_DIGIT[matrix[:, 2:8]].all(axis=1) & (-totals % 31 == values[:, 17])
    return np.asarray(good & have_organisation_check(matrix[:, 8:17]), dtype=np.bool_)


def _class_pairs() -> Flags:
    """Return a table by two bytes: whether they are a register department and one of its classes."""
    pairs = np.zeros((256, 256), dtype=np.bool_)
    for department, classes in CLASSES.items():
        pairs[ord(department), [ord(one) for one in classes]] = True
    return pairs


_CLASS_PAIRS = _class_pairs()
