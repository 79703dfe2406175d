"""A department whose null date is of a year that no calendar of ours can say stops neither a comparison nor a live look."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from file_makers import Drop, dropping
from hub_makers import StartFake, column, pull_once
from test_answering_files import declared, pull
from test_reconcile import named

from connectors.declarations.declaration import load_department
from connectors.fake.rows.truth import Plot
from connectors.pages.pages import PageRows
from hub.context import HubContext, today
from hub.pulling.trying import try_feed
from hub.reconciling.listing import fetched_rows
from hub.reconciling.reconcile import reconcile

KEY, TIME, ISSUED = "记录号", "更新时间", "发证日期"


@pytest.fixture
def drop(tmp_path: Path) -> Iterator[Drop]:
    """Give a drop of CSV files in a folder."""
    folder = declared("health_inspection", tmp_path / "connectors")
    with dropping(load_department("health_inspection", folder), Plot(scale=40, bad_share=0)) as made:
        yield made


def put_row(drop: Drop, **values: str) -> None:
    """Put down a file of one row, like the first one of the drop but for these values."""
    label = drop.department.transport.payload_encoding
    first = min((drop.folder / "taken").glob("*.csv")).read_bytes().decode(label)
    row = next(csv.DictReader(io.StringIO(first))) | values
    out = io.StringIO(newline="")
    written = csv.DictWriter(out, row, lineterminator="\r\n")
    written.writeheader()
    written.writerow(row)
    (drop.folder / "wsjd_19990101_01.csv").write_bytes(out.getvalue().encode(label))
    (drop.folder / "wsjd_19990101_01.ok").write_text("1")


@pytest.mark.parametrize("year", ["0000", "0001", "1899"])
def test_a_row_of_no_possible_year_is_compared_like_any_other(
    hub: HubContext, fake: StartFake, monkeypatch: pytest.MonkeyPatch, year: str
) -> None:
    one = fake("transport")
    assert pull_once(hub, one).state == "merged"

    def bent(*asked: Any) -> Iterator[PageRows]:
        for rows in fetched_rows(*asked):
            bad = {"YWID": "null-date", "GXSJ": f"{year}/01/01 00:00:00"}
            said = {name: [value, *list(rows.columns[name])[1:]] for name, value in bad.items()}
            yield replace(rows, columns=rows.columns | said)

    monkeypatch.setattr("hub.reconciling.reconcile.fetched_rows", bent)
    found = reconcile(hub, one.name, "licenses", one.connection)
    assert named(hub, found)["null-date"] == "missing"
    assert column(
        hub, "select department_updated_at from reconciliation_differences where record_id = 'null-date'"
    ) == [None]


@pytest.mark.parametrize("year", ["0000", "0001", "1899", "9999"])
def test_a_row_of_no_possible_year_is_shown_as_the_pull_takes_it(
    hub: HubContext, drop: Drop, tmp_path: Path, year: str
) -> None:
    here = replace(hub, connectors_folder=tmp_path / "connectors")
    assert pull(here, drop).state == "merged"
    put_row(drop, **{KEY: "null-date", TIME: f"{year}/01/01 00:00:00", ISSUED: f"{year}/01/01"})
    tried = try_feed(drop.department, drop.feed, drop.connection, 5, today(here))
    (row,) = tried.rows
    fields = {one.field: one for one in row.fields}
    for name in ("source_updated_at", "issued_on"):
        assert fields[name].value is None
        assert "日期超出合理范围" in fields[name].problems
    pull(here, drop)
    told = set(column(here, "select unnest(codes) from quarantined_records where record_id = 'null-date'"))
    assert "record.date_out_of_range" in told == set(row.codes)
