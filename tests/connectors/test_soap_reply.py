"""A SOAP reply does nothing it asks for, and what it delivers comes out as columns."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from soap_samples import ENVELOPE, TO_SOAP, TO_STRING, WSDL, result, wrap

from connectors.declarations.declaration import Department
from connectors.formats.page_rows import PageRows
from connectors.pages.pages import read_page
from schemas.errors import (
    DepartmentBrokePromise,
    DepartmentError,
    DepartmentFault,
    DepartmentRefused,
    DepartmentServerFault,
)
from schemas.phrases import in_english

Read = Callable[..., PageRows]
XML = "text/xml; charset=utf-8"
ITEM = "<Item><XKZBH>A1</XKZBH><YHMC>平度𠮷</YHMC></Item>"


@pytest.fixture
def read(declare: Callable[..., Department]) -> Read:
    def run(reply: str | bytes, media_type: str = XML, changes: tuple[tuple[str, str], ...] = ()) -> PageRows:
        department = declare(*TO_SOAP, *changes, files={"roads.wsdl": WSDL})
        body = reply.encode() if isinstance(reply, str) else reply
        return read_page(department, department.feeds["licenses"], body, media_type)

    return run


def test_records_come_out_as_columns(read: Read) -> None:
    rows = read(result(f"{ITEM}<Item><XKZBH>A<!-- c -->2</XKZBH><ZT><![CDATA[<1>]]></ZT><YHMC/></Item>", 2))
    assert (rows.count, rows.faults) == (2, [])
    assert list(rows.columns["XKZBH"]) == ["A1", "A2"]
    assert list(rows.columns["ZT"]) == [None, "<1>"]
    assert list(rows.columns["YHMC"]) == ["平度𠮷", None]


def test_one_element_and_none_are_lists_too(read: Read) -> None:
    assert read(result(ITEM, 1)).count == 1
    assert read(result("", 0)).count == 0


def test_doubled_and_nested_elements_are_faults_of_their_record(read: Read) -> None:
    doubled = "<Item><XKZBH>1</XKZBH><XKZBH>2</XKZBH></Item>"
    nested = "<Item><XKZBH>1</XKZBH><ZT><a>1</a></ZT></Item>"
    faults = read(result(ITEM + doubled + nested, 3)).faults
    assert [(f.row, f.source, in_english(f.got)) for f in faults] == [
        (1, "XKZBH", "2 elements"),
        (2, "ZT", "elements inside"),
    ]


INNER = '<?xml version="1.0" encoding="GB2312"?><R><Result><Code>0</Code><Total>1</Total><Item><XKZBH>平度𠮷</XKZBH></Item></Result></R>'


@pytest.mark.parametrize("text", [INNER.replace("<", "&lt;"), f"<![CDATA[{INNER}]]>"])
def test_xml_inside_a_string_is_read_whatever_encoding_it_claims(read: Read, text: str) -> None:
    reply = wrap(f"<return>{text}</return>", "AskResponse")
    assert list(read(reply, changes=TO_STRING).columns["XKZBH"]) == ["平度𠮷"]


@pytest.mark.parametrize("text", ["", "not xml", INNER[:-4].replace("<", "&lt;"), "&lt;!DOCTYPE a>&lt;a/>"])
def test_a_string_that_is_no_whole_xml_is_refused(read: Read, text: str) -> None:
    with pytest.raises(DepartmentBrokePromise, match="inside the answer's string"):
        read(wrap(f"<return>{text}</return>", "AskResponse"), changes=TO_STRING)


@pytest.mark.parametrize("label", ["GBK", "gb2312", "GB18030"])
def test_gb_labels_are_read_as_gb18030(read: Read, label: str) -> None:
    body = f'<?xml version="1.0" encoding="{label}"?>{result(ITEM, 1)}'.encode("gb18030")
    assert list(read(body, "text/xml").columns["YHMC"]) == ["平度𠮷"]
    assert list(read(result(ITEM, 1).encode("gb18030"), f"text/xml; charset={label}").columns["YHMC"]) == ["平度𠮷"]


@pytest.mark.parametrize(
    "body",
    [
        f'<?xml version="1.0" encoding="GBK"?>{result(ITEM, 1)}'.encode(),
        f'<?xml version="1.0" encoding="UTF-8"?>{result(ITEM, 1)}'.encode("gb18030"),
        f'<?xml version="1.0" encoding="UTF-7"?>{result(ITEM, 1)}'.encode("utf-7"),
        f'<?xml version="1.0" encoding="ISO-8859-1"?>{result(ITEM, 1)}'.encode(),
    ],
)
def test_a_wrong_label_is_refused_not_guessed(read: Read, body: bytes) -> None:
    with pytest.raises(DepartmentBrokePromise):
        read(body)


DOCTYPE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
GOOD = result(ITEM, 1)


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (DOCTYPE + GOOD, "DOCTYPE or processing instruction, which is refused unread"),
        (f'<?xml version="1.0"?>\n<!-- a -->{LAUGHS}{GOOD}', "which is refused unread"),
        (f'<?xml-stylesheet href="http://a/"?>{GOOD}', "which is refused unread"),
        (GOOD.replace("A1", "&x;"), "not well-formed"),
        (GOOD.replace("A1", "A<?php echo ?>1"), "a processing instruction"),
        (
            GOOD.replace("A1", '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'),
            "an XInclude",
        ),
        (result("<a>" * 70 + "</a>" * 70, 1), "nested deeper than 64"),
        (result("<a>" * 5000 + "</a>" * 5000, 1), "nested deeper|not well-formed"),
        (result("<Item " + " ".join(f'a{n}="1"' for n in range(300)) + "/>", 1), "more than 256 attributes"),
        (result("<Item " + " ".join(f'a{n} = "1"' for n in range(300)) + "/>", 1), "more than 256 attributes"),
        (result(f"<Item><ZT>{'x' * 1_000_001}</ZT></Item>", 1), "longer than 1000000"),
        ("<html><body>please sign in</body></html>", "a sign-in page"),
        ("<!DOCTYPE html><html>please sign in</html>", "a sign-in page"),
        ("<html><br></html>", "not well-formed"),
        ("", "not well-formed"),
        (GOOD.replace("s:Body>", "s:Bodi>"), "expected one Body"),
        (GOOD.replace("</s:Body>", "</s:Body><s:Body><a/></s:Body>"), "expected one Body"),
        (GOOD.replace("</s:Body>", "<a/></s:Body>"), "expected one Body"),
        (GOOD.replace(ENVELOPE, "urn:other"), "expected a SOAP envelope"),
        (GOOD.replace("urn:roads", "urn:renamed"), "namespace is not of the contract"),
        (result(ITEM + '<Item><XKZBH xmlns="urn:x">1</XKZBH></Item>', 2), "two namespaces"),
    ],
)
def test_an_attack_or_another_document_is_refused(read: Read, reply: str, message: str) -> None:
    with pytest.raises(DepartmentBrokePromise, match=message):
        read(reply)


def test_every_cut_of_a_reply_is_refused(read: Read, declare: Callable[..., Department]) -> None:
    department = declare(*TO_SOAP, files={"roads.wsdl": WSDL})
    body = GOOD.encode()
    for end in range(len(body)):
        with pytest.raises(DepartmentError):
            read_page(department, department.feeds["licenses"], body[:end], XML)


def fault(code: str, words: str) -> str:
    return f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body><s:Fault><faultcode>{code}</faultcode><faultstring>{words}</faultstring></s:Fault></s:Body></s:Envelope>'


def test_a_fault_is_told_in_the_departments_words_without_persons(read: Read) -> None:
    with pytest.raises(DepartmentFault, match="Fault 's:Server': '数据库 忙'") as failure:
        read(fault("s:Server", "数据库\n忙"))
    for words in (
        "证件 370283 1990 0307 7219 重复：王小明",
        "查询失败：王小明（电话 13800138000）",
        "王小明，许可证370283号",
    ):
        with pytest.raises(DepartmentFault, match="Fault 's:Server': '…'"):
            read(fault("s:Server", words))
    assert type(failure.value) is DepartmentServerFault  # the department itself failed, so it is tried again


def test_a_fault_of_sign_in_is_a_refusal(read: Read) -> None:
    with pytest.raises(DepartmentRefused, match="sign-in is not accepted"):
        read(fault("wsse:FailedAuthentication", "no"))


def test_a_fault_of_soap_1_2_is_a_fault(read: Read) -> None:
    space = "http://www.w3.org/2003/05/soap-envelope"
    inner = "<s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text>busy</s:Text></s:Reason>"
    with pytest.raises(DepartmentFault, match="Fault 's:Receiver': 'busy'"):
        read(f'<s:Envelope xmlns:s="{space}"><s:Body><s:Fault>{inner}</s:Fault></s:Body></s:Envelope>')


def test_an_answer_that_says_it_failed_is_a_fault(read: Read) -> None:
    with pytest.raises(DepartmentFault, match="Result/Code is '7'; expected 0; the department says 'bad'"):
        read(result("", 0, code="7"))


def test_an_answer_with_two_result_codes_is_none(read: Read) -> None:
    good = result(ITEM, 1)
    assert read(good).count == 1
    with pytest.raises(DepartmentBrokePromise, match="Result/Code says 2 different things; expected one"):
        read(good.replace("<Code>0</Code>", "<Code>0</Code><Code>7</Code>"))


def test_strictness_decides_what_the_schema_means(read: Read, caplog: pytest.LogCaptureFixture) -> None:
    broken = wrap("<Result><Code>0</Code></Result>text 37028319900307721X")
    with caplog.at_level(logging.WARNING):
        read(broken)
    assert "breaks the contract: element QueryResponse" in caplog.text
    assert "3702831990" not in caplog.text
    with pytest.raises(DepartmentBrokePromise, match="breaks the contract: element QueryResponse"):
        read(broken, changes=(('kind = "soap"', 'kind = "soap"\nstrictness = "enforce"'),))
    renamed = broken.replace("urn:roads", "urn:renamed")
    assert read(renamed, changes=(('kind = "soap"', 'kind = "soap"\nstrictness = "off"'),)).count == 0


SOAP12 = "http://www.w3.org/2003/05/soap-envelope"


def test_a_fault_of_soap_1_2_tells_its_subcode_its_chinese_reason_and_what_the_detail_says_of_it(read: Read) -> None:
    code = "<s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>m:Busy</s:Value></s:Subcode></s:Code>"
    reason = '<s:Reason><s:Text xml:lang="en">busy</s:Text><s:Text xml:lang="zh-CN">系统忙</s:Text></s:Reason>'
    detail = "<s:Detail><e><errorCode>E9</errorCode><holder>张三</holder><stack>at a.b</stack></e></s:Detail>"
    with pytest.raises(DepartmentFault, match="Fault 's:Receiver' 'm:Busy': '系统忙'; errorCode 'E9'; nothing") as told:
        read(f'<s:Envelope xmlns:s="{SOAP12}"><s:Body><s:Fault>{code}{reason}{detail}</s:Fault></s:Body></s:Envelope>')
    assert "张三" not in str(told.value)


@pytest.mark.parametrize("code", ["s:Client", "s:MustUnderstand", "s:Client.Parameter"])
def test_a_fault_that_blames_the_request_is_a_refusal(read: Read, code: str) -> None:
    with pytest.raises(DepartmentRefused, match=f"Fault '{code}': 'no such page'"):
        read(fault(code, "no such page"))


def test_a_detail_of_soap_1_1_is_told_without_what_may_name_a_person(read: Read) -> None:
    words = fault("s:Server", "x").replace(
        "</s:Fault>", "<detail><m>37028319900307721X</m><message>证件 37028319900307721X</message></detail></s:Fault>"
    )
    with pytest.raises(DepartmentFault, match="'x'; message '…'; nothing of the answer is applied") as told:
        read(words)
    assert "3702831990" not in str(told.value)


def with_header(header: str) -> str:
    """Return a good answer with a header."""
    return GOOD.replace("<s:Body>", f"<s:Header>{header}</s:Header><s:Body>")


def test_a_header_that_must_be_understood_is_refused_unless_it_is_read_or_changes_nothing(read: Read) -> None:
    demanded = '<h:Deal xmlns:h="urn:h" s:mustUnderstand="1"><h:Code>0</h:Code></h:Deal>'
    with pytest.raises(DepartmentBrokePromise, match="demands that its header Deal be understood"):
        read(with_header(demanded))
    assert (
        read(with_header(demanded), changes=(('field = "Result/Code"', 'field = "soap:Header/Deal/Code"'),)).count == 1
    )
    assert read(with_header(demanded.replace('"1"', '"0"'))).count == 1
    assert read(with_header(demanded.replace("s:must", 's:actor="urn:proxy" s:must'))).count == 1
    space = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
    assert read(with_header(f'<w:Security xmlns:w="{space}" s:mustUnderstand="1"/>')).count == 1


def test_what_a_header_says_of_success_counts(read: Read) -> None:
    reply = with_header('<h:Deal xmlns:h="urn:h"><h:Code>7</h:Code></h:Deal>')
    with pytest.raises(DepartmentFault, match="soap:Header/Deal/Code is '7'"):
        read(reply, changes=(('field = "Result/Code"', 'field = "soap:Header/Deal/Code"'),))


def test_values_in_attributes_and_in_groups_are_read_by_their_path(read: Read) -> None:
    changes = (
        ('holder_name = "YHMC"', 'holder_name = "YH/XM/@MC"'),
        ('scope = "JYFW"', 'scope = "YH/FW"'),
        ('key = ["XKZBH"]', 'key = ["@ID"]'),
    )
    one = '<Item a:ID="7" xmlns:a="urn:a"><XKZBH>1</XKZBH><YH><XM MC="张"/><FW>x</FW></YH></Item>'
    rows = read(result(one + "<Item><XKZBH>2</XKZBH></Item>", 2), changes=changes)
    assert rows.faults == []
    assert (rows.columns["YH/XM/@MC"], rows.columns["YH/FW"]) == (["张", None], ["x", None])
    assert rows.columns["@ID"] == ["7", None]
    twice = "<Item><YH><FW>x</FW><FW>y</FW></YH></Item><Item><YH><FW><a/></FW></YH></Item>"
    faults = read(result(twice, 2), changes=changes).faults
    assert [(f.row, f.source, in_english(f.got)) for f in faults] == [
        (0, "YH/FW", "2 elements"),
        (1, "YH/FW", "elements inside"),
    ]


def test_groups_nobody_reads_do_not_hold_a_record_back(read: Read) -> None:
    rows = read(result("<Item><XKZBH>1</XKZBH><other><a>1</a></other><b/><b/></Item>", 1))
    assert (rows.count, rows.faults) == (1, [])


def test_a_record_that_is_nil_is_none_and_a_nil_value_is_empty(read: Read) -> None:
    nil = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"'
    rows = read(result(f"<Item {nil}/><Item><XKZBH>1</XKZBH><YHMC {nil}/></Item>", 1))
    assert (rows.count, list(rows.columns["YHMC"])) == (1, [None])


def test_records_of_several_names_are_one_list(read: Read) -> None:
    reply = result(
        "<List><Shop><XKZBH>1</XKZBH></Shop><n:Farm xmlns:n='urn:n'><XKZBH xmlns='urn:roads'>2</XKZBH></n:Farm></List>",
        2,
    )
    rows = read(reply, changes=(('records = "Result/Item"', 'records = "Result/List/*"'),))
    assert list(rows.columns["XKZBH"]) == ["1", "2"]
