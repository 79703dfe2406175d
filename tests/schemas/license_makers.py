"""Records frames with valid defaults; a test overrides what it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from schemas.license.license import LICENSE
from schemas.license.records import records_schema

TODAY = date(2026, 11, 22)
LICENSE_TYPES = ["bizlic", "idcard"]

GOOD: dict[str, Any] = {
    "record_id": "SC-0001",
    "license_identifier": "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
    "license_type": "bizlic",
    "license_name": "营业执照",
    "license_number": "平市监字第00000001号",
    "version_number": "001",
    "issuer_name": "平度市市场监督管理局",
    "issuer_code": "11370283MB9T00230W",
    "issued_on": date(2024, 5, 6),
    "holder_name": "平度市大泽山葡萄专业合作社",
    "holder_code": "93370283MA3NABCD0W",
    "holder_code_type": "001",
    "holders": None,
    "valid_from": date(2024, 5, 6),
    "valid_to": date(2034, 5, 5),
    "open_ended": False,
    "area_code": "370283120000",
    "item_code": "PD-E-004",
    "item_name": "农民专业合作社设立登记",
    "status": "valid",
    "changed_on": None,
    "change_reason": None,
    "file_url": "https://zz.example/SC-0001.ofd",
    "replaces": None,
    "face": '{"scope":"葡萄种植与销售"}',
    "source_updated_at": datetime(2024, 5, 6, 8, 0, tzinfo=UTC),
}


def license_record(**changes: Any) -> dict[str, Any]:
    """Return one good record with some fields changed."""
    assert changes.keys() <= GOOD.keys()
    return GOOD | changes


def license_frame(*records: dict[str, Any]) -> pl.DataFrame:
    """Return a records frame of one page; without records, one good record."""
    rows = [record | {"_page": 1, "_position": number} for number, record in enumerate(records or [license_record()])]
    return pl.DataFrame(rows, schema=records_schema(LICENSE), orient="row")
