"""Who asked what and why: one row for each question about a person or an organisation, also for a refused one.

Keeps a keyed hash of the question, never what was asked.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import BigInteger, Connection, text

from license_library.storage.keyring import Keyring

_RECORD = text("""
insert into inquiries (asked_at, actor, action, purpose, question_hash, result_count, denied, result_code, fields_told)
values (:now, :actor, :action, :purpose, :question_hash, :result_count, :denied, :result_code, :fields_told)
returning inquiry_id
""").columns(inquiry_id=BigInteger)


def record_inquiry(  # noqa: PLR0913 - one argument for each column of the record
    conn: Connection,
    actor: str,
    action: str,
    purpose: str,
    question_hash: bytes | None,
    result_count: int,
    now: datetime,
    *,
    denied: bool = False,
    result_code: str | None = None,
    fields_told: list[str] | None = None,
) -> int:
    """Record a question in the caller's transaction and return its id; no answer leaves without it."""
    values = {
        "now": now,
        "actor": actor,
        "action": action,
        "purpose": purpose,
        "question_hash": question_hash,
        "result_count": result_count,
        "denied": denied,
        "result_code": result_code,
        "fields_told": fields_told,
    }
    return int(conn.execute(_RECORD, values).scalar_one())


def hash_question(keyring: Keyring, question: msgspec.Struct) -> bytes:
    """Return the keyed hash of a question: equal questions have equal hashes, and nobody can read one back."""
    return keyring.fingerprint("question", msgspec.json.encode(question, order="sorted").decode())
