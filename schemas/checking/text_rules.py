"""What every text of a record must be: there, short enough, and free of what no clerk ever typed.

Knows characters, not meanings.
"""

from __future__ import annotations

import re

import polars as pl

from schemas.checking.rules import Rule, reason
from schemas.license.license import Field, RecordType
from schemas.license.problems import described
from schemas.phrases import Phrase, phrase, phrases

# Control characters, the mark that failed decoding leaves, and marks that reverse the order of reading.
_NEVER_TYPED = r"[\x00-\x1F\x7F-\x9F\uFFFD\u202A-\u202E\u2066-\u2069]"
# The same, as JSON escapes: PostgreSQL's jsonb refuses NUL and half surrogate pairs.
_NUL_ESCAPE = r"(?:^|[^\\])(?:\\\\)*\\u0000"
_SURROGATE_PAIR = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_SURROGATE = r"(?:^|[^\\])(?:\\\\)*\\u[dD][89a-fA-F]"


def text_rules(frame: pl.DataFrame, record: RecordType) -> list[Rule]:
    """Return the rules for presence, length and characters of a record's fields."""
    texts = [field for field in record.fields if field.kind in ("text", "code", "json", "holders")]
    rules = [_missing(field) for field in record.fields if field.required]
    rules += [_too_long(field) for field in texts]
    rules += [_half_json(field) for field in texts if field.kind == "json"]
    return rules + _broken_texts(frame, texts)


def _missing(field: Field) -> Rule:
    column = pl.col(field.name)
    absent = column.is_null()
    if field.kind in ("text", "code", "json"):
        absent |= column.str.strip_chars().str.len_bytes() == 0
    return Rule("record.missing_field", field.name, absent, phrase("some_value"), phrases("nothing"))


def _too_long(field: Field) -> Rule:
    length = pl.col(field.name).str.len_chars()
    expected = phrase("length_at_most", field.max_length)
    return Rule("record.too_long", field.name, length > field.max_length, expected, phrases("length", length))


def _half_json(field: Field) -> Rule:
    column = pl.col(field.name)
    whole = column.str.starts_with("{") & column.str.ends_with("}")
    return Rule("record.wrong_type", field.name, ~whole, phrase("json_object"), described(field))


def _broken_texts(frame: pl.DataFrame, texts: list[Field]) -> list[Rule]:
    """Return rules only for the columns where some text is bad: good data is read once, and no flags are kept."""
    bad = frame.select(_is_bad(field).any() for field in texts).row(0)
    return [_bad_text(field) for field, is_bad in zip(texts, bad, strict=True) if is_bad]


def _bad_text(field: Field) -> Rule:
    expected = phrase("clean_text")
    return Rule("record.bad_text", field.name, _is_bad(field), expected, reason(field.name, _first_bad))


def _is_bad(field: Field) -> pl.Expr:
    column = pl.col(field.name)
    bad = column.str.contains(_NEVER_TYPED)
    return bad | _bad_escape(column) if field.kind == "json" else bad


def _bad_escape(column: pl.Expr) -> pl.Expr:
    escaped = pl.when(column.str.contains(r"\u", literal=True)).then(column)  # seldom: spares the costly patterns
    return escaped.str.contains(_NUL_ESCAPE) | escaped.str.replace_all(_SURROGATE_PAIR, "").str.contains(_SURROGATE)


def _first_bad(text: str) -> Phrase:
    """Name the first character nobody typed and where it stands; the text itself stays unsaid."""
    found = re.search(_NEVER_TYPED, text)
    return phrase("character", f"U+{ord(found[0]):04X}", found.start() + 1) if found else phrase("bad_escape")
