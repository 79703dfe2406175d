"""What is discarded is 已作废, of a batch as of a case, wherever it is told."""

from __future__ import annotations

from license_library.words.case_words import case_action_words, quarantine_words
from license_library.words.incident_words import event_words
from license_library.words.wording import exchange_words


def test_a_discarded_batch_and_a_discarded_case_have_one_word() -> None:
    assert exchange_words("discarded", partial=False) == quarantine_words("discarded")
    assert all("作废" in words.zh for words in (case_action_words("discard"), event_words("discarded")))
