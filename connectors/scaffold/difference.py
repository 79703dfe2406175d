"""What differs between three declarations, key by key: the last generated one, the edited one, and the one made now.

Line breaks, comments and order mean nothing. Writes nothing.
"""

from __future__ import annotations

import tomllib
from typing import Any, Literal

import msgspec

from schemas.errors import DeclarationError

Who = Literal["you", "contract", "both"]


class Difference(msgspec.Struct, frozen=True):
    """Say of one key what it was made as, what it is now, and what it would be made as now; None: absent."""

    key: str
    who: Who  # who changed it since it was last generated
    generated: str | None
    edited: str | None
    suggested: str | None


def compare_declarations(generated: str, edited: str, suggested: str) -> list[Difference]:
    """Return the keys on which the three differ."""
    base, yours, new = (_flat(tomllib.loads(text)) for text in (generated, _readable(edited), suggested))
    keys = dict.fromkeys([*new, *yours, *base])
    return [
        Difference(key, _who(base.get(key), yours.get(key), new.get(key)), base.get(key), yours.get(key), new.get(key))
        for key in keys
        if not base.get(key) == yours.get(key) == new.get(key) and yours.get(key) != new.get(key)
    ]


def _readable(text: str) -> str:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DeclarationError(f"department.toml: is not TOML: {error}; nothing was compared or written") from error
    return text


def _who(base: str | None, yours: str | None, new: str | None) -> Who:
    if base == new:
        return "you"
    return "contract" if base == yours else "both"


def _flat(value: Any, key: str = "") -> dict[str, str]:
    if isinstance(value, dict) and value:
        return {k: v for name, one in value.items() for k, v in _flat(one, f"{key}.{name}" if key else name).items()}
    return {key: ", ".join(map(str, value)) if isinstance(value, list) else str(value)}
