"""Records of a JSON page that are all alike, decoded at once into columns: the same keys in each, none of them twice.

msgspec then decodes straight into slots, in half the time that objects take. What is not alike is not for this module:
it returns None, and whoever asked decodes it the long way. Both ways make the same of the same page.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from connectors.formats.json_exact import number_text
from connectors.formats.json_outline import Outline

_encoder = msgspec.json.Encoder()
Lists = tuple[tuple[str, tuple[str, ...]], ...]  # a list inside each record, with the keys of its entries


def alike_columns(outline: Outline, lists: Mapping[str, Sequence[str]]) -> dict[str, Sequence[Any]] | None:
    """Return every key's values; a list of `lists` {name: keys of its entries} as a text, or None where it is empty."""
    wanted = tuple((name, tuple(dict.fromkeys(keys))) for name, keys in lists.items())
    try:
        kinds = _kinds(msgspec.json.decode(outline.records[0]), wanted)
        if kinds is None:
            return None
        rows = _decoder(kinds, wanted).decode(outline.written)
        values = list(zip(*map(msgspec.structs.astuple, rows), strict=True))
        columns: dict[str, Sequence[Any]] = dict(zip((name for name, _ in kinds), values, strict=True))
        kept = len(rows) * len(kinds)
        for name, keys in wanted:
            kept += len(keys) * sum(map(len, filter(None, columns.get(name, ()))))
        if kept != outline.keys:  # a key came twice, or lies where nobody looked
            return None
        return columns | {name: _texts(columns[name]) for name, _ in wanted if name in columns}
    except (msgspec.DecodeError, ValueError, RecursionError):  # ValueError: half a character, or a key no slot can have
        return None


def _kinds(first: Any, lists: Lists) -> tuple[tuple[str, str], ...] | None:
    """Say of each key of the first record what its value is; None where it is no plain object."""
    if type(first) is not dict or not first:
        return None
    kinds = tuple((name, _kind(value, is_list=name in dict(lists))) for name, value in first.items())
    return None if "nested" in dict(kinds).values() else kinds


def _kind(value: Any, *, is_list: bool) -> str:
    if is_list:
        return "list"
    if isinstance(value, dict | list):
        return "nested"
    return "text" if value is None or isinstance(value, str) else "scalar"


@functools.lru_cache(maxsize=64)
def _decoder(kinds: tuple[tuple[str, str], ...], lists: Lists) -> msgspec.json.Decoder[Any]:
    """Return the reader of a list of records of exactly these keys."""
    types: dict[str, Any] = {"text": str | None, "scalar": Any}
    entries = {name: list[_struct("Entry", [(key, str | None) for key in keys])] | None for name, keys in lists}  # type: ignore[misc]  # made at run time
    fields = [(name, entries[name] if kind == "list" else types[kind]) for name, kind in kinds]
    return msgspec.json.Decoder(list[_struct("Record", fields)], float_hook=number_text)  # type: ignore[misc]  # made at run time


def _struct(name: str, fields: Sequence[tuple[str, Any]]) -> Any:
    slots = [(f"slot_{number}", kind, msgspec.field(name=key)) for number, (key, kind) in enumerate(fields)]
    return msgspec.defstruct(name, slots, forbid_unknown_fields=True, frozen=True, gc=False)


def _texts(lists: Sequence[Any]) -> list[str | None]:
    return [_encoder.encode(entries).decode() if entries else None for entries in lists]
