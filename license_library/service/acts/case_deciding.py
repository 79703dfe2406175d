"""What a person decides about cases on a page or over the interface: recorded here, carried out by the hub.

One of the doors to the library; no license is within reach.
"""

from __future__ import annotations

import msgspec

from license_library.answers import BatchBrief, BatchesAnswer, QuarantineDetail
from license_library.asking.inquiries import hash_question
from license_library.asking.questions import QuarantineFilter
from license_library.quarantine.batch_list import get_batch, list_batches
from license_library.quarantine.case_batches import (
    BatchChange,
    BatchOrder,
    Chosen,
    change_batch,
    count_open,
    create_batch,
)
from license_library.quarantine.case_decisions import CaseDecision, decide_case
from license_library.quarantine.quarantine_list import get_quarantine_case
from license_library.quarantine.revealing import Revealed, reveal_case
from license_library.service.acts.purposes import Purpose, signed
from license_library.service.acts.refusals import noting_refusals
from license_library.service.settings import ServiceSettings
from schemas.struct_readers import build_readers

__all__ = [
    "BatchDecision",
    "BatchOrder",
    "CaseDecision",
    "RevealRequest",
    "batches",
    "begin_batch",
    "change",
    "count_chosen",
    "decide",
    "reveal",
]

BATCHES_SHOWN = 5


class RevealRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for the source values of a case as they came, with a purpose."""

    purpose: Purpose


class BatchDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pause, resume or cancel a batch; and who says so."""

    change: BatchChange
    who: str


def decide(settings: ServiceSettings, actor: str, quarantine_id: int, decision: CaseDecision) -> QuarantineDetail:
    """Write the decision and return the case as it stands now; the hub carries out what follows."""
    decision = msgspec.structs.replace(decision, who=signed(decision.who, actor))
    with settings.engine.begin() as conn:
        decide_case(conn, settings.keyring, quarantine_id, decision, settings.today(), settings.now())
        return get_quarantine_case(conn, settings.keyring, quarantine_id, settings.now())


def reveal(settings: ServiceSettings, actor: str, quarantine_id: int, purpose: str) -> QuarantineDetail:
    """Record the act and return the case with its source values."""
    hashed = hash_question(settings.keyring, Revealed(quarantine_id))
    with noting_refusals(settings, actor, "quarantine", purpose, hashed), settings.engine.begin() as conn:
        return reveal_case(conn, settings.keyring, quarantine_id, actor, purpose, settings.now())


def batches(settings: ServiceSettings, limit: int = BATCHES_SHOWN) -> BatchesAnswer:
    """Return the newest batches, those that are not over first."""
    with settings.engine.connect() as conn:
        return list_batches(conn, limit, settings.now())


def count_chosen(settings: ServiceSettings, wanted: QuarantineFilter) -> int:
    """Return how many open cases stand under the filter of a list, whatever state it shows."""
    with settings.engine.connect() as conn:
        return count_open(conn, Chosen(wanted.department, wanted.feed, wanted.code, wanted.owner))


def begin_batch(settings: ServiceSettings, actor: str, order: BatchOrder) -> BatchBrief:
    """Note what the hub is to do over many cases."""
    order = msgspec.structs.replace(order, who=signed(order.who, actor))
    with settings.engine.begin() as conn:
        return get_batch(conn, create_batch(conn, settings.keyring, order, settings.now()))


def change(settings: ServiceSettings, actor: str, batch_id: int, decision: BatchDecision) -> BatchBrief:
    """Pause, resume or cancel a batch."""
    with settings.engine.begin() as conn:
        return change_batch(conn, batch_id, decision.change, signed(decision.who, actor), settings.now())


build_readers(CaseDecision, RevealRequest, BatchDecision, BatchOrder)
