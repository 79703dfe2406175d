"""What a receipt says of a correction request: an answer by its declared code, a doubt for any other, nothing where none is told."""

from __future__ import annotations

import pytest

from connectors.declarations.declared_delivery import Answered, Receipt
from connectors.declarations.declared_parts import Success
from connectors.deliveries.delivery_outcomes import Outcome, from_receipt

RECEIPT = Receipt(
    done_when=Success(field="state", values=["done"]),
    refused_when=Success(field="state", values=["no"], message="why"),
    answer=Answered(field="result", codes={"1": "corrected", "3": "refused"}, message="words"),
)


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ({"state": "done", "result": "1", "words": "已更正"}, Outcome("done", words="'已更正'", answer="corrected")),
        ({"state": "done", "result": "1"}, Outcome("done", answer="corrected")),
        ({"state": "done"}, Outcome("done")),
        ({"state": "waiting", "result": "1"}, Outcome("pending")),
        (
            {"state": "no", "why": "超期", "result": "3"},
            Outcome("refused", "department.refused", "'超期'", answer="refused"),
        ),
        (
            {"state": "done", "result": "7"},
            Outcome("pending", "department.broke_promise", "result is '7', which is not declared"),
        ),
    ],
)
def test_an_answer_counts_only_at_the_end_and_by_its_declared_code(told: dict[str, str], outcome: Outcome) -> None:
    assert from_receipt(told.get, RECEIPT) == outcome
