"""What is read without a tree is what a parser would read, in every page that is refused or not."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from soap_samples import TO_SOAP, WSDL, result

from connectors.declarations.declaration import Department
from connectors.formats import plain_records, xml_listing
from connectors.formats.xml_rows import ElementRows
from connectors.pages.pages import read_page
from schemas.errors import HubError

XML = "text/xml; charset=utf-8"
FIELDS = ("XKZBH", "YHMC", "ZT", "JYFW", "other")
XSI, INCLUDE = "http://www.w3.org/2001/XMLSchema-instance", "http://www.w3.org/2001/XInclude"
OPENED = f'<Result xmlns:i="{XSI}" xmlns:p="urn:roads">'
PLAIN = st.sampled_from(
    ["", "平度𠮷", " a  b ", "1 > 0", "a&amp;lt;b", "&lt;&gt;&quot;&apos;", "\n", "a\r\nb\rc", "\t", "x" * 40]
)
ODD = [
    "&#20013;", "&#x4e2d;", "&x;", "& ", "]]>", "]]", "<![CDATA[<Item>]]>", "<!-- <Item> -->", "<?php ?>", "\x01", "\ufffe", "\uffff", "\x85",
    "<a/>", "<a>1</a>", "<a>1</b>", "</Item><Item>", "</Item>text<Item>", "<Item><XKZBH>2</XKZBH></Item>", "<XKZBH>2</XKZBH>", "<ZT><a>1</a></ZT>", "<YHMC/>",
    "<ZT i:nil='true'/>", '<ZT i:nil="true"/>', '<ZT i:nil="true" />', '<ZT j:nil="true"/>', '<ZT i:nil="1">1</ZT>', "<ZT a='1'>1</ZT>", "<ZT >1</ZT >",
    "< ZT>1</ZT>", "<i:ZT>1</i:ZT>", "<j:ZT>1</j:ZT>", "<p:ZT>1</p:ZT>", "<ZT xmlns='urn:x'>1</ZT>", "<x:include/>", "<许可证>1</许可证>", "<_²>1</_²>",
    "<a>" * 14 + "</a>" * 14, "<a>" * 80 + "</a>" * 80, "</Result><Result>", "<", ">", "<Item/>", '<Item i:nil="true"/>', "mixed", "<0>1</0>", "<a:>1</a:>",
    "&amp", "&amp;#1;", "<!DOCTYPE a>", "</ZT>", "<ZT>", "\u00a0",
]  # fmt: skip


@st.composite
def pages(draw: st.DrawFn) -> bytes:
    """Write a page of a few records, odd in some places, and cut or damaged now and then."""
    between = draw(st.sampled_from(["", "", "\n  ", "\r\n", "x"]))
    items = [_item(draw, between) for _ in range(draw(st.integers(0, 4)))]
    page = result(between.join(items), len(items)).replace("<Result>", OPENED, 1)
    page = draw(st.sampled_from(["", "", "<!-- <Item> -->", '<?xml version="1.0"?>\n'])) + page
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2]))):
        at = draw(st.integers(0, len(page)))
        page = page[:at] + draw(st.sampled_from(ODD)) + page[at:]
    body = page.encode()
    if draw(st.sampled_from([False, False, False, True])):
        at = draw(st.integers(0, len(body) - 1))
        body = body[:at] + draw(st.sampled_from([b"", b"\xff", b"<", b">", b"/", b" ", b"&"])) + body[at + 1 :]
    return body


def _item(draw: st.DrawFn, between: str) -> str:
    names = draw(st.lists(st.sampled_from(FIELDS), min_size=0, max_size=5, unique=draw(st.booleans())))
    return f"<Item>{between.join(f'<{name}>{draw(PLAIN)}</{name}>' for name in names)}</Item>"


Outcome = Callable[[bytes], object]


@pytest.fixture(params=["warn", "enforce"])
def outcome(
    request: pytest.FixtureRequest, declare: Callable[..., Department], monkeypatch: pytest.MonkeyPatch
) -> Outcome:
    strict = ('kind = "soap"', f'kind = "soap"\nstrictness = "{request.param}"')
    monkeypatch.setattr(plain_records, "MOST_SHAPES", 1)  # so that no odd record is shown to the parser
    department = declare(*TO_SOAP, strict, files={"roads.wsdl": WSDL})

    def run(body: bytes) -> object:
        try:
            rows = read_page(department, department.feeds["licenses"], body, XML)
        except HubError as error:
            return type(error), re.sub(r" \(line \d+\)|: element .*", "", str(error))
        return {name: list(column) for name, column in rows.columns.items()}, rows.count, rows.faults

    return run


def parsed(outcome: Outcome, body: bytes) -> object:
    """Return the outcome where everything goes through the parser."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xml_listing, "_cut", lambda *_: None)
        return outcome(body)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=pages())
def test_what_is_read_without_a_tree_is_what_a_parser_reads(outcome: Outcome, body: bytes) -> None:
    assert outcome(body) == parsed(outcome, body)


@pytest.mark.parametrize("place", ["<XKZBH>1", "</XKZBH>", "<Item>", "</Item>", "</Result>", "<Result>"])
def test_every_oddity_in_every_place_is_read_or_refused_as_a_parser_does(outcome: Outcome, place: str) -> None:
    item = "<Item><XKZBH>1</XKZBH><YHMC>a</YHMC></Item>"
    good = result(item * 3, 3).replace("<Result>", OPENED, 1)
    included = good.replace(OPENED, OPENED.replace(" ", f' xmlns:x="{INCLUDE}" ', 1))
    for good, odd in [*((good, odd) for odd in ODD), (included, "<x:include/>"), (included, "<x:include></x:include>")]:
        first = "<Code>" if place == "<Result>" else place
        head, _, tail = good.rpartition(first)
        body = f"{head}{first}{odd}{tail}".encode()
        assert outcome(body) == parsed(outcome, body), odd


def test_plain_pages_are_read_without_a_tree(outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the comparison above would compare nothing."""
    monkeypatch.setattr(ElementRows, "add", None)
    body = result(
        "<Item><XKZBH>1 &amp; 2</XKZBH><ZT/></Item>\r\n <Item>\n<ZT>a > b</ZT><other><a>1</a></other></Item>", 2
    )
    columns, count, faults = outcome(body.encode())  # type: ignore[misc]
    assert (count, faults, columns["XKZBH"], columns["ZT"]) == (2, [], ["1 & 2", None], [None, "a > b"])
