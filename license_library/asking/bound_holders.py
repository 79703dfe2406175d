"""Why an answer about one number tells of another: which decisions say that both are one person or organisation.

Reads only, and only where an answer found somebody under another number. Numbers are masked before they leave.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, TextClause, text

from license_library.answers import BoundHolder, Words
from license_library.asking.holder_codes import HolderCode
from license_library.asking.holder_subjects import BY_ORGANISATION, by_code, with_bound
from license_library.asking.masking import mask_code
from license_library.storage.keyring import Keyring
from license_library.words.wording import code_type_words
from schemas.bureau_time import local_day


class OtherNumber(msgspec.Struct, frozen=True):
    """Hold another number of the holder: what is told of it, and the number in the clear, for masking only."""

    told: BoundHolder
    code: str
    holder_hash: bytes


class Bound(msgspec.Struct, frozen=True):
    """Hold the numbers under which an answer looked: those that were asked, and the others by subject."""

    asked: frozenset[bytes] = frozenset()
    others: dict[int, OtherNumber] = {}

    @property
    def told(self) -> list[BoundHolder]:
        """Return what answers tell of the other numbers."""
        return [other.told for other in self.others.values()]

    def other_of(self, hashes: Collection[bytes]) -> OtherNumber | None:
        """Return the other number under which a license is held; None where it is held under one that was asked."""
        if self.asked.intersection(hashes):
            return None
        return next((other for other in self.others.values() if other.holder_hash in hashes), None)


NOBODY = Bound()


def _subjects(own: str, *, then: bool = False) -> TextClause:
    return text(f"""
select w.subject_id, w.is_own, s.code_type, s.code_encrypted, s.holder_hash from ({with_bound(own, then=then)}) as w
  join subjects s using (subject_id) order by w.subject_id
""")  # noqa: S608 - constants of this room


_BY_ID = "select cast(:subject_id as bigint) as subject_id"
_UNDER_CODE, _UNDER_CODE_THEN = _subjects(by_code(":values")), _subjects(by_code(":values", then=True), then=True)
_UNDER_ORGANISATION, _UNDER_ID = _subjects(BY_ORGANISATION), _subjects(_BY_ID)
_EDGES = text("""
select d.decision_id, d.subject_id, d.other_id, d.ground, d.rule, d.decided_by, d.decided_at from subject_decisions d
 where d.subject_id = any(cast(:ids as bigint[])) and d.other_id = any(cast(:ids as bigint[])) and d.decision = 'same'
   and (cast(:known_at as timestamptz) is null or d.decided_at <= :known_at)
   and not exists (select from subject_decisions later
     where later.subject_id = d.subject_id and later.other_id = d.other_id and later.decision_id > d.decision_id
       and (cast(:known_at as timestamptz) is null or later.decided_at <= :known_at))
 order by d.decision_id
""")


def bound_to_code(
    conn: Connection, keyring: Keyring, hashes: Collection[bytes], known_at: datetime | None = None
) -> Bound:
    """Return the other numbers of the holder under a number, by subject; as known at an instant where one is given."""
    statement = _UNDER_CODE if known_at is None else _UNDER_CODE_THEN
    return _bound(
        conn, keyring, conn.execute(statement, {"values": list(hashes), "known_at": known_at}).all(), known_at
    )


def bound_by_rows(
    conn: Connection, keyring: Keyring, rows: Iterable[Any], holder: HolderCode, known_at: datetime | None = None
) -> Bound:
    """Return the other numbers of a holder, asked only where a row was found under one of them."""
    if all(row.is_own is not False for row in rows):
        return NOBODY
    return bound_to_code(conn, keyring, holder.hashes(keyring), known_at)


def bound_to_organisation(conn: Connection, keyring: Keyring, hashes: Collection[bytes]) -> Bound:
    """Return the other numbers of the organisations whose number holds an organisation code."""
    return _bound(conn, keyring, conn.execute(_UNDER_ORGANISATION, {"values": list(hashes)}).all(), None)


def bound_to_subject(conn: Connection, keyring: Keyring, subject_id: int) -> Bound:
    """Return the other numbers of a subject."""
    return _bound(conn, keyring, conn.execute(_UNDER_ID, {"subject_id": subject_id}).all(), None)


def _bound(conn: Connection, keyring: Keyring, rows: Iterable[Any], known_at: datetime | None) -> Bound:
    near = {row.subject_id: row for row in rows}
    if all(row.is_own for row in near.values()):
        return NOBODY
    edges = conn.execute(_EDGES, {"ids": list(near), "known_at": known_at}).all()
    paths = _paths([one for one, row in near.items() if row.is_own], edges)
    # Whoever was bound when the numbers were read, and no longer when the decisions were, is not told of.
    others = {one: _other(row, paths[one], keyring) for one, row in near.items() if not row.is_own and one in paths}
    return Bound(frozenset(row.holder_hash for row in near.values() if row.is_own), others)


def _paths(own: Iterable[int], edges: Iterable[Any]) -> dict[int, list[Any]]:
    """Return the shortest chain of decisions that leads to each subject."""
    beside: dict[int, list[tuple[int, Any]]] = {}
    for edge in edges:
        beside.setdefault(edge.subject_id, []).append((edge.other_id, edge))
        beside.setdefault(edge.other_id, []).append((edge.subject_id, edge))
    paths: dict[int, list[Any]] = {one: [] for one in own}
    waiting = deque(paths)
    while waiting:
        one = waiting.popleft()
        for other, edge in beside.get(one, []):
            if other not in paths:
                paths[other] = [*paths[one], edge]
                waiting.append(other)
    return paths


def _other(row: Any, path: list[Any], keyring: Keyring) -> OtherNumber:
    code = keyring.decrypt(row.code_encrypted).decode()
    shown, kind, said = mask_code(code), code_type_words(row.code_type), [_said(edge) for edge in path]
    words = Words(
        f"登记在{kind.zh} {shown} 名下；{'，'.join(one.zh for one in said)}",
        f"held under {kind.en} {shown}, bound by {' and '.join(one.en for one in said)}",
    )
    decisions = [edge.decision_id for edge in path]
    told = BoundHolder(row.subject_id, shown, row.code_type, decisions, words)
    return OtherNumber(told, code, row.holder_hash)


def _said(edge: Any) -> Words:
    number, day = edge.decision_id, local_day(edge.decided_at)
    if edge.ground == "derived":
        return Words(f"第 {number} 号认定（按号码规则，{day}）", f"decision {number} (by rule of the numbers, {day})")
    return Words(f"第 {number} 号认定（{edge.decided_by}，{day}）", f"decision {number} of {edge.decided_by} on {day}")
