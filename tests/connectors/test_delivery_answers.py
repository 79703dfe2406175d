"""What an answer proves of the delivery it was given to: refused is what was looked at, not who was not let in."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from raw_server import Behaviour, answering, serving

from connectors.declarations.declaration import load_department
from connectors.declarations.parcel import Parcel
from connectors.deliveries.delivering import Outcome, opened_courier
from connectors.deliveries.delivery_outcomes import from_answer
from connectors.wire.connection import parse_connection
from schemas.deliveries.deliveries import example_of

FAULT = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>{}</faultcode>'
    "<faultstring>no</faultstring></s:Fault></s:Body></s:Envelope>"
)


def deliver(behave: Behaviour) -> Outcome:
    """Bring a decision over SOAP to a department that answers so."""
    department = load_department("market_regulation")
    parcel = Parcel("decision", "a-key-of-its-own", "370283-1", 1, example_of("decision"))
    with serving(behave) as server, opened_courier(department, parse_connection(server.url)) as courier:
        return courier.deliver(department.deliveries["decision"], parcel)


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("wsse:FailedAuthentication", "again"),
        ("wsse:InvalidSecurityToken", "again"),
        ("s:Client", "refused"),
        ("s:Server", "doubtful"),
    ],
)
def test_a_fault_that_refuses_our_sign_in_refuses_no_delivery(code: str, state: str) -> None:
    told = deliver(answering(FAULT.format(code).encode(), "500 Fault", Content_Type="text/xml"))
    assert (told.state, told.is_down) == (state, state == "doubtful")


SAID = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><SubmitDecisionResponse>{}'
    "</SubmitDecisionResponse></s:Body></s:Envelope>"
)


@pytest.mark.parametrize(
    ("said", "state", "number"),
    [
        ("<Code>0</Code><DJH>1</DJH>", "accepted", "1"),
        ("<Code>0</Code><DJH>1</DJH><DJH>2</DJH>", "accepted", ""),
        ("<Code>7</Code><Message>no</Message><Message>never</Message>", "refused", ""),
        ("<Code>0</Code><Code>7</Code>", "doubtful", ""),
    ],
)
def test_an_answer_counts_where_its_result_is_one(said: str, state: str, number: str) -> None:
    told = deliver(answering(SAID.format(said).encode(), Content_Type="text/xml"))
    assert (told.state, told.number) == (state, number)


@pytest.mark.parametrize(("name", "kind"), [("agriculture", "supervision_handoff"), ("market_regulation", "decision")])
@pytest.mark.parametrize("character", ["\ufffe", "\uffff"])
def test_a_character_that_no_xml_can_hold_refuses_the_one_delivery_and_sends_nothing(
    name: str, kind: str, character: str
) -> None:
    loaded = load_department(name)
    department = replace(loaded, transport=replace(loaded.transport, auth="none"))
    values = {**example_of(kind), "applicant_name": f"某某{character}"}
    parcel = Parcel(kind, "a-key-of-its-own", "370283-1", 1, values)
    with serving(answering(b"")) as server, opened_courier(department, parse_connection(server.url)) as courier:
        told = courier.deliver(department.deliveries[kind], parcel)
    assert (told.state, told.code, server.requests) == ("refused", "declaration.wrong", [])


@pytest.mark.parametrize(("number", "kept"), [("1\x002", ""), ("1\n2", ""), ("\u202e12", ""), ("收2026-1", "收2026-1")])
def test_a_number_that_nobody_could_type_or_keep_is_none(number: str, kept: str) -> None:
    delivery = load_department("transport").deliveries["decision"]
    assert delivery.success
    said = {delivery.success.field: delivery.success.values[0], f"{delivery.number}": number}
    told = from_answer(delivery, said.get)
    assert (told.state, told.number) == ("accepted", kept)
