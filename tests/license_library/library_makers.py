"""Makers for this room's tests: valid defaults, one override per test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from license_library.exchanges import (
    DepartmentEntry,
    FeedEntry,
    StoredPage,
)

NOW = datetime(2016, 5, 4, 3, 2, 1, tzinfo=UTC)
LEASE = timedelta(minutes=10)
DEPARTMENT, FEED = "market_regulation", "licenses"


def department_entry(**changes: object) -> DepartmentEntry:
    """Give a department's entry."""
    entry = {
        "department": DEPARTMENT,
        "name": "平度市市场监督管理局",
        "uscc": None,
        "network": "工商专网",
        "contact": None,
        "transport": "soap",
        "declaration_digest": "one",
    }
    return DepartmentEntry(**{**entry, **changes})


def feed_entry(**changes: object) -> FeedEntry:
    """Give a feed's entry."""
    entry = {
        "feed": FEED,
        "record_type": "license",
        "catalogue_code": None,
        "basis": None,
        "purpose": None,
        "license_types": ("bizlic",),
        "fresh_seconds": 3600,
    }
    return FeedEntry(**{**entry, **changes})


def stored_page(number: int = 1, body: bytes = b"<page/>", **changes: object) -> StoredPage:
    """Give a page to store."""
    page = {
        "page_number": number,
        "request": "page=1",
        "media_type": "text/xml",
        "http_status": 200,
        "body": body,
        "requested_at": NOW,
        "first_byte_at": NOW,
        "received_at": NOW,
    }
    return StoredPage(**{**page, **changes})
