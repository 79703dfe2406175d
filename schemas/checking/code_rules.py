"""What the codes of a record must be: from their lists, and rightly formed for what they name.

Works the identifiers out column-wise first; every rule then reads a ready verdict.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import polars as pl

from schemas.checking.rules import Rule, reason
from schemas.identifiers.credit_code import are_credit_codes, credit_code_fault
from schemas.identifiers.divisions import provinces
from schemas.identifiers.holder_code_types import CREDIT_CODE, HOLDER_CODE_TYPE_CODES, RESIDENT_IDENTITY
from schemas.identifiers.license_identifier import (
    classify_license_identifiers,
    legacy_check,
    license_identifier_check,
    parse_license_identifier,
)
from schemas.identifiers.resident_identity import are_resident_identities, resident_identity_fault
from schemas.license.license import Field, RecordType
from schemas.license.problems import described
from schemas.license.states import STATE_CODES
from schemas.phrases import Phrase, Phrases, phrase, phrases

# 军官证 and the like carry Chinese characters; blanks and anything unseen do not belong in a code.
_OTHER_HOLDER_CODE = r"^[\p{Han}0-9A-Za-z()（）\-/.]{2,64}$"
_DIVISION = r"^[0-9]{6}(?:[0-9]{3}){0,2}$"
_SCHEME = r"^[A-Za-z][A-Za-z0-9+.\-]*:"


def judge_codes(frame: pl.DataFrame, today: date) -> pl.DataFrame:
    """Return a license frame with the verdicts on its identifiers: `judge_holders`' and `_identifier`."""
    identifiers = classify_license_identifiers(frame["license_identifier"])
    return judge_holders(frame, today).with_columns(_identifier=identifiers)


def judge_holders(frame: pl.DataFrame, today: date) -> pl.DataFrame:
    """Return a frame with the verdicts on its holders' codes: `_uscc`, `_resident`, `_swapped`."""
    codes, kind = pl.col("holder_code"), pl.col("holder_code_type")
    uscc = frame.select(pl.when(kind == CREDIT_CODE).then(codes)).to_series()
    resident = frame.select(pl.when(kind == RESIDENT_IDENTITY).then(codes)).to_series()
    is_uscc, is_resident = are_credit_codes(uscc), are_resident_identities(resident, today)
    not_uscc = pl.select(pl.when(~is_uscc).then(uscc)).to_series()
    not_resident = pl.select(pl.when(~is_resident).then(resident)).to_series()
    swapped = are_resident_identities(not_uscc, today).fill_null(False) | are_credit_codes(not_resident).fill_null(
        False
    )
    return frame.with_columns(_uscc=is_uscc, _resident=is_resident, _swapped=swapped)


def code_rules(record: RecordType, license_types: Collection[str], today: date) -> list[Rule]:
    """Return the rules for the codes of a frame that `judge_codes` has seen."""
    return [
        _unlisted("record.unknown_license_type", record.field("license_type"), license_types, phrase("catalogue_type")),
        _unlisted(
            "record.unknown_code", record.field("status"), STATE_CODES, phrase("one_of", ", ".join(sorted(STATE_CODES)))
        ),
        _area_code(record.field("area_code")),
        _file_url(record.field("file_url")),
        _license_identifier(),
        *holder_rules(record, today),
    ]


def holder_rules(record: RecordType, today: date) -> list[Rule]:
    """Return the rules for the holders' codes of a frame that `judge_holders` has seen."""
    kind = record.field("holder_code_type")
    listed = _unlisted("record.unknown_code", kind, HOLDER_CODE_TYPE_CODES, phrase("holder_code_type"))
    return [listed, *_holder_code(record.field("holder_code"), today)]


def _unlisted(code: str, field: Field, known: Collection[str], expected: Phrase) -> Rule:
    return Rule(code, field.name, ~pl.col(field.name).is_in(sorted(known)), expected, described(field))


def _area_code(field: Field) -> Rule:
    column = pl.col(field.name)
    known = column.str.contains(_DIVISION) & column.str.slice(0, 2).is_in(sorted(provinces()))
    return Rule("record.bad_area_code", field.name, ~known, phrase("division"), described(field))


def _file_url(field: Field) -> Rule:
    column = pl.col(field.name)
    bad = column.str.contains(_SCHEME) & ~column.str.contains(r"^https?://")
    return Rule("record.bad_url", field.name, bad, phrase("web_address"), phrases("other_address"))


def _license_identifier() -> Rule:
    wrong = pl.col("_identifier") == "wrong"
    expected = phrase("license_identifier")
    said = reason("license_identifier", _identifier_fault)
    return Rule("identifier.license_identifier_wrong", "license_identifier", wrong, expected, said)


def _identifier_fault(text: str) -> Phrase:
    parts = parse_license_identifier(text)
    if parts is None:
        return phrase("other_shape", len(text))
    fitting, legacy = license_identifier_check(parts.body), legacy_check(parts.body)
    return phrase("check_character", parts.check, fitting, legacy)


def _holder_code(field: Field, today: date) -> list[Rule]:
    kind, column, swapped = pl.col("holder_code_type"), pl.col(field.name), pl.col("_swapped")
    other = ~kind.is_in([CREDIT_CODE, RESIDENT_IDENTITY]) & ~column.str.contains(_OTHER_HOLDER_CODE)
    said_uscc = reason(field.name, credit_code_fault)
    said_resident = reason(field.name, lambda code: resident_identity_fault(code, today))
    person, organisation = phrases("code_of_a_person"), phrases("code_of_an_organisation")
    mismatch = Phrases(pl.when(kind == CREDIT_CODE).then(person).otherwise(organisation))
    return [
        Rule("identifier.uscc_wrong", field.name, ~pl.col("_uscc") & ~swapped, phrase("credit_code"), said_uscc),
        Rule(
            "identifier.resident_id_wrong",
            field.name,
            ~pl.col("_resident") & ~swapped,
            phrase("resident_number"),
            said_resident,
        ),
        Rule("identifier.holder_type_mismatch", field.name, swapped, phrase("code_of_its_type"), mismatch),
        Rule("identifier.holder_code_wrong", field.name, other, phrase("other_holder_code"), described(field)),
    ]
