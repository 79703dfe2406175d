"""Why a batch is held is told in Chinese too, whichever sentences come together; those who write them are asked."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from connectors.declarations.declared_bounds import Expects
from hub.pulling.anomalies import Batch, Past, find_anomalies
from hub.pulling.bounds import hold_reasons, missed_reasons
from license_library.words.hold_phrases import hold_words
from schemas.suites.suite_outcomes import describe_counts, merge_outcomes

NOW, DAY = datetime(2016, 5, 4, tzinfo=UTC), timedelta(days=1)
ENGLISH = re.compile(r"[a-z]+ [a-z]+")
STRICT = Expects(max_bad_ratio=0.05, records_per_day=(10, 20), max_growth=2, max_loss=0.1, max_missed_ratio=0.1)


def past(count: int) -> list[Past]:
    """Return exchanges of a day each, over three weeks."""
    return [Past(NOW - DAY * (number + 1), DAY, 100, {}) for number in range(count)]


def written() -> list[str]:
    """Return every reason to hold that the hub writes."""
    anomalies = [
        *find_anomalies(STRICT, Batch(None, 10, [], 1000), []),
        *find_anomalies(STRICT, Batch(None, 5000, [], 1000), []),
        *find_anomalies(STRICT, Batch(DAY, 5000, [], None), past(20)),
        *find_anomalies(STRICT, Batch(DAY, 0, [], None), past(20)),
    ]
    return [
        *hold_reasons(STRICT, 9, 6, DAY, []),
        *hold_reasons(STRICT, 90, 6, DAY, []),
        *missed_reasons(STRICT, 300, 1000),
        *[one.words_en for one in anomalies if one.holds],
        *merge_outcomes([]).batch_failures,
        f"numbers_fit: {describe_counts(3, 100, 0.99)}",
        "no record has area_code (XZQHDM), face.scope (XKFW), which known records have; some hold XZ, which the contract does not know; was it renamed?",
    ]


def test_every_reason_to_hold_has_chinese_words() -> None:
    reasons = written()
    assert len(reasons) >= 10
    told = hold_words("; ".join(reasons))
    assert told is not None
    assert (ENGLISH.findall(told.zh), told.en) == ([], "; ".join(reasons))


@pytest.mark.parametrize(
    ("reason", "zh"),
    [
        ("6 of 9 records are bad; expected at most 5%", "9 条记录中 6 条有问题，至多应为 5%"),
        (
            "no record has area_code (XZQHDM), which known records have; was it renamed?",
            "已知记录都有的字段无一填写：所属管辖属地编码（XZQHDM），疑似改名",
        ),
    ],
)
def test_numbers_and_names_are_kept(reason: str, zh: str) -> None:
    told = hold_words(reason)
    assert told is not None
    assert told.zh == zh
