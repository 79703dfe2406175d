"""Whether given values are a license's values, field by field, without ever telling the license's own.

Dates are compared as days, other text without width and case. What belongs to a holder comes compared already.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from datetime import date
from functools import cache
from typing import Any, Final

from license_library.answers import FieldMatch, Words
from license_library.asking.readings import check_text
from license_library.asking.refusals import WrongQuestion
from license_library.words.wording import face_words, field_words
from schemas.catalogue.element_values import kind_form, read_day
from schemas.catalogue.elements import load_elements
from schemas.catalogue.license_types import face_labels
from schemas.identifiers.license_identifier import identifier_forms
from schemas.license.states import STATES
from schemas.naming.number_key import number_key

OPEN_END = "长期"
FACE = "face."
MAX_VALUE: Final = 512  # a scope of business is a long text; the sharing service takes as much
_DATES = ("issued_on", "valid_from", "valid_to", "changed_on")
_TEXTS = (
    "license_type",
    "license_name",
    "license_number",
    "license_identifier",
    "version_number",
    "issuer_name",
    "issuer_code",
    "area_code",
    "item_code",
    "item_name",
)
HOLDER_FIELDS = ("holder_name", "holder_code", "holder_code_type")  # all of one holder; holder_matches compares them
COMPARABLE = (*_TEXTS, *_DATES, *HOLDER_FIELDS, "status", "open_ended")
_SPELT = ("date", "number", "money")
_DIVISION = re.compile(
    r"(\d{6}(?:\d{3}){0,2}?)(?:000)*", re.ASCII
)  # a county, and in it a town and a village; noughts say nothing
_YES = {"true": True, "1": True, "是": True, OPEN_END: True, "false": False, "0": False, "否": False}
_STATUS = {state.zh: state.code for state in STATES}
_WORDS: Final = {"open_ended": _YES.keys(), "status": {*_STATUS, *_STATUS.values()}}


def compare_values(row: Any, values: Mapping[str, str], of_holder: Mapping[str, bool | None]) -> list[FieldMatch]:
    """Return for each given value whether the license has it; those of HOLDER_FIELDS as `of_holder` says."""
    return [
        FieldMatch(field, field_words(field), _matches(row, field, value.strip(), of_holder))
        for field, value in values.items()
        if value.strip()
    ]


def check_values(values: Mapping[str, str]) -> None:
    """Refuse fields nobody can compare, and dates nobody can read, before anyone searches."""
    for field, value in values.items():
        check_text(field, "verify")
        check_text(value, "verify", longest=MAX_VALUE)
        if field not in COMPARABLE and not field.startswith(FACE):
            zh = f"不能比对的字段；可比对：{'、'.join(field_words(one).zh for one in COMPARABLE)}"
            en = f"verify: a field cannot be compared; expected one of {', '.join(COMPARABLE)} or face.NAME"
            raise WrongQuestion("verify.unknown_field", Words(zh, en))
        if field in _DATES and value.strip() and value.strip() != OPEN_END:
            _read_date(field, value.strip())
        if field in _WORDS and value.strip():
            _refuse_strange(field, value.strip().lower())


def _refuse_strange(field: str, word: str) -> None:
    """Refuse a word of a list that the list does not know: it was not understood, which is no mismatch."""
    if word not in _WORDS[field]:
        listed, named = ", ".join(_WORDS[field]), field_words(field).zh
        words = Words(
            f"{named}不在代码表中；可填：{'、'.join(_WORDS[field])}",
            f"verify: {field} is not in its list; expected one of {listed}; nothing was compared",
        )
        raise WrongQuestion("verify.bad_value", words)


def refuse_faces(asked: Collection[str], known: Collection[str]) -> None:
    """Refuse face fields that are not among the known ones, where any are known."""
    if known and not set(asked) <= set(known):
        listed = sorted(known)
        zh = f"该类证照没有这样的照面字段；可比对：{'、'.join(f'{face_words(one).zh} {one}' for one in listed)}"
        en = f"verify: the license type has no such face field; expected one of {', '.join(listed)}; nothing was compared"
        raise WrongQuestion("verify.unknown_field", Words(zh, en))


def _matches(row: Any, field: str, value: str, of_holder: Mapping[str, bool | None]) -> bool | None:
    if field in HOLDER_FIELDS:
        return of_holder[field]
    if field.startswith(FACE):
        name = field.removeprefix(FACE)
        return _same_face(name, (row.face or {}).get(name), value)
    if field in _DATES:
        return _same_day(row, field, value)
    special: dict[str, Callable[[], bool | None]] = {
        "status": lambda: bool(row.status == _STATUS.get(value, value.lower())),
        "open_ended": lambda: None if _has_no_end_told(row) else row.open_ended == _YES.get(value.lower()),
        "area_code": lambda: _same_division(row.area_code, value),
        "license_identifier": lambda: _same_identifier(row.license_identifier, value),
        "license_type": lambda: _plain(value) in {_plain(row.license_type), _plain(row.license_type_name)},
        "license_number": lambda: (
            number_key(row.license_number) == number_key(value) or _same_text(row.license_number, value)
        ),
    }
    return special[field]() if field in special else _same_text(getattr(row, field), value)


def _same_text(kept: object, value: str) -> bool | None:
    return None if kept is None else _plain(str(kept)) == _plain(value)


def _same_identifier(kept: str | None, value: str) -> bool | None:
    """Compare without regard to which of the two rules gave the check character; it is one license's by either."""
    return None if kept is None else _plain(value) in identifier_forms(_plain(kept))


def _same_face(name: str, kept: object, value: str) -> bool | None:
    """Compare days as days, numbers and money as amounts: departments spell them differently, and they are kept as spelt."""
    defined = face_labels().get(name)
    kind = "money" if name in _money_faces() else defined.kind if defined else "text"
    if kept is None or kind not in _SPELT:
        return _same_text(kept, value)
    return kind_form(kind, str(kept)) == kind_form(kind, value)


@cache
def _money_faces() -> frozenset[str]:
    """Return the face fields that hold money, as facts read them."""
    money = (element for element in load_elements().values() if element.kind == "money")
    return frozenset(source.field.removeprefix(FACE) for element in money for source in element.sources)


def _same_division(kept: str | None, value: str) -> bool | None:
    """Compare as far as the source tells: a county is within itself, which of its towns it is nobody knows."""
    ours, given = (_DIVISION.fullmatch(_plain(code or "")) for code in (kept, value))
    if ours is None or given is None:
        return _same_text(kept, value)
    if given[1] != ours[1] and given[1].startswith(ours[1]):
        return None
    return ours[1].startswith(given[1])


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().upper()


def _has_no_end_told(row: Any) -> bool:
    """Tell whether the source neither told an end nor that there is none: then nobody knows which."""
    return row.valid_to is None and not row.open_ended


def _same_day(row: Any, field: str, value: str) -> bool | None:
    if field == "valid_to" and _has_no_end_told(row):
        return None
    if field == "valid_to" and (row.open_ended or value == OPEN_END):
        return bool(row.open_ended and value == OPEN_END)
    kept = getattr(row, field)
    return None if kept is None else bool(value != OPEN_END and kept == _read_date(field, value))


def _read_date(field: str, value: str) -> date:
    if (day := read_day(value)) is not None:
        return day
    words = Words(
        f"{field_words(field).zh}不是日期，应形如 2016-05-01",
        f"verify: {field} is no date; expected one like 2016-05-01; nothing was compared",
    )
    raise WrongQuestion("verify.bad_date", words)
