"""What happened to one case, the newest first, and the source row behind it, masked unless it is revealed.

Reads only; whoever reveals has recorded it before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from license_library.answers import CaseEvent, SourceField
from license_library.asking.masking import mask_text
from license_library.storage.keyring import Keyring
from license_library.words.case_words import case_event_words

_EVENTS = text("""
select event_id, happened_at, action, who, reason, detail, exchange_id from case_events
where quarantine_id = :quarantine_id order by event_id desc
""")
_SOURCE = text("select source, edits from quarantined_records where quarantine_id = :quarantine_id")


def list_events(conn: Connection, quarantine_id: int) -> list[CaseEvent]:
    """Return the history of a case, the newest first."""
    rows = conn.execute(_EVENTS, {"quarantine_id": quarantine_id})
    return [CaseEvent(**row._mapping, words=case_event_words(row.action)) for row in rows]


def read_source(
    conn: Connection, keyring: Keyring, quarantine_id: int, personal: Mapping[str, bool], *, reveal: bool = False
) -> list[SourceField]:
    """Return the source fields of a case by name, each with what a person put in its place.

    `personal` says of each source field whether it may name a person; one it does not know may.
    """
    row = conn.execute(_SOURCE, {"quarantine_id": quarantine_id}).one()
    if row.source is None:
        return []
    said, edited = _opened(keyring, row.source), _opened(keyring, row.edits)
    shown = _clear if reveal else _masked
    return [
        SourceField(
            name=name,
            value=shown(value, personal.get(name, True)),
            edited=shown(edited[name], personal.get(name, True)) if name in edited else None,
            is_edited=name in edited,
            is_personal=personal.get(name, True),
        )
        for name, value in sorted(said.items())
    ]


def _opened(keyring: Keyring, sealed: bytes | None) -> dict[str, Any]:
    return msgspec.json.decode(keyring.decrypt(sealed)) if sealed else {}


def _clear(value: str | None, _personal: bool) -> str | None:
    return value


def _masked(value: str | None, personal: bool) -> str | None:
    """A value that may name a person shows its first character and its length."""
    if not value:
        return value
    return value[:1] + "*" * (len(value) - 1) if personal else mask_text(value)
