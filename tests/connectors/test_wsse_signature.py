"""A signed answer counts for what was signed and for nothing else; a signed request is what others verify."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fake_makers import pull, serving
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod
from signxml.signer import XMLSigner
from soap_samples import TO_SOAP, WSDL

from connectors.declarations.declared import Department
from connectors.fake.line.certificates import Authority, Issued, make_rsa_key
from connectors.fake.rows.truth import Plot
from connectors.pages.pages import fetch_pages
from connectors.signing.username_token import WSSE, WSU
from connectors.signing.wsse_signature import DS, ID, sign_envelope, verify_envelope
from connectors.wire.connection import Connection, parse_connection
from schemas.errors import (
    CertificateExpired,
    DeclarationError,
    DepartmentBrokePromise,
    DepartmentFault,
    DepartmentRefused,
    HubError,
)

Declare = Callable[..., Department]
Forge = Callable[[etree._Element], None]
SIGNED = Path(__file__).parent / "signed"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
NOW = datetime(2026, 11, 23, 4, 3, tzinfo=UTC)
ENVELOPE = f'<s:Envelope xmlns:s="{SOAP}"><s:Header/><s:Body><q:Query xmlns:q="urn:x"><n>平度</n></q:Query></s:Body></s:Envelope>'
AUTHORITY = Authority(NOW)
OURS = AUTHORITY.issue("us", key=make_rsa_key())


def connect(issued: Issued = OURS) -> Connection:
    return Connection("http", "a", 80, extra={"signing_certificate": issued.certificate, "signing_key": issued.key})


def signed(at: datetime = NOW, envelope: str = ENVELOPE) -> etree._Element:
    return etree.fromstring(sign_envelope(envelope.encode(), connect(), at, "roads"))


def verify(root: etree._Element, certificate: str = OURS.certificate, now: datetime = NOW) -> None:
    assert verify_envelope(etree.fromstring(etree.tostring(root)), certificate, now, "roads")


def find(root: etree._Element, name: str) -> etree._Element:
    found = root.find(f".//{{*}}{name}")
    assert found is not None
    return found


@pytest.mark.parametrize("space", [SOAP, "http://www.w3.org/2003/05/soap-envelope"])
@pytest.mark.parametrize("header", ["<s:Header/>", ""])
def test_what_is_signed_is_verified(space: str, header: str) -> None:
    verify(signed(envelope=ENVELOPE.replace(SOAP, space).replace("<s:Header/>", header)))


def test_an_elliptic_key_signs_too() -> None:
    issued = AUTHORITY.issue("us")
    verify(etree.fromstring(sign_envelope(ENVELOPE.encode(), connect(issued), NOW, "roads")), issued.certificate)


def test_what_an_independent_stack_signed_is_verified() -> None:
    # Made by xml-crypto 6 under node, which verifies what sign_envelope makes as well.
    root = etree.parse(SIGNED / "xml_crypto.xml").getroot()
    verify(root, (SIGNED / "xml_crypto.pem").read_text())
    find(root, "Name").text = "即墨"
    with pytest.raises(DepartmentBrokePromise):
        verify(root, (SIGNED / "xml_crypto.pem").read_text())


def change_body(root: etree._Element) -> None:
    find(root, "n").text = "即墨"


def wrap_body(root: etree._Element) -> None:
    """Hide the signed Body where its signature still finds it, and put another in its place."""
    body, hidden = find(root, "Body"), etree.SubElement(find(root, "Header"), "Wrapper")
    evil = copy.deepcopy(body)
    evil.set(ID, "other")
    change_body(evil)
    root.replace(body, evil)
    hidden.append(body)


def wrap_body_under_the_same_id(root: etree._Element) -> None:
    body = find(root, "Body")
    wrap_body(root)
    root[-1].set(ID, str(body.get(ID)))


def wrap_body_under_a_plain_id(root: etree._Element) -> None:
    body = find(root, "Body")
    wrap_body(root)
    root[-1].attrib.pop(ID)
    root[-1].set("Id", str(body.get(ID)))


def double_an_id(root: etree._Element) -> None:
    """Leave it open which of two elements an Id means, even where no reference asks."""
    for _ in range(2):
        etree.SubElement(find(root, "Header"), "Routing", Id="r-1")


def add_body(root: etree._Element) -> None:
    root.append(etree.fromstring(f'<s:Body xmlns:s="{SOAP}"><evil/></s:Body>'))


def add_security(root: etree._Element) -> None:
    find(root, "Header").append(etree.Element(f"{{{WSSE}}}Security"))


def sign_only_the_timestamp(root: etree._Element) -> None:
    drop_signature(root)
    signer = XMLSigner(
        SignatureConstructionMethod.detached, c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
    )
    stamp = find(root, "Timestamp").get(ID)
    find(root, "Security").append(signer.sign(root, key=OURS.key, cert=OURS.certificate, reference_uri=[f"#{stamp}"]))


def renew_timestamp(root: etree._Element) -> None:
    find(root, "Created").text = "2026-11-23T04:03:30Z"


def add_timestamp(root: etree._Element) -> None:
    find(root, "Security").insert(0, etree.Element(f"{{{WSU}}}Timestamp"))


def drop_signature(root: etree._Element) -> None:
    find(root, "Security").remove(find(root, "Signature"))


def drop_security(root: etree._Element) -> None:
    find(root, "Header").remove(find(root, "Security"))


def sign_by_another(root: etree._Element) -> None:
    other = AUTHORITY.issue("us", key=make_rsa_key())
    root[:] = etree.fromstring(sign_envelope(ENVELOPE.encode(), connect(other), NOW, "roads"))[:]


def point_outside(root: etree._Element) -> None:
    find(root, "Reference").set("URI", "http://evil.example/body.xml")


def weaken(root: etree._Element) -> None:
    find(root, "SignatureMethod").set("Algorithm", f"{DS}rsa-sha1")


@pytest.mark.parametrize("forge", [
    change_body, wrap_body, wrap_body_under_the_same_id, wrap_body_under_a_plain_id, double_an_id, add_body, add_security, sign_only_the_timestamp,
    renew_timestamp, add_timestamp, drop_signature, drop_security, sign_by_another, point_outside, weaken,
])  # fmt: skip
def test_what_was_not_signed_counts_for_nothing(forge: Forge) -> None:
    root = signed()
    forge(root)
    with pytest.raises(DepartmentBrokePromise, match=r"^roads: .*nothing of it is applied") as failure:
        verify(root)
    assert "平度" not in str(failure.value)


@pytest.mark.parametrize("minutes", [-11, 11])
def test_a_signature_counts_in_its_time_only(minutes: int) -> None:
    with pytest.raises(DepartmentBrokePromise, match="Timestamp is outside"):
        verify(signed(), now=NOW + timedelta(minutes=minutes))


def test_a_departments_certificate_that_has_ended_is_refused() -> None:
    ended = AUTHORITY.issue("us", key=make_rsa_key(), days=1)
    root = etree.fromstring(sign_envelope(ENVELOPE.encode(), connect(ended), NOW, "roads"))
    verify(root, ended.certificate)
    later = NOW + timedelta(days=2)
    with pytest.raises(DepartmentBrokePromise, match="InvalidCertificate"):
        verify(root, ended.certificate, later)


@pytest.mark.parametrize(
    ("extra", "family", "message"),
    [
        ({}, DeclarationError, "our signing certificate"),
        ({"signing_certificate": OURS.certificate}, DeclarationError, "signing_key is no private key"),
        (
            {"signing_certificate": AUTHORITY.issue("us", days=-3).certificate},
            CertificateExpired,
            "ended on 2026-11-20",
        ),
    ],
)
def test_what_is_missing_to_sign_is_said_in_a_sentence(
    extra: dict[str, str], family: type[HubError], message: str
) -> None:
    with pytest.raises(family, match=message):
        sign_envelope(ENVELOPE.encode(), Connection("http", "a", 80, extra=extra), NOW, "roads")


def declare_signed(declare: Declare) -> Department:
    auth = ('auth = "none"', 'auth = "wsse-signature"\nlimits = { requests_per_second = 1000, deadline_seconds = 20 }')
    return declare(*TO_SOAP, auth, files={"roads.wsdl": WSDL})


def test_a_department_that_signs_is_pulled_signed_both_ways(declare: Declare) -> None:
    department, plot = declare_signed(declare), Plot(scale=3, day=0, bad_share=0)
    with serving(department, plot) as server:
        pulled = pull(department, server)
        assert (pulled.frame.height, len(pulled.bodies)) == (3, 2)
        assert all(b"SignatureValue" in body for body in pulled.bodies)
        server.set_mode("200_with_fault")
        with pytest.raises(DepartmentFault):
            pull(department, server)


def test_another_key_is_refused_by_the_department_and_another_certificate_by_us(declare: Declare) -> None:
    department, plot = declare_signed(declare), Plot(scale=3, day=0, bad_share=0)
    feed = department.feeds["licenses"]
    with serving(department, plot) as server:
        told = parse_connection(server.connection_value)
        stranger = {"signing_certificate": OURS.certificate, "signing_key": OURS.key}
        for extra, family in (
            (stranger, DepartmentRefused),
            ({"department_certificate": OURS.certificate}, DepartmentBrokePromise),
        ):
            wrong = Connection("http", told.host, told.port, told.path, extra=told.extra | extra)
            with pytest.raises(family):
                list(fetch_pages(department, feed, wrong, None))
