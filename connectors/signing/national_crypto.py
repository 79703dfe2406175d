"""The national algorithms, SM2, SM3 and SM4, in one place: whoever wants another provider changes this module only.

SM3 and SM4 come from OpenSSL through cryptography, SM2 from gmssl: OpenSSL's bindings lack its curve. Knows no payload.
"""

from __future__ import annotations

import re
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from gmssl.sm2 import CryptSM2, default_ecc_table

BLOCK, NONCE, TAG = 16, 12, 16
IDENTITY = b"1234567812345678"  # of every signer, as the platforms use it
TABLE: dict[str, str] = default_ecc_table
ORDER = int(TABLE["n"], 16)


class Unopened(Exception):
    """What is sealed does not open with this key."""


def sm3(content: bytes) -> bytes:
    """Return the SM3 digest."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(content)
    return digest.finalize()


def seal_cbc(key: bytes, content: bytes, iv: bytes) -> bytes:
    """Return `content` under SM4-CBC with PKCS#7 padding."""
    padder = PKCS7(BLOCK * 8).padder()
    padded = padder.update(content) + padder.finalize()
    encryptor = Cipher(algorithms.SM4(key), modes.CBC(iv)).encryptor()
    return encryptor.update(padded) + encryptor.finalize()


def open_cbc(key: bytes, sealed: bytes, iv: bytes) -> bytes:
    """Return what seal_cbc sealed; Unopened when it is not that."""
    decryptor, unpadder = Cipher(algorithms.SM4(key), modes.CBC(iv)).decryptor(), PKCS7(BLOCK * 8).unpadder()
    try:
        padded = decryptor.update(sealed) + decryptor.finalize()
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError as error:
        raise Unopened from error


def seal_gcm(key: bytes, content: bytes) -> bytes:
    """Return nonce, `content` under SM4-GCM, and tag."""
    nonce = secrets.token_bytes(NONCE)
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    return nonce + encryptor.update(content) + encryptor.finalize() + encryptor.tag


def open_gcm(key: bytes, sealed: bytes) -> bytes:
    """Return what seal_gcm sealed; Unopened when a bit of it was altered."""
    nonce, content, tag = sealed[:NONCE], sealed[NONCE:-TAG], sealed[-TAG:]
    try:
        decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
        return decryptor.update(content) + decryptor.finalize()
    except (ValueError, InvalidTag) as error:
        raise Unopened from error


def sign_sm2(private_key: str, content: bytes) -> bytes:
    """Return the SM3withSM2 signature of `content` in DER; keys are hexadecimal."""
    curve, digest = _curve(public_key_of(private_key), private_key), _digest(public_key_of(private_key), content)
    signed = None
    while signed is None:  # the one number in 2**255 that makes no signature
        signed = curve.sign(digest, make_sm2_key())  # its own choice of this number is no secret one
    return encode_dss_signature(int(signed[:64], 16), int(signed[64:], 16))


def verify_sm2(public_key: str, content: bytes, signature: bytes) -> bool:
    """Say whether `signature`, in DER, is that of `content` by the owner of the key."""
    try:
        numbers = decode_dss_signature(signature)
    except ValueError:
        return False
    if not all(0 < number < ORDER for number in numbers):
        return False
    r, s = numbers
    return bool(_curve(public_key).verify(f"{r:064x}{s:064x}", _digest(public_key, content)))


def is_sm2_key(public_key: str) -> bool:
    """Say whether 128 hexadecimal digits are a point of the curve."""
    if not re.fullmatch(r"[0-9a-f]{128}", public_key):
        return False
    x, y = int(public_key[:64], 16), int(public_key[64:], 16)
    p, a, b = (int(TABLE[name], 16) for name in ("p", "a", "b"))
    return x < p and y < p and (y * y - (x * x * x + a * x + b)) % p == 0


def public_key_of(private_key: str) -> str:
    """Return the public key that belongs to a private one."""
    return str(_curve("", private_key)._kg(int(private_key, 16), TABLE["g"]))


def make_sm2_key() -> str:
    """Return a number that may be a private key, 64 hexadecimal digits."""
    return f"{secrets.randbelow(ORDER - 2) + 1:064x}"


def _curve(public_key: str, private_key: str = "") -> CryptSM2:
    curve = CryptSM2(private_key=private_key, public_key="")
    curve.public_key = public_key  # given to it at once, a key that begins with 04 would lose digits
    return curve


def _digest(public_key: str, content: bytes) -> bytes:
    """Return what is signed: SM3(SM3(identity and key) + content); gmssl's own SM3 takes seconds for a page."""
    about = "0080" + IDENTITY.hex() + TABLE["a"] + TABLE["b"] + TABLE["g"] + public_key
    return sm3(sm3(bytes.fromhex(about)) + content)
