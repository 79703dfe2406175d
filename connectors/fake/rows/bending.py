"""How a row is wrong when its department misbehaves: in what it says, or in how that is written.

Knows rows and their renderings; knows no list, no line and no HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from connectors.declarations.declared import Feed
from connectors.fake.rows.dialect import AWAY, Dialect, Row

GIANT = 1_200_000
NO_CODE = "97"  # stands in no code list, and fits into a column of numbers
EVERY_ROW = {"schema_added", "schema_missing", "type_changed", "column_renamed"}
ONE_ROW = {"unknown_code", "giant_field", "duplicate_elements", "nan", "huge_integer", "lone_surrogate", "nul"}
ADDED, PARAMETER = "XZZD", "XZCS"  # a field more, and a parameter more


def bends_rows(mode: str, *, is_target: bool) -> bool:
    """Say whether a row is written otherwise in `mode`: every one, or a single one."""
    return mode in EVERY_ROW or (is_target and mode in ONE_ROW)


def bent_column(feed: Feed) -> str:
    """Return the source column that modes about a field are shown on: the license number's, or the first that is mapped."""
    number = feed.fields.get("license_number")
    named = [number.from_] if number and number.from_ else []
    return [*named, *(rule.from_ for rule in feed.fields.values() if rule.from_ and not rule.date), *feed.key][0]


def coded_column(feed: Feed) -> str:
    """Return a source column that holds codes; empty where the declaration lists none."""
    return next((rule.from_ for rule in feed.fields.values() if rule.codes and rule.from_), "")


def bend_row(mode: str, dialect: Dialect, row: Row) -> Row:
    """Return the row as it is said in `mode`."""
    column, coded = bent_column(dialect.feed), coded_column(dialect.feed)
    if mode == "schema_added":
        return row | {ADDED: "新增字段"}
    if mode == "schema_missing":
        return {name: value for name, value in row.items() if name != column}
    if mode == "column_renamed":
        cursor = dialect.feed.cursor.field
        return {f"{name}{AWAY}" if name == cursor else name: value for name, value in row.items()}
    if mode == "unknown_code" and coded:
        return row | {coded: NO_CODE}
    return row | {column: "字" * (GIANT // 3)} if mode == "giant_field" else row


def bend_rendered(mode: str, feed: Feed, rendered: bytes) -> bytes:
    """Return the written row with its license number written as no contract has it."""
    column = bent_column(feed).rpartition("/")[2].encode()
    if rendered[:1] == b"{":
        bend, pattern = _JSON.get(mode), rb'"' + column + rb'":("(?:[^"\\]|\\.)*"|null)'
    else:
        start, end = (b"&lt;", b"&gt;") if rendered[:1] == b"&" else (b"<", b">")
        tag = start + b"(" + column + rb")(?:\s[^<>]*?)?" + end  # a namespace may be declared on it
        bend, pattern = _XML.get(mode), tag + rb"(.*?)" + start + b"/" + column + end
    return re.sub(pattern, bend, rendered, count=1, flags=re.DOTALL) if bend else rendered


Bend = Callable[["re.Match[bytes]"], bytes]


def _valued(value: bytes) -> Bend:
    return lambda found: found[0][: found.start(1) - found.start()] + value


_JSON: dict[str, Bend] = {
    "duplicate_elements": lambda found: found[0] + b"," + found[0],
    "type_changed": lambda found: _valued(b'{"text":' + found[1] + b"}")(found),
    "nan": _valued(b"NaN"),
    "huge_integer": _valued(b"7" * 5000),
    "lone_surrogate": _valued(rb'"\ud83d"'),
    "nul": _valued(rb'"12\u000034"'),
}
_XML: dict[str, Bend] = {
    "duplicate_elements": lambda found: found[0] + found[0],
    "type_changed": lambda found: found[0].replace(found[2], found[0].replace(found[1], b"text"), 1),
    "nul": lambda found: found[0].replace(found[2], b"12&#0;34", 1),
}
