"""The members of a zip file as streams, nothing of it ever unpacked to a disk.

Refuses before reading: encrypted, nested and doubled members, paths, too many, too large, too good a ratio. Knows no record.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import IO

from connectors.declarations.declared import Files
from schemas.errors import DepartmentBrokePromise

MEMBERS = 1_000
DIRECTORY = 1_000_000  # bytes of the list of members
RATIO, FREE = 200, 10_000_000  # a smaller member may be squeezed as it likes
SPOKEN = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
ARCHIVES = (".zip", ".gz", ".7z", ".rar", ".tar")
END, LOCATOR = b"PK\5\6", b"PK\6\7"  # the end record, and what stands right before it where another one counts
TAIL = 20 + 22 + 65_535  # both of them and the longest comment


def open_members(source: IO[bytes], files: Files, who: str) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield name and stream of each member that holds records, by name; DepartmentBrokePromise for a bad zip."""
    with broken_zips(who):
        _require_small_directory(source, who)
        with _readable(who):
            archive = zipfile.ZipFile(source)
        with archive as found:
            members = sorted((m for m in found.infolist() if not m.is_dir()), key=lambda m: m.filename)
            _judge(members, files, who)
            for member in members:
                if fnmatchcase(member.filename, files.members):
                    with _readable(who):
                        opened = found.open(member)
                    with opened as stream:
                        yield member.filename, stream


@contextmanager
def _readable(who: str) -> Iterator[None]:
    """Refuse an entry that cannot be read, in the list or before its member; never around what reads the records."""
    try:
        yield
    except (ValueError, OverflowError):  # a name that is not the UTF-8 it says it is, a date beyond all calendars
        raise _refusal(who, "is a damaged zip: a member's entry cannot be read") from None


@contextmanager
def broken_zips(who: str) -> Iterator[None]:
    """Say of whatever zipfile stumbles over that the file is cut or damaged."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, struct.error) as error:
        raise _refusal(who, f"is a cut or damaged zip ({type(error).__name__})") from None


def _require_small_directory(source: IO[bytes], who: str) -> None:
    """Look at the end record first: zipfile would load a list of any length."""
    size = source.seek(0, io.SEEK_END)
    source.seek(max(0, size - TAIL))
    tail = source.read(TAIL)
    place = tail.rfind(END)
    if place < 0 or len(tail) < place + 22:
        raise _refusal(who, "is a cut zip: its list of members is missing")
    if tail[max(0, place - 20) :].startswith(LOCATOR):  # the list is then as long as that other record says
        raise _refusal(who, f"lists its members as only a zip of more than 65535 does; expected at most {MEMBERS}")
    count, length = struct.unpack("<HL", tail[place + 10 : place + 16])
    if count > MEMBERS or length > DIRECTORY:
        raise _refusal(who, f"lists too many members; expected at most {MEMBERS}")


def _judge(members: list[zipfile.ZipInfo], files: Files, who: str) -> None:
    if len({member.filename for member in members}) != len(members) or len(members) > MEMBERS:
        raise _refusal(who, "holds a member twice, or too many")
    for fault in filter(None, map(_fault, members)):
        raise _refusal(who, fault)
    if sum(member.file_size for member in members) > files.largest:
        raise _refusal(who, f"unpacks to more than {files.largest} bytes")
    if not any(fnmatchcase(member.filename, files.members) for member in members):
        raise _refusal(who, f"holds no member {files.members}")


def _fault(member: zipfile.ZipInfo) -> str:
    name = member.filename
    if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
        return "names a member outside its folder"
    if member.flag_bits & 0x1:
        return "holds an encrypted member"
    if member.compress_type not in SPOKEN or name.lower().endswith(ARCHIVES):
        return "holds an archive inside, or a compression that is not read"
    if member.file_size > FREE and member.file_size > RATIO * max(1, member.compress_size):
        return f"holds a member that grows more than {RATIO} times"
    return ""


def _refusal(who: str, what: str) -> DepartmentBrokePromise:
    return DepartmentBrokePromise(f"{who}: {what}; nothing of the file is applied")
