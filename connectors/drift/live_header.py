"""The header of the newest file in a drop: which columns the department writes now. Takes, marks and moves nothing.

Only CSV has a header; what other forms hold is seen record by record.
"""

from __future__ import annotations

import csv
import io

from connectors.declarations.declared import Department, Feed
from connectors.declarations.text_encoding import decode_text
from connectors.drops.drop_folder import DropFolder
from connectors.drops.file_choosing import Chosen, choose_files
from connectors.drops.file_contract import declared_files
from connectors.drops.file_drop import opened_drop
from connectors.drops.zip_file import broken_zips, open_members
from connectors.wire.connection import Connection
from schemas.errors import DepartmentBrokePromise

HEAD = 1 << 16  # a header line is shorter


def read_live_header(department: Department, feed: Feed, connection: Connection) -> list[str] | None:
    """Return the columns of the newest file; None where none lies there."""
    files, who = declared_files(department, feed), f"{department.department}.{feed.name}"
    with opened_drop(department, feed, connection) as drop:
        lying = choose_files(drop, files, who, archived=True)
        if not lying:
            return None
        head = _head(drop, lying[-1], feed, department, who)
    line, end, _ = head.partition(b"\n")
    if not end and len(head) >= HEAD:
        raise DepartmentBrokePromise(
            f"{who}: {lying[-1].entry.name}: no line ends within {HEAD} bytes; expected a header"
        )
    text = decode_text(line, department.transport.payload_encoding, who)
    try:
        return [name.strip() for name in next(csv.reader(io.StringIO(text), delimiter=files.delimiter), [])]
    except csv.Error:
        raise DepartmentBrokePromise(
            f"{who}: {lying[-1].entry.name}: its first line is no CSV; expected a header"
        ) from None


def _head(drop: DropFolder, chosen: Chosen, feed: Feed, department: Department, who: str) -> bytes:
    """Return the beginning of a file, or of a zip's first member that holds records."""
    if not chosen.entry.name.lower().endswith(".zip"):
        return drop.read(chosen.path, 0, min(HEAD, chosen.entry.size))
    if chosen.entry.size > department.transport.limits.page_bytes:
        raise DepartmentBrokePromise(f"{who}: {chosen.entry.name} is too large to look into for its header alone")
    whole = io.BytesIO(drop.read(chosen.path, 0, chosen.entry.size))
    with broken_zips(who):
        for _, stream in open_members(whole, declared_files(department, feed), who):
            return stream.read(HEAD)
    return b""
