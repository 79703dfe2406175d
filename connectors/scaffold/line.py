"""One key of a declaration as it is suggested: its value, how sure it is and why. Knows no TOML."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import force_setattr

from connectors.declarations.declared import TO_FILL_IN
from connectors.scaffold.suggestions import Suggestion


class Line(msgspec.Struct, frozen=True):
    """Hold one key of the declaration: its value, how sure it is (None: nothing to judge), and why."""

    key: str
    value: Any
    confidence: float | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        """Keep the reason in one line: contracts describe things in paragraphs."""
        force_setattr(self, "reason", one_line(self.reason))

    @property
    def is_open(self) -> bool:
        """Say whether something in the value is left to be filled in."""
        return TO_FILL_IN in _texts(self.value)


def one_line(text: str) -> str:
    """Return a contract's own words without line breaks and what else cannot be printed."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _texts(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {text for key, one in value.items() for text in {key, *_texts(one)}}
    return {text for one in value for text in _texts(one)} if isinstance(value, list) else {str(value)}


def tell_why(suggestion: Suggestion) -> str:
    """Return the reason of a suggestion with the contract's own words."""
    label = suggestion.source.label
    return f"{suggestion.reason}: {label}" if label else suggestion.reason
