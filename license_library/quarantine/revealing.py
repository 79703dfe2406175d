"""A case or a correction request with its values unmasked: an act of its own, written down before anything is shown.

Knows who asks and why as arguments.
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec
from sqlalchemy import Connection

from license_library.answers import CorrectionDetail, QuarantineDetail
from license_library.asking.inquiries import hash_question, record_inquiry
from license_library.asking.readings import check_text
from license_library.quarantine.case_events import Deed, write_events
from license_library.quarantine.correction_list import show_correction
from license_library.quarantine.quarantine_list import get_quarantine_case
from license_library.storage.keyring import Keyring
from schemas.errors import RequestError

LONGEST = 200


class Revealed(msgspec.Struct, frozen=True):
    """Name what is revealed, for the record of the question."""

    quarantine_id: int


class RevealedRequest(msgspec.Struct, frozen=True):
    """Name the correction request that is revealed, for the record of the question."""

    request_id: int


def reveal_case(
    conn: Connection, keyring: Keyring, quarantine_id: int, who: str, purpose: str, now: datetime
) -> QuarantineDetail:
    """Record the question and return the case with its source values as they came; NotFound where there is none."""
    _demand_purpose(f"case {quarantine_id}", who, purpose)
    get_quarantine_case(conn, keyring, quarantine_id, now)
    hashed = hash_question(keyring, Revealed(quarantine_id))
    record_inquiry(conn, who.strip(), "quarantine", purpose.strip(), hashed, 1, now)
    write_events(conn, [quarantine_id], Deed("revealed", who.strip(), purpose.strip()), now)
    return get_quarantine_case(conn, keyring, quarantine_id, now, reveal=True)


def reveal_correction(
    conn: Connection, keyring: Keyring, request_id: int, who: str, purpose: str, today: date, now: datetime
) -> CorrectionDetail:
    """Record the question and return the request with its values and its evidence; NotFound where there is none."""
    _demand_purpose(f"correction {request_id}", who, purpose)
    found = show_correction(conn, keyring, request_id, today, now, reveal=True)
    hashed = hash_question(keyring, RevealedRequest(request_id))
    record_inquiry(conn, who.strip(), "correction", purpose.strip(), hashed, 1, now)
    return found


def _demand_purpose(what: str, who: str, purpose: str) -> None:
    check_text(f"{who}{purpose}", "reveal")
    if not 0 < len(purpose.strip()) <= LONGEST or not who.strip():
        raise RequestError(
            f"{what}: expected who asks, and a purpose of at most {LONGEST} characters; nothing was revealed",
            zh=f"须写明查看人和不超过 {LONGEST} 字的事由；未显示",
        )
