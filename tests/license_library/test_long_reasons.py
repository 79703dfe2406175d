"""A reason or a note may be as long as its own bound says, not as short as a search term."""

from __future__ import annotations

import pytest
from question_makers import NOW, Library

from license_library.asking.questions import HoldDecision
from license_library.oversight.hold_decisions import LONGEST, demand_hold_sense
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
