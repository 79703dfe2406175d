"""The kinds of code that name a license holder (GB/T 36903 annex A), and whether each names a person.

Knows the list only; what a code of each kind looks like is the identifiers' business.
"""

from __future__ import annotations

from typing import Literal

import msgspec

HolderKind = Literal["person", "organisation"]

CREDIT_CODE = "001"
OTHER_ORGANISATION = "099"
RESIDENT_IDENTITY = "111"


class HolderCodeType(msgspec.Struct, frozen=True):
    """Name one kind of holder code."""

    code: str
    zh: str
    en: str
    kind: HolderKind


HOLDER_CODE_TYPES = (
    HolderCodeType("001", "统一社会信用代码", "unified social credit code", "organisation"),
    HolderCodeType("099", "其他法人或其他组织有效证件代码", "other code of an organisation", "organisation"),
    HolderCodeType("111", "公民身份号码", "resident identity number", "person"),
    HolderCodeType("114", "军官证", "officer's card", "person"),
    HolderCodeType("115", "武警警官证", "armed police officer's card", "person"),
    HolderCodeType("118", "士兵证", "soldier's card", "person"),
    HolderCodeType("119", "武警士兵证", "armed police soldier's card", "person"),
    HolderCodeType("120", "军队文职人员证", "military civilian's card", "person"),
    HolderCodeType("122", "武警文职人员证", "armed police civilian's card", "person"),
    HolderCodeType("411", "外交护照", "diplomatic passport", "person"),
    HolderCodeType("412", "公务护照", "service passport", "person"),
    HolderCodeType("413", "公务普通护照", "passport for public affairs", "person"),
    HolderCodeType("414", "普通护照", "ordinary passport", "person"),
    HolderCodeType("511", "台湾居民来往大陆通行证", "mainland travel permit for Taiwan residents", "person"),
    HolderCodeType(
        "516", "港澳居民来往内地通行证", "mainland travel permit for Hong Kong and Macao residents", "person"
    ),
    HolderCodeType("999", "其他自然人有效证件代码", "other code of a person", "person"),
)

HOLDER_CODE_TYPE_CODES = frozenset(kind.code for kind in HOLDER_CODE_TYPES)


def holder_kind(code_type: str) -> HolderKind:
    """Tell whether a holder code type names a person or an organisation; KeyError for a code outside the list."""
    return {kind.code: kind.kind for kind in HOLDER_CODE_TYPES}[code_type]
