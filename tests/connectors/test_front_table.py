"""A front table is read in one snapshot and marked only where it is still what was read, on every kind of server."""

from __future__ import annotations

import dataclasses
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import polars as pl
import psycopg
import pymysql
import pytest
import sqlalchemy as sa
from fake_makers import TABLE_FEEDS, pull
from front_makers import Front, fill_front, front_department
from msgspec.structs import replace

from connectors.declarations.declared import Change, Flag
from connectors.fake.rows.truth import Plot
from connectors.front import front_database
from connectors.front.front_errors import translate_error
from connectors.front.front_listing import FrontListing
from connectors.front.front_marking import FrontMarker, Marked
from connectors.front.table_rows import TablePage, open_page
from connectors.pages.pages import FetchedPage, fetch_pages, map_page, read_page
from connectors.wire.connection import parse_connection
from schemas.catalogue.catalogue import load_catalogue
from schemas.errors import (
    DeclarationError,
    DepartmentBrokePromise,
    DepartmentRefused,
    DepartmentTimeout,
    DepartmentUnreachable,
    HubError,
)
from schemas.license.reconciliation import BUCKET_DIGITS, count_buckets

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 4, 0, 5, 250_000, tzinfo=UTC)


def now() -> datetime:
    return NOW


@pytest.fixture
def front(front_url: str) -> Front:
    return fill_front(front_department(), front_url)


def fetch(front: Front, since: datetime | None = NOW, max_pages: int = 100) -> list[FetchedPage]:
    return list(fetch_pages(front.department, front.feed, front.connection, since, max_pages))


def cells(page: FetchedPage, name: str) -> list[str | None]:
    opened: TablePage = open_page(page.body, "test")
    return [row[opened.columns.index(name)] for row in opened.rows]


def marker(front: Front) -> FrontMarker:
    return FrontMarker(front.department, front.feed, front.connection, now)


def test_unread_rows_come_page_by_page_in_the_declared_order(front: Front) -> None:
    pages = fetch(front)
    assert [len(cells(page, "XH")) for page in pages] == [40, 40, 40, 0][: len(pages)]
    times = [text for page in pages for text in cells(page, "GXSJ")]
    assert times == sorted(times, key=str)
    assert len({number for page in pages for number in cells(page, "XH")}) == 120


def test_the_same_rows_make_the_same_bytes(front: Front) -> None:
    assert [page.body for page in fetch(front)] == [page.body for page in fetch(front)]
    assert msgspec.json.decode(fetch(front)[0].body)["table"] == "EX_AJ_XKZ"


def test_reading_changes_nothing_but_the_batch(front: Front) -> None:
    before = front.rows("XH", "GTSYNC", "CWXX", "DQSJ", "GXSJ")
    fetch(front)
    assert front.rows("XH", "GTSYNC", "CWXX", "DQSJ", "GXSJ") == before
    (batches,) = {batch for (batch,) in front.rows("PCH")}
    assert batches.startswith("hub-")


def test_a_batch_that_another_took_is_left_to_it(front: Front) -> None:
    front.change(1, PCH="other-1")
    assert "1" not in [number for page in fetch(front) for number in cells(page, "XH")]


def test_a_row_that_is_marked_as_read_is_not_read_again_unless_everything_is_asked_for(front: Front) -> None:
    front.change(1, GTSYNC="1")
    front.change(2, GTSYNC="3")
    front.change(3, GTSYNC="0")
    numbers = [number for page in fetch(front) for number in cells(page, "XH")]
    assert len(numbers) == 118
    assert {"1", "2"}.isdisjoint(numbers)
    assert sum(len(cells(page, "XH")) for page in fetch(front, since=None)) == 120


def test_what_is_written_while_a_page_is_read_waits_for_the_next_exchange(front: Front) -> None:
    pages = fetch_pages(front.department, front.feed, front.connection, NOW)
    seen = cells(next(pages), "XH")
    added = front.repeat(1, YWLSH="late")
    front.change(2, QYMC="changed meanwhile")
    rest = list(pages)
    seen += [number for page in rest for number in cells(page, "XH")]
    assert len(seen) == 120
    assert str(added) not in seen
    assert "changed meanwhile" not in [name for page in rest for name in cells(page, "QYMC")]


BINARY = {"postgresql": ["bytea"], "mysql": ["longblob", "blob", "varbinary(400)"]}


def test_a_column_that_turned_into_bytes_stops_the_exchange(front: Front) -> None:
    for kind in BINARY[front.engine.dialect.name]:
        as_bytes = f"alter column {{XKZBH}} type {kind} using convert_to({{XKZBH}}, 'UTF8')"
        front.alter([as_bytes if kind == "bytea" else f"modify {{XKZBH}} {kind}"])
        with pytest.raises(DepartmentBrokePromise, match="column XKZBH of table EX_AJ_XKZ holds bytes"):
            fetch(front)


def test_a_backlog_beyond_the_bound_stays_for_the_next_exchange_and_is_told(
    front: Front, caplog: pytest.LogCaptureFixture
) -> None:
    assert len(fetch(front, max_pages=2)) == 2
    assert "more than 2 pages wait; the rest stays unread for the next exchange" in caplog.text
    with pytest.raises(DepartmentBrokePromise, match="more than 2 pages"):
        fetch(front, since=None, max_pages=2)


@pytest.mark.parametrize("since", [NOW, None])
def test_as_many_pages_as_an_exchange_takes_are_no_backlog(
    front: Front, caplog: pytest.LogCaptureFixture, since: datetime | None
) -> None:
    assert len(fetch(front, since, max_pages=3)) == 3
    assert caplog.text == ""


@pytest.mark.parametrize(("name", "feed"), TABLE_FEEDS)
def test_every_declared_front_table_is_read_as_it_was_filled(front_url: str, name: str, feed: str) -> None:
    filled = fill_front(front_department(page_size=25, name=name), front_url, Plot(scale=60, day=0, bad_share=0.5))
    pulled = pull(filled.department, filled.tables, name=feed)
    assert (pulled.frame.height, pulled.bad) == (filled.truth.received, filled.truth.bad) == (60, 30)
    assert pulled.codes == filled.truth.problem_codes
    assert len(pulled.bodies) == 3
    if filled.table.schema and not front_url.startswith("postgresql"):
        with filled.engine.begin() as conn:  # elsewhere a schema is a database of its own
            conn.execute(sa.schema.DropSchema(filled.table.schema))


def test_mapping_gives_back_what_the_department_said(front: Front) -> None:
    names = load_catalogue().license_names()
    frames = [
        map_page(
            front.department, front.feed, read_page(front.department, front.feed, p.body, p.media_type), p.number, names
        )
        for p in fetch(front)
    ]
    assert sum(mapped.frame.height for mapped in frames) == 120
    assert frames[0].frame["source_updated_at"].null_count() == 0
    assert set(frames[0].frame["license_type"].drop_nulls()) == {"firework", "hazchem"}


def test_good_and_wrong_rows_are_marked_differently_and_once(front: Front) -> None:
    page = fetch(front)[0]
    with marker(front) as one:
        assert one.mark(page.body, {3: "发证日期(FZRQ)：日期不存在"}) == Marked(39, 1, 0)
        assert one.mark(page.body, {3: "again"}) == Marked(0, 0, 40)
    wrong = [row for row in front.rows("GTSYNC", "CWXX", "DQSJ") if row[0] == "3"]
    assert wrong == [
        ("3", "发证日期(FZRQ)：日期不存在", datetime(2026, 11, 23, 12, 0, 5, tzinfo=SHANGHAI).replace(tzinfo=None))
    ]
    assert front.flags() == {"1": 39, "3": 1, None: 80}


def test_a_row_that_changed_after_it_was_read_stays_unread(front: Front) -> None:
    page = fetch(front)[0]
    number = int(cells(page, "XH")[5] or 0)
    front.change(number, QYMC="平度市新名称有限公司")
    with marker(front) as one:
        assert one.mark(page.body, {}) == Marked(39, 0, 1)
    assert dict(front.rows("XH", "GTSYNC"))[number] is None
    assert str(number) in cells(fetch(front)[0], "XH")


def test_a_row_that_is_gone_stops_nobody(front: Front) -> None:
    page = fetch(front)[0]
    with front.engine.begin() as conn:
        conn.execute(front.table.delete().where(int(cells(page, "XH")[0] or 0) == front.table.c.XH))
    with marker(front) as one:
        assert one.mark(page.body, {}) == Marked(39, 0, 1)


def test_a_row_is_counted_in_the_bucket_of_its_mapped_key(front: Front) -> None:
    for number, key in ((1, "1/2"), (2, "1"), (3, None)):
        front.change(number, YWLSH=key)
    feed = replace(front.feed, key=["YWLSH", "QYMC"])
    department = replace(front.department, feeds={"licenses": feed})
    pages = [read_page(department, feed, page.body, page.media_type) for page in fetch(front)]
    mapped = pl.concat([map_page(department, feed, page, 1, {}).frame for page in pages])
    assert mapped["record_id"].null_count() >= 2
    with FrontListing(department, feed, front.connection, BUCKET_DIGITS) as listing:
        sums = listing.sums()
    assert sums is not None
    assert {bucket: int(total.partition(":")[0]) for bucket, total in sums.items()} == count_buckets(mapped)


def test_words_are_cut_to_the_column_as_the_narrowest_database_counts(front: Front) -> None:
    with marker(front) as one:
        one.mark(fetch(front)[0].body, {0: "错" * 600})
    (words,) = {words for (words,) in front.rows("CWXX") if words}
    assert words == "错" * 250


def test_without_a_flag_rows_are_chosen_by_their_time_of_change(front: Front) -> None:
    feed = replace(front.feed, flag=None)
    department = replace(front.department, feeds={"licenses": feed})
    newest = max(moment for (moment,) in front.rows("GXSJ"))
    since = newest.replace(tzinfo=UTC).astimezone(UTC)
    pages = list(fetch_pages(department, feed, front.connection, since.replace(hour=0)))
    told = [text for page in pages for text in cells(page, "GXSJ")]
    assert 0 < len(told) < 120
    with pytest.raises(DeclarationError, match="declares no flag"):
        FrontMarker(department, feed, front.connection, now)


ZONED = {
    "postgresql": [
        "alter database {database} set timezone = 'UTC'",
        "alter table {table} alter column {column} type timestamptz using {column} at time zone 'Asia/Shanghai'",
    ],
    "mysql": ["set time_zone = '+08:00'", "alter table {table} modify {column} timestamp null"],
}


def keep_the_zone(front: Front, column: str) -> None:
    """Make a column one that keeps instants, on a server whose own clock is not the department's."""
    quote, names = front.engine.dialect.identifier_preparer.quote, {"database": front.engine.url.database}
    with front.engine.begin() as conn:
        for statement in ZONED[front.engine.dialect.name]:
            conn.exec_driver_sql(statement.format(table=quote(front.table.name), column=quote(column), **names))


def test_a_time_of_change_that_keeps_its_zone_is_compared_in_the_departments(front: Front) -> None:
    feed = replace(front.feed, flag=None)
    department = replace(front.department, feeds={"licenses": feed})
    times = sorted(moment for (moment,) in front.rows("GXSJ"))
    keep_the_zone(front, "GXSJ")
    since = times[60].replace(tzinfo=SHANGHAI)
    told = [text for page in fetch_pages(department, feed, front.connection, since) for text in cells(page, "GXSJ")]
    assert told == [str(moment) for moment in times if moment >= times[60]]


def test_the_time_of_marking_is_the_same_instant_in_a_column_that_keeps_its_zone(front: Front) -> None:
    keep_the_zone(front, "DQSJ")
    with marker(front) as one:
        one.mark(fetch(front)[0].body, {})
    seconds = "extract(epoch from {})" if front.engine.dialect.name == "postgresql" else "unix_timestamp({})"
    column = front.engine.dialect.identifier_preparer.quote("DQSJ")
    with front.engine.connect() as conn:
        found = conn.execute(sa.select(sa.func.max(sa.literal_column(seconds.format(column)))).select_from(front.table))
        assert int(found.scalar_one()) == int(NOW.timestamp())


def test_a_time_of_change_that_keeps_its_zone_is_refused_where_the_session_has_no_zone_of_ours(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = replace(front.feed, flag=None)
    department = replace(front.department, feeds={"licenses": feed})
    keep_the_zone(front, "GXSJ")
    monkeypatch.setattr(front_database, "OUR_ZONE", frozenset[str]())
    reading = fetch_pages(department, feed, front.connection, NOW)
    if front.engine.dialect.name == "postgresql":
        with pytest.raises(DeclarationError, match="column GXSJ keeps a zone"):
            list(reading)
    else:  # a timestamp of MySQL says nothing of a zone
        assert list(reading)


STRANGE = {
    "postgresql": ["infinity", "0044-03-15 00:00:00 BC", "12026-01-01 00:00:00"],
    "mysql": ["0000-00-00 00:00:00"],
}


def write_strange_times(front: Front) -> list[str]:
    """Write times that no calendar of ours holds into the first rows; return them."""
    strange, quote = STRANGE[front.engine.dialect.name], front.engine.dialect.identifier_preparer.quote
    table, column, number = (quote(name) for name in (front.table.name, "GXSJ", "XH"))
    with front.engine.begin() as conn:
        if front.engine.dialect.name == "mysql":
            conn.exec_driver_sql("set sql_mode = ''")
        for row, moment in enumerate(strange, 1):
            conn.exec_driver_sql(f"update {table} set {column} = '{moment}' where {number} = {row}")
    return strange


def test_a_time_that_no_calendar_holds_comes_as_it_is_written_and_stops_no_other_row(front: Front) -> None:
    strange, told, marked = write_strange_times(front), dict[str | None, str | None](), Marked()
    for page in fetch(front):
        told |= dict(zip(cells(page, "XH"), cells(page, "GXSJ"), strict=True))
        with marker(front) as one:
            marked += one.mark(page.body, {})
    assert [told[str(row)] for row, _ in enumerate(strange, 1)] == strange
    assert (len(told), marked) == (120, Marked(read=120))


def test_a_time_that_no_calendar_holds_may_be_part_of_the_key_of_a_row_that_is_marked(front: Front) -> None:
    write_strange_times(front)
    pages = fetch(front)
    with marker(front) as one:
        one._key = ("XH", "GXSJ")
        assert sum((one.mark(page.body, {}) for page in pages), Marked()) == Marked(read=120)


def test_a_value_that_the_driver_cannot_read_is_the_departments_mistake_and_not_a_broken_line() -> None:
    unread = sa.exc.DataError("select", {}, psycopg.DataError("cannot be read"))
    assert isinstance(translate_error(unread, "test"), DepartmentBrokePromise)


@pytest.mark.parametrize(
    "lost",
    [
        psycopg.errors.ConnectionFailure(),
        psycopg.errors.StatementCompletionUnknown(),
        pymysql.OperationalError(1180, ""),
    ],
)
def test_a_commit_that_was_perhaps_not_heard_of_is_a_broken_line(lost: Exception) -> None:
    error = sa.exc.OperationalError("insert", {}, lost)
    assert isinstance(translate_error(error, "test"), DepartmentUnreachable)


@pytest.mark.parametrize(
    ("said", "status", "problem"),
    [("I", "valid", None), ("D", "cancelled", None), ("d", "valid", "record.unknown_code"), (None, "valid", "record.unknown_code")],
)  # fmt: skip
def test_a_deleted_row_is_a_cancelled_version(front: Front, said: str | None, status: str, problem: str | None) -> None:
    good = front.good_row("XH")
    front.change(good[0], CD_OPERATION=said, XKZT="1")
    for page in fetch(front):
        rows = read_page(front.department, front.feed, page.body, page.media_type)
        mapped = map_page(front.department, front.feed, rows, page.number, {})
        places = [place for place, number in enumerate(cells(page, "XH")) if number == str(good[0])]
        for place in places:
            assert mapped.frame["status"][place] == status
            assert ("cd_operation" in str(mapped.frame["change_reason"][place]).lower()) == (said == "D")
            codes = mapped.problems.filter(mapped.problems["row"] == place)["code"].to_list()
            assert (problem in codes) == (problem is not None)


@pytest.mark.parametrize(
    ("mode", "error", "words"),
    [
        ("table_missing", DepartmentBrokePromise, "no table EX_AJ_XKZ"),
        ("column_renamed", DepartmentBrokePromise, "no column GXSJ"),
    ],
)
def test_a_table_that_is_not_the_contracts_is_not_read(
    front: Front, mode: str, error: type[HubError], words: str
) -> None:
    front.tables.set_mode(mode)
    with pytest.raises(error, match=words):
        fetch(front)
    front.tables.set_mode("ok")
    assert len(fetch(front)) >= 3


def test_a_table_that_somebody_holds_is_given_up_on_in_time(front_url: str) -> None:
    front = fill_front(front_department(deadline_seconds=1), front_url)
    front.tables.set_mode("table_locked")
    began = time.monotonic()
    with pytest.raises(DepartmentTimeout, match="can be tried again"):
        fetch(front)
    assert time.monotonic() - began < 6
    front.tables.set_mode("ok")
    assert len(fetch(front)) >= 3


def test_a_page_larger_than_the_bound_is_refused(front: Front) -> None:
    limits = replace(front.department.transport.limits, page_bytes=1000)
    small = replace(front.department, transport=replace(front.department.transport, limits=limits))
    with pytest.raises(DepartmentBrokePromise, match=r"bytes; expected at most 1000"):
        list(fetch_pages(small, front.feed, front.connection, NOW))


def test_a_wrong_password_and_a_closed_port_say_who_must_act(front: Front) -> None:
    stranger = dataclasses.replace(front.connection, login="nobody", password="secret-word")
    closed = dataclasses.replace(front.connection, port=9)
    with pytest.raises(DepartmentRefused) as refused:
        list(fetch_pages(front.department, front.feed, stranger, NOW))
    assert "secret-word" not in str(refused.value)
    with pytest.raises(DepartmentUnreachable):
        list(fetch_pages(front.department, front.feed, closed, NOW))


def test_a_connection_of_the_wrong_kind_is_refused_before_anything_is_asked(front: Front) -> None:
    http = parse_connection("http://127.0.0.1:1/x")
    with pytest.raises(DeclarationError, match="expected a database such as postgres or mysql"):
        list(fetch_pages(front.department, front.feed, http, NOW))


def test_an_account_that_may_not_write_back_says_so(front: Front) -> None:
    page, table = fetch(front)[0], front.engine.dialect.identifier_preparer.format_table(front.table)
    account = dataclasses.replace(front.connection, login="hub_reader", password="reads")
    is_postgres = front.engine.dialect.name == "postgresql"
    made = "create user hub_reader password 'reads'" if is_postgres else "create user hub_reader identified by 'reads'"
    with front.engine.begin() as conn:
        conn.exec_driver_sql(made)
        conn.exec_driver_sql(f"grant select on {table} to hub_reader")
    try:
        told = pytest.raises(DepartmentRefused, match="update on its acknowledgement columns")
        with told, FrontMarker(front.department, front.feed, account, now) as marking:
            marking.mark(page.body, {})
        assert front.flags() == {None: 120}
    finally:
        with front.engine.begin() as conn:
            for statement in ["drop owned by hub_reader"] * is_postgres + ["drop user hub_reader"]:
                conn.exec_driver_sql(statement)


def test_flag_and_change_have_the_provincial_defaults() -> None:
    assert (Flag(column="gtsync").unread, Flag(column="gtsync").read, Flag(column="gtsync").error) == (("0",), "1", "3")
    assert (Change(column="cd_operation").kept, Change(column="cd_operation").deleted) == (("I", "U"), ("D",))


def test_a_fake_drops_its_own_table_and_none_that_is_somebodys(front: Front, front_url: str) -> None:
    fill_front(front.department, front_url).tables.close()  # its own, once more
    with front.engine.begin() as conn:
        front.table.drop(conn)
        kept = sa.Table(front.table.name, sa.MetaData(schema=front.table.schema), sa.Column("kept", sa.Integer))
        kept.create(conn)
        conn.execute(kept.insert().values(kept=1))
    with pytest.raises(DeclarationError, match="was not made by a fake"):
        fill_front(front.department, front_url)
    with front.engine.begin() as conn:
        assert conn.scalar(sa.select(kept)) == 1
