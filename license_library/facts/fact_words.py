"""The words of facts: what each verdict says, in Chinese and English side by side.

Knows verdicts, reasons and license types by name. Repeats no value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from license_library.answers import Words
from license_library.asking.doubts import ELSEWHERE
from license_library.licenses.as_of import unknown_state_words
from license_library.words.verify_words import OTHER_NUMBER
from license_library.words.wording import face_words, freshness_words
from schemas.bureau_time import local_minute
from schemas.catalogue.elements import Element, ElementSource

VERDICTS: Final = {
    "known": Words("已知，可预填", "known"),
    "conflict": Words("来源不一致", "sources differ"),
    "stale": Words("待核实", "stale"),
    "unknown": Words("无法判断", "unknown"),
    "applicant_fills": Words("申请人填写", "applicant fills"),
}
_FIELDS: Final = {
    "holder_name": Words("持证主体", "holder"),
    "license_number": Words("证照编号", "license number"),
    "issuer_name": Words("颁发机构", "issuer"),
    "held": Words("持有情况", "that it is held"),
    "holder_code": Words("证件号码本身", "the code itself"),
    "holder_code.sex": Words("由公民身份号码推得", "from the resident number"),
    "holder_code.birth_date": Words("由公民身份号码推得", "from the resident number"),
}
_CODED: Final = {
    "own": Words("须由申请人填写", "only the applicant can say it"),
    "no_feed": Words("尚无部门提供该项信息", "no department delivers it yet"),
    "not_held": Words("库中没有载有该项信息的证照", "no license of this holder tells it"),
    "other_number": OTHER_NUMBER,
    "in_quarantine": Words("该主体有记录因数据问题未入库", "a record of this holder waits for the steward"),
    "contradicted": Words("各来源对所据证照是否有效说法不一", "another record says that the license is good no more"),
    "doubted_elsewhere": ELSEWHERE,
    "displaced": Words(
        "取代所据证照的证照属于其他主体或已不可用",
        "the license that took its place is another holder's, or is not good",
    ),
    "replaced": Words(
        "所据证照已被另一证照取代，须核实", "another license took the place of the one that tells it; verify it"
    ),
    "unlisted": Words("部门最近的全量清单中已无所据证照", "its department's whole list lacks the license now"),
    "disputed": Words("内容有异议，已请部门校核", "the license is disputed, its department was asked"),
    "settled": Words("来源不一致，已由数据管理员裁定", "the sources differ; a steward has settled it"),
    "lapsed": Words("所据证照已不在有效期内，须核实", "the license that tells it is not in its term; verify it"),
}
_STATES: Final = {
    "open": Words("待裁定", "open"),
    "settled": Words("已裁定", "settled"),
    "told": Words("已请部门校核", "the department was asked"),
}
_DECISIONS: Final = {
    "assigned": Words("指派", "assigned"),
    "settled": Words("裁定取值", "settled"),
    "told": Words("请部门校核", "department asked"),
    "reopened": Words("重新打开", "reopened"),
}
_DIFFER: Final = Words(
    "各来源的值不一致，请核对后填写", "the sources tell different values; look at each before it is filled in"
)


def field_of_source(source: ElementSource) -> Words:
    """Name what of a license, or of the holder code, tells an element."""
    face = source.field.removeprefix("face.")
    return _FIELDS.get(source.field, Words(f"照面：{face}", f"face: {face}"))


def source_words(source: ElementSource, type_names: Mapping[str, str]) -> Words:
    """Name a source as people do: the license and what stands on it."""
    if source.license_type is None:
        return field_of_source(source)
    is_face = source.field.startswith("face.")
    field = face_words(source.field.removeprefix("face.")) if is_face else field_of_source(source)
    name = type_names.get(source.license_type, source.license_type)
    return Words(f"《{name}》{field.zh}", f"{name}: {field.en}")


def fact_words(source: ElementSource, type_name: str | None, told_at: Any) -> Words:
    """Say in one line where a value comes from and whether that is the master of it."""
    if type_name is None:
        return field_of_source(source)
    zh, en = ("主数据源", "the master") if source.is_master else ("参考来源", "not the master")
    moment = local_minute(told_at)
    return Words(f"《{type_name}》· {zh} · {moment} 更新", f"{type_name}, {en}, as of {moment}")


def reason_words(verdict: str, reason: str | None, witness: Any, *, is_master: bool) -> Words:
    """Say in one sentence why the verdict is what it is."""
    if verdict == "conflict":
        return _DIFFER
    if reason in {"silent", "never"}:
        return freshness_words(
            "never" if witness.fresh_at is None else "silent", witness.fresh_at, witness.fresh_seconds
        )
    if reason == "state_not_known":
        return unknown_state_words(witness.told_from)
    if reason is not None:
        return _CODED[reason]
    if is_master:
        return Words("取自主数据源", "from its master source")
    return Words("主数据源没有，取自参考来源，请核对", "the master has none; from another source, look at it")


def master_words(words: Words) -> Words:
    """Say that a reason is about the master, whose value is not the one shown."""
    return Words(
        f"主数据源没有，取自参考来源；主数据源：{words.zh}",
        f"from another source than the master, of which: {words.en}",
    )


def state_words(state: str) -> Words:
    """Name where a conflict stands."""
    return _STATES[state]


def decision_words(action: str) -> Words:
    """Name what was decided about a conflict."""
    return _DECISIONS[action]


def element_words(element: Element) -> Words:
    """Name an element."""
    return Words(element.zh, element.en)
