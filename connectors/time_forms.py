"""The strptime forms that a declaration may use: fixed width, nothing a parser could read two ways."""

from __future__ import annotations

import re

from schemas.errors import DeclarationError

DIRECTIVES = {
    "%Y": "[0-9]{4}", "%m": "[0-9]{2}", "%d": "[0-9]{2}", "%H": "[0-9]{2}", "%M": "[0-9]{2}", "%S": "[0-5][0-9]",
}  # fmt: skip


def time_pattern(form: str) -> str:
    """Return the regular expression of a strptime form; DeclarationError for a directive that is not strict."""
    parts = re.split(r"(%.)", form)
    unknown = [part for part in parts if part.startswith("%") and part not in DIRECTIVES]
    if unknown or "%Y" not in parts:
        raise DeclarationError(f"date form {form!r}: expected %Y and others of {' '.join(DIRECTIVES)}")
    return "^" + "".join(DIRECTIVES.get(part) or re.escape(part) for part in parts) + "$"
