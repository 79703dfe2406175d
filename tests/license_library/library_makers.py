"""Makers for this room's tests: valid defaults, one override per test."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl

from license_library.catalogue.declared_feeds import DepartmentEntry, FeedEntry
from license_library.exchange.exchanges import StoredPage
from schemas.license.license import LICENSE
from schemas.suites.hold_reasons import hold_reason

NOW = datetime(2016, 5, 4, 3, 2, 1, tzinfo=UTC)
LEASE = timedelta(minutes=10)
DEPARTMENT, FEED = "market_regulation", "licenses"
TOO_MANY = [hold_reason("batch.bad_records", bad=6, received=9, most=0.05)]


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


def record(**changes: object) -> dict[str, object]:
    """Give one good record as a canonical row."""
    row: dict[str, object] = {field.name: None for field in LICENSE.fields}
    row |= {"record_id": "R1", "license_type": "bizlic", "license_name": "营业执照", "license_number": "鲁平1号"}
    row |= {
        "issuer_name": "平度市市场监督管理局",
        "issued_on": date(2015, 3, 1),
        "holder_name": "平度市恒通运输有限公司",
    }
    row |= {"holder_code": "91370283MA3C00001X", "holder_code_type": "001", "open_ended": True}
    row |= {"area_code": "370283", "status": "valid", "face": '{"scope":"运输"}'}
    row |= {"source_updated_at": NOW - timedelta(days=30)}
    return {**row, **changes}


def records_frame(*rows: dict[str, object], page: int = 1) -> pl.DataFrame:
    """Give the canonical records frame of some records, all on one page."""
    frame = pl.DataFrame(list(rows), schema={field.name: _KINDS[field.kind] for field in LICENSE.fields})
    return frame.with_columns(
        pl.lit(page, dtype=pl.Int32).alias("_page"), pl.int_range(pl.len(), dtype=pl.Int32).alias("_position")
    )


_KINDS = {
    "text": pl.String(),
    "code": pl.String(),
    "json": pl.String(),
    "holders": pl.String(),
    "date": pl.Date(),
    "flag": pl.Boolean(),
    "instant": pl.Datetime("us", "UTC"),
}
