"""A JSON page read the quick way where its form allows it, and the long way where not; both say the same.

Its facts need no look into a record, and records that are all alike need no objects. Fetches nothing.
"""

from __future__ import annotations

from connectors.declarations.declared import Department, Feed
from connectors.formats.clean_json import require_clean, storable_names
from connectors.formats.json_alike import alike_columns
from connectors.formats.json_outline import Outline, read_outline
from connectors.formats.json_page import (
    json_facts,
    json_rows,
    read_document,
    require_done,
    text_column,
    utf8_page,
)
from connectors.formats.page_rows import Column, Fault, PageFacts, PageRows, source_names, total_in_records


def read_json_rows(department: Department, feed: Feed, body: bytes, media_type: str) -> PageRows:
    """Return the declared source columns of a page's records."""
    who = f"{department.department}.{feed.name}"
    outline = _outline(feed, utf8_page(department, body, media_type, who), who)
    rows = _alike_rows(feed, outline) if outline and outline.records else None
    return rows or json_rows(feed, read_document(department, feed, body, media_type), who)


def read_json_facts(department: Department, feed: Feed, body: bytes, media_type: str) -> PageFacts:
    """Return how many records a page holds and what it says about the others; looks into no record that it can pass over."""
    who = f"{department.department}.{feed.name}"
    content = utf8_page(department, body, media_type, who)
    can_pass = not total_in_records(feed) and _is_text(content)
    outline = _outline(feed, content, who) if can_pass else None
    document = outline.document if outline else read_document(department, feed, body, media_type)
    return json_facts(feed, document, who)


def _is_text(content: bytes) -> bool:
    """Say whether a page is UTF-8 to its end: records that nobody decodes would otherwise be anything."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _outline(feed: Feed, content: bytes, who: str) -> Outline | None:
    """Return the page's outline, after every check of form and success; None where all of it must be decoded."""
    outline = read_outline(content, feed.records)
    if outline:
        require_clean(outline.document, outline.records, who)
        require_done(feed, outline.document, who)
    return outline


def _alike_rows(feed: Feed, outline: Outline) -> PageRows | None:
    lists = {feed.holders.list: [*feed.holder_keys.values()]} if feed.holders and feed.holders.list else {}
    found = alike_columns(outline, lists)
    if found is None:
        return None
    faults: list[Fault] = []
    count = len(outline.records)
    columns: dict[str, Column] = {
        name: text_column(name, found.get(name, [None] * count), faults) for name in source_names(feed)
    }
    return PageRows(columns, count, faults, names=storable_names(found))
