"""A department is told what became of a file: a receipt is written, the file is moved, once the hub has it.

Touches a file only as long as it is what was read. Answering twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from msgspec.structs import replace

from connectors.declarations.declared import Department, Feed
from connectors.declarations.file_rules import marker_of
from connectors.drops.drop_folder import DropFolder, Entry
from connectors.drops.file_choosing import archive_path, digest_of, join_path
from connectors.drops.file_contract import declared_files
from connectors.drops.file_drop import opened_drop
from connectors.drops.file_parts import Closing
from connectors.wire.connection import Connection

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

    def find(self, closing: Closing) -> Closing | None:
        """Return the closing of a file that still lies there; one that was only touched is told by its digest."""
        entry = self._lying.get(closing.file)
        if entry is None or is_same(entry, closing):
            return closing if entry else None
        path = join_path(self._files.folder, closing.file)
        is_touched = entry.size == closing.size and digest_of(self._drop, path, entry.size) == closing.sha256
        return replace(closing, modified=entry.modified) if is_touched else None

    def needs_receipt(self, closing: Closing) -> bool:
        """Say whether the file still lacks its receipt."""
        return bool(self._files.receipts) and _receipt_name(closing) not in self._receipts

    def write_receipt(self, closing: Closing, receipt: Receipt) -> None:
        """Write the receipt of a file."""
        name = _receipt_name(closing)
        content = msgspec.json.format(msgspec.json.encode(receipt), indent=1)
        self._drop.write(join_path(self._files.receipts, name), content)
        self._receipts.add(name)

    def put_away(self, closing: Closing) -> bool:
        """Move the file, after its marker, into the archive; False where what lies there is not what was read."""
        entry = self._lying.get(closing.file)
        if not self._files.archive or not is_same(entry, closing):
            return False
        path = join_path(self._files.folder, closing.file)
        if not is_same(self._drop.look(path), closing):
            return False
        marker = marker_of(self._files, closing.file) if self._files.done else ""
        # First: a marker left behind would vouch for the next file of that name.
        taken = self._move(marker, closing.sha256) if marker in self._lying else ""
        target = self._move(closing.file, closing.sha256)
        if target and not is_same(self._drop.look(target), closing):
            # Replaced in that very moment: it has not been read, so it goes back, and its marker after it.
            self._drop.move(target, path)
            if taken:
                self._drop.move(taken, join_path(self._files.folder, marker))
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


def is_same(entry: Entry | None, closing: Closing) -> bool:
    """Say whether a file is still what was read."""
    return entry is not None and (entry.size, entry.modified) == (closing.size, closing.modified)


@contextmanager
def opened_answers(department: Department, feed: Feed, connection: Connection) -> Iterator[FileAnswers]:
    """Open a feed's drop to answer its files."""
    with opened_drop(department, feed, connection) as drop:
        yield FileAnswers(drop, department, feed)


def _receipt_name(closing: Closing) -> str:
    return f"{closing.file}.{closing.sha256[:8]}.json"
