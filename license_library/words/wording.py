"""The sentences of answers, in Chinese and English side by side.

Knows states, validity and freshness as codes. Knows no table; names no person.
"""

from __future__ import annotations

from datetime import date, datetime

from license_library.answers import Freshness, Validity, Words
from license_library.answers.spoken import named
from schemas.bureau_time import local_minute
from schemas.catalogue.license_types import face_labels
from schemas.identifiers.holder_code_types import HOLDER_CODE_TYPES
from schemas.license.license import LICENSE
from schemas.license.problems import PROBLEM_CODES
from schemas.license.states import STATES

_STATUS_WORDS = {state.code: Words(state.zh, state.en) for state in STATES}
_CODE_TYPE_WORDS = {kind.code: Words(kind.zh, kind.en) for kind in HOLDER_CODE_TYPES}
_FIELD_WORDS = {field.name: Words(field.zh, field.name.replace("_", " ")) for field in LICENSE.fields}
_EXCHANGE_WORDS = {
    "landing": Words("接收中", "landing"),
    "landed": Words("已落地", "landed"),
    "checked": Words("已检查", "checked"),
    "interrupted": Words("已无动静，由下一次取数接管", "no sign of life; the next pull takes it over"),
    "merged": Words("已入库", "merged"),
    "partial": Words("部分入库", "partial"),
    "held": Words("整批暂缓", "held"),
    "discarded": Words("已作废", "discarded"),
    "shadowed": Words("试运行，未入库", "shadowed, nothing merged"),
    "failed": Words("失败", "failed"),
}
SUITE = "suite."  # begins the code of an expectation
_ACTIVATION_WORDS = {
    "none": Words("未启用", "not activated"),
    "proposed": Words("已提请启用，待第二人批准", "proposed, waits for a second person"),
    "changed": Words("映射已变更，须重新启用", "the mapping changed and is not activated"),
    "active": Words("已启用", "activated"),
}


def status_words(status: str) -> Words:
    """Name a license state."""
    return named(_STATUS_WORDS, status)


def code_type_words(code_type: str) -> Words:
    """Name a kind of holder code."""
    return named(_CODE_TYPE_WORDS, code_type)


def reversal_words(before: str, after: str) -> Words:
    """Say that a state cannot follow the one before."""
    old, new = status_words(before), status_words(after)
    return Words(
        f"部门由“{old.zh}”改报为“{new.zh}”，法律上不能如此变更，采用前请向部门核实",
        f"the department went from {old.en} to {new.en}, which no law knows; ask it before relying on this",
    )


def field_words(field: str) -> Words:
    """Name a field of the record type; an unknown one keeps its own name, one of the face says so."""
    if field.startswith("face."):
        words = face_words(field.removeprefix("face."))
        return Words(f"照面：{words.zh}", f"face: {words.en}")
    return named(_FIELD_WORDS, field)


def face_words(name: str) -> Words:
    """Name a field of a face as the license types are defined; any other keeps its own name."""
    known = face_labels().get(name)
    return Words(known.zh, known.en) if known else Words(name, name)


def problem_words(code: str) -> Words:
    """Name a problem code; an expectation of a suite by the name that a steward gave it."""
    known = PROBLEM_CODES.get(code)
    if known is None and code.startswith(SUITE):
        name = code.removeprefix(SUITE)
        return Words(f"不符合期望 {name}", f"does not meet the expectation {name}")
    return Words(known.zh, known.en) if known else Words(code, code)


def exchange_words(state: str, partial: bool) -> Words:
    """Name an exchange's state; merged with quarantined rows is never plain success."""
    return _EXCHANGE_WORDS.get("partial" if partial else state, Words(state, state))


def activation_words(state: str) -> Words:
    """Say whether a mapping was let in."""
    return named(_ACTIVATION_WORDS, state)


def _span(seconds: int) -> Words:
    for size, zh, en in ((86400, "天", "days"), (3600, "小时", "hours"), (60, "分钟", "minutes")):
        if seconds % size == 0 and seconds >= size:
            return Words(f"{seconds // size} {zh}", f"{seconds // size} {en}")
    return Words(f"{seconds} 秒", f"{seconds} seconds")


def freshness_words(freshness: Freshness, as_of: datetime | None, fresh_seconds: int) -> Words:
    """Say how old a feed's knowledge is and whether that keeps its promise."""
    if as_of is None:
        return Words("尚未从该部门取得过数据", "nothing has been pulled from this department yet")
    moment, promise = local_minute(as_of), _span(fresh_seconds)
    if freshness == "fresh":
        return Words(f"数据截至 {moment}", f"as of {moment} Beijing time")
    return Words(
        f"该部门自 {moment} 起未提供数据，已超过承诺的 {promise.zh}",
        f"the department has been silent since {moment} Beijing time, longer than the {promise.en} it promised",
    )


def validity_words(
    validity: Validity, status: str, valid_from: date | None, valid_to: date | None, open_ended: bool
) -> Words:
    """Say why a license is or is not valid on the day asked about."""
    if validity == "not_good":
        state = status_words(status)
        return Words(f"状态为{state.zh}", f"its state is {state.en}")
    if validity == "not_yet_valid":
        return Words(f"自 {valid_from} 起有效，尚未生效", f"valid from {valid_from}, not yet")
    if validity == "expired":
        return _expired_words(status, valid_to)
    return _valid_words(status, valid_to, open_ended)


def _expired_words(status: str, valid_to: date | None) -> Words:
    if status == "expired" or valid_to is None:
        return Words("颁发机构已标记为过期失效", "its issuer says it has expired")
    return Words(f"有效期至 {valid_to}，已过期", f"valid to {valid_to}, expired")


def _valid_words(status: str, valid_to: date | None, open_ended: bool) -> Words:
    if status == "renewal_pending":
        return Words(
            "延续申请审查中，依法视为准予延续（行政许可法第五十条）",
            "its renewal is pending and counts as granted (Administrative Licensing Law, art. 50)",
        )
    if open_ended:
        return Words("长期有效", "valid without end")
    if valid_to is None:
        return Words("有效，未载明截止日期", "valid, no end date stated")
    return Words(f"有效期至 {valid_to}", f"valid to {valid_to}")
