"""Files of a drop as pages: every part kept first, then the whole judged, then closed. One after the other.

A file that is not whole ends the reading: what came before it stays good, what follows waits. Changes nothing there.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from connectors.declarations.declared import Department, Feed, Files
from connectors.drops.drop_folder import DropFolder
from connectors.drops.file_choosing import Chosen, choose_files, is_taken
from connectors.drops.file_contract import declared_files
from connectors.drops.file_drop import opened_drop
from connectors.drops.file_parts import (
    CLOSING_TYPE,
    MEDIA_TYPE,
    PART,
    Closing,
    PartRequest,
    PartStream,
    count_parts,
    read_closings,
    write_request,
)
from connectors.drops.file_rows import FileReader
from connectors.formats.fetched_page import FetchedPage
from connectors.formats.page_rows import PageRows, source_names
from connectors.wire.connection import Connection
from schemas.bureau_time import Clock
from schemas.errors import DepartmentBrokePromise

AT_HAND = 20_000_000  # a file up to here is judged from memory, a larger one is read twice
_log = logging.getLogger(__name__)


def read_file_drop(
    department: Department, feed: Feed, connection: Connection, since: datetime | None, max_pages: int,
    taken: Collection[str], clock: Clock,
) -> Iterator[FetchedPage]:  # fmt: skip
    """Yield the files that wait; `since` None asks for all, archived ones too. More than `max_pages` stay for the next.

    But for a sweep, which asks for all again: what it leaves out no next one brings, so it is refused.
    """
    files, who = declared_files(department, feed), f"{department.department}.{feed.name}"
    closings = [] if since is None else read_closings(taken)
    with opened_drop(department, feed, connection) as drop:
        landing = _Landing(drop, FileReader(department, feed, files), files, who, clock)
        for chosen in choose_files(drop, files, who, archived=since is None):
            if is_taken(drop, chosen, closings):
                continue
            if landing.page + count_parts(chosen.entry.size) + 1 > max_pages:
                landing.stop_at(max_pages, is_sweep=since is None and bool(taken))
                return
            try:
                yield from landing.land(chosen, again=any(closing.file == chosen.entry.name for closing in closings))
            except DepartmentBrokePromise as error:
                if not landing.closed:
                    raise
                _log.warning("%s; the files before it are taken, it and those behind it wait", error)
                return


def peek_file(department: Department, feed: Feed, connection: Connection) -> tuple[str, PageRows]:
    """Return the name of the first complete file and its first rows; nothing is kept or judged."""
    files, who = declared_files(department, feed), f"{department.department}.{feed.name}"
    with opened_drop(department, feed, connection) as drop:
        for chosen in choose_files(drop, files, who, archived=False):
            path, size = chosen.path, chosen.entry.size

            def fetch(number: int, path: str = path, size: int = size) -> bytes:
                return drop.read(path, number * PART, min(PART, size - number * PART))

            blocks = FileReader(department, feed, files).read(chosen.entry.name, PartStream(size, fetch))
            return chosen.entry.name, next(blocks, _no_rows(feed))
    return "no complete file lies there", _no_rows(feed)


def _no_rows(feed: Feed) -> PageRows:
    return PageRows({name: [] for name in source_names(feed)}, 0)


@dataclass
class _Landing:
    drop: DropFolder
    reader: FileReader
    files: Files
    who: str
    clock: Clock
    page: int = 0
    closed: int = 0
    _digests: list[bytes] = field(default_factory=list)

    def land(self, chosen: Chosen, *, again: bool) -> Iterator[FetchedPage]:
        """Yield the parts of one file, and its closing once it proved whole."""
        entry, parts, whole = chosen.entry, list[bytes](), hashlib.sha256()
        if entry.size > self.files.largest:
            raise self._broken(chosen, f"has {entry.size} bytes; expected at most {self.files.largest}")
        if again:
            _log.warning("%s: %s came again with other content; it is taken as a new file", self.who, entry.name)
        self._digests = []
        for number in range(count_parts(entry.size)):
            asked_at, body = self.clock(), self._read(chosen, number)
            whole.update(body)
            self._digests.append(hashlib.sha256(body).digest())
            parts += [body] if entry.size <= AT_HAND else []
            request = PartRequest(file=entry.name, part=number + 1, size=entry.size, modified=entry.modified)
            yield self._page(write_request(request), MEDIA_TYPE, body, asked_at)
        self._require_unchanged(chosen)
        asked_at, marker = self.clock(), self._read_marker(chosen)
        records = self._judge(chosen, parts, marker)
        closing = Closing(
            file=entry.name, size=entry.size, modified=entry.modified, sha256=whole.hexdigest(), records=records,
            parts=count_parts(entry.size), again=again,
        )  # fmt: skip
        self.closed += 1
        yield self._page(write_request(closing), CLOSING_TYPE, marker, asked_at)

    def stop_at(self, max_pages: int, *, is_sweep: bool) -> None:
        """Tell that more lies there than an exchange may take; raise where the next would not bring the rest."""
        if not self.closed:
            raise DepartmentBrokePromise(
                f"{self.who}: more than {max_pages} pages; expected fewer bytes; nothing is applied"
            )
        if is_sweep:
            raise DepartmentBrokePromise(
                f"{self.who}: all files, archived ones too, are more than {max_pages} pages; expected fewer: take old ones out "
                "of the archive; nothing is applied"
            )
        _log.warning("%s: more than %d pages lie there; the rest is left for the next exchange", self.who, max_pages)

    def _read(self, chosen: Chosen, number: int) -> bytes:
        start = number * PART
        body = self.drop.read(chosen.path, start, min(PART, chosen.entry.size - start))
        if len(body) != min(PART, chosen.entry.size - start):
            raise self._broken(chosen, "shrank while it was read")
        return body

    def _read_again(self, chosen: Chosen, number: int) -> bytes:
        body = self._read(chosen, number)
        if hashlib.sha256(body).digest() != self._digests[number]:
            raise self._broken(chosen, "changed while it was read")
        return body

    def _require_unchanged(self, chosen: Chosen) -> None:
        if self.drop.look(chosen.path) != chosen.entry:
            raise self._broken(chosen, "changed while it was read; it is not complete")

    def _read_marker(self, chosen: Chosen) -> bytes:
        return self.drop.read(chosen.marker, 0, 10_000) if chosen.marker else b""

    def _judge(self, chosen: Chosen, parts: list[bytes], marker: bytes) -> int:
        """Read every record and keep none: only what is whole is closed."""
        stream = PartStream(chosen.entry.size, parts.__getitem__ if parts else lambda n: self._read_again(chosen, n))
        records = sum(rows.count for rows in self.reader.read(chosen.entry.name, stream))
        told = re.search(rb"[0-9]{1,12}", marker) if self.files.done_total and chosen.marker else None
        if self.files.done_total and chosen.marker and (told is None or int(told[0]) != records):
            raise self._broken(
                chosen, f"holds {records} records; its marker says {int(told[0]) if told else 'no number'}"
            )
        return records

    def _page(self, request: str, media_type: str, body: bytes, asked_at: datetime) -> FetchedPage:
        self.page += 1
        now = self.clock()
        return FetchedPage(self.page, request, 200, media_type, body, asked_at, now, now)

    def _broken(self, chosen: Chosen, what: str) -> DepartmentBrokePromise:
        return DepartmentBrokePromise(f"{self.who}: {chosen.entry.name} {what}; nothing of the file is applied")
