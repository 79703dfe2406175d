"""A long list is read in pieces, and what comes out is what the whole would have said."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from soap_samples import TO_SOAP, TO_STRING, WSDL, result, wrap

from connectors.declarations.declaration import Department
from connectors.formats import xml_slices
from connectors.formats.page_rows import PageFacts, PageRows
from connectors.pages.page_reading import read_facts
from connectors.pages.pages import FetchedPage, read_blocks
from schemas.errors import DepartmentBrokePromise, HubError
from schemas.phrases import in_english

XML = "text/xml; charset=utf-8"
PARTS = [
    "<Item><XKZBH>1</XKZBH><YHMC>平度𠮷</YHMC></Item>", "<Item><XKZBH>2</XKZBH></Item>", "<Item a='>'><XKZBH>3</XKZBH></Item >",
    '<Item xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>', "<Item><a><Item>4</Item><Item>5</Item></a></Item>",
    "<Item><XKZBH><![CDATA[</Item><Item>]]></XKZBH></Item>", "<!-- </Item><Item> -->", "\r\n  ", "text", "<Items/>",
    "<Item><XKZBH>6</XKZBH><XKZBH>7</XKZBH></Item>", "</Result><Result>", "<Result><Item/></Result>", "</Item>", "<Item>", "<!--", "-->", "<![CDATA[",
]  # fmt: skip


@pytest.fixture
def department(declare: Callable[..., Department]) -> Department:
    return declare(*TO_SOAP, files={"roads.wsdl": WSDL})


@pytest.fixture
def sliced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make pieces of a few records, so that an answer of some is long."""
    monkeypatch.setattr(xml_slices, "WHOLE", 400)
    monkeypatch.setattr(xml_slices, "SLICE", 100)


def blocks(department: Department, body: str | bytes) -> Iterator[PageRows]:
    content = body.encode() if isinstance(body, str) else body
    return read_blocks(department, department.feeds["licenses"], content, XML)


def facts(department: Department, body: str, clock: Callable[[], object] = object) -> PageFacts:
    times: tuple[object, ...] = (clock(), clock(), clock())
    page = FetchedPage(1, "", 200, XML, body.encode(), *times)  # type: ignore[arg-type]  # nobody looks at the times
    return read_facts(department, department.feeds["licenses"], page)


def outcome(department: Department, body: str) -> object:
    """Return the records, how many, and their faults by place; or that the answer is refused."""
    try:
        found = list(blocks(department, body))
        told = facts(department, body)
    except HubError as error:
        return str(error)
    names = found[0].columns
    columns = {name: [value for rows in found for value in rows.columns[name]] for name in names}
    faults = [
        (rows.first + fault.row, fault.source, fault.code, in_english(fault.got))
        for rows in found
        for fault in rows.faults
    ]
    return columns, told, faults


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.sampled_from([*PARTS[:2] * 4, *PARTS]), min_size=3, max_size=20))
def test_pieces_say_what_the_whole_says_or_are_refused(department: Department, parts: list[str]) -> None:
    body = result("".join(parts), 7)
    whole = outcome(department, body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xml_slices, "WHOLE", 400)
        patch.setattr(xml_slices, "SLICE", 100)
        pieces = outcome(department, body)
    if isinstance(pieces, str):
        assert "nothing of it is applied" in pieces
    else:
        assert pieces == whole


@pytest.mark.usefixtures("sliced")
def test_a_long_list_comes_in_blocks_that_know_their_place(department: Department) -> None:
    body = result("".join(f"<Item><XKZBH>{number}</XKZBH></Item>\n" for number in range(100)), 100)
    found = list(blocks(department, body))
    assert len(found) > 10
    assert [rows.first for rows in found[:3]] == [0, found[0].count, found[0].count + found[1].count]
    assert [value for rows in found for value in rows.columns["XKZBH"]] == [str(number) for number in range(100)]
    assert facts(department, body) == PageFacts(100, 100)


@pytest.mark.usefixtures("sliced")
@pytest.mark.parametrize("odd", [PARTS[3], PARTS[4], PARTS[5], PARTS[6], PARTS[10], "<Item a='/>'/>"])
def test_odd_records_are_read_in_pieces_too(department: Department, odd: str) -> None:
    body = result(PARTS[0] * 5 + odd + PARTS[0] * 5, 11)
    assert len(list(blocks(department, body))) > 2


@pytest.mark.usefixtures("sliced")
@pytest.mark.parametrize(
    ("body", "message"),
    [
        (result(PARTS[0] * 2 + "</Result><Result>" + PARTS[0] * 4, 6), "in more places than one"),
        (result(f"<Item><XKZBH>{'x' * 500}</XKZBH></Item>" + PARTS[0] * 5, 6), "no list of records"),
        (result(f"<Other>{'x' * 500}</Other>", 0), "no list of records"),
        (result(f"{PARTS[0] * 9}<Item/>", 10), "no list of records"),
        (result(PARTS[0] * 9, 9).replace("<Result>", "<!-- <Item> --><Result>"), "no list of records"),
        (result("<!-- <Item></Item> " + f"-->{PARTS[0] * 2}" * 6, 12), "no list of records"),
        (result(PARTS[0] * 9 + "<?x?>", 9), "processing instruction"),
        (result(PARTS[0] * 9, 9)[:-9], "not well-formed"),
    ],
)
def test_a_long_answer_that_is_not_one_list_is_refused(department: Department, body: str, message: str) -> None:
    with pytest.raises(DepartmentBrokePromise, match=message):
        list(blocks(department, body))


@pytest.mark.usefixtures("sliced")
def test_a_long_carried_list_comes_in_blocks_too(declare: Callable[..., Department]) -> None:
    carried = f"<R><Result><Code>0</Code><Total>9</Total>{PARTS[0] * 9}</Result></R>".replace("<", "&lt;")
    department = declare(*TO_SOAP, *TO_STRING, files={"roads.wsdl": WSDL})
    found = list(blocks(department, wrap(f"<return>{carried}</return>", "AskResponse")))
    assert (len(found), sum(rows.count for rows in found)) == (3, 9)
