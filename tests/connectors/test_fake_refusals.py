"""Fakes are strict: a request that breaks contract or sign-in is answered with a refusal, never with records."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fake_makers import impatient, serving
from lxml import etree

from connectors.declarations.declared import Department
from connectors.fake.rows.truth import Plot
from connectors.fake.server import FakeServer
from connectors.pages.pages import fetch_pages
from connectors.signing.signing import sign_headers
from connectors.signing.username_token import make_username_token
from connectors.soap.soap_contract import SoapContract
from connectors.wire.connection import Connection, parse_connection
from schemas.errors import DepartmentRefused

Told = tuple[int, bytes]
FIRST_PAGE = "/yzxt/open/certs?pageNo=1&pageSize=10"
FEW = Plot(scale=30, day=0)


@pytest.fixture
def transport() -> Iterator[FakeServer]:
    """Serve the REST department that signs sorted headers."""
    with serving(impatient("transport"), FEW) as server:
        yield server


@pytest.fixture
def market() -> Iterator[FakeServer]:
    """Serve the SOAP department with typed elements."""
    with serving(impatient("market_regulation"), FEW) as server:
        yield server


def tell(server: FakeServer, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> Told:
    """Send one request and return status and body."""
    line = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    line.request(method, server.connection.path + path, body, headers)
    answer = line.getresponse()
    told = answer.status, answer.read()
    line.close()
    return told


def signed(server: FakeServer, nonce: str, at: datetime | None = None) -> dict[str, str]:
    """Return right sign-in headers."""
    connection = parse_connection(server.connection_value)
    return sign_headers(server.department.transport.auth, connection, at or datetime.now(UTC), nonce)


def soap_body(department: Department, connection: Connection, **values: str) -> bytes:
    """Write a request by the contract, signed in."""
    header = make_username_token(connection, datetime.now(UTC), os.urandom(16))
    return SoapContract(department).render("QueryLicenses", values, token=header).body


def test_a_signed_request_is_answered(transport: FakeServer) -> None:
    status, body = tell(transport, "GET", FIRST_PAGE, signed(transport, "n1"))
    assert (status, len(json.loads(body)["data"]["rows"])) == (200, 10)


def test_a_nonce_counts_once(transport: FakeServer) -> None:
    headers = signed(transport, "n1")
    assert tell(transport, "GET", FIRST_PAGE, headers)[0] == 200
    assert tell(transport, "GET", FIRST_PAGE, headers)[0] == 401


def test_an_old_timestamp_is_refused(transport: FakeServer) -> None:
    headers = signed(transport, "n1", datetime.now(UTC) - timedelta(hours=1))
    assert tell(transport, "GET", FIRST_PAGE, headers)[0] == 401


@pytest.mark.parametrize("wrong", [{"x-aep-signature": "00"}, {"x-aep-appkey": "other"}, {"x-aep-nonce": "n2"}])
def test_a_wrong_signature_is_refused(transport: FakeServer, wrong: dict[str, str]) -> None:
    assert tell(transport, "GET", FIRST_PAGE, signed(transport, "n1") | wrong)[0] == 401


def test_an_unsigned_request_is_refused(transport: FakeServer) -> None:
    status, body = tell(transport, "GET", FIRST_PAGE, {})
    assert status == 401
    assert b"rows" not in body


@pytest.mark.parametrize(
    "query", ["pageNo=0", "pageNo=x", "pageSize=100000", "gxsjStart=2025-01-01", "pageNo=1&colour=red"]
)
def test_a_request_outside_the_contract_is_refused(transport: FakeServer, query: str) -> None:
    status, body = tell(transport, "GET", f"/yzxt/open/certs?{query}", signed(transport, "n1"))
    assert (status, json.loads(body)["status"]) == (400, "400")


def test_a_path_outside_the_contract_is_refused(transport: FakeServer) -> None:
    assert tell(transport, "GET", "/yzxt/open/other", signed(transport, "n1"))[0] == 404


def test_a_soap_request_by_the_contract_is_answered(market: FakeServer) -> None:
    body = soap_body(market.department, market.connection, YM="1", MYTS="10")
    status, answer = tell(market, "POST", "", {}, body)
    assert status == 200
    assert len(etree.fromstring(answer).findall(".//{*}Item")) == 10


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b"<ns0:YM>1</ns0:YM>", b"<ns0:YM>one</ns0:YM>"),
        (b"<ns0:YM>1</ns0:YM>", b""),
        (b"<ns0:MYTS>10<", b"<ns0:MYTS>5000<"),
        (b"QueryLicenses", b"QueryEverything"),
        (b"</ns0:QueryLicenses>", b"<ns0:More/></ns0:QueryLicenses>"),
        (b"urn:pingdu:scjg:registry:v2", b"urn:pingdu:scjg:registry:v1"),
    ],
)
def test_a_soap_request_that_breaks_the_contract_gets_a_fault(market: FakeServer, right: bytes, wrong: bytes) -> None:
    body = soap_body(market.department, market.connection, YM="1", MYTS="10")
    assert right in body
    status, answer = tell(market, "POST", "", {}, body.replace(right, wrong))
    assert status == 500
    assert etree.fromstring(answer).findtext(".//faultcode") == "soap:Client"


def test_a_soap_request_signed_in_wrongly_gets_a_fault(market: FakeServer) -> None:
    stranger = Connection("http", "127.0.0.1", market.server_port, login="license-hub", password="guess")
    status, answer = tell(market, "POST", "", {}, soap_body(market.department, stranger, YM="1", MYTS="10"))
    assert status == 500
    assert b"Item" not in answer


@pytest.mark.parametrize("kind", ["digest", "text"])
@pytest.mark.parametrize(("right", "wrong"), [("fake-secret", "guess"), ("fake-secret", ""), ("license-hub", "other")])
def test_a_pull_signed_in_wrongly_is_refused_and_says_nothing_of_the_secret(
    market: FakeServer, right: str, wrong: str, kind: str
) -> None:
    feed = market.department.feeds["licenses"]
    account = parse_connection(f"{market.connection_value}?password_type={kind}")
    assert next(iter(fetch_pages(market.department, feed, account, None))).number == 1
    changed = {name: wrong for name in ("login", "password") if getattr(account, name) == right}
    with pytest.raises(DepartmentRefused, match="sign-in") as refusal:
        list(fetch_pages(market.department, feed, replace(account, **changed), None))
    assert not [secret for secret in ("guess", "fake-secret") if secret in str(refusal.value)]


def test_a_username_token_counts_once(market: FakeServer) -> None:
    body = soap_body(market.department, market.connection, YM="1", MYTS="10")
    assert [tell(market, "POST", "", {}, body)[0] for _ in range(2)] == [200, 500]


@pytest.mark.parametrize("body", [b"", b"hello", b'<!DOCTYPE x [<!ENTITY e "x">]><x>&e;</x>', b"<x/>"])
def test_what_is_no_envelope_gets_a_fault(market: FakeServer, body: bytes) -> None:
    status, answer = tell(market, "POST", "", {}, body)
    assert status == 500
    assert etree.fromstring(answer).find(".//{*}Fault") is not None


def test_only_this_machine_is_listened_to(market: FakeServer) -> None:
    assert market.server_address[0] == "127.0.0.1"
