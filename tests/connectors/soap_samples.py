"""A small SOAP department for tests: its declaration, its WSDL, and replies in its words."""

from __future__ import annotations

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"

WSDL = """<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions name="Roads" targetNamespace="urn:roads" xmlns:r="urn:roads" xmlns:t="urn:roads:types"
    xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <wsdl:types>
    <xs:schema targetNamespace="urn:roads" elementFormDefault="qualified">
      <xs:import namespace="urn:roads:types"/>
      <xs:element name="Query"><xs:complexType><xs:sequence>
        <xs:element name="since" type="xs:string"/>
        <xs:element name="page" type="xs:int"/>
        <xs:element name="size" type="t:size"/>
      </xs:sequence></xs:complexType></xs:element>
      <xs:element name="QueryResponse"><xs:complexType><xs:sequence>
        <xs:any minOccurs="0" maxOccurs="unbounded" processContents="skip"/>
      </xs:sequence></xs:complexType></xs:element>
      <xs:element name="Ask"><xs:complexType><xs:sequence>
        <xs:element name="arg0" type="xs:string"/>
      </xs:sequence></xs:complexType></xs:element>
      <xs:element name="AskResponse"><xs:complexType><xs:sequence>
        <xs:element name="return" type="xs:string"/>
      </xs:sequence></xs:complexType></xs:element>
    </xs:schema>
    <xs:schema targetNamespace="urn:roads:types">
      <xs:simpleType name="size"><xs:restriction base="xs:int"><xs:maxInclusive value="5000"/></xs:restriction></xs:simpleType>
    </xs:schema>
  </wsdl:types>
  <wsdl:message name="QueryIn"><wsdl:part name="parameters" element="r:Query"/></wsdl:message>
  <wsdl:message name="QueryOut"><wsdl:part name="parameters" element="r:QueryResponse"/></wsdl:message>
  <wsdl:message name="AskIn"><wsdl:part name="parameters" element="r:Ask"/></wsdl:message>
  <wsdl:message name="AskOut"><wsdl:part name="parameters" element="r:AskResponse"/></wsdl:message>
  <wsdl:portType name="Port">
    <wsdl:operation name="Query"><wsdl:input message="r:QueryIn"/><wsdl:output message="r:QueryOut"/></wsdl:operation>
    <wsdl:operation name="Ask"><wsdl:input message="r:AskIn"/><wsdl:output message="r:AskOut"/></wsdl:operation>
  </wsdl:portType>
  <wsdl:binding name="Binding" type="r:Port">
    <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
    <wsdl:operation name="Query"><soap:operation soapAction="urn:roads/Query"/>
      <wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation>
    <wsdl:operation name="Ask"><soap:operation soapAction=""/>
      <wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation>
  </wsdl:binding>
  <wsdl:service name="Roads"><wsdl:port name="Port" binding="r:Binding">
    <soap:address location="http://attacker.invalid/"/></wsdl:port></wsdl:service>
</wsdl:definitions>
"""

TO_SOAP = (
    ('kind = "rest"', 'kind = "soap"'),
    ("contract/api.json", "contract/roads.wsdl"),
    ('path = "/licenses"', 'operation = "Query"'),
    ("data/rows", "Result/Item"),
    ("data/total", "Result/Total"),
    ('field = "code"', 'field = "Result/Code"'),
    ('message = "msg"', 'message = "Result/Message"'),
)
TO_STRING = (
    (
        'auth = "none"',
        'auth = "none"\npayload = "xml-in-string"\npayload_encoding = "GB2312"\npayload_root = "REQUEST"',
    ),
    ('operation = "Query"', 'operation = "Ask"'),
)


def wrap(content: str, root: str = "QueryResponse", space: str = "urn:roads") -> str:
    """Put `content` into an envelope."""
    return f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body><{root} xmlns="{space}">{content}</{root}></s:Body></s:Envelope>'


def result(items: str, total: int, code: str = "0") -> str:
    """Return a QueryResponse envelope around `items`."""
    return wrap(f"<Result><Code>{code}</Code><Message>bad</Message><Total>{total}</Total>{items}</Result>")
