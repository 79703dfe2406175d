"""Of every field that a declaration fills it is said where it comes from and what becomes of it."""

from __future__ import annotations

import pytest

from connectors.declarations.declaration import list_departments, load_department
from connectors.declarations.field_origins import FieldOrigin, describe_fields
from connectors.formats.page_rows import source_names


def origins_of(department: str, feed: str = "licenses") -> dict[str, FieldOrigin]:
    declared = load_department(department)
    return {one.field: one for one in describe_fields(declared, declared.feeds[feed])}


def test_a_field_leads_to_its_place_in_the_page_and_says_its_transformation() -> None:
    told = origins_of("transport")
    assert (told["status"].paths, told["status"].zh.partition("、")[0]) == (
        ["data/rows/ZJZT"],
        "按代码表转换：10→valid",
    )
    assert told["issued_on"].en == "read as a date written %Y/%m/%d"
    assert told["valid_to"].zh.endswith("长期 表示没有截止")
    assert told["holder_code"].is_personal
    assert told["face.plate"].sources == ["CPH"]
    assert told["record_id"].sources == ["YWID"]


def test_a_front_table_is_named_with_its_column_and_a_deleted_row_is_said() -> None:
    told = origins_of("work_safety")
    feed = load_department("work_safety").feeds["licenses"]
    assert feed.change is not None
    assert told["status"].paths[-1] == f"{feed.table}.{feed.change.column}"
    assert "已注销" in told["status"].zh


@pytest.mark.parametrize("name", list_departments())
def test_every_source_field_that_is_read_is_told(name: str) -> None:
    declared = load_department(name)
    for feed in declared.feeds.values():
        told = {source for one in describe_fields(declared, feed) for source in one.sources}
        assert told == set(source_names(feed))
