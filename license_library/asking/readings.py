"""What a search means: each thing typed is read as a number, an identifier, a holder's code or a holder's name.

Checks before anyone searches: check characters, lengths, text no database should see. Knows no table.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import date

import msgspec

from license_library.answers import Advice, RecognisedAs, Words
from license_library.asking.code_faults import identifier_fault
from license_library.asking.holder_codes import (
    HolderCode,
    hashes_of_other_types,
    read_holder_code,
    recognise_holder_code,
)
from license_library.asking.holders import holder_hash, organisation_hash
from license_library.asking.questions import SearchTerms
from license_library.asking.refusals import WrongQuestion
from license_library.storage.keyring import Keyring
from schemas.identifiers.holder_code_types import OTHER_ORGANISATION
from schemas.identifiers.license_identifier import (
    classify_license_identifier,
    identifier_forms,
)
from schemas.identifiers.normal_form import normalise_identifier
from schemas.identifiers.organisation_code import is_organisation_code, organisation_code_check
from schemas.identifiers.registration_number import is_registration_number
from schemas.license.states import STATE_CODES
from schemas.naming.names import name_key
from schemas.naming.number_key import number_key

MIN_NAME = 2
MAX_TEXT = 200
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_HOLDER_CODE_SHAPE = re.compile(r"[0-9]{15}|[0-9]{17}[0-9X]|[0-9A-Z]{2}[0-9]{6}[0-9A-Z]{10}", re.ASCII)
_ORGANISATION_SHAPE = re.compile(r"[0-9A-Z]{8}-?[0-9X]", re.ASCII)
_LETTERS = re.compile(r"[A-Za-zÜü][A-Za-zÜü'’ -]*[A-Za-zÜü]")


class Reading(msgspec.Struct, frozen=True):
    """Say how the typed value is searched for: the kind, the values that fit, and what the asker should know."""

    kind: RecognisedAs
    values: list[str] | list[bytes]  # empty: it cannot exist, so nothing is searched
    advice: tuple[Advice, ...] = ()
    is_wrong: bool = False  # no issuer may write it; a steward may have let it pass all the same
    holder: HolderCode | None = None  # of a holder's code whose type is known


def read_terms(terms: SearchTerms, keyring: Keyring, today: date) -> list[Reading]:
    """Return the readings of the one thing asked for, most likely first; WrongQuestion when there is none."""
    given = {kind: value.strip() for kind, value in _asked(terms).items() if value and value.strip()}
    if len(given) != 1:
        raise WrongQuestion("search.no_terms", _one_term_words(len(given)))
    kind, value = next(iter(given.items()))
    check_filters(terms)
    check_text(value, "search")
    if kind == "number":
        return _number(value)
    if kind == "identifier":
        return _identifier(value)
    if kind == "holder_code":
        if not terms.holder_code_type and (guessed := recognise_holder_code(value, today)):
            return [_holder(guessed, keyring), *_organisations_too(guessed, value, keyring)]
        code = read_holder_code(value, terms.holder_code_type, today)
        return [_holder(code, keyring), *_within_credit_codes(code, keyring)]
    if terms.look_alikes:
        return [_similar(value)]
    return [_name(value), _similar(value)] if kind == "holder_name" else _recognise(value, keyring, today)


def read_identifier(typed: str) -> Reading:
    """Return the reading of a license identifier; a wrong one comes with the expected character."""
    identifier = normalise_identifier(typed)
    if classify_license_identifier(identifier) == "wrong":
        wrong = Advice("identifier.license_identifier_wrong", identifier_fault(identifier))
        return Reading("identifier", [identifier], (wrong,), is_wrong=True)
    if classify_license_identifier(identifier) == "legacy":
        words = Words(
            "该标识的校验码按旧版算法有效",
            "its check character is right only under the faulty variant some issuers use",
        )
        return Reading("identifier", identifier_forms(identifier), (Advice("identifier.legacy", words),))
    return Reading("identifier", identifier_forms(identifier))


def check_filters(terms: SearchTerms) -> None:
    """Refuse a filter that nothing could ever pass, and look-alikes of what is no name."""
    for text in (terms.license_type, terms.issuer):
        check_text(text or "", "search")
    if terms.status is not None and terms.status not in STATE_CODES:
        listed = ", ".join(sorted(STATE_CODES))
        words = Words("状态不在代码表中", f"search: the status is not in its list; expected one of {listed}")
        raise WrongQuestion("search.bad_status", words)
    if terms.look_alikes and not (terms.holder_name or terms.text):
        words = Words("只有名称才能查相近", "search: only names have look-alikes; expected holder_name or text")
        raise WrongQuestion("search.no_look_alikes", words)


def check_text(text: str, place: str, longest: int = MAX_TEXT) -> None:
    """Refuse text that no database should see: control characters, surrogates, or far too much of it; `place` says what it was for."""
    if len(text) > longest or any(unicodedata.category(char) in ("Cc", "Cs") for char in text):
        words = Words(
            "内容过长或含控制字符，未作处理",
            f"{place}: the text is refused; expected at most {longest} printable characters; nothing was done",
        )
        raise WrongQuestion("search.bad_text", words)


def check_state(state: str | None, states: Collection[str]) -> None:
    """Refuse a state that nothing is ever in: an empty list would say that nothing waits."""
    if state is not None and state not in states:
        named = ", ".join(states)
        words = Words(f"没有这种状态；可选：{named}", f"list: there is no such state; expected one of {named}")
        raise WrongQuestion("search.no_such_state", words)


def _asked(terms: SearchTerms) -> dict[str, str | None]:
    return {
        "number": terms.number,
        "identifier": terms.identifier,
        "holder_code": terms.holder_code,
        "holder_name": terms.holder_name,
        "text": terms.text,
    }


def _recognise(value: str, keyring: Keyring, today: date) -> list[Reading]:
    if codes := _codes(value, keyring, today):
        return codes
    if _HAN.search(value) and not any(char.isdigit() for char in value):
        return [_name(value), _similar(value), *_number(value)]
    if len(name_key(value)) < MIN_NAME:
        return _number(value)
    letters = unicodedata.normalize("NFKC", value)
    return [
        *_number(value),
        *_other_codes(value, keyring),
        _name(value),
        *([Reading("letters", [letters])] if _LETTERS.fullmatch(letters) else []),
    ]


def _codes(value: str, keyring: Keyring, today: date) -> list[Reading]:
    """Return the readings of what is a code by its shape; its check character is judged before anyone searches."""
    text = normalise_identifier(value)
    if text.startswith("1.2.156."):
        return _identifier(value)
    if code := recognise_holder_code(value, today):
        return [
            _holder(code, keyring),
            *_organisations_too(code, value, keyring),
            *_number(value),
        ]
    if _HOLDER_CODE_SHAPE.fullmatch(text):
        return _number(value, _code_doubt(value, today))
    if _ORGANISATION_SHAPE.fullmatch(text):
        return [*_organisation(text, keyring), *_number(value), *_other_codes(value, keyring)]
    return []


def _holder(code: HolderCode, keyring: Keyring) -> Reading:
    return Reading("holder_code", code.hashes(keyring), holder=code)


def _other_codes(value: str, keyring: Keyring) -> list[Reading]:
    return [Reading("holder_code", hashes)] if (hashes := hashes_of_other_types(value, keyring)) else []


def _organisations_too(code: HolderCode, typed: str, keyring: Keyring) -> list[Reading]:
    """Read the 15 digits of a person as a business registration number as well, where its check digit is right."""
    text = normalise_identifier(typed)
    if not (code.is_old_form and is_registration_number(text)):
        return []
    return [Reading("holder_code", [holder_hash(keyring, OTHER_ORGANISATION, text)])]


def _within_credit_codes(code: HolderCode, keyring: Keyring) -> list[Reading]:
    """Read an organisation code as the credit code that holds it as well: nobody need have decided yet that both are one."""
    is_one = code.code_type == OTHER_ORGANISATION and is_organisation_code(code.code)
    return _organisation(code.code, keyring) if is_one else []


def _organisation(code: str, keyring: Keyring) -> list[Reading]:
    """Read an organisation code; one that is wrong is still a possible number, and with its dash a doubtful one."""
    body = code.replace("-", "")
    expected = organisation_code_check(body[:8])
    if expected == body[8]:
        return [Reading("organisation_code", [organisation_hash(keyring, body)])]
    if "-" not in code:
        return []
    words = Words(
        f"组织机构代码有误：末位校验码应为 {expected}，实为 {body[8]}",
        f"the organisation code is wrong at its last character; expected {expected}, got {body[8]}",
    )
    return [Reading("organisation_code", [], (Advice("identifier.organisation_code_wrong", words),))]


def _similar(value: str) -> Reading:
    return Reading("similar_name", _name(value).values)


def _code_doubt(value: str, today: date) -> Advice:
    """Return what is wrong with text that looks like a holder's code and is not one; it never repeats the code."""
    try:
        read_holder_code(value, None, today)
    except WrongQuestion as fault:
        en = fault.words.en.removesuffix("; nothing was answered")
        said = "，仅按证照编号查找", "; it was only looked for as a license number"
        return Advice(fault.reason, Words(fault.words.zh + said[0], en + said[1]))
    raise AssertionError("a right holder code is no doubt")


def _number(value: str, *advice: Advice) -> list[Reading]:
    """Read what may be a license's number, or the one that it had."""
    return [Reading(kind, [number_key(value)], advice) for kind in ("number", "former_number")]


def _identifier(value: str) -> list[Reading]:
    reading = read_identifier(value)
    return [reading, msgspec.structs.replace(reading, kind="former_identifier")]


def _name(value: str) -> Reading:
    key = name_key(value)
    if len(key) < MIN_NAME:
        words = Words(
            f"姓名或名称至少输入 {MIN_NAME} 个字",
            f"search: the name is too short; expected at least {MIN_NAME} characters, got {len(key)}; nothing was searched",
        )
        raise WrongQuestion("search.name_too_short", words)
    return Reading("holder_name", [key])


def _one_term_words(count: int) -> Words:
    return Words(
        "请填写且只填写一项查询条件",
        "search: expected exactly one of number, identifier, holder_code, holder_name, text;"
        f" got {count}; nothing was searched",
    )
