"""The keys under which personal values are kept: encrypted to be read again, fingerprinted to be found again.

Knows one secret and derives a key per use. Knows no table and keeps no value.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from license_library.storage.secret_files import write_once
from schemas.errors import HubError

KEY_ID = b"\x01"  # in front of every encrypted value, so that a later key can stand beside this one
NONCE_BYTES = 12
SECRET_BYTES = 32


class KeyringError(HubError):
    """A value could not be decrypted: it was altered, or encrypted under another secret."""

    code = "hub.keyring"


class Keyring:
    """Encrypt, decrypt and fingerprint under one secret of at least 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < SECRET_BYTES:
            raise KeyringError(
                f"keyring: the secret is too short; expected {SECRET_BYTES} bytes, got {len(secret)}; nothing was opened"
            )
        self._derive = cache(lambda use: _derive_key(secret, use))
        self._cipher = AESGCM(self._derive("encrypt"))
        self._mac = cache(lambda kind: _mac(self._derive(f"fingerprint {kind}")))

    def encrypt(self, plain: bytes) -> bytes:
        """Return key id, nonce and ciphertext of `plain` (AES-256-GCM)."""
        nonce = os.urandom(NONCE_BYTES)
        return KEY_ID + nonce + self._cipher.encrypt(nonce, plain, KEY_ID)

    def decrypt(self, sealed: bytes) -> bytes:
        """Return what `encrypt` was given; KeyringError where it was altered."""
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, body, sealed[:1])
        except Exception as failure:
            raise KeyringError from failure

    def fingerprint(self, kind: str, text: str) -> bytes:
        """Return the keyed hash of `text` (HMAC-SHA-256); each kind has a key of its own."""
        return self._mac(kind)(text.encode())

    def encrypt_many(self, texts: Iterable[str]) -> list[bytes]:
        """Encrypt a column."""
        plain, seal = [text.encode() for text in texts], self._cipher.encrypt
        noise = os.urandom(NONCE_BYTES * len(plain))
        nonces = [noise[start : start + NONCE_BYTES] for start in range(0, len(noise), NONCE_BYTES)]
        return [KEY_ID + nonce + seal(nonce, value, KEY_ID) for nonce, value in zip(nonces, plain, strict=True)]

    def fingerprint_many(self, kind: str, texts: Iterable[str]) -> list[bytes]:
        """Fingerprint a column."""
        mac = self._mac(kind)
        return [mac(text.encode()) for text in texts]


def _derive_key(secret: bytes, use: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"license hub {use}".encode()).derive(secret)


def _mac(key: bytes) -> Callable[[bytes], bytes]:
    # HMAC-SHA-256 with both paddings hashed once per key: a third of hmac.digest's time, and columns are long.
    padded = key.ljust(64, b"\0")
    inside, outside = (sha256(bytes(byte ^ pad for byte in padded)) for pad in (0x36, 0x5C))

    def mac(message: bytes) -> bytes:
        inner, outer = inside.copy(), outside.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()

    return mac


def load_or_create(path: Path) -> Keyring:
    """Return the keyring whose secret is kept in `path`, made at the first call and readable by its owner only."""
    try:
        secret = bytes.fromhex(write_once(path, secrets.token_hex(SECRET_BYTES)))
    except ValueError:  # its own words may quote what stands there
        raise KeyringError(
            f"keyring: {path} is damaged; expected 64 hexadecimal digits; nothing was opened; put its backup back"
        ) from None
    return Keyring(secret)
