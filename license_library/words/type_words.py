"""The words for what a license type is defined as: how sensitive it is, how long it may hold.

Knows codes of definitions; knows no table and no license.
"""

from __future__ import annotations

from typing import Final

from license_library.answers import Words

SENSITIVITIES: Final = {
    "public": Words("可公开", "public"),
    "restricted": Words("受限", "restricted"),
    "personal": Words("敏感个人信息", "sensitive personal"),
}
_TERMS: Final = {
    "open_ended": Words("长期有效", "open-ended"),
    "has_end": Words("有截止日期", "has an end"),
    "either": Words("有截止日期或长期", "has an end or is open-ended"),
}


def term_words(term: str, years: float | None) -> Words:
    """Say how long licenses of a type hold."""
    said = _TERMS[term]
    if years is None or term == "open_ended":
        return said
    return Words(f"{said.zh}，最长 {years:g} 年", f"{said.en}, at most {years:g} years")
