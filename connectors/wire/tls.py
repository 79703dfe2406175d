"""TLS as a department's connection says: whom we trust, the certificate we show, and when either of them ends.

Certificates and keys stand in the connection's extra, as PEM text or as the path of a PEM file; nothing here shows them.
"""

from __future__ import annotations

import os
import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from connectors.wire.connection import Connection
from connectors.wire.findings import Finding
from schemas.errors import (
    CertificateExpired,
    DeclarationError,
    DepartmentError,
    DepartmentNotTrusted,
    DepartmentRefused,
    DepartmentUnreachable,
)

AHEAD = timedelta(days=30)
REFUSALS = (
    "ALERT_CERTIFICATE",
    "ALERT_BAD_CERTIFICATE",
    "ALERT_UNKNOWN_CA",
    "ALERT_ACCESS_DENIED",
    "_CERTIFICATE_REQUIRED",
)
NOT_TRUSTED = {  # OpenSSL's X509_V_ERR codes
    9: "is not valid yet",
    10: "has expired",
    18: "is self-signed and is not the one pinned as `ca` in the connection",
    19: "is signed by an authority other than the one pinned as `ca` in the connection",
    20: "is signed by an authority other than the one pinned as `ca` in the connection",
    21: "is signed by an authority other than the one pinned as `ca` in the connection",
    62: "is for another host than the connection's",
    64: "is for another address than the connection's",
}


def make_context(connection: Connection, now: datetime, who: str, usual_ca: str = "") -> ssl.SSLContext:
    """Return how to speak TLS with the department; `usual_ca` is trusted where the connection pins no `ca`."""
    pinned = _pinned(connection, who)
    usual = None if pinned else usual_ca or None
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=usual, cadata=pinned)
    certificate = read_pem(connection, "client_certificate", who)
    if certificate:
        require_in_time(certificate, now, who, "our client certificate")
        _load_client(context, certificate, read_pem(connection, "client_key", who), connection, who)
    return context


def read_pem(connection: Connection, name: str, who: str) -> str:
    """Return the PEM text that the connection's extra `name` holds or points at; empty without it."""
    told = connection.extra.get(name, "").strip()
    if not told or "-----BEGIN" in told:
        return told
    try:
        return Path(told).read_text("ascii")
    except (OSError, ValueError) as error:
        raise DeclarationError(f"{who}: the connection's {name} is neither PEM text nor a readable PEM file") from error


def read_certificate(pem: str, who: str, what: str) -> x509.Certificate:
    """Return the first certificate of a PEM text."""
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except ValueError as error:
        raise DeclarationError(f"{who}: {what} in the connection is no certificate in PEM") from error


def require_in_time(pem: str, now: datetime, who: str, what: str) -> None:
    """Refuse a certificate of ours that has ended: CertificateExpired says since when."""
    ends_at = read_certificate(pem, who, what).not_valid_after_utc
    if ends_at <= now:
        raise CertificateExpired(
            f"{who}: {what} ended on {ends_at:%Y-%m-%d}; nothing is sent until the connection holds a new one"
        )


def ending_certificates(connection: Connection, now: datetime, who: str) -> dict[str, datetime]:
    """Return which of the connection's certificates end soon or have ended, and when."""
    ends = {
        name: read_certificate(pem, who, name).not_valid_after_utc
        for name in ("ca", "client_certificate", "signing_certificate", "department_certificate")
        if (pem := read_pem(connection, name, who))
    }
    return {name: at for name, at in ends.items() if at <= now + AHEAD}


def check_certificates(connection: Connection, now: datetime, who: str) -> list[Finding]:
    """Return what must be renewed: an error where a certificate of the connection has ended, a warning where it ends soon."""
    ends = ending_certificates(connection, now, who).items()
    return [
        Finding("error", f"{who}: connection's {name}", f"ended on {at:%Y-%m-%d}; put a new one into the connection")
        if at <= now
        else Finding("warning", f"{who}: connection's {name}", f"ends on {at:%Y-%m-%d}; ask for a new one in time")
        for name, at in ends
    ]


def certificate_end(peer: ssl.SSLSocket) -> datetime | None:
    """Return when the certificate that the other side showed ends."""
    shown = (peer.getpeercert() or {}).get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(shown), UTC) if isinstance(shown, str) else None


def translate_tls(error: BaseException, who: str) -> DepartmentError | None:
    """Return what a failed handshake means, looking through the wrapping; None when it was none."""
    found = _tls_error(error)
    if isinstance(found, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return DepartmentUnreachable(f"{who}: the connection broke before the answer was whole; can be tried again")
    if isinstance(found, ssl.SSLCertVerificationError):
        what = NOT_TRUSTED.get(found.verify_code, f"cannot be verified (OpenSSL {found.verify_code})")
        return DepartmentNotTrusted(f"{who}: its certificate {what}; nothing was sent")
    reason = (found.reason or "") if found else ""
    if any(word in reason for word in REFUSALS):
        return DepartmentRefused(f"{who}: the department does not accept our client certificate; check the connection")
    return (
        DepartmentNotTrusted(f"{who}: TLS fails ({reason or 'no reason given'}); nothing was sent") if found else None
    )


def _tls_error(error: BaseException | None, depth: int = 8) -> ssl.SSLError | None:
    if error is None or depth == 0 or isinstance(error, ssl.SSLError):
        return error if isinstance(error, ssl.SSLError) else None
    inner = [*error.args, getattr(error, "reason", None), error.__cause__, error.__context__]
    found = (_tls_error(one, depth - 1) for one in inner if isinstance(one, BaseException))
    return next((one for one in found if one), None)


def _pinned(connection: Connection, who: str) -> str | None:
    ca = read_pem(connection, "ca", who)
    if ca:
        read_certificate(ca, who, "ca")
    return ca or None


def _load_client(context: ssl.SSLContext, certificate: str, key: str, connection: Connection, who: str) -> None:
    """Hand certificate and key to OpenSSL, which only reads files: a file of ours alone, gone at once."""
    descriptor, path = tempfile.mkstemp()
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{certificate}\n{key}\n")
        context.load_cert_chain(path, password=connection.extra.get("client_key_password") or "")
    except (ssl.SSLError, ValueError) as error:
        raise DeclarationError(
            f"{who}: the connection's client_key does not open, or not fit its client_certificate"
        ) from error
    finally:
        os.unlink(path)
