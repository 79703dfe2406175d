"""The rows of what is decided of two subjects: written one after another, each with the groups that follow, or not at all.

Knows order and time; who may decide what is not judged here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import Connection, text

from license_library.asking.settled import announce_merge
from license_library.pairs.subject_groups import regroup
from schemas.bureau_time import Clock


class PairEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one row of the decisions, as it is written."""

    subject_id: int
    other_id: int
    decision: str
    ground: str = "derived"
    rule: str | None = None
    doubt: str | None = None
    reason: bytes | None = None
    license_ids: list[int] = []
    request_id: int | None = None
    undoes: int | None = None
    owner: str | None = None
    decided_by: str = "hub"


# One at a time: a group is made of what was decided before.
_ALONE = text("select pg_advisory_xact_lock(hashtext('subject_decisions'))")
_LATEST = text("select decided_at from subject_decisions order by decision_id desc limit 1")
_WRITE = text("""
insert into subject_decisions (subject_id, other_id, decision, ground, rule, doubt, reason, license_ids, request_id, undoes,
  owner, decided_by, decided_at)
values (:subject_id, :other_id, :decision, :ground, :rule, :doubt, :reason, :license_ids, :request_id, :undoes, :owner,
  :decided_by, :at)
""")


def begin_deciding(conn: Connection, clock: Clock) -> datetime:
    """Wait for decisions under way, announce this one; return the instant from which this one is known, never before an earlier one."""
    conn.execute(_ALONE)
    now = announce_merge(conn, clock)
    latest = conn.execute(_LATEST).scalar_one_or_none()
    return now if latest is None else max(now, latest)


def write_entries(conn: Connection, entries: Iterable[PairEntry], at: datetime) -> None:
    """Write entries and the groups that follow, or nothing."""
    rows = [msgspec.structs.asdict(entry) | {"at": at} for entry in entries]
    if rows:
        with conn.begin_nested():
            conn.execute(_WRITE, rows)
            regroup(conn, {row[side] for row in rows for side in ("subject_id", "other_id")}, at)
