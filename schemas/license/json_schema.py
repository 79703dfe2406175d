"""The record type `license` as a JSON Schema that departments and other systems can read.

Generated from the fields, never written by hand; the copy in `published/` is what others were given.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from schemas.identifiers.divisions import provinces
from schemas.identifiers.holder_code_types import HOLDER_CODE_TYPES
from schemas.identifiers.license_identifier import PATTERN
from schemas.license.holders import entry_schema
from schemas.license.license import LICENSE, Field, FieldKind
from schemas.license.states import STATES

PUBLISHED_FILE = Path(__file__).parents[1] / "published" / "license.schema.json"

_KINDS: dict[FieldKind, dict[str, Any]] = {
    "text": {"type": "string"},
    "code": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    "instant": {"type": "string", "format": "date-time"},
    "flag": {"type": "boolean"},
    "json": {"type": "object"},
    "holders": {"type": "array"},
}


def license_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a license record."""
    properties = {field.name: _property(field) for field in LICENSE.fields}
    properties["holders"] |= entry_schema(properties)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "license",
        "description": "电子证照记录。A license record as the hub keeps it (GB/T 36902, GB/T 36903).",
        "type": "object",
        "properties": properties,
        "required": [field.name for field in LICENSE.fields if field.required],
        "additionalProperties": False,
    }


def schema_text() -> str:
    """Return the schema as it is published."""
    return json.dumps(license_schema(), ensure_ascii=False, indent=2) + "\n"


def _property(field: Field) -> dict[str, Any]:
    described = {"title": field.zh} | _KINDS[field.kind] | _lengths(field) | _lists().get(field.name, {})
    names = {"x-short-name": field.short, "x-national-column": field.national}
    return (
        described
        | {key: name for key, name in names.items() if name}
        | ({"x-personal": True} if field.personal else {})
    )


def _lengths(field: Field) -> dict[str, Any]:
    if field.kind not in ("text", "code"):
        return {}
    return {"maxLength": field.max_length} | ({"minLength": 1} if field.required else {})


def _lists() -> dict[str, dict[str, Any]]:
    """What single fields allow beyond their kind."""
    states = [{"const": state.code, "title": state.zh} for state in STATES]
    kinds = [{"const": kind.code, "title": kind.zh} for kind in HOLDER_CODE_TYPES]
    area = f"^(?:{'|'.join(sorted(provinces()))})[0-9]{{4}}(?:[0-9]{{3}}){{0,2}}$"
    return {
        "status": {"oneOf": states},
        "holder_code_type": {"oneOf": kinds},
        "license_identifier": {"pattern": PATTERN},
        "area_code": {"pattern": area},
    }
