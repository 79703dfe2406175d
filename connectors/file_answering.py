"""A department is told what became of a file: a receipt is written, the file is moved, once the hub has it.

Touches a file only as long as it is what was read. Answering twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from msgspec.structs import replace

from connectors.connection import Connection
from connectors.declared import Department, Feed
from connectors.drop_folder import DropFolder, Entry
from connectors.file_choosing import archive_path, digest_of, join_path
from connectors.file_contract import declared_files
from connectors.file_drop import opened_drop
from connectors.file_parts import Seal
from connectors.file_rules import marker_of

LISTED = 1_000  # errors that one receipt lists


class RowError(msgspec.Struct, frozen=True):
    """Say which record of a file waits in quarantine, and why, in the department's own column names."""

    record: int  # counted from 1, over all members of a zip
    words: str


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """Hold what a receipt says. `errors` lists the first of them, `rejected` counts all."""

    file: str
    sha256: str
    exchange: int
    received: int
    accepted: int
    rejected: int
    again: bool
    errors: list[RowError]


class FileAnswers:
    """Answer the files of one drop."""

    def __init__(self, drop: DropFolder, department: Department, feed: Feed) -> None:
        self._drop, self._files = drop, declared_files(department, feed)
        self._lying = {entry.name: entry for entry in drop.list(self._files.folder)}
        receipts = drop.list(self._files.receipts, may_miss=True) if self._files.receipts else []
        self._receipts = {entry.name for entry in receipts}

    def find(self, seal: Seal) -> Seal | None:
        """Return the seal of a file that still lies there; one that was only touched is told by its digest."""
        entry = self._lying.get(seal.file)
        if entry is None or is_same(entry, seal):
            return seal if entry else None
        path = join_path(self._files.folder, seal.file)
        is_touched = entry.size == seal.size and digest_of(self._drop, path, entry.size) == seal.sha256
        return replace(seal, modified=entry.modified) if is_touched else None

    def needs_receipt(self, seal: Seal) -> bool:
        """Say whether the file still lacks its receipt."""
        return bool(self._files.receipts) and _receipt_name(seal) not in self._receipts

    def write_receipt(self, seal: Seal, receipt: Receipt) -> None:
        """Write the receipt of a file."""
        name = _receipt_name(seal)
        content = msgspec.json.format(msgspec.json.encode(receipt), indent=1)
        self._drop.write(join_path(self._files.receipts, name), content)
        self._receipts.add(name)

    def put_away(self, seal: Seal) -> bool:
        """Move the file, after its marker, into the archive; False where what lies there is not what was read."""
        entry = self._lying.get(seal.file)
        if not self._files.archive or not is_same(entry, seal):
            return False
        path = join_path(self._files.folder, seal.file)
        marker = marker_of(self._files, seal.file) if self._files.done else ""
        if marker in self._lying:  # first: a marker left behind would vouch for the next file of that name
            self._move(marker, seal.sha256)
        if not is_same(self._drop.look(path), seal):
            return False
        target = self._move(seal.file, seal.sha256)
        if target and not is_same(self._drop.look(target), seal):
            self._drop.move(target, path)  # replaced in that very moment: it has not been read, so it goes back
            return False
        return bool(target)

    def _move(self, name: str, sha256: str) -> str:
        """Return where a file went; its name in the archive may be another's."""
        path = join_path(self._files.folder, name)
        for is_free in (True, False):
            target = archive_path(self._files, name, sha256, is_free=is_free)
            if self._drop.move(path, target):
                return target
        return ""


def is_same(entry: Entry | None, seal: Seal) -> bool:
    """Say whether a file is still what was read."""
    return entry is not None and (entry.size, entry.modified) == (seal.size, seal.modified)


@contextmanager
def opened_answers(department: Department, feed: Feed, connection: Connection) -> Iterator[FileAnswers]:
    """Open a feed's drop to answer its files."""
    with opened_drop(department, feed, connection) as drop:
        yield FileAnswers(drop, department, feed)


def _receipt_name(seal: Seal) -> str:
    return f"{seal.file}.{seal.sha256[:8]}.json"
