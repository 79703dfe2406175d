"""What speaks for and against two subjects being the same person or organisation, from what is known of both.

Judges facts that somebody else read; knows no table. A name speaks, and never decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final, Literal

import msgspec

from license_library.answers import PairSign, SubjectShown, Words
from license_library.words.pair_words import RULES
from schemas.identifiers.holder_code_types import CREDIT_CODE, RESIDENT_IDENTITY
from schemas.identifiers.organisation_code import is_organisation_code
from schemas.identifiers.resident_identity import read_resident_identity, to_eighteen
from schemas.naming.names import name_key

# Nobody holds two of these at a time: two good ones are two holders, or one that should be gone.
HELD_ONCE: Final = frozenset({"idcard", "hukou", "bizlic", "orgcode_cert", "taxreg"})
_FEMALE, _MALE = Words("女", "female"), Words("男", "male")
_SEXES: Final = {"女": _FEMALE, "2": _FEMALE, "F": _FEMALE, "男": _MALE, "1": _MALE, "M": _MALE}


class Known(msgspec.Struct, frozen=True):
    """Hold what is known of one subject: what is shown, its number in the clear, the faces and the good types it holds."""

    shown: SubjectShown
    code: str
    good_types: dict[str, str]  # license types held and good today, with their names
    faces: Sequence[tuple[int, dict[str, Any]]]  # license, and its face


def sex_words(*, is_female: bool) -> Words:
    """Name a sex."""
    return _FEMALE if is_female else _MALE


def rule_of(one: Known, other: Known) -> str | None:
    """Return the rule by which two numbers belong together, or None."""
    kinds = {one.shown.code_type, other.shown.code_type}
    if kinds == {RESIDENT_IDENTITY} and to_eighteen(one.code) == to_eighteen(other.code):
        return "fifteen_digits"
    inside = [_organisation_code(known) for known in (one, other)]
    if inside[0] is None or inside[0] != inside[1]:
        return None
    return "same_organisation_code" if kinds == {CREDIT_CODE} else "organisation_code"


def signs_of(one: Known, other: Known) -> list[PairSign]:
    """Return everything that speaks for or against, the gravest first."""
    found = [*_numbers(one, other), *_persons(one, other), *_licenses(one, other), *_names(one, other)]
    order = ("strongly_against", "for", "against")
    return sorted(found, key=lambda sign: order.index(sign.speaks))


def _organisation_code(known: Known) -> str | None:
    body = known.code[8:17] if known.shown.code_type == CREDIT_CODE else known.code.replace("-", "")
    return body if known.shown.kind == "organisation" and is_organisation_code(body) else None


def _numbers(one: Known, other: Known) -> Iterator[PairSign]:
    if rule := rule_of(one, other):
        yield PairSign("for", RULES[rule])
    elif one.shown.code_type == other.shown.code_type == RESIDENT_IDENTITY:
        yield _sign("strongly_against", "两个不同的公民身份号码", "two resident numbers that differ")
    for here, there in ((one, other), (other, one)):
        for license_id, face in here.faces:
            if any(there.code in str(value) for value in face.values()):
                words = (
                    f"证照 {license_id} 的照面载有对方的号码",
                    f"the face of license {license_id} names the other's number",
                )
                yield _sign("for", *words)


def _persons(one: Known, other: Known) -> Iterator[PairSign]:
    if len(set(filter(None, map(_born_on, (one, other))))) > 1:
        yield _sign("strongly_against", "出生日期不同", "the dates of birth differ")
    if len(sexes := {words.en for known in (one, other) if (words := _sex(known))}) > 1:
        yield _sign("strongly_against", "性别不同", f"the sexes differ: {' and '.join(sorted(sexes))}")
    if one.shown.kind != other.shown.kind:
        yield _sign("strongly_against", "一个是自然人，一个是组织", "one is a person, the other an organisation")


def _born_on(known: Known) -> date | None:
    """The day as the number says it, which is shown with the whole number only; that two differ may be told."""
    told = read_resident_identity(known.code) if known.shown.code_type == RESIDENT_IDENTITY else None
    return told and told.born_on


def _sex(known: Known) -> Words | None:
    told = [_SEXES.get(str(face.get("sex", "")).strip().upper()) for _, face in known.faces]
    return known.shown.sex or next((words for words in told if words), None)


def _licenses(one: Known, other: Known) -> Iterator[PairSign]:
    for license_type in sorted(one.good_types.keys() & other.good_types.keys() & HELD_ONCE):
        name = one.good_types[license_type]
        yield _sign(
            "strongly_against",
            f"双方都持有有效的{name}，该证照一人只有一件",
            f"both hold a good {name}, of which one has only one",
        )
    addresses = [{place for held in known.shown.licenses for place in held.addresses} for known in (one, other)]
    if addresses[0] & addresses[1]:
        yield _sign("for", "证照上的地址相同", "licenses of both name the same address")


def _names(one: Known, other: Known) -> Iterator[PairSign]:
    keys = [{name_key(name) for name in (known.shown.name, *known.shown.former_names)} for known in (one, other)]
    if keys[0] & keys[1]:
        yield _sign(
            "for",
            "名称或曾用名相同（仅凭名称不能认定）",
            "a name of today or of before agrees, which alone proves nothing",
        )
    else:
        yield _sign("against", "名称不同", "the names differ")


def _sign(speaks: Literal["for", "against", "strongly_against"], zh: str, en: str) -> PairSign:
    return PairSign(speaks, Words(zh, en))
