"""An OFD file (GB/T 33190): a zip with OFD.xml that names a document; looked into without trusting any of it.

Reads members as streams under caps. No external entity, no path and no member is ever followed.
"""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from typing import Final

from lxml import etree

MEMBERS: Final = 5_000
UNPACKED_BYTES: Final = 200_000_000
RATIO: Final = 200
ENTRY_BYTES: Final = 1_000_000
ENTRY: Final = "OFD.xml"
LIST_BYTES: Final = 5_000_000  # of the list of members
_END: Final = b"PK\5\6"
_LOCATOR: Final = b"PK\6\7"  # right before the end record: another one counts
_CHUNK: Final = 1 << 16


class NotOfd(Exception):
    """Say why a zip is not an OFD file to keep."""


def check_ofd(content: bytes) -> None:
    """Raise NotOfd unless the content is a whole OFD file without traps."""
    _require_short_list(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _check_members(members, len(content))
            _check_contents(archive, members)
            names = {member.filename for member in members}
            if ENTRY not in names:
                raise NotOfd("it has no OFD.xml")
            _check_entry(archive.read(ENTRY), names)
    except (zipfile.BadZipFile, RuntimeError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError):
        raise NotOfd("its zip is damaged") from None


def _require_short_list(content: bytes) -> None:
    """Look at the end record first: zipfile would load a list of any length, and one of ZIP64 whatever the end record says."""
    end = content.rfind(_END, max(0, len(content) - 65_557))
    if end < 0 or len(content) < end + 22:
        raise NotOfd("its zip is damaged")
    count, length = struct.unpack("<HL", content[end + 10 : end + 16])
    if count > MEMBERS or length > LIST_BYTES or content[max(0, end - 20) : end].startswith(_LOCATOR):
        raise NotOfd(f"it has more than {MEMBERS} members")


def _check_members(members: list[zipfile.ZipInfo], size: int) -> None:
    names = [member.filename for member in members]
    if len(members) > MEMBERS:
        raise NotOfd(f"it has more than {MEMBERS} members")
    if len(set(names)) != len(names):
        raise NotOfd("it names a member twice")
    if any(_leads_away(name) for name in names):
        raise NotOfd("a member's name leads out of the archive")
    # The others unpack a whole block at once, however small a chunk is asked for.
    if any(member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for member in members):
        raise NotOfd("it is not packed as OFD files are")
    if any(member.flag_bits & 1 for member in members):
        raise NotOfd("it is encrypted")
    if sum(member.file_size for member in members) > min(UNPACKED_BYTES, RATIO * size):
        raise NotOfd("it unpacks to far more than it holds")


def _leads_away(name: str) -> bool:
    plain = name.removesuffix("/")
    return name.startswith("/") or "\\" in name or ":" in name or bool({"..", ".", ""} & set(plain.split("/")))


def _check_contents(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    """Read every member through once: its check sum holds, and what it says of its size was true."""
    for member in members:
        seen, first = 0, b""
        with archive.open(member) as stream:
            while chunk := stream.read(_CHUNK):
                seen += len(chunk)
                first = first or chunk
                if seen > member.file_size:
                    raise NotOfd("it unpacks to far more than it holds")
        if member.filename.lower().endswith(".xml") and b"<!DOCTYPE" in first:
            raise NotOfd("its XML holds a DOCTYPE or an entity")


def _check_entry(entry: bytes, names: set[str]) -> None:
    if len(entry) > ENTRY_BYTES:
        raise NotOfd("its OFD.xml is too large")
    if any(mark in entry.replace(b"\0", b"") for mark in (b"<!DOCTYPE", b"<!ENTITY")):  # in UTF-16, too
        raise NotOfd("its XML holds a DOCTYPE or an entity")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(entry, parser)
    except etree.XMLSyntaxError:
        raise NotOfd("its OFD.xml is not well-formed") from None
    if etree.QName(root).localname != "OFD":
        raise NotOfd("its OFD.xml does not describe an OFD document")
    roots = [element.text or "" for element in root.iter("{*}DocRoot")]
    if not roots or any(place.strip().removeprefix("/") not in names for place in roots):
        raise NotOfd("its OFD.xml names no document that it holds")
