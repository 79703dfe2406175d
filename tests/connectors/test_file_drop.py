"""A file is taken once, whole or not at all, byte for byte, from a folder as from a real SFTP server."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import datetime

import pytest
from file_makers import NOW, PLOT, Drop, closings, dropping, fetch, file_department, rows
from msgspec.structs import replace
from paramiko import sftp_server

from connectors.fake.rows.truth import Plot
from connectors.pages.pages import fetch_pages
from connectors.wire.connection import parse_connection
from schemas.errors import (
    DeclarationError,
    DepartmentBrokePromise,
    DepartmentError,
    DepartmentRefused,
    DepartmentTimeout,
    DepartmentUnreachable,
)

KEY = {"health_inspection": "记录号", "forestry": "YWLSH"}
NAMES = sorted(KEY)


@pytest.fixture(scope="module", params=[(name, local) for name in NAMES for local in (True, False)], ids=str)
def shared(request: pytest.FixtureRequest) -> Iterator[Drop]:
    """Give a drop that nobody changes, of each department, in a folder and behind SFTP."""
    name, local = request.param
    with dropping(file_department(name), local=local) as drop:
        yield drop


@pytest.fixture
def drop() -> Iterator[Drop]:
    """Give a drop of CSV files with markers, in a folder of its own."""
    with dropping(file_department()) as made:
        yield made


@pytest.fixture
def sftp() -> Iterator[Drop]:
    """Give the same behind SFTP."""
    with dropping(file_department(), local=False) as made:
        yield made


def test_every_record_comes_once(shared: Drop) -> None:
    pages = fetch(shared)
    name = shared.department.department
    assert len(rows(shared, pages)[KEY[name]]) == shared.truth.received == PLOT.scale
    assert sum(closing.records for closing in closings(pages)) == PLOT.scale


def test_files_are_kept_byte_for_byte(shared: Drop) -> None:
    pages = fetch(shared)
    for closing in closings(pages):
        parts = [page.body for page in pages if f'"file":"{closing.file}","part"' in page.request]
        assert b"".join(parts) == (shared.folder / closing.file).read_bytes()


def test_files_come_in_the_order_of_their_dates(shared: Drop) -> None:
    names = [closing.file for closing in closings(fetch(shared))]
    assert len(names) == 3
    assert names == sorted(names)


def test_what_was_taken_is_not_taken_again(shared: Drop) -> None:
    taken = [page.request for page in fetch(shared) if page.request.startswith('{"is":"closing"')]
    assert fetch(shared, taken=taken) == []
    assert len(closings(fetch(shared, since=None, taken=taken))) == 3


def test_a_later_day_brings_one_more_file(drop: Drop) -> None:
    taken = [page.request for page in fetch(drop)]
    drop.server.set_day(45)
    pages = fetch(drop, taken=taken)
    (closing,) = closings(pages)
    assert 0 < closing.records < PLOT.scale
    assert len(rows(drop, pages)["记录号"]) == closing.records


def test_a_file_that_was_only_touched_is_not_taken_again(drop: Drop) -> None:
    taken = [page.request for page in fetch(drop)]
    for name in drop.names():
        os.utime(drop.folder / name, (time.time() + 60, time.time() + 60))
    assert fetch(drop, taken=taken) == []


def test_the_same_name_with_other_content_is_a_new_file_and_said_so(
    drop: Drop, caplog: pytest.LogCaptureFixture
) -> None:
    taken = [page.request for page in fetch(drop)]
    name = drop.names()[-1].replace(".ok", ".csv")
    first = next(name for name in drop.names() if name.endswith(".csv"))
    (drop.folder / name).write_bytes((drop.folder / first).read_bytes())
    (drop.folder / name.replace(".csv", ".ok")).write_bytes((drop.folder / first.replace(".csv", ".ok")).read_bytes())
    (closing,) = closings(fetch(drop, taken=taken))
    assert (closing.file, closing.again) == (name, True)
    assert "came again with other content" in caplog.text


def test_a_file_without_its_marker_waits_without_an_error(drop: Drop) -> None:
    drop.set_mode("missing_marker")
    assert fetch(drop) == []
    drop.set_mode("ok")
    assert len(closings(fetch(drop))) == 3


def test_a_marker_of_yesterday_does_not_vouch_for_the_file_of_today(
    drop: Drop, caplog: pytest.LogCaptureFixture
) -> None:
    for name in drop.names():
        if name.endswith(".ok"):
            os.utime(drop.folder / name, (1, 1))
    assert fetch(drop) == []
    assert "older than the file" in caplog.text


def test_a_file_that_still_grows_is_not_taken() -> None:
    with dropping(file_department("forestry", settle="1s")) as drop:
        drop.set_mode("growing_file")
        assert fetch(drop) == []
        drop.set_mode("ok")
        assert len(closings(fetch(drop))) == 3


def test_a_file_that_changes_while_it_is_read_is_not_taken(drop: Drop) -> None:
    pages = fetch_pages(drop.department, drop.feed, drop.connection, NOW)
    first = next(pages)
    name = next(name for name in drop.names() if f'"{name}"' in first.request)
    with (drop.folder / name).open("ab") as file:
        file.write(b"more")
    with pytest.raises(DepartmentBrokePromise, match="changed while it was read"):
        list(pages)


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("health_inspection", "half_file"), ("health_inspection", "gbk_labelled_utf8"), ("health_inspection", "count_lies"),
        ("health_inspection", "column_renamed"), ("health_inspection", "schema_missing"), ("forestry", "half_file"),
        ("forestry", "gbk_labelled_utf8"), ("forestry", "count_lies"), ("forestry", "column_renamed"),
    ],
)  # fmt: skip
def test_a_file_that_breaks_its_promise_is_refused_and_kept_for_a_look(name: str, mode: str) -> None:
    with dropping(file_department(name)) as drop:
        drop.set_mode(mode)
        pages = []
        with pytest.raises(DepartmentBrokePromise, match="nothing of"):
            pages.extend(fetch_pages(drop.department, drop.feed, drop.connection, NOW))
        assert closings(pages) == []
        drop.set_mode("ok")
        assert len(rows(drop, fetch(drop))[KEY[name]]) == PLOT.scale


@pytest.mark.parametrize("mode", ["cut_zip", "zip_bomb"])
def test_what_comes_before_a_bad_zip_is_taken_and_what_follows_waits(
    mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    with dropping(file_department("forestry")) as drop:
        drop.set_mode(mode)
        pages = fetch(drop)
        assert [closing.file[-4:] for closing in closings(pages)] == [".xml"]
        assert "those behind it wait" in caplog.text
        with pytest.raises(DepartmentBrokePromise, match="zip"):
            fetch(drop, taken=[page.request for page in pages])


def test_a_zip_with_an_unreadable_name_takes_no_good_file_away(caplog: pytest.LogCaptureFixture) -> None:
    with dropping(file_department("forestry")) as drop:
        first = next(name for name in drop.names() if name.endswith(".zip"))
        content = (drop.folder / first).read_bytes()
        before = drop.names()
        (drop.folder / first).write_bytes(_with_an_unreadable_name(content))
        taken = fetch(drop)
        assert "those behind it wait" in caplog.text
        assert 0 < len(closings(taken)) < len(before)
        with pytest.raises(DepartmentBrokePromise, match="entry cannot be read"):
            fetch(drop, taken=[page.request for page in taken])


def _with_an_unreadable_name(content: bytes) -> bytes:
    """Say of the first member's name, before the member, that it is UTF-8, and make it none."""
    made = bytearray(content)
    assert made[:4] == b"PK\3\4"
    made[7] |= 0x08
    made[30] = 0xFF
    return bytes(made)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mode", ["bom", "duplicate_records"])
def test_a_byte_order_mark_and_doubled_records_are_no_reason_to_refuse(name: str, mode: str) -> None:
    with dropping(file_department(name)) as drop:
        expected = rows(drop, fetch(drop))
        drop.set_mode(mode)
        found = rows(drop, fetch(drop))[KEY[name]]
        assert (len(found) > PLOT.scale) == (mode == "duplicate_records")
        assert set(found) == set(expected[KEY[name]])


# paramiko asks ahead from a thread of its own, which may find the broken line a moment after we did.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(
    ("mode", "error", "words"),
    [
        ("reset_midway", DepartmentUnreachable, "broke"), ("host_key_changed", DepartmentRefused, "another key"),
        ("permission_denied", DepartmentRefused, "refused"),
    ],
)  # fmt: skip
def test_trouble_on_the_line_ends_in_words_and_then_everything_comes(
    sftp: Drop, mode: str, error: type[DepartmentError], words: str
) -> None:
    sftp.set_mode(mode)
    with pytest.raises(error, match=words) as caught:
        fetch(sftp)
    assert sftp.server.connection.password not in str(caught.value)
    sftp.set_mode("ok")
    assert len(rows(sftp, fetch(sftp))["记录号"]) == PLOT.scale


@pytest.mark.parametrize(
    ("mode", "error"),
    [("timeout_connect", DepartmentUnreachable), ("hang_forever", DepartmentTimeout), ("drip_body", DepartmentTimeout)],
)
def test_a_server_that_does_not_answer_is_given_up_on(mode: str, error: type[DepartmentError]) -> None:
    department = file_department()
    limits = replace(department.transport.limits, deadline_seconds=0.7)
    impatient = replace(department, transport=replace(department.transport, limits=limits))
    with dropping(impatient, local=False) as drop:
        drop.set_mode(mode)
        began = time.monotonic()
        with pytest.raises(error):
            fetch(drop)
        assert time.monotonic() - began < 5


def test_a_folder_has_no_line_to_trouble(drop: Drop) -> None:
    with pytest.raises(ValueError, match="needs SFTP"):
        drop.set_mode("reset_midway")


def test_a_wrong_password_is_refused_in_words(sftp: Drop) -> None:
    connection = parse_connection(sftp.server.connection_value.replace("fake-secret", "wrong"))
    with pytest.raises(DepartmentRefused, match="login, password or key"):
        list(fetch_pages(sftp.department, sftp.feed, connection, None))


def test_without_a_pinned_host_key_nothing_is_sent(sftp: Drop) -> None:
    connection = parse_connection(sftp.server.connection_value.partition("?")[0])
    with pytest.raises(DeclarationError, match="pins no host key"):
        list(fetch_pages(sftp.department, sftp.feed, connection, None))


@pytest.mark.parametrize("since", [NOW, None])
def test_a_backlog_beyond_the_bound_stays_for_the_next_exchange_and_is_told(
    drop: Drop, caplog: pytest.LogCaptureFixture, since: datetime | None
) -> None:
    pages = fetch(drop, since=since, max_pages=4)
    assert len(closings(pages)) == 2
    assert "more than 4 pages lie there; the rest is left for the next exchange" in caplog.text
    assert len(closings(fetch(drop, taken=[page.request for page in pages]))) == 1


def test_a_sweep_beyond_the_bound_never_ends_as_if_it_had_seen_everything(drop: Drop) -> None:
    taken = [page.request for page in fetch(drop)]
    with pytest.raises(DepartmentBrokePromise, match="all files, archived ones too, are more than 4 pages"):
        fetch(drop, since=None, taken=taken, max_pages=4)


def test_links_and_folders_are_passed_over(drop: Drop) -> None:
    first = next(name for name in drop.names() if name.endswith(".csv"))
    for ending in (".csv", ".ok"):
        (drop.folder / f"wsjd_20200101_99{ending}").symlink_to(drop.folder / first)
    (drop.folder / "wsjd_20200102_99.csv").mkdir()
    assert len(closings(fetch(drop))) == 3


def test_a_name_of_a_day_that_does_not_exist_is_passed_over_and_said_so(
    drop: Drop, caplog: pytest.LogCaptureFixture
) -> None:
    for ending in (".csv", ".ok"):
        (drop.folder / f"wsjd_20250230_01{ending}").write_text("x")
    assert len(closings(fetch(drop))) == 3
    assert "a day that does not exist" in caplog.text


@pytest.mark.parametrize("local", [True, False])
@pytest.mark.parametrize("name", ["许可证.csv", "wsjd_20250102_许.csv", "说明.txt"])
def test_a_name_that_is_not_utf8_stops_no_other_file(name: str, local: bool, caplog: pytest.LogCaptureFixture) -> None:
    written = name.encode("gb18030")
    with dropping(file_department(), local=local) as drop:
        for one in (written, written.replace(b".csv", b".ok")):
            (drop.folder / os.fsdecode(one)).write_bytes(b"1\n")
        assert len(closings(fetch(drop))) == 3
        assert len(closings(fetch(drop, since=None))) == 3
        assert (drop.folder / os.fsdecode(written)).exists()
    assert f"{written!r}; expected UTF-8" in caplog.text


@pytest.mark.parametrize("local", [True, False])
@pytest.mark.parametrize("ending", ["\x1b[31m", "\n[hub.ok] all is well", "\u2028", "\u202e", "\x7f"])
def test_a_name_that_a_log_would_obey_stops_no_other_file(
    ending: str, local: bool, caplog: pytest.LogCaptureFixture
) -> None:
    name = f"wsjd_20250102_{ending}.csv"
    with dropping(file_department(), local=local) as drop:
        for one in (name, name.replace(".csv", ".ok")):
            (drop.folder / one).write_bytes(b"1\n")
        assert len(closings(fetch(drop))) == 3
        assert (drop.folder / name).exists()
    assert f"{name.encode()!r}; expected UTF-8 that can be seen" in caplog.text
    assert ending not in caplog.text


def test_words_of_a_server_that_are_not_utf8_hide_no_error(sftp: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sftp_server, "SFTP_DESC", ["拒绝访问".encode("gb18030")] * 9)
    sftp.set_mode("permission_denied")
    with pytest.raises(DepartmentRefused):
        fetch(sftp)


def test_a_drop_that_is_not_there_is_said_so(drop: Drop) -> None:
    connection = parse_connection("file:///nowhere/at/all")
    with pytest.raises(DepartmentBrokePromise, match="no folder"):
        list(fetch_pages(drop.department, drop.feed, connection, None))


def test_an_address_of_another_kind_is_refused(drop: Drop) -> None:
    with pytest.raises(DeclarationError, match="expected sftp or file"):
        list(fetch_pages(drop.department, drop.feed, parse_connection("http://127.0.0.1/"), None))


def test_a_large_drop_and_a_small_one_agree() -> None:
    with dropping(file_department(), Plot(scale=3000)) as drop:
        pages = fetch(drop)
        assert len(pages) > 5
        assert len(set(rows(drop, pages)["记录号"])) >= 2990
