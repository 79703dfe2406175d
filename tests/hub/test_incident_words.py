"""Every kind of incident that the hub tells has a name and says what to do, on pages and in alerts."""

from __future__ import annotations

import pytest

from hub.pulling import anomalies, batch_quality, field_watch, unlisted
from hub.watching import judging
from license_library.oversight import reversals
from license_library.words.incident_words import advice_words, incident_kind_words

KINDS = [
    *(
        field_watch.KIND,
        field_watch.GONE,
        unlisted.KIND,
        unlisted.OUTDATED,
        reversals.KIND,
        batch_quality.EXPECTATION,
        *judging.RULES,
        *anomalies.KINDS,
    ),
    *("drift", "contract_unread", "differs", "correction_late"),
]


@pytest.mark.parametrize("kind", KINDS)
def test_an_incident_has_a_name_and_an_advice_of_its_own(kind: str) -> None:
    name, advice = incident_kind_words(kind), advice_words(kind)
    assert kind not in (name.zh, name.en.replace(" ", "_"))
    assert advice != advice_words("no such kind")
