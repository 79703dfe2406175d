"""The mapping of fields as lines: what was found, and what must be filled in because the record type requires it.

Knows the record type and its code lists; knows no paging.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from connectors.declarations.declared import TO_FILL_IN
from connectors.declarations.time_forms import written_form
from connectors.scaffold.answer_guesses import Records
from connectors.scaffold.code_tables import find_license_type, map_codes
from connectors.scaffold.line import Line, tell_why
from connectors.scaffold.outline import Node
from connectors.scaffold.suggestions import Suggestion
from connectors.scaffold.time_guesses import DATE, guess_endless
from schemas.identifiers.holder_code_types import CREDIT_CODE, HOLDER_CODE_TYPE_CODES, RESIDENT_IDENTITY
from schemas.license.license import LICENSE, Field

NOT_MAPPED = {"record_id", "source_updated_at", "face", "open_ended"}  # they follow from other keys
OPTIONAL = {"license_name"}  # defaults to the name of the license type
CODED = {"license_type", "status", "holder_code_type"}
AREA = "370283"


def draft_fields(records: Records, department: str, said: str) -> list[Line]:
    """Return a line for every field that was found or is required."""
    found = {s.field.removeprefix("fields."): s for s in records.found if s.field.startswith("fields.")}
    forms = Counter(s.source.form for name, s in found.items() if s.source.form and LICENSE.field(name).kind == "date")
    form = forms.most_common(1)[0][0] if forms else DATE  # a department writes its dates one way
    lines = []
    for field in LICENSE.fields:
        if field.name in NOT_MAPPED:
            continue
        if field.name in found:
            lines.append(_mapped(field, found[field.name], form))
        elif field.required and field.name not in OPTIONAL:
            lines.append(_missing(field, found, department, said))
    return lines


def _mapped(field: Field, suggestion: Suggestion, usual: str) -> Line:
    source = suggestion.source
    value: Any = source.name
    if field.kind == "date":
        form = source.form or usual
        value = {"from": source.name, "date": form}
        if field.name == "valid_to":
            value["open_ended"] = guess_endless(f"{source.label} {source.sample}") or _usual_endless(source, form)
    elif field.name in CODED:
        value = {"from": source.name, "codes": _codes(field.name, source)}
    elif field.name == "holder_code":
        value = {"from": source.name, "normalise": "identifier"}
    return Line(field.name, value, suggestion.confidence, tell_why(suggestion))


def _codes(field: str, source: Node) -> dict[str, str]:
    """Return the code table; a sample that is a national code stands for the national table."""
    if not source.codes and field == "holder_code_type" and source.sample in HOLDER_CODE_TYPE_CODES:
        return {code: code for code in sorted({CREDIT_CODE, RESIDENT_IDENTITY, source.sample})}
    return map_codes(field, source.codes) or {TO_FILL_IN: TO_FILL_IN}


def _usual_endless(source: Node, form: str) -> list[str]:
    last = written_form(form).replace("%Y", "9999").replace("%m", "12").replace("%d", "31")
    for mark, least in (("%H", "00"), ("%M", "00"), ("%S", "00")):
        last = last.replace(mark, least)
    return [last] if source.kind in {"date", "time"} else ["长期", last]


def _missing(field: Field, found: dict[str, Suggestion], department: str, said: str) -> Line:
    """Fill a required field that no source value seems to hold, from what else is known."""
    if field.name == "area_code":
        return Line(field.name, {"value": AREA}, 0.5, "no source field found; the bureau's own area")
    if field.name == "issuer_name" and department != TO_FILL_IN:
        return Line(field.name, {"value": department}, 0.6, "no source field found; the department itself")
    if field.name == "license_type" and (kind := find_license_type([said])):
        return Line(field.name, {"value": kind}, 0.5, "no source field found; named in the contract")
    if field.name == "holder_code_type" and "holder_code" in found:
        source = found["holder_code"].source
        told = _told_type(map_codes(field.name, {"": source.label or source.name})[""], source.name.lower())
        return Line(
            field.name, {"value": told}, 0.5 if told != TO_FILL_IN else 0.0, "no source field found; by the holder code"
        )
    if field.kind == "date":
        return Line(field.name, {"from": TO_FILL_IN, "date": DATE}, 0.0, f"{field.zh}: no source field found")
    is_coded = field.name in CODED
    return Line(
        field.name, {"value": TO_FILL_IN} if is_coded else TO_FILL_IN, 0.0, f"{field.zh}: no source field found"
    )


def _told_type(by_label: str, name: str) -> str:
    if by_label != TO_FILL_IN:
        return by_label
    if any(word in name for word in ("xydm", "credit", "uscc")):
        return CREDIT_CODE
    return RESIDENT_IDENTITY if any(word in name for word in ("sfz", "idcard", "id_card")) else TO_FILL_IN
