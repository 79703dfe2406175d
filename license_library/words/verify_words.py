"""The sentences of a verification: its verdicts and the reasons under them.

Knows no table; names fields, never their values.
"""

from __future__ import annotations

from typing import Final

from license_library.answers import Doubt, FieldMatch, Source, Words

VERDICTS: Final = {
    "confirmed": Words("核验通过：证照存在、内容一致、当前有效", "confirmed: it exists, matches and is valid today"),
    "mismatch": Words("核验不通过：内容不一致", "it exists, but the given values differ"),
    "not_valid": Words("核验不通过：证照存在，但当前无效", "it exists, but is not valid today"),
    "not_compared": Words(
        "证照存在、当前有效，但所给内容未能全部比对，请向颁发机构核实",
        "it exists and is valid today, but not all that was given could be compared; ask its department",
    ),
    "not_found": Words("核验不通过：没有这张证照", "there is no such license"),
    "stale": Words(
        "证照存在，但来源部门数据已超过承诺时限，请向颁发机构核实", "it exists, but its department is silent; ask it"
    ),
    "unknown": Words("无法核验", "nobody can say"),
}
CONFIRMED_UNCOMPARED: Final = Words(
    "核验通过：证照存在、当前有效（未比对内容）", "it exists and is valid today; nothing was compared"
)
NOT_FOUND: Final = Words("颁发部门的数据中没有这张证照", "the department's data, kept fresh, holds no such license")
NO_FEED: Final = Words("尚无部门向本平台提供该类证照", "no department delivers this license type yet")
UNKNOWN_TYPE: Final = Words(
    "未说明证照类型，无法判断应由哪个部门提供",
    "the license type is not known, so nobody can say which department holds it",
)

_NAMES: Final = {
    "number": ("该编号", "the number"),
    "identifier": ("该电子证照标识", "the identifier"),
    "qr_payload": ("二维码", "the QR code"),
}
FORMER: Final = {
    name: Words(
        f"{zh}属于先前版本，请核对现行内容", f"{en} is of an earlier version; compare what the license says now"
    )
    for name, (zh, en) in _NAMES.items()
}
# Whoever corrects a number takes it off the paper that bears it: by the number alone nobody knows whether it was ever right.
FORMER_ALONE: Final = {
    name: Words(f"证照存在，但{FORMER[name].zh}", f"it exists, but {FORMER[name].en}")
    for name in ("number", "identifier")
}
PASSED_ON: Final = {
    name: Words(
        f"证照存在，但{zh}属于先前版本，此后持证主体已变更，请核对现行持证主体",
        f"it exists, but {en} is of an earlier version, and another holder has it since; compare the holder of today",
    )
    for name, (zh, en) in _NAMES.items()
}
ANOTHERS: Final = Words(
    "库中该编号的证照均不属于所给持证主体", "no license of this number that is here is the given holder's"
)
OTHER_NUMBER: Final = Words(
    "该主体的组织机构代码另有号码，尚未认定为同一主体，证照可能在其名下",
    "another number may hold this holder's organisation code, and nobody has decided yet that both are one; the license may be under that",
)
REPLACED: Final = Words("已有证照取代本证照，请核验取代它的证照", "another license took its place; verify that one")
_SILENT: Final = Words("来源部门数据已超过承诺时限", "its department is silent")
SUCCESSOR_UNKNOWN: Final = Words("取代它的证照不在库中", "the license that took its place is not here")


def stale_words(doubts: list[Doubt]) -> Words:
    """Say why a license that is valid by its own words is not confirmed: first that its department is silent."""
    listed = [doubt for doubt in doubts if doubt.code not in {"silent", "never"}]
    if len(listed) < len(doubts):
        return VERDICTS["stale"]
    said = listed[0].words
    return Words(f"证照存在，但{said.zh}，请向颁发机构核实", f"it exists, but {said.en}; ask it")


def differing_words(doubts: list[Doubt]) -> Words:
    """Say that what differs may be a change that is not known here, and why: first what speaks of the license itself."""
    said = next((doubt.words for doubt in doubts if doubt.code not in {"silent", "never"}), _SILENT)
    return Words(
        f"所给内容与库中记录不一致，但{said.zh}，可能已有变更，请向颁发机构核实",
        f"the given values differ from what is here, but {said.en}, and it may have changed; ask its department",
    )


def replaced_words(status: str, *, is_replaced: bool) -> list[Words]:
    """Say that another license took its place, or that the one which did is not here."""
    return [REPLACED] if is_replaced else [SUCCESSOR_UNKNOWN] if status == "superseded" else []


def reasons_for(fields: list[FieldMatch], validity: list[Words], doubts: list[Doubt], source: Source) -> list[Words]:
    """Return why the verdict is what it is: differing fields, the term, fields without a value, doubts, the source's age."""
    differing = [field.words for field in fields if field.matches is False]
    absent = [field.words for field in fields if field.matches is None]
    reasons = [*validity]
    if differing:
        reasons.insert(0, _list("不一致的字段：", "differing fields: ", differing))
    if absent:
        reasons.append(_list("来源未提供、无法比对的字段：", "fields the source never told: ", absent))
    reasons += [doubt.words for doubt in doubts if doubt.words != source.freshness_words]
    return [*reasons, source.freshness_words]


def _list(zh: str, en: str, words: list[Words]) -> Words:
    return Words(zh + "、".join(one.zh for one in words), en + ", ".join(one.en for one in words))
