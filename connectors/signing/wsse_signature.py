"""WS-Security X.509 signatures (OASIS profile 1.1) over Body and Timestamp: made for requests, verified on answers.

The one module that knows signxml. A signature counts only for what it covers: the answer that is read must be, canonical
byte for canonical byte, what was signed by the certificate pinned in the connection.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.exceptions import SignXMLException
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from connectors.signing.signing import WINDOW
from connectors.signing.username_token import BASE64, WSSE, WSU
from connectors.wire.connection import Connection
from connectors.wire.tls import read_certificate, read_pem, require_in_time
from schemas.errors import DeclarationError, DepartmentBrokePromise

DS = "http://www.w3.org/2000/09/xmldsig#"
X509 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
ID = f"{{{WSU}}}Id"
METHODS = frozenset({
    SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA384, SignatureMethod.RSA_SHA512,
    SignatureMethod.ECDSA_SHA256, SignatureMethod.ECDSA_SHA384,
})  # fmt: skip
DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
LASTS = timedelta(minutes=5)


def sign_envelope(envelope: bytes, connection: Connection, at: datetime, who: str) -> bytes:
    """Return the envelope with Body and Timestamp signed by the connection's signing certificate."""
    certificate = read_pem(connection, "signing_certificate", who)
    require_in_time(certificate, at, who, "our signing certificate")
    root = etree.fromstring(envelope)
    space = etree.QName(root).namespace
    body = root.find(f"{{{space}}}Body")
    assert body is not None  # noqa: S101 - for the type checker: we wrote it
    security = _add_security(root, f"{{{space}}}Header")
    body.set(ID, _new_id("Body"))
    stamp, token = _add_timestamp(security, at), _add_token(security, certificate, who)
    key = _load_key(connection, who)
    signer = XMLSigner(
        SignatureConstructionMethod.detached,
        SignatureMethod.RSA_SHA256 if isinstance(key, RSAPrivateKey) else SignatureMethod.ECDSA_SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    signature = signer.sign(
        root,
        key=key,
        key_info=_key_info(token),
        reference_uri=[f"#{part.get(ID)}" for part in (body, stamp)],
    )
    security.append(signature)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def verify_envelope(root: etree._Element, certificate: str, now: datetime, who: str) -> str:
    """Refuse an envelope whose Body and Timestamp the certificate did not sign; return the signature's value.

    DepartmentBrokePromise says which. Ids must be unique, Body and Timestamp the only ones, the time of it near.
    """
    space = etree.QName(root).namespace
    ids = _ids(root)
    _require(len(ids) == len(set(ids)), who, "an Id is there twice")
    body, security = (_only(root, path, who) for path in (f"{{{space}}}Body", f"{{{space}}}Header/{{{WSSE}}}Security"))
    stamp, signature = (_only(security, path, who) for path in (f"{{{WSU}}}Timestamp", f"{{{DS}}}Signature"))
    results = _verify(root, f"./{{{space}}}Header/{{{WSSE}}}Security/", certificate, now, who)
    signed = [_canonical(result.signed_xml) for result in results if result.signed_xml is not None]
    for part, name in ((body, "Body"), (stamp, "Timestamp")):
        _require(any(hmac.compare_digest(_canonical(part), one) for one in signed), who, f"the {name} is not signed")
    _require_near(stamp, now, who)
    return signature.findtext(f"{{{DS}}}SignatureValue", "")


def _verify(root: etree._Element, place: str, certificate: str, now: datetime, who: str) -> list[VerifyResult]:
    config = SignatureConfiguration(
        location=place,
        expect_references=False,
        signature_methods=METHODS,
        digest_algorithms=DIGESTS,
        verification_time=now,
    )
    trusted = read_certificate(certificate, who, "department_certificate")
    try:
        found = XMLVerifier().verify(root, x509_cert=trusted, expect_config=config)
    except (SignXMLException, ValueError, etree.Error) as error:
        raise DepartmentBrokePromise(
            f"{who}: the signature of the answer does not hold ({type(error).__name__}); nothing of it is applied"
        ) from None
    return found if isinstance(found, list) else [found]


def _ids(root: etree._Element) -> list[str]:
    """Return the value of every attribute that anybody may take for an Id."""
    return [
        str(value)
        for element in root.iter()
        for name, value in element.attrib.items()
        if str(name).rpartition("}")[2].lower() == "id"
    ]


def _require_near(stamp: etree._Element, now: datetime, who: str) -> None:
    created, expires = (_instant(stamp.findtext(f"{{{WSU}}}{name}", "")) for name in ("Created", "Expires"))
    is_near = created is not None and abs(now - created) <= WINDOW and (expires is None or now <= expires + WINDOW)
    _require(is_near, who, "its Timestamp is outside the accepted window")


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _canonical(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True)


def _only(parent: etree._Element, path: str, who: str) -> etree._Element:
    found = parent.findall(path)
    _require(len(found) == 1, who, f"expected one {path.rpartition('}')[2]}, got {len(found)}")
    return found[0]


def _require(holds: bool, who: str, problem: str) -> None:
    if not holds:
        raise DepartmentBrokePromise(f"{who}: the answer's signature: {problem}; nothing of it is applied")


def _add_security(root: etree._Element, name: str) -> etree._Element:
    header = root.find(name)
    if header is None:
        header = etree.Element(name)
        root.insert(0, header)
    return etree.SubElement(header, f"{{{WSSE}}}Security", nsmap={"wsse": WSSE, "wsu": WSU})


def _add_timestamp(security: etree._Element, at: datetime) -> etree._Element:
    stamp = etree.SubElement(security, f"{{{WSU}}}Timestamp", {ID: _new_id("TS")})
    for name, instant in (("Created", at), ("Expires", at + LASTS)):
        written = instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        etree.SubElement(stamp, f"{{{WSU}}}{name}").text = written
    return stamp


def _add_token(security: etree._Element, certificate: str, who: str) -> str:
    read_certificate(certificate, who, "signing_certificate")
    token = etree.SubElement(
        security, f"{{{WSSE}}}BinarySecurityToken", {ID: _new_id("X509"), "ValueType": X509, "EncodingType": BASE64}
    )
    lines = certificate.partition("-----BEGIN CERTIFICATE-----")[2].partition("-----END")[0]
    token.text = "".join(lines.split())
    return str(token.get(ID))


def _key_info(token: str) -> etree._Element:
    info = etree.Element(f"{{{DS}}}KeyInfo", nsmap={"ds": DS})
    reference = etree.SubElement(info, f"{{{WSSE}}}SecurityTokenReference", nsmap={"wsse": WSSE})
    etree.SubElement(reference, f"{{{WSSE}}}Reference", {"URI": f"#{token}", "ValueType": X509})
    return info


def _load_key(connection: Connection, who: str) -> RSAPrivateKey | EllipticCurvePrivateKey:
    pem = read_pem(connection, "signing_key", who).encode()
    password = connection.extra.get("signing_key_password", "").encode() or None
    try:
        key = load_pem_private_key(pem, password)
    except (ValueError, TypeError) as error:
        raise DeclarationError(
            f"{who}: the connection's signing_key is no private key in PEM, or does not open"
        ) from error
    if isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        return key
    raise DeclarationError(f"{who}: the connection's signing_key is neither RSA nor of an elliptic curve")


def _new_id(kind: str) -> str:
    return f"{kind}-{secrets.token_hex(8)}"
