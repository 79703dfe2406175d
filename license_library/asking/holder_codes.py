"""What a typed holder code is: a resident number, a credit code or what it replaced, or another code whose type was told.

Judges check characters before anyone searches; knows no table. Its messages never repeat the code.
"""

from __future__ import annotations

import re
from datetime import date

import msgspec

from license_library.answers import Words
from license_library.asking.holders import holder_hash
from license_library.asking.refusals import WrongQuestion
from license_library.storage.keyring import Keyring
from schemas.identifiers.credit_code import credit_code_check, credit_code_fault, has_listed_class
from schemas.identifiers.holder_code_types import (
    CREDIT_CODE,
    HOLDER_CODE_TYPE_CODES,
    OTHER_ORGANISATION,
    RESIDENT_IDENTITY,
)
from schemas.identifiers.normal_form import normalise_identifier
from schemas.identifiers.organisation_code import organisation_forms
from schemas.identifiers.registration_number import (
    is_registration_number,
    is_tax_number,
    registration_number_check,
)
from schemas.identifiers.resident_identity import (
    forms_of,
    resident_identity_check,
    resident_identity_fault,
    to_eighteen,
)
from schemas.phrases import in_english, phrase

_CHECK_FAULT = phrase("check_at_18")
_RESIDENT_CHECK_FAULT = phrase("check")
_RESIDENT_WIDTH = 18
_OTHER_CODE = re.compile(r"(?=[A-Z-]*[0-9])[0-9A-Z-]{5,30}", re.ASCII)


class HolderCode(msgspec.Struct, frozen=True):
    """Hold a code that has been judged right, and its type."""

    code: str
    code_type: str
    is_old_form: bool = False  # it was typed in the 15 digits that its form of today replaced

    def hashes(self, keyring: Keyring) -> list[bytes]:
        """Return the keyed hashes of every form a department may have delivered this code in, the typed one first."""
        return [holder_hash(keyring, self.code_type, form) for form in self._forms()]

    def _forms(self) -> list[str]:
        if self.code_type == OTHER_ORGANISATION:
            return organisation_forms(self.code)
        forms = forms_of(self.code) if self.code_type == RESIDENT_IDENTITY else [self.code]
        return forms[::-1] if self.is_old_form else forms


def read_holder_code(typed: str, code_type: str | None, today: date) -> HolderCode:
    """Return the code that was typed; WrongQuestion says what is wrong with it, never the code."""
    code = normalise_identifier(typed)
    if not code_type and is_of_both(code, today):
        zh = "15 位号码既可能是旧居民身份证号码，也可能是工商注册号；请注明类型（111 居民身份证，099 其他组织证件）"
        en = "the 15 digits may be an old resident number or a business registration number; say its type, 111 or 099"
        raise _wrong("identifier.holder_code_ambiguous", zh, f"{en}; nothing was answered")
    return _read(code, code_type, today)


def is_of_both(code: str, today: date) -> bool:
    """Tell whether a plain code is right as an old resident number and as a business registration number."""
    return is_registration_number(code) and resident_identity_fault(code, today) is None


def _read(code: str, code_type: str | None, today: date) -> HolderCode:
    known_type = code_type or _guess_type(code, today)
    if known_type == RESIDENT_IDENTITY:
        return HolderCode(_resident(code, today), RESIDENT_IDENTITY, is_old_form=len(code) != _RESIDENT_WIDTH)
    if known_type == CREDIT_CODE:
        return HolderCode(_credit(code), CREDIT_CODE)
    if not code_type:
        return HolderCode(_registration(code), known_type)
    if known_type not in HOLDER_CODE_TYPE_CODES:
        raise _wrong(
            "identifier.holder_code_wrong",
            "证件类型代码不在代码表中",
            "its type is not in its list; nothing was answered",
        )
    return HolderCode(code, known_type)


def recognise_holder_code(typed: str, today: date) -> HolderCode | None:
    """Return the code when the text is a right one, else None; of 15 digits that may be either, a person's."""
    try:
        return _read(normalise_identifier(typed), None, today)
    except WrongQuestion:
        return None


def hashes_of_other_types(typed: str, keyring: Keyring) -> list[bytes]:
    """Return the keyed hashes of what may be a passport or another code, under every type that has no check of its own; none of what may not."""
    code = normalise_identifier(typed)
    types = sorted(HOLDER_CODE_TYPE_CODES - {RESIDENT_IDENTITY, CREDIT_CODE}) if _OTHER_CODE.fullmatch(code) else []
    return [one for kind in types for one in HolderCode(code, kind).hashes(keyring)]


def _guess_type(code: str, today: date) -> str:
    if len(code) not in (15, 18):
        zh = f"持证主体代码应为 18 位的公民身份号码或统一社会信用代码，或 15 位的旧号码，实为 {len(code)} 位；其他证件请注明类型"
        en = (
            "it is wrong; expected a resident number or credit code of 18 characters, or an old number of 15,"
            f" got {len(code)} characters; say its type if it is another kind of code; nothing was answered"
        )
        raise _wrong("identifier.holder_code_wrong", zh, en)
    if resident_identity_fault(code, today) is None:
        return RESIDENT_IDENTITY
    if is_tax_number(code) or _is_fifteen_digits(code):
        return OTHER_ORGANISATION
    is_of_digits = code.isascii() and code[:-1].isdigit() and code[-1] in "0123456789X"
    return _judge_digits(code, today) if is_of_digits and credit_code_fault(code) is not None else CREDIT_CODE


def _judge_digits(code: str, today: date) -> str:
    """The more likely reading of digits that are right in neither; WrongQuestion tells both where both are likely."""
    if len(code) != _RESIDENT_WIDTH or not has_listed_class(code):
        return RESIDENT_IDENTITY
    resident, credit = resident_identity_check(code[:17]), credit_code_check(code[:17])
    is_birthday = resident_identity_fault(code[:17] + resident, today) is None
    has_inner_check = credit_code_fault(code[:17] + credit) is None
    if has_inner_check and not is_birthday:
        return CREDIT_CODE
    raise _either(code[17], resident if is_birthday else None, credit if has_inner_check else None)


def _either(got: str, resident: str | None, credit: str | None) -> WrongQuestion:
    """The refusal that tells both readings, each by the check character it expects at 18, or why it cannot be."""
    as_credit = _at_eighteen(credit, got) or Words(
        "第 17 位校验码与其前各位不符", "the inner check character at 17 does not fit"
    )
    as_resident = _at_eighteen(resident, got) or Words("没有这样的出生日期", "it holds no day of birth")
    reason = "identifier.holder_code_wrong" if resident else "identifier.uscc_wrong"
    zh = f"18 位号码有误：作为统一社会信用代码，{as_credit.zh}；作为公民身份号码，{as_resident.zh}"
    en = f"the number of 18 digits is wrong: as a credit code {as_credit.en}; as a resident number {as_resident.en}; nothing was answered"
    return _wrong(reason, zh, en)


def _at_eighteen(expected: str | None, got: str) -> Words | None:
    if expected is None:
        return None
    return Words(f"第 18 位校验码应为 {expected}，实为 {got}", f"at position 18 expected {expected}, got {got}")


def _resident(code: str, today: date) -> str:
    fault = resident_identity_fault(code, today)
    if fault is None:
        return to_eighteen(code)
    if fault == _RESIDENT_CHECK_FAULT and len(code) == _RESIDENT_WIDTH:
        expected = resident_identity_check(code[:17])
        zh = f"公民身份号码有误：第 18 位校验码应为 {expected}，实为 {code[17]}"
        en = f"the resident number is wrong at position 18; expected {expected}, got {code[17]}; nothing was answered"
        raise _wrong("identifier.resident_id_wrong", zh, en)
    zh = "公民身份号码有误，请核对各位数字和末位校验码"
    raise _wrong(
        "identifier.resident_id_wrong", zh, f"the resident number is wrong: {in_english(fault)}; nothing was answered"
    )


def _is_fifteen_digits(code: str) -> bool:
    return len(code) != _RESIDENT_WIDTH and code.isascii() and code.isdigit()


def _registration(code: str) -> str:
    if is_registration_number(code) or is_tax_number(code):
        return code
    expected = registration_number_check(code[:14])
    zh = f"15 位号码有误：作为工商注册号，第 15 位校验码应为 {expected}，实为 {code[14]}；作为旧公民身份号码，没有这样的出生日期"
    en = (
        f"the number of 15 digits is wrong: as a business registration number at position 15; expected {expected}, got {code[14]};"
        " as an old resident number it holds no day of birth; nothing was answered"
    )
    raise _wrong("identifier.registration_number_wrong", zh, en)


def _credit(code: str) -> str:
    fault = credit_code_fault(code)
    if fault is None:
        return code
    if fault != _CHECK_FAULT:
        zh = "统一社会信用代码有误，请核对各位字符"
        raise _wrong(
            "identifier.uscc_wrong", zh, f"the credit code is wrong: {in_english(fault)}; nothing was answered"
        )
    expected = credit_code_check(code[:17])
    zh = f"统一社会信用代码有误：第 18 位校验码应为 {expected}，实为 {code[17]}"
    en = f"the credit code is wrong at position 18; expected {expected}, got {code[17]}; nothing was answered"
    raise _wrong("identifier.uscc_wrong", zh, en)


def _wrong(reason: str, zh: str, en: str) -> WrongQuestion:
    return WrongQuestion(reason, Words(zh, f"holder code: {en}"))
