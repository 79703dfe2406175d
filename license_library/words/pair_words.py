"""The sentences about pairs of subjects: what stands of them, why numbers belong together, why a rule did not decide.

Knows codes. Knows no table; names no person.
"""

from __future__ import annotations

from typing import Final

from license_library.answers import Words

STATES: Final = {
    "proposed": Words("待认定", "to be decided"),
    "same": Words("已认定为同一主体", "the same"),
    "different": Words("已认定为不同主体", "not the same"),
    "none": Words("未认定", "nothing decided"),
}
RULES: Final = {
    "fifteen_digits": Words("18 位身份号码包含该 15 位号码", "the 18-digit number holds the 15-digit one"),
    "organisation_code": Words("统一社会信用代码包含该组织机构代码", "the credit code holds the organisation code"),
    "tax_number": Words("税号含同一组织机构代码", "the tax number holds the same organisation code"),
    "same_organisation_code": Words(
        "两个统一社会信用代码含同一组织机构代码", "both credit codes hold the same organisation code"
    ),
}
DOUBTS: Final = {
    "names_differ": Words("名称不同", "the names differ"),
    "several": Words("对应多个号码", "it fits several numbers"),
    "contradicts": Words("与已有认定矛盾", "it contradicts a decision"),
    "no_certainty": Words("规则不足以认定", "the rule alone does not decide"),
}


def event_words(state: str, *, is_undoing: bool, is_assigning: bool) -> Words:
    """Say what one entry did."""
    if is_undoing:
        return Words(f"撤销认定，恢复为{STATES[state].zh}", f"undone: {STATES[state].en}")
    if is_assigning:
        return Words("指定负责人", "given an owner")
    return STATES[state]
