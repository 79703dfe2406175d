"""License files and working copies, each encrypted under the SHA-256 of its content, wherever fsspec can write.

Knows folders and object stores; not what a file is, nor whose. What does not match its digest is never given out.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import fsspec

from license_library.answers import Words
from license_library.storage.keyring import Keyring, KeyringError
from license_library.storage.secret_files import sync_folder
from schemas.errors import HubError, RequestError

MAX_BYTES: Final = 20_000_000
LOCAL: Final = "file"
DRAWN_ROOM: Final = 2  # a working copy of the largest file is larger than the file


class FileDamaged(HubError):
    """A stored file is missing or is not what was stored; it is not given out."""

    code = "hub.file_damaged"


class FileStoreUnavailable(HubError):
    """The store of license files cannot be reached, read or written."""

    code = "hub.file_store_unavailable"
    retryable = True


class FileTooLarge(RequestError):
    """The file is larger than the hub keeps."""

    code = "request.file_too_large"
    words = Words("文件超过可收存的大小。", "The file is larger than the hub keeps.")


class FileStore:
    """Keep contents under their digests below one address."""

    def __init__(self, address: str, keyring: Keyring, max_bytes: int = MAX_BYTES) -> None:
        try:
            self._system, self._root = fsspec.core.url_to_fs(address)
        except (ImportError, ValueError) as fault:
            raise RequestError(
                "settings: HUB_FILES_URL cannot be used; expected a folder, or the address of a store that fsspec and "
                f"the installed packages know ({type(fault).__name__}); nothing was opened"
            ) from None
        except Exception as fault:  # noqa: BLE001 - some stores connect here; whatever they say may quote the address
            raise _unavailable(fault) from None
        self._is_local = LOCAL in (self._system.protocol if isinstance(self._system.protocol, tuple) else ())
        self._keyring = keyring
        self.max_bytes = max_bytes

    def put(self, content: bytes, *, is_drawn: bool = False) -> bytes:
        """Store a content, durably and whole, and return its digest; what is there already stays, unless it is damaged."""
        self.check_size(content, room=DRAWN_ROOM if is_drawn else 1)
        digest = hashlib.sha256(content).digest()
        if not self.is_whole(digest):
            with self._reaching():
                self._write(self._place(digest), self._keyring.encrypt(content))
        return digest

    def check_size(self, content: bytes, room: int = 1) -> None:
        """Raise FileTooLarge where a content is larger than is kept."""
        if len(content) > self.max_bytes * room:
            raise FileTooLarge(
                f"files: the file has {len(content)} bytes; expected at most {self.max_bytes} (HUB_FILES_MAX_BYTES); nothing was kept"
            )

    def get(self, digest: bytes) -> bytes:
        """Return the content of a digest; FileDamaged where it is missing or another."""
        with self._reaching():
            try:
                sealed = bytes(self._system.cat_file(self._place(digest)))
            except FileNotFoundError:
                raise _damaged(digest, "is missing") from None
        try:
            content = self._keyring.decrypt(sealed)
        except KeyringError:
            raise _damaged(digest, "was altered, or encrypted under another key") from None
        if hashlib.sha256(content).digest() != digest:
            raise _damaged(digest, "is not what its name says")
        return content

    def is_whole(self, digest: bytes) -> bool:
        """Tell whether the content of a digest can be given out."""
        try:
            self.get(digest)
        except FileDamaged:
            return False
        return True

    def list_digests(self) -> list[bytes]:
        """List every digest that something lies under, whole or not; a store that cannot say so is unavailable, not empty."""
        with self._reaching():
            self._system.invalidate_cache()
            try:
                self._system.ls(self._root, detail=False)  # `find` and `exists` take any error for an empty folder
            except FileNotFoundError:
                return []
            found = self._system.find(self._root)
        names = sorted(path.rsplit("/", 1)[-1] for path in found)
        return [bytes.fromhex(name) for name in names if len(name) == 64 and set(name) <= set("0123456789abcdef")]

    def _place(self, digest: bytes) -> str:
        name = digest.hex()
        return f"{self._root.rstrip('/')}/{name[:2]}/{name}"

    def _write(self, place: str, sealed: bytes) -> None:
        if self._is_local:
            _write_whole(Path(place), sealed)
            return
        # An object store takes an object whole or not at all; what another kind of store leaves half written does
        # not match its digest, and is written again.
        self._system.makedirs(place.rsplit("/", 1)[0], exist_ok=True)
        self._system.pipe_file(place, sealed)

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except HubError:
            raise
        except Exception as fault:
            raise _unavailable(fault) from fault


def _unavailable(fault: Exception) -> FileStoreUnavailable:
    return FileStoreUnavailable(
        f"files: the store of license files failed ({type(fault).__name__}); expected to read and write below HUB_FILES_URL; nothing was done"
    )


def _write_whole(file: Path, content: bytes) -> None:
    """Write beside, then rename: nobody ever sees half of it, and it outlives a power cut."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:
            output.write(content)
            output.flush()
            os.fsync(output.fileno())
        beside.replace(file)
        sync_folder(file.parent)
    finally:
        beside.unlink(missing_ok=True)


def _damaged(digest: bytes, how: str) -> FileDamaged:
    return FileDamaged(
        f"files: the file {digest.hex()} {how}; expected the content of that digest; it was not given out; "
        "attach the original again or restore the store"
    )
