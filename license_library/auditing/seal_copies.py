"""Copies of seals outside the database: whoever cuts the record's end off together with its seals is found out by them.

Knows an address that fsspec can write to, and one file for each seal; judges nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import fsspec
import msgspec

from license_library.auditing.seals import Seal
from license_library.storage.secret_files import sync_folder
from schemas.errors import HubError, RequestError

LOCAL: Final = "file"
MARK_DIGITS: Final = 16  # of the mark, in the name of a copy
_NAME: Final = re.compile(r"[0-9]{12,}-[0-9a-f]{16}\.json")


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
    """Keep one small file for each seal below one address; what is there is never replaced."""

    def __init__(self, address: str) -> None:
        try:
            self._system, self._root = fsspec.core.url_to_fs(address)
        except (ImportError, ValueError) as fault:
            raise RequestError(
                "settings: HUB_SEALS_URL cannot be used; expected a folder, or the address of a store that fsspec and "
                f"the installed packages know ({type(fault).__name__}); nothing was opened"
            ) from None
        except Exception as fault:  # noqa: BLE001 - some stores connect here; whatever they say may quote the address
            raise _unavailable(fault) from None
        self._is_local = LOCAL in (self._system.protocol if isinstance(self._system.protocol, tuple) else ())

    def put(self, seal: Seal) -> None:
        """Write the copy of a seal, unless something lies under its name."""
        copy = SealCopy(seal.seal_id, seal.after_id, seal.last_id, seal.row_count, seal.sealed_at, seal.mark.hex())
        body, place = msgspec.json.encode(copy) + b"\n", self._place(name_of(seal.seal_id, seal.mark))
        with _reaching():
            self._system.makedirs(self._root, exist_ok=True)
            if self._is_local:
                _write_once(Path(place), body)
            elif not self._is_there(place):
                self._system.pipe_file(place, body)

    def list_names(self) -> set[str]:
        """Return the names of all copies; a store that cannot say so is unavailable, not empty."""
        with _reaching():
            self._system.invalidate_cache()
            try:
                found = self._system.ls(self._root, detail=False)
            except FileNotFoundError:
                return set()
        names = (str(path).rstrip("/").rsplit("/", 1)[-1] for path in found)
        return {name for name in names if _NAME.fullmatch(name)}

    def demand_place(self) -> None:
        """Refuse a place that is no folder: one that is mistyped looks like one without copies."""
        with _reaching():
            self._system.invalidate_cache()
            is_folder = self._system.isdir(self._root)
        if not is_folder:
            raise SealCopiesUnavailable(
                "seals: HUB_SEALS_URL leads to no folder; expected the place that `hub audit seal` copies seals to, "
                "which makes it at the first seal; nothing was compared"
            )

    def get(self, name: str) -> SealCopy | None:
        """Return the copy of that name; None where it is not one that the hub wrote whole."""
        with _reaching():
            body: Any = self._system.cat_file(self._place(name))
        try:
            return msgspec.json.decode(body, type=SealCopy)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    def _is_there(self, place: str) -> bool:
        try:
            self._system.info(place)
        except FileNotFoundError:
            return False
        return True

    def _place(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}"


def name_of(seal_id: int, mark: bytes) -> str:
    """Return the name of a seal's copy: an id may come twice, after a restore; a mark does not."""
    return f"{seal_id:012d}-{mark.hex()[:MARK_DIGITS]}.json"


def id_of(name: str) -> int:
    """Return the id of the seal that a copy of this name is of."""
    return int(name.partition("-")[0])


def _write_once(file: Path, body: bytes) -> None:
    """Write directly under its name: in an append-only folder nothing can be renamed. Half of it is no copy, and told so."""
    try:
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    try:
        with os.fdopen(opened, "wb") as output:
            output.write(body)
            output.flush()
            os.fsync(output.fileno())
    except OSError:
        with suppress(OSError):  # ours, and new: the next run may write it whole
            file.unlink()
        raise
    sync_folder(file.parent)


@contextmanager
def _reaching() -> Iterator[None]:
    try:
        yield
    except Exception as fault:
        raise _unavailable(fault) from fault


def _unavailable(fault: Exception) -> SealCopiesUnavailable:
    return SealCopiesUnavailable(
        f"seals: the place of their copies failed ({type(fault).__name__}); expected to read and write below "
        "HUB_SEALS_URL; what is sealed in the database stays, and is copied next time"
    )
