"""A reason or a note may be as long as its own bound says, not as short as a search term."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from question_makers import NOW, TODAY, Library

from license_library.asking.questions import HoldDecision
from license_library.oversight.hold_decisions import LONGEST, demand_hold_sense
from license_library.oversight.incident_decisions import IncidentDecision, decide_incident
from license_library.pairs.subject_decisions import PairOrder, decide_pair
from license_library.quarantine.case_batches import BatchOrder, create_batch
from license_library.quarantine.case_decisions import CaseDecision, decide_case
from license_library.quarantine.corrections import answer_correction
from schemas.errors import NotFound, RequestError


def test_a_long_reason_decides_about_a_held_batch() -> None:
    demand_hold_sense(HoldDecision("release", "王工", "因" * LONGEST))
    with pytest.raises(RequestError, match="at most 500"):
        demand_hold_sense(HoldDecision("release", "王工", "因" * (LONGEST + 1)))


def test_a_long_note_goes_with_the_answer_to_a_correction_request(shelf: Library) -> None:
    with pytest.raises(NotFound):  # so the note was taken
        answer_correction(shelf.conn, 999, "corrected", "王工", "因" * LONGEST, NOW)
    with pytest.raises(RequestError, match="at most 500"):
        answer_correction(shelf.conn, 999, "corrected", "王工", "因" * (LONGEST + 1), NOW)


def test_a_long_reason_and_a_long_value_decide_about_a_case_or_many(shelf: Library) -> None:
    scope = {"经营范围": "货运" * 400}
    decision = CaseDecision("edit", "王工", "因" * LONGEST, values=scope)
    with pytest.raises(NotFound):  # so both were taken
        decide_case(shelf.conn, shelf.keyring, 999, decision, TODAY, NOW)
    order = BatchOrder("edit", "王工", reason="因" * LONGEST, values=scope)
    assert create_batch(shelf.conn, shelf.keyring, order, NOW)
    longer = "因" * (LONGEST + 1)
    with pytest.raises(RequestError, match="at most 500"):
        create_batch(shelf.conn, shelf.keyring, replace(order, reason=longer), NOW)
    with pytest.raises(RequestError, match="at most 500"):
        decide_case(shelf.conn, shelf.keyring, 999, replace(decision, reason=longer), TODAY, NOW)


def test_a_long_note_goes_with_a_decision_about_an_incident_or_a_pair(shelf: Library) -> None:
    with pytest.raises(NotFound):
        decide_incident(shelf.conn, 999, IncidentDecision("resolve", "王工", note="因" * LONGEST), NOW)
    with pytest.raises(NotFound):
        decide_pair(
            shelf.conn,
            shelf.keyring,
            998,
            999,
            PairOrder(decision="same", who="王工", reason="因" * LONGEST),
            lambda: NOW,
        )
