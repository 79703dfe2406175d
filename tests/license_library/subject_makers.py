"""Subjects of every kind of number for the tests of who is who, and a plain way to decide of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from question_makers import NOW, Library

from license_library.pairs.subject_decisions import PairOrder, decide_pair, undo_decision
from schemas.identifiers.resident_identity import resident_identity_check

PASSPORT = "414"


def resident_number(number: int) -> str:
    """Invent a resident number of its own for each number."""
    body = f"370283{19500101 + 10_000 * (number % 50)}{number // 50:03}"
    return body + resident_identity_check(body)


def fifteen(code: str) -> str:
    """Return the 15-digit form of a resident number of the last century."""
    return code[:6] + code[8:17]


@contextmanager
def committed(library: Library) -> Iterator[None]:
    """Decide in a transaction of its own: what is under way is not settled, and nobody is answered about it."""
    library.conn.commit()
    try:
        yield
    except Exception:
        library.conn.rollback()
        raise
    library.conn.commit()


def bind(library: Library, one: int, other: int, at: datetime = NOW, **changes: Any) -> int:
    """Decide that two subjects are the same, proved by any license of theirs."""
    proof = "select license_id from licenses where subject_id in (:one, :other) limit 1"
    order: dict[str, Any] = {"decision": "same", "who": "张工", "reason": "护照上注明身份号码"}
    order |= {"license_ids": library.read(proof, one=one, other=other)} | changes
    with committed(library):
        return decide_pair(library.conn, library.keyring, one, other, PairOrder(**order), lambda: at)


def keep_apart(library: Library, one: int, other: int, at: datetime = NOW) -> int:
    """Decide that two subjects are not the same."""
    return bind(library, one, other, at, decision="different", license_ids=[], reason="查明为两人")


def undo(library: Library, decision_id: int, at: datetime = NOW + timedelta(minutes=1)) -> int:
    """Take a decision back."""
    with committed(library):
        return undo_decision(library.conn, library.keyring, decision_id, "李工", "证据有误", lambda: at)
