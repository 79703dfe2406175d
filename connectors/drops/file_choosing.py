"""Which files of a drop are taken now: named as declared, complete, and not taken before. In a fixed order.

Complete is what its done-marker says, or what does not change for a while. Reads no file.
"""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from connectors.declarations.declared import Files
from connectors.declarations.durations import duration
from connectors.declarations.file_rules import date_in, marker_of, name_pattern
from connectors.drops.drop_folder import DropFolder, Entry
from connectors.drops.file_parts import PART, Closing
from schemas.visible_text import is_visible

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Chosen:
    """Hold one file to take: where it lies, what its directory tells, and its marker, if it has one."""

    path: str
    entry: Entry
    marker: str = ""


def choose_files(drop: DropFolder, files: Files, who: str, *, archived: bool) -> list[Chosen]:
    """Return the complete files in their order; `archived` begins with those that were moved away before."""
    lying = list(_nameable(drop.list(files.folder), who))
    found = {entry.name: entry for entry in lying}
    if files.done:
        complete = [one for one in _named(files, lying) if _is_done(found.get(marker_of(files, one.name)), one, who)]
    else:
        complete = _settled(drop, files, list(_named(files, lying)), who)
    chosen = [Chosen(join_path(files.folder, one.name), one, _marker_path(files, one)) for one in complete]
    old = _archived(drop, files, who) if archived and files.archive else []
    return [*_ordered(files, old), *_ordered(files, chosen)]


def archive_path(files: Files, name: str, sha256: str, *, is_free: bool) -> str:
    """Return where a file goes: under its name, or marked by its digest where that name is taken."""
    stem, dot, ending = name.rpartition(".")
    other = f"{stem}~{sha256[:8]}{dot}{ending}" if dot else f"{name}~{sha256[:8]}"
    return join_path(files.archive, name if is_free else other)


def join_path(folder: str, name: str) -> str:
    """Return the path of a file in a folder of the drop; the drop itself has no name."""
    return "/".join(part for part in (folder.strip("/"), name) if part)


def _marker_path(files: Files, entry: Entry) -> str:
    return join_path(files.folder, marker_of(files, entry.name)) if files.done else ""


def _nameable(entries: Iterable[Entry], who: str) -> Iterator[Entry]:
    """Yield the files whose names can be kept and seen; whether another is one of ours nobody can say, so it is told and left."""
    words = (
        "%s: the name of a file is %r; expected UTF-8 that can be seen; it is left where it lies, the others are taken"
    )
    for entry in entries:
        if is_visible(entry.name):
            yield entry
        else:
            _log.warning(words, who, entry.name.encode("utf-8", "surrogateescape"))


def _named(files: Files, entries: Iterable[Entry]) -> Iterator[Entry]:
    return (entry for entry in entries if _sort_key(files, entry.name))


def _sort_key(files: Files, name: str) -> tuple[date, str] | None:
    """Return what orders a name, or None for a name that is none of ours."""
    for pattern in files.names:
        match = name_pattern(pattern).fullmatch(name)
        if match:
            try:
                return date_in(match) or date.min, name
            except ValueError:
                _log.warning("%s: is named for a day that does not exist; it is not taken", name)
    return None


def _ordered(files: Files, chosen: Iterable[Chosen]) -> list[Chosen]:
    if files.order == "modified":
        return sorted(chosen, key=lambda one: (one.entry.modified, one.entry.name))
    return sorted(chosen, key=lambda one: _sort_key(files, _plain(one.entry.name)) or (date.min, ""))


def _is_done(marker: Entry | None, entry: Entry, who: str) -> bool:
    if marker and marker.modified < entry.modified:
        _log.warning("%s: the marker of %s is older than the file; it waits for a new one", who, entry.name)
        return False
    return marker is not None


def _settled(drop: DropFolder, files: Files, first: list[Entry], who: str) -> list[Entry]:
    """Look twice; what grew, shrank or was touched in between is still being written."""
    if not first:
        return []
    time.sleep(duration(files.settle).total_seconds())
    again = drop.list(files.folder)
    for entry in first:
        if entry not in again:
            _log.warning("%s: %s is still being written; it waits", who, entry.name)
    return [entry for entry in first if entry in again]


def _archived(drop: DropFolder, files: Files, who: str) -> list[Chosen]:
    lying = _nameable(drop.list(files.archive, may_miss=True), who)
    named = [one for one in lying if _sort_key(files, _plain(one.name))]
    return [Chosen(join_path(files.archive, one.name), one) for one in named]


def _plain(name: str) -> str:
    """Return the name that an archived file came under."""
    return re.sub(r"~[0-9a-f]{8}(?=\.|$)", "", name)


def digest_of(drop: DropFolder, path: str, size: int) -> str:
    """Return the sha256 of a file, read part by part."""
    whole = hashlib.sha256()
    for start in range(0, size, PART):
        whole.update(drop.read(path, start, min(PART, size - start)))
    return whole.hexdigest()


def is_taken(drop: DropFolder, chosen: Chosen, closings: Iterable[Closing]) -> bool:
    """Say whether these bytes were taken under this name: told by size and time of change, or else by their digest."""
    entry = chosen.entry
    alike = [closing for closing in closings if (closing.file, closing.size) == (entry.name, entry.size)]
    if not alike or any(closing.modified == entry.modified for closing in alike):
        return bool(alike)
    return digest_of(drop, chosen.path, entry.size) in {closing.sha256 for closing in alike}
