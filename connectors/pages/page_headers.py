"""What the headers of an answer say of the pages around it: the next one, and how many records there are in all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from connectors.declarations.declared import Feed
from connectors.formats.page_rows import PageFacts, is_count
from connectors.wire.next_address import read_next_link
from schemas.errors import DepartmentBrokePromise


def add_headers(feed: Feed, facts: PageFacts, headers: Mapping[str, str], who: str) -> PageFacts:
    """Return `facts` with what the declaration says stands in the headers; their names come in lower case."""
    if feed.paging.style == "link":
        facts = replace(facts, next_cursor=read_next_link(headers.get("link", ""), who))
    if not feed.paging.total_header:
        return facts
    total = headers.get(feed.paging.total_header.lower(), "").strip()
    if not is_count(total):
        raise DepartmentBrokePromise(
            f"{who}: header {feed.paging.total_header} is not a number; expected the declared total of records"
        )
    return replace(facts, total=int(total))
