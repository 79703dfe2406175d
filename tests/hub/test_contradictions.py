"""One exchange that tells a record twice, otherwise, on pages that are checked apart: neither is believed, both wait."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
import zstandard
from file_makers import dropping, file_department
from hub_makers import Faked, StartFake, column, count, pull_once
from sqlalchemy import text

from connectors.fake.rows.truth import Plot
from hub.conformance.scratch import scratch_server
from hub.context import Bounds, HubContext, today
from hub.pulling import pull as steps
from hub.pulling.pull import pull
from hub.pulling.replay import replay
from hub.rebuild import check_rebuild
from license_library.exchange.landing import read_pages
from license_library.quarantine.case_decisions import CaseDecision, decide_case

FEW = Bounds(chunk_records=1000)
Alter = Callable[[dict[str, Any]], None]


def rewrite_last_page(hub: HubContext, exchange_id: int, alter: Alter) -> str:
    """Put a record of the first page, altered, over the last record of the last page; return its key."""
    pages = list(read_pages(hub.engine, hub.keyring, exchange_id))
    first, last = json.loads(pages[0].body), json.loads(pages[-1].body)
    twin = dict(first["data"]["rows"][0])
    alter(twin)
    last["data"]["rows"][-1] = twin
    body = json.dumps(last, ensure_ascii=False).encode()
    row = {"id": exchange_id, "number": pages[-1].page_number, "digest": sha256(body).digest(), "size": len(body)}
    row["body"] = hub.keyring.encrypt(zstandard.ZstdCompressor().compress(body))
    statement = """update landed_pages set body = :body, digest = :digest, size_bytes = :size
                    where exchange_id = :id and page_number = :number"""
    with hub.engine.begin() as conn:
        conn.execute(text(statement), row)
    return str(twin["YWID"])


def pull_altered(hub: HubContext, one: Faked, alter: Alter) -> tuple[str, Any]:
    """Land everything, let the last page contradict the first, check and merge."""
    exchange_id = steps.land(hub, one.name, "licenses", one.connection, full=True)
    key = rewrite_last_page(hub, exchange_id, alter)
    steps.check(hub, exchange_id)
    return key, steps.merge(hub, exchange_id)


@pytest.mark.parametrize("bounds", [FEW, Bounds(), Bounds(chunk_characters=1)])
def test_both_wait_however_the_pages_are_cut_into_chunks(hub: HubContext, fake: StartFake, bounds: Bounds) -> None:
    one = fake("transport", Plot(scale=2200, bad_share=0))
    hub = replace(hub, bounds=bounds)
    key, _ = pull_altered(hub, one, lambda row: row.update(YHMC="另一家运输有限公司"))
    assert column(hub, "select record_id from quarantined_records") == [key, key]
    assert column(hub, "select distinct array_to_string(codes, ',') from quarantined_records") == [
        "record.duplicate_key"
    ]
    assert count(hub, "licenses", f"record_id = '{key}'") == 0
    told = "select concat_ws(' ', received_count, merged_count, quarantined_count) from exchanges"
    assert column(hub, told) == ["2200 2198 2"]


def test_the_same_told_twice_is_believed(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport", Plot(scale=2200, bad_share=0))
    key, _ = pull_altered(replace(hub, bounds=FEW), one, lambda _row: None)
    assert count(hub, "quarantined_records") == 0
    assert count(hub, "licenses", f"record_id = '{key}'") == 1


@pytest.mark.parametrize("chunk_records", [1000, 20_000])
def test_the_wrong_one_that_was_discarded_contradicts_no_more_however_often_it_comes(
    hub: HubContext, fake: StartFake, chunk_records: int
) -> None:
    one = fake("transport", Plot(scale=2200, bad_share=0))
    hub = replace(hub, bounds=Bounds(chunk_records=chunk_records))
    other = "另一家运输有限公司"
    key, _ = pull_altered(hub, one, lambda row: row.update(YHMC=other))
    right, wrong = map(int, map(str, column(hub, "select quarantine_id from quarantined_records order by page_number")))
    with hub.engine.begin() as conn:
        discard = CaseDecision("discard", "张工", reason="来电核实")
        decide_case(conn, hub.keyring, wrong, discard, today(hub), hub.clock())
    replay(hub, one.name, "licenses", [right])
    for _ in range(2):
        _, counts = pull_altered(hub, one, lambda row: row.update(YHMC=other))
        assert counts.merged == 0
        assert count(hub, "licenses", f"record_id = '{key}' and holder_name <> '{other}'") == 1
        assert column(hub, "select state from quarantined_records order by page_number") == ["mended", "discarded"]


def test_the_archive_knows_the_wrong_one_only_from_when_it_was_discarded(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport", Plot(scale=2200, bad_share=0))
    pull_altered(hub, one, lambda row: row.update(YHMC="另一家运输有限公司"))
    _, wrong = map(int, map(str, column(hub, "select quarantine_id from quarantined_records order by page_number")))
    with hub.engine.begin() as conn:
        decide_case(conn, hub.keyring, wrong, CaseDecision("discard", "张工", "误报"), today(hub), hub.clock())
    with scratch_server() as server:
        before = check_rebuild(hub, server, "transport", "licenses")
        pull_altered(hub, one, lambda row: row.update(YHMC="另一家运输有限公司"))
        after = check_rebuild(hub, server, "transport", "licenses")
    assert (before.deviations, before.records, before.rebuilt) == ([], 2198, 2198)
    assert (after.deviations, after.records, after.rebuilt) == ([], 2199, 2199)


def test_whoever_discards_both_has_said_of_neither_that_it_is_wrong(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport", Plot(scale=600, bad_share=0))
    key, _ = pull_altered(hub, one, lambda row: row.update(YHMC="另一家运输有限公司"))
    for case in [int(str(each)) for each in column(hub, "select quarantine_id from quarantined_records")]:
        with hub.engine.begin() as conn:
            discard = CaseDecision("discard", "张工", reason="来电核实")
            decide_case(conn, hub.keyring, case, discard, today(hub), hub.clock())
    summary = pull_once(hub, one, full=True)
    assert (summary.quarantined, count(hub, "licenses", f"record_id = '{key}'")) == (0, 1)


@pytest.mark.parametrize("chunk_records", [1000, 20_000])
def test_both_wait_too_where_the_library_holds_one_of_them_already(
    hub: HubContext, fake: StartFake, chunk_records: int
) -> None:
    one = fake("transport", Plot(scale=2200, bad_share=0))
    hub = replace(hub, bounds=Bounds(chunk_records=chunk_records))
    pull_once(hub, one)
    key, _ = pull_altered(hub, one, lambda row: row.update(YHMC="另一家运输有限公司"))
    assert column(hub, "select record_id from quarantined_records") == [key, key]
    assert column(
        hub, f"select count(*) from licenses where record_id = '{key}' and holder_name = '另一家运输有限公司'"
    ) == [0]
    told = "select concat_ws(' ', received_count, merged_count, unchanged_count, quarantined_count) from exchanges"
    assert column(hub, f"{told} order by exchange_id desc limit 1") == ["2200 0 2198 2"]


def test_what_changed_under_the_same_time_and_is_told_once_is_no_contradiction(
    hub: HubContext, fake: StartFake
) -> None:
    one = fake("transport", Plot(scale=2200, bad_share=0))
    hub = replace(hub, bounds=FEW)
    pull_once(hub, one)
    with hub.engine.begin() as conn:  # as if the department had changed it since without saying when
        conn.execute(
            text("update licenses set digest = '\\x00' where record_id = (select min(record_id) from licenses)")
        )
    summary = pull_once(hub, one, full=True)
    assert (summary.merged, summary.quarantined) == (1, 0)


def test_two_files_of_a_drop_that_contradict_one_another_both_wait(hub: HubContext) -> None:
    department = file_department("health_inspection")
    with dropping(department, Plot(scale=120, bad_share=0)) as drop:
        first, *_, last = sorted(drop.folder.glob("*.csv"))
        lines = [path.read_bytes().splitlines(keepends=True) for path in (first, last)]
        names, row = (line.decode("gb18030").rstrip().split(",") for line in lines[0][:2])
        row[names.index(drop.feed.fields["holder_name"].from_)] = "另一家单位"
        lines[1].insert(1, (",".join(row) + "\r\n").encode("gb18030"))
        last.write_bytes(b"".join(lines[1]))
        last.with_suffix(".ok").write_text(str(len(lines[1]) - 1))
        summary = pull(replace(hub, bounds=Bounds(chunk_records=1)), department.department, "licenses", drop.connection)
    key = row[names.index(drop.feed.key[0])]
    assert column(hub, "select record_id from quarantined_records") == [key, key]
    assert summary.quarantined == 2
