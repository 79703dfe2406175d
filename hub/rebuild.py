"""Whether the library could be rebuilt: every merged exchange's raw pages checked and merged once more, elsewhere, and compared.

The pages are read by the very declaration they were merged by. Nothing is written to the library; the hub may run meanwhile.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
import polars as pl

from connectors.declarations.declaration_archive import unpack_declaration
from hub.conformance.scratch import Scratch
from hub.context import HubContext
from hub.progress import Progress, no_progress
from hub.pulling.pull import check, merge
from license_library.exchange.kept_declarations import find_declaration
from license_library.merge.merging import release_held
from license_library.reconciliation.archive import (
    Archived,
    carry_feed,
    hold_again,
    list_archived,
    list_origins,
    open_again,
)
from license_library.reconciliation.entries import FeedName, library_entries
from license_library.reconciliation.stood_then import stand_as_then
from license_library.storage.database import open_database
from schemas.errors import DataHeld, HubError
from schemas.license.reconciliation import compare_entries

NAMED: Final = 1_000
KINDS: Final = {"missing": "only_in_archive", "extra": "only_in_library", "different": "different"}


class NotRebuilt(msgspec.Struct, frozen=True):
    """Name an exchange that cannot be merged again, and say why."""

    exchange_id: int
    reason: str  # retention | declaration_gone | an error code
    words: str


class Deviation(msgspec.Struct, frozen=True):
    """Name a record that the archive makes otherwise than the library holds it."""

    record_id: str
    kind: str  # only_in_archive | only_in_library | different
    exchange_id: int | None  # that brought the library's state of it


class Rebuilt(msgspec.Struct, frozen=True):
    """Tell what came of rebuilding one feed."""

    department: str
    feed: str
    exchanges: int
    records: int  # in the library
    rebuilt: int  # in the archive
    unproven: int  # only in exchanges that cannot be merged again
    library_digest: str  # over all records but the unproven
    archive_digest: str
    not_rebuilt: list[NotRebuilt]
    deviations: list[Deviation]  # at most NAMED of them
    deviation_count: int

    @property
    def is_equal(self) -> bool:
        """Say whether everything that can be proven is proven."""
        return self.library_digest == self.archive_digest

    @property
    def is_proven(self) -> bool:
        """Say whether the archive vouches for the feed: it made something of it again, and lacks only what its retention took."""
        lost = {one.reason for one in self.not_rebuilt}
        return lost <= {"retention"} and bool(self.rebuilt or not lost)


@dataclass
class Replaying:
    """Merge the archive of one feed into a library that is thrown away."""

    live: HubContext
    scratch: HubContext
    name: FeedName
    declarations: Path
    not_rebuilt: list[NotRebuilt] = field(default_factory=list)
    waiting: set[int] = field(default_factory=set)

    def hold(self, archived: Archived) -> None:
        """Check an exchange again that waited for a person then, and let it wait: what came meanwhile was merged beside it."""
        hub = self._opened(archived)
        if hub is None:
            return
        try:
            with suppress(DataHeld):
                check(hub, archived.exchange_id)
            with hub.engine.begin() as conn:
                hold_again(conn, archived.exchange_id)
        except HubError as error:
            self._skip(archived, error.code, str(error))
        else:
            self.waiting.add(archived.exchange_id)

    def run(self, archived: Archived) -> None:
        """Merge one exchange again, by the declaration it was merged by and on the day it was checked."""
        number = archived.exchange_id
        hub = None if archived.was_held else self._opened(archived)
        try:
            if hub:
                with suppress(DataHeld):
                    check(hub, number)
                    merge(hub, number)
                    return
            if hub or number in self.waiting:
                release_held(self.scratch.engine, number, lambda: archived.finished_at)  # as a person did then
        except HubError as error:
            self._skip(archived, error.code, str(error))

    def _opened(self, archived: Archived) -> HubContext | None:
        """Let an exchange be as it was when it had landed; return a hub of its day, or nothing where that cannot be."""
        if archived.is_thinned:
            self._skip(archived, "retention", "pages are past their retention")
            return None
        folder = self._declaration(archived.mapping_version)
        if folder is None:
            self._skip(archived, "declaration_gone", "its declaration was never kept")
            return None
        with self.live.engine.connect() as source, self.scratch.engine.begin() as target:
            open_again(source, target, archived.exchange_id)
            stand_as_then(source, target, self.name, archived.checked_at)
        return replace(self.scratch, connectors_folder=folder, clock=lambda: archived.checked_at)

    def _skip(self, archived: Archived, reason: str, words: str) -> None:
        self.not_rebuilt.append(NotRebuilt(archived.exchange_id, reason, words))

    def _declaration(self, version: str) -> Path | None:
        folder = self.declarations / version
        if not folder.exists():
            with self.live.engine.connect() as conn:
                packed = find_declaration(conn, version)
            if packed is None:
                return None
            unpack_declaration(packed, self.name.department, version, self.declarations)
        return folder


def check_rebuild(
    hub: HubContext, server: Scratch, department: str, feed: str, progress: Progress = no_progress
) -> Rebuilt:
    """Rebuild one feed from its raw pages in a database that is thrown away, and compare what came of it."""
    name = FeedName(department, feed)
    with hub.engine.connect().execution_options(isolation_level="REPEATABLE READ") as conn:
        archived, ours, origins = list_archived(conn, name), library_entries(conn, name), list_origins(conn, name)
    with tempfile.TemporaryDirectory() as folder, server.library() as address:
        engine = open_database(address)
        scratch = replace(hub, engine=engine, requires_activation=False)
        replaying = Replaying(hub, scratch, name, Path(folder))
        with hub.engine.connect() as source, engine.begin() as target:
            carry_feed(source, target, name)
        done = 0
        for one, waits in _turns(archived):
            if waits:
                replaying.hold(one)
                continue
            replaying.run(one)
            done += one.received_count
            progress("rebuild", done)
        with engine.connect() as conn:
            theirs = library_entries(conn, name)
        engine.dispose()
    return _compare(name, archived, theirs, ours, origins, replaying.not_rebuilt)


def _turns(archived: list[Archived]) -> list[tuple[Archived, bool]]:
    """Return what is taken up when: in the order of the merges, and what waited (True) also when it began to wait."""
    waits = [(one.checked_at, one.exchange_id, 0, one) for one in archived if one.was_held]
    merges = [(one.finished_at, one.exchange_id, 1, one) for one in archived]
    return [(one, step == 0) for *_, step, one in sorted([*waits, *merges], key=lambda turn: turn[:3])]


def _compare(
    name: FeedName,
    archived: list[Archived],
    theirs: pl.DataFrame,
    ours: pl.DataFrame,
    origins: dict[str, int],
    not_rebuilt: list[NotRebuilt],
) -> Rebuilt:
    gone = {one.exchange_id for one in not_rebuilt}
    found = compare_entries(theirs, ours).sort("record_id")
    excused = {key for key in found["record_id"] if origins.get(key) in gone}
    told = found.filter(~pl.col("record_id").is_in(list(excused)))
    deviations = [
        Deviation(key, KINDS[kind], origins.get(key)) for key, kind in told.select("record_id", "kind").iter_rows()
    ]
    return Rebuilt(
        department=name.department,
        feed=name.feed,
        exchanges=len(archived),
        records=ours.height,
        rebuilt=theirs.height,
        unproven=len(excused),
        library_digest=_digest(ours, excused),
        archive_digest=_digest(theirs, excused),
        not_rebuilt=not_rebuilt,
        deviations=deviations[:NAMED],
        deviation_count=len(deviations),
    )


def _digest(entries: pl.DataFrame, excused: set[str]) -> str:
    """Return one digest over keys and digests of all records but the excused, whatever their order was."""
    digest = sha256()
    for key, one in sorted(entries.select("record_id", "digest").iter_rows()):
        if key not in excused:
            digest.update(f"{len(key)}:{key}".encode() + one)
    return digest.hexdigest()
