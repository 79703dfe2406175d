"""The forms of time that a declaration may use: strptime of fixed width, or XML's own; nothing can be read two ways."""

from __future__ import annotations

import re

from schemas.errors import DeclarationError

DIRECTIVES = {
    "%Y": "[0-9]{4}", "%m": "[0-9]{2}", "%d": "[0-9]{2}", "%H": "[0-9]{2}", "%M": "[0-9]{2}", "%S": "[0-5][0-9]",
}  # fmt: skip


_ZONE = r"(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])?"
# XML's own forms: a fraction and a zone may follow or not, row by row.
_OF_XML = {
    "xs:dateTime": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](?:\.[0-9]{1,9})?" + _ZONE + "$",
    "xs:date": "^[0-9]{4}-[0-9]{2}-[0-9]{2}" + _ZONE + "$",
}
_WRITTEN = {"xs:dateTime": "%Y-%m-%dT%H:%M:%S", "xs:date": "%Y-%m-%d"}


def written_form(form: str) -> str:
    """Return the strptime form in which we write a time of `form` ourselves."""
    return _WRITTEN.get(form, form)


def time_pattern(form: str) -> str:
    """Return the regular expression of a strptime form; DeclarationError for a directive that is not strict."""
    if form in _OF_XML:
        return _OF_XML[form]
    parts = re.split(r"(%.)", form)
    unknown = [part for part in parts if part.startswith("%") and part not in DIRECTIVES]
    if unknown or "%Y" not in parts:
        raise DeclarationError(f"date form {form!r}: expected %Y and others of {' '.join(DIRECTIVES)}")
    return "^" + "".join(DIRECTIVES.get(part) or re.escape(part) for part in parts) + "$"
