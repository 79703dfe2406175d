"""SSH keys that a connection holds: the host's, which is pinned, and our own. Opens no file and no line."""

from __future__ import annotations

import base64
import io
from contextlib import suppress

import paramiko

from connectors.wire.connection import Connection
from schemas.errors import DeclarationError


def read_host_key(connection: Connection, who: str) -> paramiko.PKey:
    """Return the pinned key: `ssh-ed25519 AAAA…`, or only the second word."""
    words = connection.extra.get("host_key", "").split()
    text = next((word for word in words if word.startswith("AAAA")), "")
    if not text:
        raise DeclarationError(
            f"{who}: the connection pins no host key; expected its extra host_key, as ssh-keyscan shows it; nothing is sent"
        )
    try:
        blob = base64.b64decode(text, validate=True)
        length = int.from_bytes(blob[:4], "big")
        return paramiko.PKey.from_type_string(blob[4 : 4 + length].decode("ascii"), blob)
    except (ValueError, paramiko.SSHException, KeyError) as error:
        raise DeclarationError(f"{who}: the connection's host_key is no SSH key; nothing is sent") from error


def read_private_key(connection: Connection, who: str) -> paramiko.PKey | None:
    """Return our own key, where the connection holds one instead of a password."""
    text = connection.extra.get("private_key", "")
    if not text:
        return None
    secret = connection.extra.get("private_key_passphrase") or None
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        with suppress(paramiko.SSHException, ValueError, IndexError):
            return kind.from_private_key(io.StringIO(text), password=secret)
    raise DeclarationError(f"{who}: the connection's private_key cannot be read with its passphrase; nothing is sent")
