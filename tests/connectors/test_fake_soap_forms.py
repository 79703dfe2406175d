"""Every form of SOAP that can be declared has a fake that speaks it, judged by the contract on both sides."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fake_makers import pull, serving
from msgspec.structs import replace
from soap_samples import TO_SOAP

from connectors.declarations.declaration import Department
from connectors.fake.rows.truth import Plot
from connectors.pages.pages import fetch_pages
from connectors.wire.connection import parse_connection
from schemas.errors import DepartmentRefused

Declare = Callable[..., Department]
TYPES = {
    "DMLX": "xs:int", "GXSJ": "xs:dateTime", "FZRQ": "xs:string", "ZZLX": "xs:string", "XKZBH": "xs:string", "YHDM": "xs:string",
    "YXQQ": "xs:string", "YXQZ": "xs:string", "ZT": "xs:string", "JYFW": "xs:base64Binary",
}  # fmt: skip
FIELDS = "".join(f'<xs:element name="{name}" type="{kind}" minOccurs="0"/>' for name, kind in TYPES.items())
CONTRACT = f"""<?xml version="1.0" encoding="UTF-8"?>
<w:definitions targetNamespace="urn:forms" xmlns:r="urn:forms" xmlns:b="urn:forms:base" xmlns:w="http://schemas.xmlsoap.org/wsdl/"
    xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:s12="http://schemas.xmlsoap.org/wsdl/soap12/" xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <w:types>
    <xs:schema targetNamespace="urn:forms:base">
      <xs:element name="Car"><xs:complexType><xs:sequence><xs:element name="Text" type="xs:string"/></xs:sequence>
        <xs:attribute name="kind" type="xs:string" use="required"/></xs:complexType></xs:element>
    </xs:schema>
    <xs:schema targetNamespace="urn:forms" elementFormDefault="qualified">
      <xs:import namespace="urn:forms:base"/>
      <xs:element name="Auth"><xs:complexType><xs:sequence><xs:element name="User" type="xs:string"/><xs:element name="Key" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
      <xs:element name="Query"><xs:complexType><xs:sequence>
        <xs:element name="since" type="xs:string"/><xs:element name="page" type="xs:int"/><xs:element name="size" type="xs:int"/>
      </xs:sequence></xs:complexType></xs:element>
      <xs:element name="QueryResponse"><xs:complexType><xs:sequence>
        <xs:element name="Result"><xs:complexType><xs:sequence>
          <xs:element name="Code" type="xs:string"/><xs:element name="Message" type="xs:string" minOccurs="0"/><xs:element name="Total" type="xs:int"/>
          <xs:element name="Node" type="xs:string"/>
          <xs:element ref="r:License" minOccurs="0" maxOccurs="unbounded"/>
        </xs:sequence></xs:complexType></xs:element>
      </xs:sequence></xs:complexType></xs:element>
      <xs:complexType name="Base"><xs:sequence>{FIELDS}<xs:element name="Owner" form="unqualified"><xs:complexType><xs:sequence>
        <xs:element name="Name" type="xs:string"/></xs:sequence></xs:complexType></xs:element><xs:element ref="b:Car"/></xs:sequence>
        <xs:attribute name="id" type="xs:string" use="required"/></xs:complexType>
      <xs:element name="License" type="r:Base" abstract="true"/>
      <xs:element name="Permit" type="r:Base" substitutionGroup="r:License"/>
      <xs:element name="Ask"><xs:complexType><xs:sequence>
        <xs:element name="user" type="xs:string"/><xs:element name="key" type="xs:string"/><xs:element name="text" type="xs:string"/>
      </xs:sequence></xs:complexType></xs:element>
      <xs:element name="AskResponse"><xs:complexType><xs:sequence>
        <xs:element name="code" type="xs:string"/><xs:element name="data" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
      <xs:element name="FetchResponse"><xs:complexType><xs:sequence><xs:element name="data" type="xs:base64Binary"/></xs:sequence></xs:complexType></xs:element>
    </xs:schema>
  </w:types>
  <w:message name="AuthIn"><w:part name="auth" element="r:Auth"/></w:message>
  <w:message name="QueryIn"><w:part name="p" element="r:Query"/></w:message><w:message name="QueryOut"><w:part name="p" element="r:QueryResponse"/></w:message>
  <w:message name="AskIn"><w:part name="p" element="r:Ask"/></w:message><w:message name="AskOut"><w:part name="p" element="r:AskResponse"/></w:message>
  <w:message name="FetchOut"><w:part name="p" element="r:FetchResponse"/></w:message>
  <w:message name="ListIn"><w:part name="since" type="xs:string"/><w:part name="page" type="xs:int"/><w:part name="size" type="xs:int"/></w:message>
  <w:message name="ListOut"><w:part name="Code" type="xs:string"/><w:part name="Total" type="xs:int"/><w:part name="Item" type="r:Base"/></w:message>
  <w:portType name="P">
    <w:operation name="Query"><w:input message="r:QueryIn"/><w:output message="r:QueryOut"/></w:operation>
    <w:operation name="Ask"><w:input message="r:AskIn"/><w:output message="r:AskOut"/></w:operation>
    <w:operation name="Fetch"><w:input message="r:QueryIn"/><w:output message="r:FetchOut"/></w:operation>
  </w:portType>
  PORT11PORT12
  <w:service name="Forms"><w:port name="Port" binding="r:B"><s:address location="http://x.invalid"/></w:port>
    <w:port name="Port12" binding="r:B12"><s12:address location="http://x.invalid"/></w:port></w:service>
</w:definitions>
"""
OPERATION = """<w:operation name="{0}"><s:operation soapAction=""/>
    <w:input><s:header message="r:AuthIn" part="auth" use="literal"/><s:body use="literal"/></w:input><w:output><s:body use="literal"/></w:output></w:operation>"""
BINDING = f"""<w:binding name="B" type="r:P"><s:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
    {"".join(OPERATION.format(name) for name in ("Query", "Ask"))}</w:binding>"""
WSDL = CONTRACT.replace("PORT11", BINDING).replace(
    "PORT12", BINDING.replace('name="B"', 'name="B12"').replace("<s:", "<s12:")
)

SENT = 'request = { since = "{since}", page = "{page}", size = "{page_size}" }'
HEADERS = 'headers = { Auth = { User = "{login}", Key = "{password}", "@mustUnderstand" = "1" } }'
TYPED = (
    ('records = "Result/Item"', 'records = "Result/*"'),
    ('key = ["XKZBH"]', 'key = ["@id"]'),
    ('holder_name = "YHMC"', 'holder_name = "Owner/Name"'),
    ('vehicle = "CLXX"', 'vehicle = "Car/Text"\nkind = "Car/@kind"'),
    ('field = "GXSJ"', 'field = "GXSJ", format = "%Y-%m-%dT%H:%M:%S"'),
)
CARRIED = (
    ('operation = "Query"', 'operation = "Ask"'),
    (
        SENT,
        'request = { user = "{login}", key = "{password}", text = { since = "{since}", page = "{page}", size = "{page_size}" } }',
    ),
)


def declared(declare: Declare, *changes: tuple[str, str], strictness: str = "enforce") -> Department:
    """Return a department that is called without pauses."""
    department = declare(*TO_SOAP, *changes, files={"roads.wsdl": WSDL})
    limits = replace(department.transport.limits, requests_per_second=1000)
    return replace(department, transport=replace(department.transport, limits=limits, strictness=strictness))  # type: ignore[arg-type]


def transport(*lines: str) -> tuple[str, str]:
    """Return the change that adds keys of the transport."""
    return ('auth = "none"', "\n".join(('auth = "none"', *lines)))


def pulled_whole(department: Department) -> None:
    """Serve a department and see every record come, on several pages."""
    size = replace(department.feeds["licenses"].paging, size=20)
    feed = replace(department.feeds["licenses"], paging=size)
    department = replace(department, feeds={"licenses": feed})
    with serving(department, Plot(scale=45, bad_share=0.0)) as server:
        pulled = pull(department, server)
    assert (pulled.frame.height, pulled.bad, len(pulled.bodies)) == (45, 0, 3)
    assert pulled.frame["record_id"].n_unique() == 45


@pytest.mark.parametrize("port", ["Port", "Port12"])
def test_headers_attributes_groups_and_substituted_records_are_faked(port: str, declare: Declare) -> None:
    pulled_whole(declared(declare, *TYPED, (SENT, f"{SENT}\n{HEADERS}"), transport(f'port = "{port}"')))


@pytest.mark.parametrize("port", ["Port", "Port12"])
def test_a_wrong_account_in_a_header_gets_a_fault(port: str, declare: Declare) -> None:
    department = declared(declare, *TYPED, (SENT, f"{SENT}\n{HEADERS}"), transport(f'port = "{port}"'))
    with serving(department, Plot(scale=5)) as server:
        wrong = parse_connection(server.connection_value.replace("fake-secret", "other"))
        with pytest.raises(DepartmentRefused, match="header Auth is missing or wrong"):
            list(fetch_pages(department, department.feeds["licenses"], wrong, None))
    other = declared(declare, *TYPED, (SENT, f"{SENT}\n{HEADERS}"), transport('port = "Port12"'))
    if port == "Port":
        with (
            serving(department, Plot(scale=5)) as server,
            pytest.raises(DepartmentRefused, match="another version of SOAP"),
        ):
            list(fetch_pages(other, other.feeds["licenses"], server.connection, None))


@pytest.mark.parametrize("payload", ["xml-in-string", "json-in-string"])
@pytest.mark.parametrize("packing", ["none", "base64", "gzip-base64", "attachment"])
@pytest.mark.parametrize("encoding", ["utf-8", "GBK"])
def test_carried_texts_are_faked_in_every_packing(payload: str, packing: str, encoding: str, declare: Declare) -> None:
    lines = (
        f'payload = "{payload}"',
        f'payload_packing = "{packing}"',
        f'payload_encoding = "{encoding}"',
        'payload_path = "data"',
    )
    changes = (*CARRIED, transport(*lines))
    if payload == "json-in-string":
        changes = (*changes, ("Result/Item", "Result/Items"))
    pulled_whole(declared(declare, *changes))


def test_success_may_stand_beside_the_carried_text_or_in_a_header(declare: Declare) -> None:
    lines = ('payload = "xml-in-string"', 'payload_path = "data"')
    for path in ("soap:Body/code", "soap:Header/Deal/Code"):
        pulled_whole(declared(declare, *CARRIED, transport(*lines), ('field = "Result/Code"', f'field = "{path}"')))
