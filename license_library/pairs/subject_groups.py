"""The groups that follow from what was decided of pairs: kept up to date in the transaction of a decision.

Writes one table. A group is everyone who can be reached over standing "same" decisions; its name is the subject whose number
is the strongest. Only what changes is written, so what was known at an earlier instant stays readable.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from license_library.asking.refusals import NotDecidable
from schemas.identifiers.holder_code_types import HOLDER_CODE_TYPES, RESIDENT_IDENTITY

_NEAR = text("""
select subject_id, group_id from subject_groups
 where known_to is null and group_id in (
   select group_id from subject_groups where known_to is null and subject_id = any(cast(:ids as bigint[])))
""")
# The last word about a pair stands.
_STANDING = """
select d.decision_id, d.subject_id, d.other_id from subject_decisions d
 where d.{side} = any(cast(:ids as bigint[])) and d.decision = '{decision}' and not exists (
   select from subject_decisions later where later.subject_id = d.subject_id and later.other_id = d.other_id
      and later.decision_id > d.decision_id)"""
_SAME = text(" union ".join(_STANDING.format(side=side, decision="same") for side in ("subject_id", "other_id")))
_DIFFERENT = text(_STANDING.format(side="subject_id", decision="different"))
_SUBJECTS = text("""
select subject_id, code_type, octet_length(code_encrypted) as sealed_length, known_from from subjects
 where subject_id = any(cast(:ids as bigint[]))
""")
_RANKS = {kind.code: number for number, kind in enumerate(HOLDER_CODE_TYPES)}  # the list begins with the strongest
_CLOSE = text("""
update subject_groups set known_to = greatest(known_from, :at) where known_to is null and subject_id = any(cast(:ids as bigint[]))
""")
_OPEN = text("insert into subject_groups (subject_id, group_id, known_from) values (:subject_id, :group_id, :at)")


def regroup(conn: Connection, subjects: Collection[int], at: datetime) -> None:
    """Bring the groups of these subjects in line with the decisions; NotDecidable where two kept apart would be one."""
    before = {row.subject_id: row.group_id for row in conn.execute(_NEAR, {"ids": list(subjects)})}
    near = {"ids": sorted({*subjects, *before})}
    together = _components((row.subject_id, row.other_id) for row in conn.execute(_SAME, near))
    _demand_apart(conn, together, near)
    after = _named(conn, together)
    moved = sorted(one for one in near["ids"] if before.get(one) != after.get(one))
    conn.execute(_CLOSE, {"ids": moved, "at": at})
    opened = [{"subject_id": one, "group_id": after[one], "at": at} for one in moved if one in after]
    if opened:
        conn.execute(_OPEN, opened)


def _components(pairs: Iterable[tuple[int, int]]) -> list[set[int]]:
    """Return the sets of everyone who can be reached from each other."""
    group_of: dict[int, set[int]] = {}
    for one, other in pairs:
        joined = group_of.get(one, {one}) | group_of.get(other, {other})
        group_of.update(dict.fromkeys(joined, joined))
    return list({id(group): group for group in group_of.values()}.values())


def _demand_apart(conn: Connection, together: list[set[int]], near: dict[str, Any]) -> None:
    group_of = {one: number for number, group in enumerate(together) for one in group}
    for row in conn.execute(_DIFFERENT, near):
        group = group_of.get(row.subject_id)
        if group is not None and group == group_of.get(row.other_id):
            raise NotDecidable(
                f"subjects: decision {row.decision_id} says that {row.subject_id} and {row.other_id} are not the same; "
                "others would make them one; undo that first; nothing was decided",
                zh=f"决定 {row.decision_id} 认定 {row.subject_id} 与 {row.other_id} 不是同一主体，与此矛盾，请先撤销；未作认定",
            )


def _named(conn: Connection, together: list[set[int]]) -> dict[int, int]:
    """Return the group of each subject that has one."""
    ids = sorted(set[int]().union(*together)) if together else []
    facts = {row.subject_id: row for row in conn.execute(_SUBJECTS, {"ids": ids})} if ids else {}
    names = {min(group, key=lambda one: _strength(facts[one])): group for group in together}
    return {one: name for name, group in names.items() for one in group}


def _strength(subject: Any) -> tuple[int, int, datetime, int]:
    """Return the key by which the strongest comes first: by kind, the longer form of a number before the shorter."""
    length = subject.sealed_length if subject.code_type == RESIDENT_IDENTITY else 0
    return _RANKS.get(subject.code_type, len(_RANKS)), -length, subject.known_from, subject.subject_id
