"""Says a canonical record in a department's own words: the declaration's mapping, read backwards.

Whatever the declaration maps, any declared department can be faked. Knows no transport and no bad record.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec

from connectors.declarations.declared import Department, Feed
from connectors.declarations.declared_fields import FieldRule
from connectors.declarations.time_forms import written_form
from connectors.fake.city.world import Issuer, Record
from schemas.license.license import LICENSE

AWAY = "_AWAY"  # what the new name of a renamed field ends in
Row = dict[str, Any]  # source column -> text, None where there is none, or a list of entries that are rows themselves
Say = Callable[[Record, int], Any]
Fits = Callable[[Row], bool]
PARTS = ("name", "code_type", "code", "share")
JOINED = {"name": "holder_name", "code_type": "holder_code_type", "code": "holder_code"}

DAYS = {field.name for field in LICENSE.fields if field.kind == "date"}


class Dialect:
    """Turn canonical records of one feed into source rows, columns in the order of the declaration."""

    def __init__(self, feed: Feed, fits: Fits | None = None) -> None:
        self.feed = feed
        self.fits = fits or (lambda _: True)  # whether the department could store a row at all
        self._says = _say_key(feed) | _say_fields(feed) | _say_holders(feed) | _say_face(feed) | _say_cursor(feed)
        self.columns = tuple(self._says)

    def say(self, record: Record, index: int) -> Row:
        """Return the source row of `record`, which is number `index`."""
        return {column: say(record, index) for column, say in self._says.items()}

    def column(self, field: str) -> str | None:
        """Return the source column that `field` is mapped from, if any."""
        rule = self.feed.fields.get(field)
        return rule.from_ or None if rule else None

    def record_id(self, row: Row) -> str | None:
        """Return the record id the hub makes of `row`."""
        parts = [row[column] for column in self.feed.key]
        return "/".join(part for part in parts if part) if all(parts) else None


def make_issuer(department: Department, feed: Feed) -> Issuer:
    """Return what the world must know of the department that issues."""
    states = feed.fields.get("status", FieldRule())
    holders = feed.fields.get("holder_code_type") or (feed.holders and feed.holders.code_type) or FieldRule()
    return Issuer(
        department.department,
        department.name,
        department.uscc,
        feed.license_types(),
        frozenset((states.codes or {}).values()) or frozenset({states.value or "valid"}),
        frozenset((holders.codes or {}).values()) & {"001", "111"} or frozenset({holders.value or "001"}),
        frozenset(feed.face),
        feed.holders is not None,
        "replaces" in feed.fields,
        {name: _constant(name, rule.value) for name, rule in feed.fields.items() if rule.value is not None},
    )


def _constant(name: str, text: str) -> str | date:
    return date.fromisoformat(text) if name in DAYS else text


def _say_key(feed: Feed) -> dict[str, Say]:
    own = [column for column in feed.key if column not in {rule.from_ for rule in feed.fields.values()}]
    if len(own) < 2 or set(own) & set(feed.face.values()):
        return {column: lambda record, _: str(record["record_id"]) for column in feed.key}
    *first, last = own  # only together they name a record
    return {column: lambda record, _: str(record["record_id"])[:-2] for column in first} | {
        last: lambda record, _: str(record["record_id"])[-2:]
    }


def _say_fields(feed: Feed) -> dict[str, Say]:
    return {rule.from_: _say_field(name, rule) for name, rule in feed.fields.items() if rule.from_}


def _say_field(name: str, rule: FieldRule) -> Say:
    if rule.codes is not None:
        return _say_code(name, {ours: theirs for theirs, ours in reversed(rule.codes.items())})
    if rule.date is not None:
        return _say_date(name, rule.date, rule.open_ended)
    return lambda record, _: record[name]


def _say_code(name: str, theirs: dict[str, str]) -> Say:
    return lambda record, _: theirs[record[name]]


def _say_date(name: str, form: str, open_ended: list[str]) -> Say:
    def say(record: Record, index: int) -> str | None:
        value: date | None = record[name]
        if value is not None:
            return value.strftime(written_form(form))
        return open_ended[index % len(open_ended)] if open_ended and record["open_ended"] else None

    return say


def _say_holders(feed: Feed) -> dict[str, Say]:
    """Say everyone who holds it: as a list of entries, or joined in the fields of the one."""
    if feed.holders is None:
        return {}
    if feed.holders.separator:
        return _say_joined(feed, feed.holders.separator)
    rules = {part: rule for part in PARTS if (rule := getattr(feed.holders, part)) and rule.from_}
    says = {rule.from_: _say_field(part, msgspec.structs.replace(rule, date=None)) for part, rule in rules.items()}

    def say(record: Record, index: int) -> list[Row]:
        return [{key: say_one(holder, index) for key, say_one in says.items()} for holder in record["holders"]]

    return {feed.holders.list: say}


def _say_joined(feed: Feed, separator: str) -> dict[str, Say]:
    def joined(part: str, rule: FieldRule) -> Say:
        one = _say_field(part, rule)
        return lambda record, index: separator.join(one(holder, index) for holder in record["holders"])

    fields = {part: feed.fields[name] for part, name in JOINED.items() if name in feed.fields}
    return {rule.from_: joined(part, rule) for part, rule in fields.items() if rule.from_}


def _say_face(feed: Feed) -> dict[str, Say]:
    def say(name: str) -> Say:
        return lambda record, _: record["face"].get(name)

    mapped = {rule.from_ for rule in feed.fields.values()}
    return {column: say(name) for name, column in feed.face.items() if column not in mapped}


def _say_cursor(feed: Feed) -> dict[str, Say]:
    form = written_form(feed.cursor.format)
    return {feed.cursor.field: lambda record, _: record["source_updated_at"].strftime(form)}
