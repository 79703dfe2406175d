"""Who is who, on a page or over the interface: listed masked, compared and revealed for a recorded purpose, decided, undone.

One of the doors to the library; no license and no subject is changed from here.
"""

from __future__ import annotations

import msgspec

from license_library.answers import PairBrief, PairDetail, PairsAnswer
from license_library.asking.inquiries import hash_question, record_inquiry
from license_library.asking.questions import PairFilter
from license_library.pairs.subject_comparing import compare_subjects
from license_library.pairs.subject_decisions import PairOrder, assign_pair, decide_pair, undo_decision
from license_library.pairs.subject_pairs import find_pair, list_pairs, pair_of
from license_library.service.acts.purposes import Purpose, signed
from license_library.service.acts.refusals import noting_refusals
from license_library.service.settings import ServiceSettings
from schemas.struct_readers import build_readers

__all__ = ["OwnerOrder", "PairOrder", "PairReveal", "UndoOrder", "assign", "compare", "decide", "pairs", "undo"]


class PairReveal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for the numbers of two subjects in the clear, with a purpose."""

    purpose: Purpose


class UndoOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Take a decision back; who says so, and why."""

    who: str
    reason: str


class OwnerOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Give a proposal an owner; and who says so."""

    owner: str
    who: str


class _Compared(msgspec.Struct, frozen=True):
    """Name what is shown, for the record of the question."""

    subject_ids: list[int]
    is_revealed: bool


def pairs(settings: ServiceSettings, wanted: PairFilter) -> PairsAnswer:
    """List pairs of subjects, the latest first."""
    with settings.engine.connect() as conn:
        return list_pairs(conn, settings.keyring, wanted, settings.now())


def compare(
    settings: ServiceSettings, actor: str, one: int, other: int, purpose: str, *, reveal: bool = False
) -> PairDetail:
    """Return two subjects side by side and record the question; NotFound where one of them is not there."""
    hashed = hash_question(settings.keyring, _Compared(sorted((one, other)), reveal))
    action = "subjects_revealed" if reveal else "subjects"
    with noting_refusals(settings, actor, action, purpose, hashed), settings.engine.begin() as conn:
        answer = compare_subjects(conn, settings.keyring, one, other, settings.today(), settings.now(), reveal=reveal)
        record_inquiry(conn, actor, action, purpose, hashed, len(answer.subjects), settings.now())
        return answer


def decide(settings: ServiceSettings, actor: str, one: int, other: int, order: PairOrder) -> PairBrief | None:
    """Write the decision and return the pair as it stands now."""
    order = msgspec.structs.replace(order, who=signed(order.who, actor))
    with settings.engine.begin() as conn:
        decide_pair(conn, settings.keyring, one, other, order, settings.now)
        return find_pair(conn, settings.keyring, one, other)


def undo(settings: ServiceSettings, actor: str, decision_id: int, order: UndoOrder) -> PairBrief | None:
    """Take a decision back and return the pair as it stands now."""
    with settings.engine.begin() as conn:
        undo_decision(conn, settings.keyring, decision_id, signed(order.who, actor), order.reason, settings.now)
        return find_pair(conn, settings.keyring, *pair_of(conn, decision_id))


def assign(settings: ServiceSettings, actor: str, decision_id: int, order: OwnerOrder) -> PairBrief | None:
    """Give a proposal an owner and return it as it stands now."""
    with settings.engine.begin() as conn:
        assign_pair(conn, settings.keyring, decision_id, order.owner, signed(order.who, actor), settings.now)
        return find_pair(conn, settings.keyring, *pair_of(conn, decision_id))


build_readers(PairOrder, PairReveal, UndoOrder, OwnerOrder)
