"""A SOAP request as it goes out: at the declared port, with declared headers, and with its payload in a parameter."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from lxml import etree
from soap_samples import ENVELOPE, TO_SOAP, TO_STRING, WSDL

from connectors.declarations.declaration import Department
from connectors.lint.lint import check_department
from connectors.pages.page_trail import first_place
from connectors.pages.requesting import PageRequester
from connectors.signing.sign_in import SignIn
from connectors.soap.soap_contract import SoapContract
from connectors.wire.connection import Connection
from schemas.errors import DeclarationError

SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
HUB = Connection("http", "127.0.0.1", 80, "", "hub&co", "s3cret{page}")
AT = datetime(2026, 1, 1, tzinfo=UTC)
Declare = Callable[..., Department]

SECOND = (
    WSDL[WSDL.index("  <wsdl:binding") : WSDL.index("  <wsdl:service")]
    .replace('"Binding"', '"Binding12"')
    .replace("soap:", "soap12:")
)
TWO_PORTS = (
    WSDL.replace("xmlns:xs=", 'xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/" xmlns:xs=', 1)
    .replace("  <wsdl:service", SECOND + "  <wsdl:service")
    .replace(
        "</wsdl:service>",
        '<wsdl:port name="Port12" binding="r:Binding12"><soap12:address location="http://x.invalid"/></wsdl:port></wsdl:service>',
    )
)
HEADED = (
    WSDL.replace(
        '<xs:element name="Ask">',
        '<xs:element name="Auth"><xs:complexType><xs:sequence><xs:element name="User" type="xs:string"/>'
        '<xs:element name="Key" type="xs:string"/></xs:sequence><xs:attribute name="v" type="xs:int"/></xs:complexType></xs:element><xs:element name="Ask">',
    )
    .replace(
        "<wsdl:portType",
        '<wsdl:message name="AuthIn"><wsdl:part name="auth" element="r:Auth"/></wsdl:message><wsdl:portType',
        1,
    )
    .replace(
        '<wsdl:input><soap:body use="literal"/>',
        '<wsdl:input><soap:header message="r:AuthIn" part="auth" use="literal"/><soap:body use="literal"/>',
    )
)
SEVERAL = WSDL.replace(
    '<xs:element name="arg0" type="xs:string"/>',
    '<xs:element name="user" type="xs:string"/><xs:element name="key" type="xs:string"/><xs:element name="text" type="xs:string"/>',
)
SENT = 'request = { since = "{since}", page = "{page}", size = "{page_size}" }'


def ask(declare: Declare, *changes: tuple[str, str], wsdl: str = WSDL) -> tuple[etree._Element, dict[str, str], str]:
    """Return envelope, HTTP headers and description of the first request."""
    department = declare(*TO_SOAP, *changes, files={"roads.wsdl": wsdl})
    feed = department.feeds["licenses"]
    made = PageRequester(department, feed, HUB, SignIn(department, "roads", HUB, lambda: AT)).write(
        None, first_place(feed.paging), AT
    )
    return etree.fromstring(made.call.body), dict(made.call.headers), made.description


def headed(headers: str) -> tuple[str, str]:
    """Return the change that declares headers."""
    return (SENT, f"{SENT}\nheaders = {headers}")


def test_soap_1_2_is_spoken_where_the_declared_port_speaks_it(declare: Declare) -> None:
    envelope, headers, _ = ask(declare, ('auth = "none"', 'auth = "none"\nport = "Port12"'), wsdl=TWO_PORTS)
    assert etree.QName(envelope).namespace == SOAP12
    assert headers["Content-Type"] == 'application/soap+xml; charset=utf-8; action="urn:roads/Query"'
    assert etree.QName(ask(declare, wsdl=TWO_PORTS)[0]).namespace == ENVELOPE
    with pytest.raises(DeclarationError, match="has no SOAP port 'X'; there are Port, Port12"):
        ask(declare, ('auth = "none"', 'auth = "none"\nport = "X"'), wsdl=TWO_PORTS)


def test_a_contract_without_ports_is_spoken_by_its_binding(declare: Declare) -> None:
    start, end = WSDL.index("  <wsdl:service"), WSDL.index("</wsdl:definitions>")
    assert etree.QName(ask(declare, wsdl=WSDL[:start] + WSDL[end:])[0][-1][0]).localname == "Query"


def test_a_declared_header_carries_the_account_and_the_words_that_are_kept_do_not(declare: Declare) -> None:
    table = '{ Auth = { User = "{login}", Key = "{password}", "@v" = 2, "@mustUnderstand" = "1" } }'
    envelope, _, description = ask(declare, headed(table), wsdl=HEADED)
    header = envelope.find(f"{{{ENVELOPE}}}Header/{{urn:roads}}Auth")
    assert header is not None
    assert [child.text for child in header] == ["hub&co", "s3cret{page}"]
    assert dict(header.attrib) == {"v": "2", f"{{{ENVELOPE}}}mustUnderstand": "1"}
    assert "s3cret" not in description


def test_a_header_that_is_a_plain_text_is_written_as_the_contract_has_it(declare: Declare) -> None:
    plain = HEADED.replace(
        '<xs:element name="Auth"><xs:complexType>',
        '<xs:element name="Auth" type="xs:string"/><xs:element name="Old"><xs:complexType>',
    )
    envelope, _, _ = ask(declare, headed('{ Auth = "{password}" }'), wsdl=plain)
    assert envelope.findtext(f"{{{ENVELOPE}}}Header/{{urn:roads}}Auth") == "s3cret{page}"


def test_lists_in_a_request_are_filled_in_like_the_rest(declare: Declare) -> None:
    several = WSDL.replace(
        '<xs:element name="page" type="xs:int"/>', '<xs:element name="page" type="xs:string" maxOccurs="9"/>'
    )
    envelope, _, _ = ask(declare, ('page = "{page}"', 'page = ["{page}", "of {login}"]'), wsdl=several)
    assert [one.text for one in envelope.iter("{urn:roads}page")] == ["1", "of hub&co"]
    with pytest.raises(DeclarationError, match="placeholder 'pages' is unknown"):
        ask(declare, ('page = "{page}"', 'page = ["{pages}"]'), wsdl=several)


def test_a_header_that_breaks_the_contract_never_leaves(declare: Declare) -> None:
    with pytest.raises(DeclarationError, match=r"does not fit operation Query|breaks the contract"):
        ask(declare, headed('{ Auth = { User = "x" } }'), wsdl=HEADED)
    with pytest.raises(DeclarationError, match=r"it has no header Other; there are Auth"):
        ask(declare, headed('{ Other = "x" }'), wsdl=HEADED)


def test_a_header_no_contract_describes_is_written_as_named(declare: Declare) -> None:
    envelope, _, _ = ask(declare, headed('{ "{urn:gate}Pass" = { Id = "7", "@kind" = "a", "@mustUnderstand" = "1" } }'))
    header = envelope.find(f"{{{ENVELOPE}}}Header/{{urn:gate}}Pass")
    assert header is not None
    assert (dict(header.attrib), header.findtext("{urn:gate}Id")) == (
        {"kind": "a", f"{{{ENVELOPE}}}mustUnderstand": "1"},
        "7",
    )


def test_a_table_under_a_parameter_is_carried_in_it_beside_the_others(declare: Declare) -> None:
    request = (
        'request = { user = "{login}", key = "{password}", text = { KSSJ = "{since}", T = ["1", "2"], "@v" = "1" } }'
    )
    envelope, _, description = ask(declare, *TO_STRING, (SENT, request), wsdl=SEVERAL)
    called = envelope.find(f"{{{ENVELOPE}}}Body/{{urn:roads}}Ask")
    assert called is not None
    values = {etree.QName(child).localname: child.text or "" for child in called}
    assert (values["user"], values["key"]) == ("hub&co", "s3cret{page}")
    inside = '<REQUEST v="1"><KSSJ>1970-01-01 08:00:00</KSSJ><T>1</T><T>2</T></REQUEST>'
    assert values["text"] == f'<?xml version="1.0" encoding="GB2312"?>{inside}'
    assert "s3cret" not in description
    with pytest.raises(
        DeclarationError, match=r"has 3 parameters \(user, key, text\); expected the carried text under"
    ):
        ask(declare, *TO_STRING, wsdl=SEVERAL)


def test_what_is_carried_is_packed_as_declared(declare: Declare) -> None:
    to_json = (('"xml-in-string"', '"json-in-string"'), ('"GB2312"', '"GB2312"\npayload_packing = "gzip-base64"'))
    envelope, _, _ = ask(declare, *TO_STRING, *to_json, ('"{since}"', '"平{since}"'))
    text = envelope.findtext(f"{{{ENVELOPE}}}Body/{{urn:roads}}Ask/{{urn:roads}}arg0") or ""
    told = gzip.decompress(base64.b64decode(text)).decode("gb18030")
    assert told == '{"since":"平1970-01-01 08:00:00","page":1,"size":2}'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('since = "{since}"', 'a = { since = "{sinse}" }', r"key 'request\.a\.since': placeholder 'sinse' is unknown"),
        (SENT, f'{SENT}\nheaders = {{ A = "{{since}}" }}', r"key 'headers\.A': placeholder 'since' is unknown"),
    ],
)
def test_a_placeholder_nothing_fills_is_refused_at_any_depth(
    declare: Declare, old: str, new: str, message: str
) -> None:
    with pytest.raises(DeclarationError, match=message):
        declare(*TO_SOAP, (old, new), files={"roads.wsdl": WSDL})


def test_only_soap_has_headers_of_its_own(declare: Declare) -> None:
    with pytest.raises(DeclarationError, match="key 'headers' needs kind soap"):
        declare(headed("{ A = '1' }"))


def test_the_lint_writes_headers_and_carried_texts_too(declare: Declare) -> None:
    department = declare(*TO_SOAP, headed('{ Auth = { User = "x" } }'), files={"roads.wsdl": HEADED})
    assert any("Auth" in str(f) or "Key" in str(f) for f in check_department("roads", department.folder.parent))
    assert SoapContract(department).headers("Query") == {"Auth": "auth"}
