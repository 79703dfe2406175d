"""JSON pages: the envelope's checks, what it says of other pages, and the records as columns of text.

A fault of one record stays with that record; a fault of the envelope refuses the page. Knows no canonical field.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import polars as pl

from connectors.declarations.declared import Department, Feed
from connectors.declarations.text_encoding import charset_of, utf8_of
from connectors.formats.clean_json import is_encodable, require_clean, storable_names
from connectors.formats.json_exact import DOUBLED, Bad, decode_exactly
from connectors.formats.json_outline import WHOLE
from connectors.formats.page_rows import (
    Column,
    Fault,
    PageFacts,
    PageRows,
    is_count,
    list_text,
    one_total,
    require_success,
    source_names,
    total_in_records,
)
from schemas.errors import DepartmentBrokePromise
from schemas.phrases import phrase


def read_document(department: Department, feed: Feed, body: bytes, media_type: str) -> dict[str, Any]:
    """Return the answer's envelope, after every check of form and success."""
    who = f"{department.department}.{feed.name}"
    document = open_document(feed, utf8_page(department, body, media_type, who), who)
    require_done(feed, document, who)
    return document


def utf8_page(department: Department, body: bytes, media_type: str, who: str) -> bytes:
    """Return a page's bytes as UTF-8, whatever it is written in."""
    return utf8_of(body, charset_of(media_type) or department.transport.payload_encoding, who)


def require_done(feed: Feed, document: dict[str, Any], who: str) -> None:
    """Raise DepartmentFault where the answer says of itself that it is none."""
    if feed.success:
        got, message = (_scalar(find_value(document, path)) for path in (feed.success.field, feed.success.message))
        require_success(feed, got, message, who)


def open_document(feed: Feed, content: str | bytes, who: str) -> dict[str, Any]:
    """Return the object that a text, or UTF-8, holds, after every check of form."""
    document = decode_exactly(content, who)
    if feed.records == WHOLE and isinstance(document, list):
        document = {WHOLE: document}
    if not isinstance(document, dict):
        hint = "an array" if isinstance(document, list) else "a single value"
        raise DepartmentBrokePromise(f"{who}: the answer is {hint}; expected an object")
    require_clean(document, find_value(document, feed.records), who)
    return document


def json_text(document: dict[str, Any], path: str) -> str | None:
    """Return the plain value at a path as text; None where nothing is."""
    return _scalar(find_value(document, path)) if path else None


def json_facts(feed: Feed, document: dict[str, Any], who: str) -> PageFacts:
    """Return how many records the page holds and what it says about the others."""
    records = _records(feed, document, who)
    next_cursor = (_scalar(find_value(document, feed.paging.next)) if feed.paging.next else None) or ""
    if name := total_in_records(feed):
        told = (_scalar(find_value(record, name)) for record in records)
        return PageFacts(len(records), one_total(feed, told, who), next_cursor)
    total = _scalar(find_value(document, feed.paging.total)) if feed.paging.total else None
    if feed.paging.total and not is_count(total):
        raise DepartmentBrokePromise(
            f"{who}: {feed.paging.total} is not a number; expected the declared total of records"
        )
    return PageFacts(len(records), int(total) if total and is_count(total) else None, next_cursor)


def json_rows(feed: Feed, document: dict[str, Any], who: str) -> PageRows:
    """Return the declared source columns of the page's records."""
    return record_rows(feed, _records(feed, document, who))


def record_rows(feed: Feed, records: list[Any], first: int = 0) -> PageRows:
    """Return the declared source columns of decoded records, the first of which stands at place `first`."""
    faults: list[Fault] = []
    found = _columns(source_names(feed), records, faults)
    if feed.holders and feed.holders.list:
        found[feed.holders.list] = _lists(
            feed.holders.list, found[feed.holders.list], [*feed.holder_keys.values()], faults
        )
    columns: dict[str, Column] = {name: text_column(name, values, faults) for name, values in found.items()}
    return PageRows(columns, len(records), faults, first, names=_names(records))


def _names(records: list[Any]) -> frozenset[str]:
    """Return every key of any record."""
    kept = {frozenset(record) for record in records if type(record) is dict}  # a list has few kinds of records
    return storable_names({name for names in kept for name in names if isinstance(name, str)})


def _columns(names: list[str], records: list[Any], faults: list[Fault]) -> dict[str, Sequence[Any]]:
    """Take the declared columns out; an object that holds a key twice keeps neither."""
    plain = all(type(record) is dict and DOUBLED not in record for record in records)
    rows = records if plain else [_row(number, record, faults) for number, record in enumerate(records)]
    try:
        columns = list(zip(*map(itemgetter(*names, names[0]), rows), strict=True))[:-1]  # two names make it a tuple
        return dict(zip(names, columns, strict=True))
    except (KeyError, ValueError):  # somewhere a key is absent, or there is no row at all
        return {name: [row.get(name) for row in rows] for name in names}


def _lists(name: str, values: Sequence[Any], keys: list[str], faults: list[Fault]) -> list[str | None]:
    """Return the lists inside the records as texts of the declared keys; what is no list of plain objects is a fault."""
    texts = []
    for number, value in enumerate(values):
        entries = [] if value is None else value
        if type(entries) is not list or not all(_is_plain(entry, keys) for entry in entries):
            faults.append(Fault(number, name, "record.wrong_type", phrase("plain_objects"), phrase("another_value")))
            entries = []
        texts.append(list_text([{key: _scalar(entry.get(key)) for key in keys} for entry in entries]))
    return texts


def _is_plain(entry: Any, keys: list[str]) -> bool:
    """Say whether an entry is an object of which every declared key holds one value."""
    if type(entry) is not dict or DOUBLED in entry:
        return False
    values = [entry.get(key) for key in keys]
    return all(value is None or type(value) is str or _problem(value) is None for value in values) and all(
        is_encodable(value) for value in values if type(value) is str and not value.isascii()
    )


def text_column(name: str, values: Sequence[Any], faults: list[Fault]) -> pl.Series:
    """Return a column of text; only where Polars will not take it as such is it looked at value by value."""
    try:
        return pl.Series(name, values, pl.String, strict=True)
    except (TypeError, ValueError):  # another type, or half a surrogate pair
        texts = _texts(values, name, faults)
        return pl.Series(name, _whole_texts(texts, name, faults), pl.String, strict=True)


def _row(number: int, record: Any, faults: list[Fault]) -> dict[str, Any]:
    if type(record) is not dict:
        faults.append(Fault(number, "", "record.wrong_type", phrase("object"), phrase("another_value")))
        return {}
    doubled = record.get(DOUBLED, ())
    faults += [Fault(number, name, "record.wrong_type", phrase("one_value"), phrase("key_twice")) for name in doubled]
    return {name: value for name, value in record.items() if name not in doubled}


def find_value(document: Any, path: str) -> Any:
    """Return what lies at a path of keys, or None."""
    for part in path.split("/"):
        document = document.get(part) if isinstance(document, dict) else None
    return document


def holds_null(document: Any, path: str) -> bool:
    """Say whether a null is written at a path, or on the way to it; where nothing is written it is not."""
    for part in path.split("/"):
        if not isinstance(document, dict) or part not in document:
            return False
        document = document[part]
        if document is None:
            return True
    return False


def _records(feed: Feed, document: dict[str, Any], who: str) -> list[Any]:
    records = find_value(document, feed.records)
    if records is None and _scalar(find_value(document, feed.paging.total or "?")) == "0":
        return []
    if isinstance(records, dict) and records.keys() >= set(feed.key):  # a converter from XML wrote a single record
        return [records]
    if not isinstance(records, list):
        raise DepartmentBrokePromise(f"{who}: {feed.records} is not a list; nothing of the answer is applied")
    return records


def _scalar(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else None


def _texts(values: Sequence[Any], source: str, faults: list[Fault]) -> list[str | None]:
    """Turn a column that is not all text into text, value by value."""
    texts = []
    for number, value in enumerate(values):
        problem = _problem(value)
        if problem:
            faults.append(Fault(number, source, problem.code, problem.expected, problem.got))
        texts.append(None if problem else _scalar(value))
    return texts


def _problem(value: Any) -> Bad | None:
    if isinstance(value, dict | list):
        return Bad(phrase("object_or_list"))
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return Bad(phrase("digits", len(str(abs(value)))), phrase("integer_of_64_bits"))
    return value if isinstance(value, Bad) else None


def _whole_texts(texts: list[str | None], source: str, faults: list[Fault]) -> list[str | None]:
    """Take out texts that hold half a surrogate pair: no database and no file can keep them."""
    broken = {row for row, value in enumerate(texts) if value and not is_encodable(value)}
    faults += [
        Fault(row, source, "record.bad_text", phrase("whole_characters"), phrase("half_a_pair"))
        for row in sorted(broken)
    ]
    return [None if row in broken else value for row, value in enumerate(texts)]
