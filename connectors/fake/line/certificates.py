"""Certificates that a fake invents for itself and for the hub: an authority, and what it issues. Good on this machine only."""

from __future__ import annotations

import ipaddress
import ssl
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Issued:
    """Hold a certificate and its key, both in PEM."""

    certificate: str
    key: str


class Authority:
    """Sign certificates; `now` is in the middle of what it signs by default."""

    def __init__(self, now: datetime, name: str = "Invented authority") -> None:
        self._now, self._key = now, ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        self.certificate = _write(self._build(self._name, self._key, timedelta(days=365), is_authority=True))

    def issue(self, name: str, *, days: int = 180, host: str = "", key: Key | None = None) -> Issued:
        """Issue a certificate that ends in `days` (negative: has ended), for `host` where one is named."""
        own = key or ec.generate_private_key(ec.SECP256R1())
        certificate = self._build(_name(name), own, timedelta(days=days), host=host)
        return Issued(_write(certificate), _write_key(own))

    def _build(
        self, name: x509.Name, key: Key, lasts: timedelta, *, host: str = "", is_authority: bool = False
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - timedelta(days=365))
            .not_valid_after(self._now + lasts)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        if host:
            builder = builder.add_extension(x509.SubjectAlternativeName([_host(host)]), critical=False)
        return builder.sign(self._key, hashes.SHA256())


def server_side(issued: Issued, client_authority: str = "") -> ssl.SSLContext:
    """Return the server side of TLS with what was issued; with an authority, callers must show what it issued."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pair.pem"
        file.write_text(issued.certificate + issued.key)
        context.load_cert_chain(file)
    if client_authority:
        context.load_verify_locations(cadata=client_authority)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def make_rsa_key() -> rsa.RSAPrivateKey:
    """Make a key for signatures over XML, which departments still make with RSA."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _write(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _write_key(key: Key) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
