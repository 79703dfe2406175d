"""Signatures of a fake that asks for them: the certificates of both sides, requests verified, answers signed."""

from __future__ import annotations

from datetime import UTC, datetime

from lxml import etree

from connectors.fake.line.certificates import Authority, make_rsa_key
from connectors.signing.signing import SeenNonces
from connectors.signing.wsse_signature import sign_envelope, verify_envelope
from connectors.wire.connection import Connection
from schemas.errors import DepartmentBrokePromise, DepartmentRefused


class Signatures:
    """Hold the keys of one fake department, and what its caller needs to know."""

    def __init__(self) -> None:
        authority = Authority(datetime.now(UTC))
        ours = authority.issue("fake department", key=make_rsa_key())
        self._caller = authority.issue("license-hub", key=make_rsa_key())
        signing = {"signing_certificate": ours.certificate, "signing_key": ours.key}
        self._own = Connection("http", "127.0.0.1", 80, extra=signing)
        self._seen = SeenNonces()
        self.connection_extra = {
            "signing_certificate": self._caller.certificate,
            "signing_key": self._caller.key,
            "department_certificate": ours.certificate,
        }

    def verify(self, envelope: etree._Element, now: datetime) -> None:
        """Refuse a request that our caller did not sign, or that came before."""
        try:
            value = verify_envelope(envelope, self._caller.certificate, now, "sign-in")
        except DepartmentBrokePromise as wrong:
            raise DepartmentRefused(str(wrong)) from None
        if not self._seen.remember(value, now):
            raise DepartmentRefused("sign-in: the signature was used before; the request is refused")

    def sign(self, envelope: bytes, now: datetime) -> bytes:
        """Return an answer with our signature."""
        return sign_envelope(envelope, self._own, now, "fake")
