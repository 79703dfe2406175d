"""The digest of a record: same content, same digest; any difference, another."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from license_makers import GOOD, license_frame, license_record

from schemas.license.digests import record_digests
from schemas.license.license import LICENSE, Field, RecordType

OTHER: dict[str, Any] = {
    "date": date(2001, 2, 3),
    "instant": datetime(2001, 2, 3, tzinfo=UTC),
    "flag": True,
    "json": "{}",
    "holders": "[]",
    "text": "x",
    "code": "x",
}


def digests(*records: dict[str, Any]) -> list[bytes]:
    return record_digests(license_frame(*records), LICENSE).to_list()


def test_place_in_the_exchange_leaves_the_digest_alone() -> None:
    first, second = digests(license_record(), license_record())
    assert first == second
    assert len(first) == 32


@pytest.mark.parametrize("field", LICENSE.fields, ids=lambda field: field.name)
def test_every_field_counts(field: Field) -> None:
    values = [license_record(), license_record(**{field.name: OTHER[field.kind]}), license_record(**{field.name: None})]
    expected = 2 if GOOD[field.name] is None else 3
    assert len(set(digests(*values))) == expected


def test_a_missing_text_differs_from_an_empty_one() -> None:
    assert len(set(digests(license_record(item_name=None), license_record(item_name="")))) == 2


def test_a_value_cannot_imitate_the_next_field() -> None:
    one = license_record(item_code="a", item_name="bitem_name=1:c")
    two = license_record(item_code="aitem_name=1:b", item_name="c")
    assert len(set(digests(one, two))) == 2


def test_a_field_added_later_and_still_empty_changes_no_digest() -> None:
    wider = RecordType("license", (*LICENSE.fields, Field("new_field", "text", "新字段")))
    frame = license_frame()
    widened = frame.with_columns(new_field=pl.lit(None, dtype=pl.String))
    assert record_digests(widened, wider).to_list() == record_digests(frame, LICENSE).to_list()


def test_the_digest_is_the_same_on_every_machine_and_day() -> None:
    assert digests(license_record())[0].hex() == "4b8d150aa7a0a251cae66b74c2aa51e252d62e544a022a61f7c412d49fdd0377"
