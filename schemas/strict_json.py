"""JSON read strictly, and what is wrong with it told without repeating it.

Refuses repeated keys, NaN, numbers that no column holds and what is nested too deep. Knows no question and no delivery.
"""

from __future__ import annotations

import json
from typing import Any, Never


def read_strict_json(content: bytes) -> Any:
    """Return the plain values of a JSON text; ValueError where it is none, or could be read in two ways."""
    try:
        return json.loads(content.decode(), object_pairs_hook=_once, parse_constant=_refuse, parse_int=_whole)
    except RecursionError:
        raise ValueError from None


def explain_mismatch(message: str) -> tuple[str, str]:
    """Return the field and what was expected from a message of msgspec; what was given is dropped. "" is the whole."""
    said, _, path = message.partition(" - at `")
    field = path.rstrip("`").removeprefix("$.")
    if said.startswith("Object missing required field"):
        return said.split("`")[1], "a value"
    if not said.startswith("Expected"):
        return field, "only the fields and values the interface describes"
    return field, said.removeprefix("Expected ").partition(", got")[0].replace("`", "")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError
    return dict(pairs)


def _whole(digits: str) -> int:
    number = int(digits)
    if number.bit_length() >= 64:
        raise ValueError
    return number


def _refuse(_constant: str) -> Never:
    raise ValueError
