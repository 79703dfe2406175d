"""One side's keys for payloads under the national algorithms, from a connection: SM4 to seal with, SM2 to sign with.

Knows bytes; knows neither requests nor answers.
"""

from __future__ import annotations

import base64
import secrets

from connectors.declarations.declared import Transport
from connectors.signing.national_crypto import (
    BLOCK,
    Unopened,
    is_sm2_key,
    open_cbc,
    open_gcm,
    seal_cbc,
    seal_gcm,
    sign_sm2,
    verify_sm2,
)
from connectors.wire.connection import Connection
from schemas.errors import DeclarationError

SIGNATURE = "X-SM2-Signature"  # header: Base64 of the DER signature over the body as it travels


class PayloadSeal:
    """Seal and sign as one side of a department's line."""

    def __init__(self, transport: Transport, connection: Connection, who: str) -> None:
        self._connection, self._who = connection, who
        self._is_gcm = bool(transport.seal and transport.seal.cipher == "sm4-gcm")
        self._key = self._hex("sm4_key", BLOCK) if transport.seal else b""
        self._iv = self._hex("sm4_iv", BLOCK) if connection.extra.get("sm4_iv") else b""
        is_signed = transport.sign == "sm2"
        self._private = self._hex("sm2_private_key", 32).hex() if is_signed else ""
        self._other = self._hex("sm2_department_key", 64).hex() if is_signed else ""
        if is_signed and not is_sm2_key(self._other):
            raise DeclarationError(f"{who}: the connection's sm2_department_key is no point of the curve")

    def close(self, content: bytes) -> str:
        """Return `content` sealed, as Base64; what opens it stands in front where no sm4_iv is agreed on."""
        if self._is_gcm:
            return base64.b64encode(seal_gcm(self._key, content)).decode()
        iv = self._iv or secrets.token_bytes(BLOCK)
        return base64.b64encode((b"" if self._iv else iv) + seal_cbc(self._key, content, iv)).decode()

    def open(self, text: str) -> bytes:
        """Return what the other side sealed; Unopened when it does not open."""
        try:
            sealed = base64.b64decode("".join(text.split()), validate=True)
        except ValueError as error:
            raise Unopened from error
        if self._is_gcm:
            return open_gcm(self._key, sealed)
        iv, rest = (self._iv, sealed) if self._iv else (sealed[:BLOCK], sealed[BLOCK:])
        return open_cbc(self._key, rest, iv)

    def sign(self, body: bytes) -> dict[str, str]:
        """Return the header that signs a body; none where nothing is signed."""
        return {SIGNATURE: base64.b64encode(sign_sm2(self._private, body)).decode()} if self._private else {}

    def is_signed(self, body: bytes, signature: str) -> bool:
        """Say whether the other side signed a body; always where nothing is signed."""
        try:
            der = base64.b64decode(signature, validate=True)
        except ValueError:
            return False
        return not self._other or verify_sm2(self._other, body, der)

    def _hex(self, name: str, size: int) -> bytes:
        text = self._connection.extra.get(name, "")
        text = text[2:] if name == "sm2_department_key" and len(text) == 130 and text.startswith("04") else text
        try:
            content = bytes.fromhex(text)
        except ValueError:
            content = b""
        if len(content) != size:
            raise DeclarationError(
                f"{self._who}: the connection's {name} is wrong; expected {2 * size} hexadecimal digits"
            )
        return content
