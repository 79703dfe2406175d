"""Why a batch is held is told in both languages from its code and its values, several reasons beside each other."""

from __future__ import annotations

import pytest

from license_library.answers import Words
from license_library.words.hold_words import hold_words
from schemas.suites.hold_reasons import HoldReason, hold_reason, kept_reasons, read_reasons

BAD = hold_reason("batch.bad_records", bad=6, received=9, most=0.05)
GONE = {"area_code": "XZQHDM", "face.scope": "XKFW"}


@pytest.mark.parametrize(
    ("reason", "zh", "en"),
    [
        (BAD, "9 条记录中 6 条有问题，至多应为 5%", "6 of 9 records are bad; expected at most 5%"),
        (
            hold_reason("batch.too_few_a_day", received=3, days=2.04, least=10),
            "2.0 天收到 3 条，每天至少应有 10 条",
            "3 records in 2.0 days; expected at least 10 a day",
        ),
        (
            hold_reason("batch.renamed_fields", fields=GONE, strangers=["XZ", "QY"]),
            "已知记录都有的字段无一填写：所属管辖属地编码（XZQHDM）、照面：经营(许可)范围（XKFW）；有的含契约中没有的 XZ、QY，疑似改名",
            "no record has area_code (XZQHDM), face.scope (XKFW), which known records have; some hold XZ, QY, "
            "which the contract does not know; was it renamed?",
        ),
        (hold_reason("batch.as_written", sentence="held {once}"), "held {once}", "held {once}"),
        (hold_reason("batch.of_tomorrow", count=1), "batch.of_tomorrow", "batch.of_tomorrow"),
    ],
)
def test_a_reason_is_told_in_both_languages(reason: HoldReason, zh: str, en: str) -> None:
    assert hold_words([reason]) == Words(zh, en)


def test_several_reasons_are_told_beside_each_other_and_none_is_nothing() -> None:
    told = hold_words([BAD, hold_reason("batch.empty")])
    assert told == Words(
        "9 条记录中 6 条有问题，至多应为 5%；批次中没有记录",
        "6 of 9 records are bad; expected at most 5%; the batch is empty; expected records",
    )
    assert hold_words([]) is None


def test_what_is_kept_is_read_again() -> None:
    reasons = [BAD, hold_reason("batch.gone_fields", fields=GONE)]
    assert read_reasons([{"code": one.code, "values": one.values} for one in reasons]) == reasons
    assert (kept_reasons([]), read_reasons(None)) == (None, [])
