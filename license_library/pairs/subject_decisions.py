"""What is decided of two subjects: that they are the same person or organisation, that they are not, and its undoing.

Each decision is a row more, with who, why and what proves it; nothing before it changes, neither decisions nor licenses.
A name is never a ground.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Row, text

from license_library.asking.cursors import LAST
from license_library.asking.readings import check_text
from license_library.asking.refusals import NotDecidable
from license_library.pairs.pair_entries import PairEntry, begin_deciding, write_entries
from license_library.storage.keyring import Keyring
from schemas.bureau_time import Clock
from schemas.errors import NotFound, RequestError

LONGEST = 500
MOST_LICENSES = 20
DECIDED = ("same", "different")


class PairOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Decide about two subjects: what, who says so, why, and the licenses or the correction request that prove it."""

    decision: Literal["same", "different"]
    who: str
    reason: str
    license_ids: list[int] = []
    request_id: int | None = None


_LAST = text("""
select decision_id, subject_id, other_id, decision, ground, rule, doubt, undoes from subject_decisions
 where subject_id = :subject_id and other_id = :other_id order by decision_id desc limit 1
""")
_GET = text("select subject_id, other_id from subject_decisions where decision_id = :decision_id")
# What stood before a decision: nothing, or a proposal.
_BEFORE = text("""
select decision, rule, doubt, owner from subject_decisions
 where subject_id = :subject_id and other_id = :other_id and decision_id < :decision_id order by decision_id desc limit 1
""")
_KINDS = text("select subject_id, kind from subjects where subject_id = any(cast(:ids as bigint[]))")
_PROOF = text("""
select license_id from license_history where license_id = any(cast(:license_ids as bigint[]))
   and subject_id = any(cast(:ids as bigint[]))
 union
select license_id from license_holders where license_id = any(cast(:license_ids as bigint[]))
   and subject_id = any(cast(:ids as bigint[]))
""")
_REQUEST = text("""
select exists (select from correction_requests c where c.request_id = :request_id and (
   exists (select from license_history v where v.license_id = c.license_id and v.subject_id = any(cast(:ids as bigint[])))
   or exists (select from license_holders h where h.license_id = c.license_id and h.subject_id = any(cast(:ids as bigint[])))
   or exists (select from quarantined_records q where q.quarantine_id = c.quarantine_id and q.holder_hashes && array(
     select holder_hash from subjects where subject_id = any(cast(:ids as bigint[]))))))
""")


def decide_pair(conn: Connection, keyring: Keyring, one: int, other: int, order: PairOrder, clock: Clock) -> int:
    """Write down that two subjects are the same or not, and return the decision's number.

    NotFound without such subjects; NotDecidable where a decision stands that must be undone first, where one is a person and
    the other an organisation, or where it contradicts what was decided of others.
    """
    pair = _pair(one, other)
    reason = _reason(keyring, order.reason, order.who)
    at = begin_deciding(conn, clock)
    _demand_alike(conn, pair)
    _demand_proof(conn, pair, order)
    last = _last(conn, pair)
    if last is not None and last.decision in DECIDED:
        raise NotDecidable(
            f"subjects: decision {last.decision_id} says {last.decision}; undo it first; nothing was decided",
            zh=f"决定 {last.decision_id} 已作认定，请先撤销；未作认定",
        )
    entry = PairEntry(
        subject_id=pair[0],
        other_id=pair[1],
        decision=order.decision,
        ground="decided",
        rule=last.rule if last else None,
        reason=reason,
        license_ids=order.license_ids,
        request_id=order.request_id,
        decided_by=order.who.strip(),
    )
    write_entries(conn, [entry], at)
    return int(_standing_of(conn, entry).decision_id)


def undo_decision(conn: Connection, keyring: Keyring, decision_id: int, who: str, reason: str, clock: Clock) -> int:
    """Take back the standing decision of a pair: what stood before it stands again. Return the number of that entry.

    What only a rule had decided becomes a proposal, so that no rule decides it again.
    """
    sealed = _reason(keyring, reason, who)
    at = begin_deciding(conn, clock)
    last = _standing(conn, decision_id)
    if last.decision not in DECIDED:
        raise NotDecidable(
            f"subjects: {decision_id} is {last.decision}, no decision; nothing was undone",
            zh=f"{decision_id} 不是认定，无可撤销",
        )
    before = conn.execute(_BEFORE, dict(last._mapping)).one_or_none()
    stands = before.decision if before else "proposed" if last.ground == "derived" else "none"
    entry = PairEntry(
        subject_id=last.subject_id,
        other_id=last.other_id,
        decision=stands,
        ground="decided",
        rule=last.rule,
        doubt=(before.doubt if before else None) or ("no_certainty" if stands == "proposed" else None),
        reason=sealed,
        undoes=decision_id,
        owner=before.owner if before else None,
        decided_by=who.strip(),
    )
    write_entries(conn, [entry], at)
    return int(_standing_of(conn, last).decision_id)


def assign_pair(conn: Connection, keyring: Keyring, decision_id: int, owner: str, who: str, clock: Clock) -> int:
    """Give a proposal an owner, and return the number of the entry that says so."""
    sealed = _reason(keyring, owner, who)
    at = begin_deciding(conn, clock)
    last = _standing(conn, decision_id)
    if last.decision != "proposed":
        raise NotDecidable(
            f"subjects: {decision_id} is {last.decision}; only a proposal has an owner; nothing was changed",
            zh=f"{decision_id} 不是待认定的建议，不能指派；未作更改",
        )
    facts: dict[str, Any] = {"rule": last.rule, "doubt": last.doubt, "reason": sealed, "owner": owner.strip()}
    pair = {"subject_id": last.subject_id, "other_id": last.other_id}
    entry = PairEntry(**pair, **facts, decision="proposed", ground="decided", decided_by=who.strip())
    write_entries(conn, [entry], at)
    return int(_standing_of(conn, last).decision_id)


def _pair(one: int, other: int) -> tuple[int, int]:
    if one == other:
        raise RequestError(
            "subjects: expected two subjects, got one; nothing was decided", zh="须选两个不同的主体；未作认定"
        )
    if not all(0 < number <= LAST for number in (one, other)):
        raise NotFound("subjects: there is no such subject; expected numbers of the list; nothing was decided")
    return min(one, other), max(one, other)


def _reason(keyring: Keyring, reason: str, who: str) -> bytes:
    check_text(who, "subjects")
    check_text(reason, "subjects", longest=2 * LONGEST)  # one that is too long is told its own bound
    if not who.strip() or not 0 < len(reason.strip()) <= LONGEST:
        raise RequestError(
            f"subjects: expected who decides, and a reason of at most {LONGEST} characters; nothing was decided",
            zh=f"须写明确认人和不超过 {LONGEST} 字的理由；未作认定",
        )
    return keyring.encrypt(reason.strip().encode())


def _demand_alike(conn: Connection, pair: tuple[int, int]) -> None:
    kinds = {row.subject_id: row.kind for row in conn.execute(_KINDS, {"ids": list(pair)})}
    if len(kinds) < len(pair):
        raise NotFound("subjects: there is no such subject; expected numbers of the list; nothing was decided")
    if len(set(kinds.values())) > 1:
        raise NotDecidable(
            "subjects: one is a person, the other an organisation; nothing was decided",
            zh="一方为自然人，另一方为单位，不能认定为同一主体；未作认定",
        )


def _demand_proof(conn: Connection, pair: tuple[int, int], order: PairOrder) -> None:
    """Refuse "the same" without a license of the two or a correction request about them, and proof that is not there."""
    facts = {"ids": list(pair), "license_ids": order.license_ids, "request_id": order.request_id}
    if order.decision == "same" and not order.license_ids and order.request_id is None:
        raise RequestError(
            "subjects: expected a license or a correction request as proof; nothing was decided",
            zh="须有证照或校核请求作为依据；未作认定",
        )
    if len(order.license_ids) > MOST_LICENSES or not all(0 < number <= LAST for number in order.license_ids):
        raise RequestError(
            f"subjects: expected at most {MOST_LICENSES} numbers of licenses; nothing was decided",
            zh=f"证照编号不超过 {MOST_LICENSES} 个；未作认定",
        )
    missing = set(order.license_ids) - set(conn.execute(_PROOF, facts).scalars())
    if missing:
        told = ", ".join(map(str, sorted(missing)))
        raise RequestError(
            f"subjects: no license of the two: {told}; expected their own; nothing was decided",
            zh=f"这些不是双方的证照：{told}；未作认定",
        )
    known = order.request_id is None or (abs(order.request_id) <= LAST and conn.execute(_REQUEST, facts).scalar_one())
    if not known:
        raise RequestError(
            "subjects: no correction request about the two; expected one about a license or a waiting record of theirs; nothing was decided",
            zh="没有关于双方证照或待处理记录的该校核请求；未作认定",
        )


def _last(conn: Connection, pair: tuple[int, int]) -> Row[Any] | None:
    return conn.execute(_LAST, {"subject_id": pair[0], "other_id": pair[1]}).one_or_none()


def _standing(conn: Connection, decision_id: int) -> Row[Any]:
    """Return the entry, which must be the last of its pair."""
    found = conn.execute(_GET, {"decision_id": decision_id}).one_or_none() if 0 < decision_id <= LAST else None
    if found is None:
        raise NotFound(
            f"subjects: there is no decision {decision_id}; expected a number of the list; nothing was changed"
        )
    last = _standing_of(conn, found)
    if last.decision_id != decision_id:
        raise NotDecidable(
            f"subjects: {last.decision_id} stands in place of {decision_id}; nothing was changed",
            zh=f"{decision_id} 已被 {last.decision_id} 取代；未作更改",
        )
    return last


def _standing_of(conn: Connection, pair: Any) -> Row[Any]:
    return conn.execute(_LAST, {"subject_id": pair.subject_id, "other_id": pair.other_id}).one()
