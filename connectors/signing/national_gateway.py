"""The national exchange platform's sign-in: four headers, gjgxjhpt_*, and the signing secret that its key service renews.

gjgxjhpt_sign = Base64(HMAC-SHA256(secret, sid + rid + rtime)). The renewed secret comes under AES-ECB with the appkey,
PKCS#7, Base64; how wide the appkey is decides between AES-128, -192 and -256.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from lxml import etree

from schemas.bureau_time import ZONE
from schemas.errors import DeclarationError, DepartmentBrokePromise


def seal_secret(secret: str, appkey: str) -> str:
    """Return a secret as the key service sends it."""
    padder = PKCS7(128).padder()
    padded = padder.update(secret.encode()) + padder.finalize()
    encryptor = _cipher(appkey).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def open_secret(sealed: str, appkey: str, who: str) -> str:
    """Return the secret that the key service sent."""
    decryptor, unpadder = _cipher(appkey).decryptor(), PKCS7(128).unpadder()
    try:
        padded = decryptor.update(base64.b64decode(sealed, validate=True)) + decryptor.finalize()
        return (unpadder.update(padded) + unpadder.finalize()).decode()
    except ValueError:
        raise DepartmentBrokePromise(
            f"{who}: the renewed secret does not open with our appkey; nothing is asked"
        ) from None


def read_end(text: str, who: str) -> datetime:
    """Read until when a secret is good: Unix milliseconds or seconds, or a time in Shanghai."""
    if text.isascii() and text.isdigit() and len(text) <= 14:
        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(text) * (1 if len(text) > 11 else 1000))
    try:
        end = datetime.fromisoformat(text.strip())
    except ValueError:
        raise DepartmentBrokePromise(f"{who}: the end of the secret cannot be read; expected a time") from None
    return end if end.tzinfo else end.replace(tzinfo=ZONE)


def tongtech_header(signed: Mapping[str, str]) -> etree._Element:
    """Return the SOAP header that repeats the four HTTP headers."""
    header = etree.Element("tongtechheader")
    for name, value in signed.items():
        etree.SubElement(header, name).text = value
    return header


def _cipher(appkey: str) -> Cipher[modes.ECB]:
    key = appkey.encode()
    if len(key) not in (16, 24, 32):
        raise DeclarationError(f"the connection's appkey has {len(key)} bytes; expected 16, 24 or 32")
    return Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305  the platform's own form
