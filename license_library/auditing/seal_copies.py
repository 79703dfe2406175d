"""Copies of seals outside the database: whoever cuts the record's end off together with its seals is found out by them.

Knows an address that fsspec can write to, and one file for each seal; judges nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import fsspec
import msgspec

from license_library.auditing.seals import Seal
from schemas.errors import HubError, RequestError


class SealCopy(msgspec.Struct, frozen=True):
    """Hold what is copied of a seal: everything but the digests of single inquiries."""

    seal_id: int
    after_id: int
    last_id: int
    row_count: int
    sealed_at: datetime
    mark: str


class SealCopiesUnavailable(HubError):
    """The place of the seals' copies cannot be reached, read or written."""

    code = "hub.seal_copies_unavailable"
    retryable = True


class SealCopies:
    """Keep one small file for each seal below one address."""

    def __init__(self, address: str) -> None:
        try:
            self._system, self._root = fsspec.core.url_to_fs(address)
        except (ImportError, ValueError) as fault:
            raise RequestError(
                "settings: HUB_SEALS_URL cannot be used; expected a folder, or the address of a store that fsspec and "
                f"the installed packages know ({type(fault).__name__}); nothing was opened"
            ) from None

    def put(self, seal: Seal) -> None:
        """Write the copy of a seal, whole or not at all."""
        copy = SealCopy(seal.seal_id, seal.after_id, seal.last_id, seal.row_count, seal.sealed_at, seal.mark.hex())
        with _reaching():
            place = self._place(seal.seal_id)
            beside = f"{place}.{secrets.token_hex(4)}"  # written beside, then named: nobody ever reads half of it
            self._system.makedirs(self._root, exist_ok=True)
            self._system.pipe_file(beside, msgspec.json.encode(copy) + b"\n")
            self._system.mv(beside, place)

    def list_ids(self) -> list[int]:
        """Return the ids of the seals that are copied, in order."""
        with _reaching():
            self._system.invalidate_cache()
            found = self._system.ls(self._root, detail=False) if self._system.exists(self._root) else []
        names = [str(path).rsplit("/", 1)[-1].removesuffix(".json") for path in found]
        return sorted(int(name) for name in names if name.isascii() and name.isdigit())

    def get(self, seal_id: int) -> SealCopy | None:
        """Return the copy of a seal; None where it is not one that the hub wrote."""
        with _reaching():
            body: Any = self._system.cat_file(self._place(seal_id))
        try:
            return msgspec.json.decode(body, type=SealCopy)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    def _place(self, seal_id: int) -> str:
        return f"{self._root.rstrip('/')}/{seal_id:012d}.json"


@contextmanager
def _reaching() -> Iterator[None]:
    try:
        yield
    except Exception as fault:
        raise SealCopiesUnavailable(
            f"seals: the place of their copies failed ({type(fault).__name__}); expected to read and write below "
            "HUB_SEALS_URL; what is sealed in the database stays, and is copied next time"
        ) from fault
