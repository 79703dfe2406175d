"""What must hold of one field's rule: which fields there are, and what decides where a value comes from.

Each breach is a DeclarationError that names the field and its key. Knows no feed.
"""

from __future__ import annotations

from datetime import date

from connectors.declarations.declared_fields import FieldRule
from connectors.declarations.time_forms import time_pattern
from schemas.errors import DeclarationError
from schemas.license.license import RecordType

DERIVED = {"record_id", "source_updated_at", "face", "open_ended", "holders"}  # follow from tables of their own


def check_rule(name: str, rule: FieldRule, record: RecordType, place: str) -> None:
    """Refuse a rule for a field that does not exist, or that cannot decide where its value comes from."""
    kinds = {field.name: field.kind for field in record.fields if field.name not in DERIVED}
    if name not in kinds:
        raise DeclarationError(
            f"{place}: no field of {record.name} can be mapped by that name; there are {', '.join(kinds)}"
        )
    if bool(rule.from_) == (rule.value is not None):
        raise DeclarationError(f"{place}: expected exactly one of 'from' and 'value'")
    if (rule.date is not None) != (kinds[name] == "date" and rule.value is None):
        raise DeclarationError(f"{place}: key 'date' belongs to date fields, and every date field needs it")
    if rule.date is not None:
        try:
            time_pattern(rule.date)
        except DeclarationError as error:
            raise DeclarationError(f"{place}: key 'date': {error}") from error
    if kinds[name] == "date" and rule.value is not None and not _is_day(rule.value):
        raise DeclarationError(f"{place}: key 'value': expected a day as 2024-01-31, got {rule.value!r}")
    if rule.open_ended and name != "valid_to":
        raise DeclarationError(f"{place}: key 'open_ended' belongs to valid_to only")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
