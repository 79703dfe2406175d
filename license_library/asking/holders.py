"""How a holder is found without knowing the code: one keyed hash, the same for storing and for asking.

Knows no table. Never returns a code in the clear.
"""

from __future__ import annotations

from collections.abc import Iterable

from license_library.storage.keyring import Keyring

_KIND = "holder"
_ORGANISATION = "organisation code"


def holder_hash(keyring: Keyring, code_type: str, code: str) -> bytes:
    """Return the keyed hash under which a holder is kept."""
    return keyring.fingerprint(_KIND, _holder_text(code_type, code))


def holder_hashes(keyring: Keyring, holders: Iterable[tuple[str, str]]) -> list[bytes]:
    """Return the keyed hash of each (code type, code)."""
    return keyring.fingerprint_many(_KIND, (_holder_text(code_type, code) for code_type, code in holders))


def organisation_hash(keyring: Keyring, code: str) -> bytes:
    """Return the keyed hash of an organisation code, as it stands alone or inside a credit code."""
    return keyring.fingerprint(_ORGANISATION, code)


def _holder_text(code_type: str, code: str) -> str:
    return f"{code_type}:{code}"
