"""A seal over some inquiries: what each of them said, the seal before, and a mark that only the holder of the key can make.

Pure but for reading rows; decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, text

from license_library.asking.strangers import COUNTED
from license_library.storage.keyring import Keyring

DIGEST_BYTES: Final = 16  # of each inquiry, beside eight of its id
_ENTRY: Final = 8 + DIGEST_BYTES
_ROWS = text("""
select inquiry_id, asked_at, actor, action, purpose, question_hash, result_count, denied, result_code, fields_told
  from inquiries where inquiry_id > :after_id and inquiry_id <= :last_id order by inquiry_id
""")


class Seal(msgspec.Struct, frozen=True):
    """Cover the inquiries after `after_id` up to `last_id`; `rows` holds id and digest of each, `mark` binds all to the seal before."""

    seal_id: int
    after_id: int
    last_id: int
    row_count: int
    sealed_at: datetime
    rows: bytes
    mark: bytes


def mark_of(keyring: Keyring, previous: bytes, seal: Seal) -> bytes:
    """Return the mark that a seal must bear after the one before it; its own id is no part of it."""
    told = (previous.hex(), seal.after_id, seal.last_id, seal.row_count, seal.sealed_at.isoformat())
    return keyring.fingerprint("seal", msgspec.json.encode([*told, sha256(seal.rows).hexdigest()]).decode())


def read_entries(conn: Connection, after_id: int, last_id: int) -> dict[int, bytes]:
    """Return the digest of each inquiry that is kept between two ids, by its id."""
    return {row.inquiry_id: _digest(row) for row in conn.execute(_ROWS, {"after_id": after_id, "last_id": last_id})}


def pack(entries: dict[int, bytes]) -> bytes:
    """Write digests by id as the bytes that a seal keeps."""
    return b"".join(number.to_bytes(8) + digest for number, digest in entries.items())


def unpack(rows: bytes) -> dict[int, bytes]:
    """Read the bytes that a seal keeps."""
    return {int.from_bytes(one[:8]): one[8:] for one in _slices(rows)}


def _slices(rows: bytes) -> Iterator[bytes]:
    starts: Iterable[int] = range(0, len(rows), _ENTRY)
    return (rows[start : start + _ENTRY] for start in starts)


def _digest(row: Any) -> bytes:
    """Digest what an inquiry says; calls of nobody known are counted up for a minute, so their count is no part of it."""
    told = row._asdict() | {"asked_at": row.asked_at.isoformat(), "question_hash": (row.question_hash or b"").hex()}
    if row.action == COUNTED:
        del told["result_count"]
    return sha256(msgspec.json.encode(told, order="sorted")).digest()[:DIGEST_BYTES]
