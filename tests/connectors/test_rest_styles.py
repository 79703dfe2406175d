"""Every paging style and every form of body over REST: what the fake holds arrives whole, and what contradicts is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from socket import socket
from zoneinfo import ZoneInfo

import pytest
from fake_makers import pull
from fake_makers import serving as faking
from raw_server import Behaviour, RawServer, answering, respond, serving

from connectors.declarations.declared import Department
from connectors.fake.rows.truth import Plot, tell_truth
from connectors.formats.json_page import json_rows, read_document
from connectors.formats.page_rows import PageRows
from connectors.pages.page_reading import read_blocks
from connectors.pages.pages import fetch_pages, read_page
from connectors.wire.connection import parse_connection
from schemas.errors import DeclarationError, DepartmentBrokePromise, DepartmentFault

Declare = Callable[..., Department]
Changes = tuple[tuple[str, str], ...]
FAST = ('auth = "none"', 'auth = "none"\nlimits = { requests_per_second = 1000, deadline_seconds = 20 }')
PAGE = 'paging = { style = "page", total = "data/total", size = 2 }'
REQUEST = 'request = { since = "{since}", page = "{page}", size = "{page_size}" }'
SINCE = 'request = { gxsj = "{since}", size = "{page_size}" }'
RECORDS = 'records = "data/rows"'
POST = ('path = "/licenses"', 'path = "/licenses"\nmethod = "POST"\nsend = "json"')
STYLES: dict[str, Changes] = {
    "page": ((PAGE, PAGE.replace("2", "64")),),
    "page, total in a header": ((PAGE, 'paging = { style = "page", total_header = "X-Total", size = 64, first = 0 }'),),
    "offset": (
        (PAGE, 'paging = { style = "offset", total = "data/total", size = 64 }'),
        (REQUEST, 'request = { since = "{since}", start = "{offset}", rows = "{page_size}" }'),
    ),
    "offset from one": (
        (PAGE, 'paging = { style = "offset", total = "data/total", size = 64, first = 1 }'),
        (REQUEST, 'request = { range = { since = "{since}", start = "{offset}", rows = "{page_size}" } }'),
        POST,
    ),
    "cursor with a total": (
        (PAGE, 'paging = { style = "cursor", next = "data/next", total = "data/total", size = 64 }'),
        (REQUEST, 'request = { since = "{since}", after = "{cursor}", size = "{page_size}" }'),
        POST,
    ),
    "link": ((PAGE, 'paging = { style = "link", size = 64 }'), (REQUEST, SINCE)),
    "link over a bare list": (
        (PAGE, 'paging = { style = "link", total_header = "X-Total-Count", size = 64 }'),
        (REQUEST, SINCE),
        (RECORDS, 'records = "."'),
        ('success = { field = "code", values = ["0"], message = "msg" }\n', ""),
    ),
    "next": ((PAGE, 'paging = { style = "next", next = "data/nextUrl", total = "data/total", size = 64 }'), (REQUEST, SINCE)),
}  # fmt: skip
ENDS = {
    "an empty page": (PAGE, 'paging = { style = "page", end = "empty-page", size = 64 }'),
    "a short page": (PAGE, 'paging = { style = "page", end = "short-page", size = 64 }'),
}
BODIES: dict[str, Changes] = {
    "form": (('path = "/licenses"', 'path = "/licenses"\nmethod = "POST"\nsend = "form"'),),
    "xml both ways": (
        ('path = "/licenses"', 'path = "/licenses"\nmethod = "POST"\nsend = "xml"\nanswer = "xml"'),
        (RECORDS, 'records = "data/rows/row"'),
        ('auth = "none"', 'payload_root = "REQUEST"\npayload_encoding = "GBK"\nauth = "none"'),
        (REQUEST, 'request = { head = { note = "平度" }, since = "{since}", page = "{page}", size = "{page_size}" }'),
    ),
    "xml pages by next URL": (
        (RECORDS, 'answer = "xml"\nrecords = "row"'),
        *STYLES["next"],
    ),
}
XML = (("limits = {", "limits = { page_bytes = 100_000, "), (RECORDS, 'answer = "xml"\nrecords = "data/rows/row"'))


@pytest.mark.parametrize("changes", [*STYLES.values(), *BODIES.values()], ids=[*STYLES, *BODIES])
def test_an_exchange_finds_exactly_what_the_fake_holds(declare: Declare, changes: Changes) -> None:
    sized = changes if any(PAGE in old for old, _ in changes) else (*changes, *STYLES["page"])
    department, plot = declare(*sized, FAST), Plot(scale=200)
    with faking(department, plot) as server:
        pulled = pull(department, server)
        since = datetime(2025, 7, 15, tzinfo=ZoneInfo("Asia/Shanghai"))
        later = pull(department, server, since=since.astimezone(UTC))
    truth = tell_truth(department, plot)
    assert (pulled.frame.height, pulled.bad, len(pulled.bodies)) == (200, truth.bad, 4)
    assert pulled.codes == truth.problem_codes
    assert 0 < later.frame.height == tell_truth(department, plot, since=since.replace(tzinfo=None)).received < 200


@pytest.mark.parametrize("style", ["offset", "link", "next", "cursor with a total"])
def test_pages_that_go_in_a_circle_break_the_promise(declare: Declare, style: str) -> None:
    department = declare(*STYLES[style], FAST)
    with faking(department, Plot(scale=200, day=0), "page_loops") as server, pytest.raises(DepartmentBrokePromise):
        pull(department, server)


@pytest.mark.parametrize("style", ["offset", "next", "cursor with a total", "link over a bare list"])
def test_a_declared_total_holds_in_every_style(declare: Declare, style: str) -> None:
    department = declare(*STYLES[style], FAST)
    with (
        faking(department, Plot(scale=200), "count_lies") as server,
        pytest.raises(DepartmentBrokePromise, match="207"),
    ):
        pull(department, server)


@pytest.mark.parametrize(("end", "scale", "pages"), [
    ("an empty page", 200, 5), ("an empty page", 128, 3), ("a short page", 200, 4), ("a short page", 128, 3),
])  # fmt: skip
def test_where_no_total_is_told_the_declared_page_ends_the_list(
    declare: Declare, end: str, scale: int, pages: int
) -> None:
    department = declare(ENDS[end], FAST)
    with faking(department, Plot(scale=scale, day=0)) as server:
        pulled = pull(department, server)
        assert (pulled.frame.height, len(pulled.bodies)) == (scale, pages)
        server.set_mode("page_loops")
        with pytest.raises(DepartmentBrokePromise, match="the pages go in a circle"):
            pull(department, server)


def test_a_department_that_gives_fewer_than_asked_goes_on_to_the_empty_page(declare: Declare) -> None:
    sizes = [40, 40, 7, 0]

    def behave(client: socket, request: bytes) -> None:
        number = int(request.split(b"page=")[1].split(b"&")[0])
        rows = [{"XKZBH": f"{number}-{n}"} for n in range(sizes[number - 1])]
        respond(client, json.dumps({"code": "0", "data": {"rows": rows}}).encode())

    with serving(behave) as server:
        assert fetch(declare(ENDS["an empty page"], FAST), server) == len(sizes)


def test_a_page_longer_than_asked_for_cannot_end_with_a_short_one(declare: Declare) -> None:
    with (
        serving(answering(page(65))) as server,
        pytest.raises(DepartmentBrokePromise, match="holds 65 records; expected at most the 64 asked for"),
    ):
        fetch(declare(ENDS["a short page"], FAST), server)


def test_since_is_asked_in_a_form_of_its_own(declare: Declare) -> None:
    cursor = ('overlap = "2h"', 'overlap = "2h", asked = "%Y%m%d"')
    department = declare(FAST, *STYLES["page"], cursor)
    since = datetime(2025, 7, 15, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    with faking(department, Plot(scale=200)) as server:
        found = pull(department, server, since=since.astimezone(UTC))
    day = since.replace(hour=0, minute=0, tzinfo=None)  # a date is asked for whole: earlier, never later
    assert 0 < found.frame.height == tell_truth(department, Plot(scale=200), since=day).received < 200
    with serving(answering(page(0, total=0))) as raw:
        list(fetch_pages(department, department.feeds["licenses"], parse_connection(raw.url), since))
    assert b"since=20250715&" in raw.requests[0]


def fetch(department: Department, server: RawServer) -> int:
    pages = fetch_pages(department, department.feeds["licenses"], parse_connection(server.url), None)
    return len(list(pages))


def page(rows: int, **more: object) -> bytes:
    return json.dumps({"code": "0", "data": {"rows": [{"XKZBH": str(n)} for n in range(rows)], **more}}).encode()


@pytest.mark.parametrize(
    ("style", "behave"),
    [
        ("next", answering(page(1, total=2, nextUrl="http://10.0.0.1/licenses?p=2"))),
        ("next", answering(page(1, total=2, nextUrl="http://127.0.0.1:1/licenses?p=2"))),
        ("link", answering(page(1), Link='<//evil.example/licenses?p=2>; rel="next"')),
        ("link", answering(page(1), Link='</licenses?p=2>; rel="next')),
        ("link over a bare list", answering(b"[]")),
        ("link over a bare list", answering(b"[]", X_Total_Count="many")),
        ("next", answering(page(1, nextUrl=None))),
        ("next", answering(page(3, total=2, nextUrl="/licenses?p=2"))),
    ],
)  # fmt: skip
def test_an_answer_that_points_elsewhere_or_counts_wrongly_is_the_last(
    declare: Declare, style: str, behave: Behaviour
) -> None:
    with serving(behave) as server, pytest.raises(DepartmentBrokePromise):
        fetch(declare(*STYLES[style], FAST), server)
    assert len(server.requests) == 1


def test_a_short_page_does_not_make_offsets_skip(declare: Declare) -> None:
    held = list(range(150))

    def behave(client: socket, request: bytes) -> None:
        start = int(request.split(b"start=")[1].split(b"&")[0])
        rows = [{"XKZBH": str(n)} for n in held[start : start + 40]]  # fewer than the 64 that were asked for
        respond(client, json.dumps({"code": "0", "data": {"rows": rows, "total": 150}}).encode())

    department = declare(*STYLES["offset"], FAST)
    with serving(behave) as server:
        pages = list(fetch_pages(department, department.feeds["licenses"], parse_connection(server.url), None))
    rows = [row for one in pages for row in json.loads(one.body)["data"]["rows"]]
    assert [int(row["XKZBH"]) for row in rows] == held


def read_xml(declare: Declare, body: bytes, media_type: str = "application/xml", **changes: str) -> list[str | None]:
    department = declare(FAST, *XML, *changes.items())
    rows = read_page(department, department.feeds["licenses"], body, media_type)
    assert rows.count == len(rows.columns["YHMC"])
    return list(rows.columns["YHMC"])


INCLUDE = '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'
MANY = " ".join(f'a{n}="1"' for n in range(300))
ONE = "<r><code>0</code><data><total>1</total><rows><row><YHMC>{}</YHMC></row></rows></data></r>"


@pytest.mark.parametrize(
    ("body", "media_type", "names"),
    [
        (ONE.format("平度").encode(), "application/xml", ["平度"]),
        (b'<?xml version="1.0"?><!-- a > <!DOCTYPE b> --> ' + ONE.format("平度").encode(), "application/xml", ["平度"]),
        (ONE.format("<![CDATA[<平> & 度]]>").encode(), "text/xml; charset=utf-8", ["<平> & 度"]),
        (('<?xml version="1.0" encoding="GB2312"?>' + ONE.format("平度䶮")).encode("gb18030"), "text/xml", ["平度䶮"]),
        (ONE.format("平度").encode("gb18030"), "text/xml; charset=gbk", ["平度"]),
        (ONE.format("平度").encode("utf-16"), "application/xml", ["平度"]),
        (ONE.replace("<YHMC>", '<YHMC xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true">').format("").encode(), "application/xml", [None]),
        (ONE.replace("<r>", '<r xmlns="urn:x">').format("平").encode(), "application/xml", ["平"]),
        (b"<r><code>0</code><data><total>0</total></data></r>", "application/xml", []),
        (b"<r><code>0</code><data><rows/></data></r>", "application/xml", []),
    ],
)  # fmt: skip
def test_records_in_xml_are_read_as_they_come(
    declare: Declare, body: bytes, media_type: str, names: list[str | None]
) -> None:
    assert read_xml(declare, body, media_type) == names


@pytest.mark.parametrize(
    ("body", "family"),
    [
        (b'{"code": "0"}', DepartmentBrokePromise),
        (b"<html><body>sign in</body></html>", DepartmentBrokePromise),
        (b"<!DOCTYPE r><r/>", DepartmentBrokePromise),
        (
            b'<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + ONE.format("&e;").encode(),
            DepartmentBrokePromise,
        ),
        (ONE.replace("<r>", '<r><?php system("id") ?>').format("x").encode(), DepartmentBrokePromise),
        (ONE.replace("<r>", f"<r>{INCLUDE}").format("x").encode(), DepartmentBrokePromise),
        (ONE.replace("<r>", f"<r {MANY}>").format("x").encode(), DepartmentBrokePromise),
        (ONE.replace("<r>", "<r>" + "<d>" * 100 + "</d>" * 100).format("x").encode(), DepartmentBrokePromise),
        (ONE.format("12&#0;34").encode(), DepartmentBrokePromise),
        ((f'<?xml version="1.0" encoding="UTF-7"?>{ONE}').format("x").encode(), DepartmentBrokePromise),
        (b"<r><code>0</code><data><total>1</total></data></r>", DepartmentBrokePromise),
        (b"<r><code>9</code><msg>busy</msg></r>", DepartmentFault),
        (ONE.format("x").encode()[:-5], DepartmentBrokePromise),
        (ONE.format("平度市").encode("gb18030"), DepartmentBrokePromise),
    ],
)
def test_an_xml_answer_that_is_none_is_refused(declare: Declare, body: bytes, family: type[Exception]) -> None:
    with pytest.raises(family):
        read_xml(declare, body)


LAUGHS = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(10))
BEHIND = "</row></rows></data></r>"  # a good record stands before whatever is put here


def behind(attack: str) -> bytes:
    """Put an attack into a second record, behind a good one."""
    return ONE.format("x").replace(BEHIND, f"</row><row><YHMC>{attack}</YHMC>{BEHIND}").encode()


def read_over_a_socket(department: Department, body: bytes, read: list[PageRows]) -> None:
    """Fetch and read what a server answers; what could be read is in `read`."""
    feed = department.feeds["licenses"]
    with serving(answering(body, Content_Type="application/xml")) as server:
        for page in fetch_pages(department, feed, parse_connection(server.url), None):
            read.extend(read_blocks(department, feed, page.body, page.media_type))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (f"<!DOCTYPE r [{LAUGHS}]>".encode() + ONE.format("&e9;").encode(), "DOCTYPE"),
        (b'<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>' + ONE.format("x").encode(), "DOCTYPE"),
        (b'<?xml version="1.0"?><!-- a --> <!DOCTYPE r>' + ONE.format("x").encode(), "DOCTYPE"),
        (b"\xef\xbb\xbf<!DOCTYPE r>" + ONE.format("x").encode(), "DOCTYPE"),
        (f'<!DOCTYPE r [<!ENTITY e "x">]>{ONE.format("&e;")}'.encode("utf-16"), "DOCTYPE"),
        (b'<?xml-stylesheet href="file:///etc/passwd"?>' + ONE.format("x").encode(), "processing instruction"),
        (ONE.format("x").encode() + b"<!DOCTYPE r>", "not well-formed"),
        (behind("&e;"), "not well-formed"),
        (behind("<?php x?>"), "holds a processing instruction"),
        (ONE.format("x").encode() + b"<?php x?>", "holds a processing instruction"),
        (behind(INCLUDE), "holds an XInclude"),
        (behind("<d>" * 60 + "</d>" * 60), "nested deeper than 64"),
        (behind("<d>" * 20_000 + "</d>" * 20_000), "nested deeper than 64|not well-formed"),
        (behind(f"<d {MANY}/>"), "more than 256 attributes"),
        (behind("x" * 1_000_001), "a field is longer than 1000000 characters"),
    ],
    ids=range(15),
)
def test_an_attack_in_xml_over_rest_is_named_and_nothing_before_it_is_read(
    declare: Declare, body: bytes, said: str
) -> None:
    read: list[PageRows] = []
    with pytest.raises(DepartmentBrokePromise, match=said) as refusal:
        read_over_a_socket(declare(FAST, XML[1]), body, read)
    assert read == []
    assert "passwd" not in str(refusal.value)


def test_a_field_as_long_as_is_allowed_is_read_over_rest(declare: Declare) -> None:
    assert [len(name or "") for name in read_xml(declare, behind("平" * 1_000_000))] == [1, 1_000_000]


def test_json_may_come_in_utf_16_with_a_mark_or_in_gb18030(declare: Declare) -> None:
    department = declare(FAST)
    feed, text = department.feeds["licenses"], '{"code": "0", "data": {"total": 1, "rows": [{"YHMC": "平度䶮"}]}}'
    for body, media_type in ((text.encode("utf-16"), "application/json"), (text.encode("gb18030"), "a/b; charset=GBK")):
        rows = json_rows(feed, read_document(department, feed, body, media_type), "roads")
        assert list(rows.columns["YHMC"]) == ["平度䶮"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (((PAGE, 'paging = { style = "offset" }'),), r"key 'total' is missing; style offset needs it"),
        (((PAGE, 'paging = { style = "next" }'),), r"key 'next' is missing; style next needs it"),
        (((PAGE, 'paging = { style = "link" }'), POST), r"link needs method GET"),
        (((PAGE, PAGE.replace("size", 'total_header = "X", size')),), r"at most one of 'total' and 'total_header'"),
        (((PAGE, PAGE.replace("size", 'end = "short-page", size')),), r"key 'end': only for style page or offset"),
        (
            ((PAGE, 'paging = { style = "link", end = "empty-page" }'), (REQUEST, SINCE)),
            r"key 'end': only for style page",
        ),
        (((REQUEST, 'request = { a = { since = "{since}", page = "{page}" } }'),), r"query carries no groups"),
        (((RECORDS, 'records = "."\nanswer = "xml"'),), r"in XML a list stands inside an element"),
    ],
)
def test_styles_that_contradict_themselves_are_refused(declare: Declare, changes: Changes, message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        declare(*changes)


def told_in_records(body: str, declare: Declare) -> Department:
    """Declare a total that stands in every record, in JSON or XML."""
    path = "data/rows" if body == "json" else "data/rows/row"
    form = () if body == "json" else ((RECORDS, f'answer = "xml"\nrecords = "{path}"'),)
    return declare(*form, (PAGE, f'paging = {{ style = "page", total = "{path}/ZS", size = 64 }}'), FAST)


@pytest.mark.parametrize("body", ["json", "xml"])
@pytest.mark.parametrize("scale", [0, 1, 64, 150])
def test_a_total_that_stands_in_every_record_is_read(declare: Declare, body: str, scale: int) -> None:
    department = told_in_records(body, declare)
    plot = Plot(scale=max(scale, 1))
    with faking(department, plot, "ok" if scale else "zero_rows") as server:
        found = pull(department, server)
        assert found.frame.height == scale
        if scale:
            server.mode = "count_lies"
            with pytest.raises(DepartmentBrokePromise, match="records; expected as many, got"):
                pull(department, server)


@pytest.mark.parametrize(
    ("totals", "words"), [((2, 3), "not the same number in every record"), (("x", "x"), "not the same number")]
)
@pytest.mark.parametrize("body", ["json", "xml"])
def test_a_total_that_differs_from_record_to_record_or_is_none_breaks_the_promise(
    declare: Declare, body: str, totals: tuple[object, object], words: str
) -> None:
    department = told_in_records(body, declare)
    rows = [{"XKZBH": f"A{n}", "ZS": told} for n, told in enumerate(totals)]
    listed = "".join(f"<row><XKZBH>{row['XKZBH']}</XKZBH><ZS>{row['ZS']}</ZS></row>" for row in rows)
    xml = f"<r><code>0</code><data><rows>{listed}</rows></data></r>"
    answer = json.dumps({"code": "0", "data": {"rows": rows}}) if body == "json" else xml
    with (
        serving(answering(answer.encode(), Content_Type=f"application/{body}")) as server,
        pytest.raises(DepartmentBrokePromise, match=words),
    ):
        list(fetch_pages(department, department.feeds["licenses"], parse_connection(server.url), None))


def test_a_page_without_records_does_not_end_a_list_that_is_not_complete(declare: Declare) -> None:
    department = told_in_records("json", declare)
    pages = [[{"XKZBH": f"A{n}", "ZS": 70} for n in range(64)], []]

    def behave(connection: socket, _: bytes) -> None:
        respond(connection, json.dumps({"code": "0", "data": {"rows": pages.pop(0)}}).encode())

    with (
        serving(behave) as server,
        pytest.raises(DepartmentBrokePromise, match="declares 70 records; expected as many, got 64"),
    ):
        list(fetch_pages(department, department.feeds["licenses"], parse_connection(server.url), None))
