"""What must hold between the values of a declared file drop, and which names its patterns mean.

Each breach is a DeclarationError that names file, table and key. Opens no folder.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from connectors.declarations.declared import TO_FILL_IN, Feed, Files, Transport
from connectors.declarations.durations import duration
from connectors.declarations.text_encoding import CODECS
from connectors.declarations.time_forms import DIRECTIVES
from schemas.errors import DeclarationError

PART = re.compile(r"[^/\\\0\s][^/\\\0]*")  # one name inside a folder
MARKS = {"stem", "name"}
MEANINGLESS = ("request", "success", "table", "flag", "path", "operation")


def check_files(feed: Feed, transport: Transport, place: str) -> None:
    """Refuse the keys of a file drop elsewhere, and on a file drop what contradicts itself or leads out of its folder."""
    files, inner = feed.files, f"{place[:-1]}.files]"
    if transport.kind != "file" or files is None:
        if files:
            raise DeclarationError(f"{place}: key 'files' needs kind file")
        return
    for key in MEANINGLESS:
        if getattr(feed, key):
            raise DeclarationError(f"{place}: key {key!r} means nothing to kind file; files are chosen by their names")
    if feed.paging.style != "none":
        raise DeclarationError(f"{place[:-1]}.paging]: key 'style': a file has no pages")
    _check_names(files, inner)
    _check_done(files, inner)
    _check_form(feed, files, transport, inner)
    _check_folders(files, inner)


def name_pattern(pattern: str) -> re.Pattern[str]:
    """Return the expression of a declared file name; its groups are named for what they mean in a date."""
    parts, seen = [], set[str]()
    for part in re.split(r"(%.|\*)", pattern):
        if part in DIRECTIVES and part not in seen:
            parts.append(f"(?P<{part[1]}>{DIRECTIVES[part]})")
            seen.add(part)
        elif part.startswith("%"):
            raise DeclarationError(f"{part!r} is unknown or comes twice; known are {' '.join(DIRECTIVES)}")
        else:
            parts.append("[^/]*" if part == "*" else re.escape(part))
    return re.compile("".join(parts))


def date_in(match: re.Match[str]) -> date | None:
    """Return the date of a matching name, if its pattern holds one; ValueError for a day that does not exist."""
    found = match.groupdict()
    if "Y" not in found:
        return None
    return datetime(int(found["Y"]), int(found.get("m") or 1), int(found.get("d") or 1)).date()  # noqa: DTZ001  a name


def marker_of(files: Files, name: str) -> str:
    """Return the name of the done-marker beside file `name`; empty where none is declared."""
    return files.done.replace("{name}", name).replace("{stem}", name.rpartition(".")[0] or name)


def _check_names(files: Files, place: str) -> None:
    if not files.names:
        raise DeclarationError(f"{place}: key 'names': expected at least one, such as records_%Y%m%d.csv")
    for name in [*files.names, files.members]:
        if name != TO_FILL_IN and not PART.fullmatch(name):
            raise DeclarationError(f"{place}: {name!r} is no file name; expected one without a folder")
        try:
            name_pattern(name)
        except DeclarationError as error:
            raise DeclarationError(f"{place}: {name!r}: {error}") from error


def _check_done(files: Files, place: str) -> None:
    unknown = set(re.findall(r"\{(\w*)\}", files.done)) - MARKS
    if files.done and (unknown or not re.search(r"\{(stem|name)\}", files.done) or files.done == "{name}"):
        raise DeclarationError(
            f"{place}: key 'done': expected such as {{stem}}.ok or {{name}}.done, got {files.done!r}"
        )
    shown = [re.sub(r"%[mdHMS]", "11", one.replace("%Y", "2011").replace("*", "1")) for one in files.names]
    if files.done and any(name_pattern(a).fullmatch(marker_of(files, b)) for a in files.names for b in shown):
        raise DeclarationError(f"{place}: key 'done': a marker would pass for a file of 'names'")
    if files.done_total and not files.done:
        raise DeclarationError(f"{place}: key 'done_total' needs 'done'")
    try:
        duration(files.settle)
    except DeclarationError as error:
        raise DeclarationError(f"{place}: key 'settle': {error}") from error


def _check_form(feed: Feed, files: Files, transport: Transport, place: str) -> None:
    if files.format == "xml" and feed.records in {"", "."}:
        raise DeclarationError(f"{place}: key 'records' of the feed is missing; XML needs the path of one record")
    if files.format in {"csv", "jsonl"} and feed.records:
        raise DeclarationError(f"{place}: key 'records' of the feed means nothing to format {files.format}")
    if files.format == "jsonl" and files.total:
        raise DeclarationError(f"{place}: key 'total' means nothing to format jsonl")
    if files.format == "json" and files.total and feed.records in {"", "."}:
        raise DeclarationError(f"{place}: key 'total': a bare array has no place for it; expected 'records' as well")
    if len(files.delimiter) != 1 or files.delimiter in '"\r\n':
        raise DeclarationError(f"{place}: key 'delimiter': expected one character, got {files.delimiter!r}")
    if transport.payload_encoding.lower() not in CODECS:
        raise DeclarationError(
            f"{place}: [transport] payload_encoding {transport.payload_encoding!r} is not read; "
            f"there are {', '.join(sorted(CODECS))}"
        )
    if files.largest <= 0:
        raise DeclarationError(f"{place}: key 'largest': expected a number above zero, got {files.largest}")


def _check_folders(files: Files, place: str) -> None:
    for key in ("folder", "archive", "receipts"):
        parts = [part for part in getattr(files, key).split("/") if part]
        if ".." in parts or "." in parts or "\\" in getattr(files, key):
            raise DeclarationError(f"{place}: key {key!r}: expected a folder below the connection's, without dots")
    given = [folder for folder in (files.archive.strip("/"), files.receipts.strip("/")) if folder]
    if files.folder.strip("/") in given or len(set(given)) != len(given):
        raise DeclarationError(f"{place}: 'folder', 'archive' and 'receipts' must differ")
