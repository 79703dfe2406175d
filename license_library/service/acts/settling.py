"""Conflicts of facts on a page or over the interface: listed, shown, decided; and which source of an element goes first.

The only door from routes to them. A conflict shown with its values is recorded with its purpose; no license is within reach.
"""

from __future__ import annotations

import msgspec

from license_library.answers import ConflictDetail, ConflictsAnswer, ElementsAnswer
from license_library.asking.inquiries import hash_question, record_inquiry
from license_library.asking.questions import ConflictFilter
from license_library.facts.conflict_decisions import ConflictDecision, decide_conflict, prefer_source
from license_library.facts.conflict_list import list_conflicts, show_conflict
from license_library.facts.element_list import list_elements
from license_library.service.acts.purposes import signed
from license_library.service.acts.refusals import noting_refusals
from license_library.service.settings import ServiceSettings
from schemas.struct_readers import build_readers

__all__ = ["ConflictDecision", "MasterOrder", "conflict", "conflicts", "decide", "elements", "prefer"]


class MasterOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Put a source of an element first, or, without one, put it back as declared; who decides and why."""

    who: str
    reason: str
    source: str | None = None


class _Shown(msgspec.Struct, frozen=True):
    """Name what was shown, for the record of the question."""

    subject_id: int
    element: str


def conflicts(settings: ServiceSettings, wanted: ConflictFilter) -> ConflictsAnswer:
    """Return conflicts, their values masked."""
    with settings.engine.connect() as conn:
        return list_conflicts(conn, settings.keyring, wanted, settings.today(), settings.now())


def conflict(settings: ServiceSettings, actor: str, subject_id: int, element: str, purpose: str) -> ConflictDetail:
    """Return one conflict with its values and record who looked and why; NotFound where there is none."""
    hashed = hash_question(settings.keyring, _Shown(subject_id, element))
    with noting_refusals(settings, actor, "conflict", purpose, hashed), settings.engine.begin() as conn:
        answer = show_conflict(conn, settings.keyring, subject_id, element, settings.today(), settings.now())
        facts = (actor, "conflict", purpose, hashed, len(answer.conflict.facts), settings.now())
        record_inquiry(conn, *facts, fields_told=[element])
        return answer


def decide(settings: ServiceSettings, actor: str, subject_id: int, element: str, decision: ConflictDecision) -> None:
    """Note the decision, signed with who is signed in."""
    decision = msgspec.structs.replace(decision, who=signed(decision.who, actor))
    with settings.engine.begin() as conn:
        decide_conflict(conn, settings.keyring, subject_id, element, decision, settings.today(), settings.now())


def elements(settings: ServiceSettings) -> ElementsAnswer:
    """Return the data elements with the order in which their sources count."""
    with settings.engine.connect() as conn:
        return list_elements(conn)


def prefer(settings: ServiceSettings, actor: str, element: str, order: MasterOrder) -> ElementsAnswer:
    """Note which source goes first and return the elements as they stand now."""
    with settings.engine.begin() as conn:
        prefer_source(conn, element, order.source, signed(order.who, actor), order.reason, settings.now())
        return list_elements(conn)


build_readers(ConflictDecision, MasterOrder)
