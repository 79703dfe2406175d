"""What was held or waited before reasons had codes keeps its sentences, up, down and up again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from question_makers import kept_phrase
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool
from test_database import empty_address  # noqa: F401 - a fixture

from license_library.answers import Words
from license_library.storage.database import migrate
from license_library.words.hold_words import hold_words
from schemas.suites.hold_reasons import hold_reason, kept_reasons, read_reasons

SENTENCE = "6 of 9 records are bad; expected at most 5%"
BAD = hold_reason("batch.bad_records", bad=6, received=9, most=0.05)
ROWS = (
    "insert into departments (department, name, transport, declaration_digest, declared_at) values ('d', 'd', 'soap', 'x', now())",
    "insert into feeds (department, feed, record_type, license_types, fresh_seconds) values ('d', 'f', 'license', '{}', 1)",
    "insert into exchanges (department, feed, epoch, state, started_at, lease_until, lease_seconds, mapping_version, hold_reason)"
    f" values ('d', 'f', 1, 'discarded', now(), now(), 1, 'm', '{SENTENCE}'), ('d', 'f', 2, 'merged', now(), now(), 1, 'm', null)",
)
# A problem as it was kept then, and one of an expectation, which stood there in both languages.
PROBLEMS = [
    {"code": "record.too_long", "field": "holder_name", "expected": "at most 300 characters", "got": "301 characters"},
    {
        "code": "suite.plates",
        "field": "face.plate",
        "expected": "应为鲁牌\na plate of Shandong",
        "got": "another value",
    },
]
ADD_CASE = """
insert into quarantined_records (department, feed, exchange_id, page_number, position, digest, mapping_version,
  rule_version, first_seen_at, last_seen_at, state, holder_hashes, codes, problems)
select 'd', 'f', max(exchange_id), 1, 1, 'x', 'm', 'r', now(), now(), 'open', '{}', '{}', cast(:problems as jsonb) from exchanges
"""


@pytest.fixture
def told(empty_address: str) -> Callable[..., list[Any]]:  # noqa: F811
    """Give a function that runs a statement over exchanges that were held before reasons had codes."""
    engine = create_engine(empty_address, poolclass=NullPool)

    def run(statement: str, revision: str, **values: object) -> list[Any]:
        migrate(empty_address, revision)
        with engine.begin() as conn:
            found = conn.execute(text(statement), values)
            return list(found.scalars()) if found.returns_rows else []

    for one in ROWS:
        run(one, "0035")
    return run


def test_a_sentence_of_old_is_shown_as_it_was_written(told: Callable[..., list[Any]]) -> None:
    held, never = told("select hold_reasons from exchanges order by epoch", "0036")
    assert never is None
    assert hold_words(read_reasons(held)) == Words(SENTENCE, SENTENCE)


def test_going_back_keeps_sentences_as_they_were_and_writes_codes_with_their_values(
    told: Callable[..., list[Any]],
) -> None:
    add = "update exchanges set hold_reasons = hold_reasons || cast(:reasons as jsonb)"
    told(add, "0036", reasons=kept_reasons([BAD]))
    old, never = told("select hold_reason from exchanges order by epoch", "-1")
    assert (str(old).partition(" {")[0], never) == (f"{SENTENCE}; batch.bad_records", None)
    again, never = told("select hold_reasons from exchanges order by epoch", "0036")
    assert (read_reasons(again), never) == ([hold_reason("batch.as_written", sentence=str(old))], None)


def test_phrases_of_old_are_shown_as_they_were_written_and_go_back_as_they_were(
    told: Callable[..., list[Any]],
) -> None:
    told(ADD_CASE, "0035", problems=json.dumps(PROBLEMS))
    [[long, plates]] = told("select problems from quarantined_records", "0036")
    assert long["expected"] == {"code": "as_written", "values": {"words": "at most 300 characters"}}
    assert plates["expected"]["values"] == {"zh": "应为鲁牌", "en": "a plate of Shandong"}
    assert plates["got"]["values"] == {"words": "another value"}
    assert told("select problems from quarantined_records", "-1") == [PROBLEMS]


def test_a_phrase_goes_back_as_its_code_with_its_values(told: Callable[..., list[Any]]) -> None:
    told(ADD_CASE, "0035", problems="[]")
    kept = [{"expected": kept_phrase("length_at_most", count="9"), "got": kept_phrase("value", value="{x}")}]
    kept += [{"expected": kept_phrase("some_value"), "got": kept_phrase("nothing")}]
    told("update quarantined_records set problems = cast(:kept as jsonb)", "0036", kept=json.dumps(kept))
    assert told("select problems from quarantined_records", "-1") == [
        [{"expected": 'length_at_most {"count": "9"}', "got": "{x}"}, {"expected": "some_value", "got": "nothing"}]
    ]
