"""Whether the codes of the persons and organisations that a delivery names can be theirs, by their check characters.

Judges the normal form and changes nothing; what a code looks like is the identifiers' business. Its words never repeat a code.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from schemas.identifiers.credit_code import credit_code_fault
from schemas.identifiers.holder_code_types import CREDIT_CODE, RESIDENT_IDENTITY
from schemas.identifiers.normal_form import normalise_identifier
from schemas.identifiers.resident_identity import resident_identity_fault
from schemas.phrases import in_english

CODES: Final = ("applicant_code", "holder_code")


def wrong_code(values: Mapping[str, Any], today: date) -> tuple[str, str] | None:
    """Return the first field whose code cannot be one of its type, with what was expected and got; None where all can."""
    for name in CODES:
        fault = _fault(values.get(f"{name}_type"), normalise_identifier(values.get(name, "")), today)
        if fault:
            return name, fault
    return None


def _fault(code_type: str | None, code: str, today: date) -> str | None:
    if code_type == CREDIT_CODE and (fault := credit_code_fault(code)):
        return f"a unified social credit code, got one that is none: {in_english(fault)}"
    if code_type == RESIDENT_IDENTITY and (fault := resident_identity_fault(code, today)):
        return f"a resident identity number, got one that is none: {in_english(fault)}"
    return None
