"""Everyone a license names, when it names several: a JSON list in the record, and the same people as rows.

Knows the form; judges nobody (holder_checks.py does).
"""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from schemas.license.license import LICENSE, Field, RecordType

SHARE: Final = Field("share", "text", "份额", max_length=64)
HOLDER: Final = RecordType(
    "holder", (*(LICENSE.field(name) for name in ("holder_code", "holder_code_type", "holder_name")), SHARE)
)
# What an entry calls its values, in the order in which it is written.
KEYS: Final = {"code": "holder_code", "code_type": "holder_code_type", "name": "holder_name", "share": "share"}
_ENTRIES = pl.List(pl.Struct(dict.fromkeys(KEYS, pl.String())))
_SCHEMA = {"row": pl.UInt32(), "ordinal": pl.Int32(), **dict.fromkeys(KEYS.values(), pl.String())}


def holder_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """Return who the records of a frame list: `row` points into it, `ordinal` counts from 1, the rest is HOLDER's."""
    rows = frame["holders"].is_not_null().arg_true()
    if rows.is_empty():
        return pl.DataFrame(schema=_SCHEMA)
    lists = frame["holders"][rows].str.json_decode(_ENTRIES)
    entries = pl.DataFrame({"row": rows.cast(pl.UInt32), "entry": lists}).explode("entry")
    ordinal = pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("row")
    return entries.with_columns(ordinal=ordinal).unnest("entry").rename(KEYS).select(*_SCHEMA)


def entry_schema(properties: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return what a JSON Schema says of the list, made of what it says of the fields."""
    said = {key: properties[name] for key, name in KEYS.items() if name in properties}
    said["share"] = {"title": SHARE.zh, "type": "string", "maxLength": SHARE.max_length}
    entry = {"type": "object", "properties": said, "required": ["code", "code_type", "name"]}
    return {"type": "array", "items": entry | {"additionalProperties": False}}
