"""Why a batch is held: a stable code with named values, and the sentence of each code in both languages.

Knows the sentences; decides nothing about a batch. What is kept are the code and the values, never a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from schemas.phrases import Sentence

# What a sentence names: a number, a word, several words, or fields of the record type with what they come from.
Value = int | float | str | list[str] | dict[str, str]


class HoldReason(msgspec.Struct, frozen=True):
    """Say one thing that speaks against a batch: its code, and what the sentence of that code names."""

    code: str
    values: dict[str, Value]


HOLD_REASONS: Final[dict[str, Sentence]] = {
    "batch.empty": Sentence("批次中没有记录", "the batch is empty; expected records"),
    "batch.bad_records": Sentence(
        "{received} 条记录中 {bad} 条有问题，至多应为 {most:.0%}",
        "{bad} of {received} records are bad; expected at most {most:.0%}",
    ),
    "batch.too_few_a_day": Sentence(
        "{days:.1f} 天收到 {received} 条，每天至少应有 {least} 条",
        "{received} records in {days:.1f} days; expected at least {least} a day",
    ),
    "batch.too_many_a_day": Sentence(
        "{days:.1f} 天收到 {received} 条，每天至多应有 {most} 条",
        "{received} records in {days:.1f} days; expected at most {most} a day",
    ),
    "batch.listed_no_more": Sentence(
        "库中 {known} 件证照有 {missed} 件不再列出，至多应为 {most:.0%}",
        "{missed} of {known} licenses are listed no more; expected at most {most:.0%}",
    ),
    "batch.loss": Sentence(
        "全量仅收到 {received} 条，库中有 {known} 条，至少应有 {least:.0f} 条，疑似大批消失",
        "{received} records of everything, the library holds {known}; expected at least {least:.0f}: "
        "many seem to have disappeared",
    ),
    "batch.growth": Sentence(
        "全量收到 {received} 条，库中有 {known} 条，至多应有 {most:.0f} 条",
        "{received} records of everything, the library holds {known}; expected at most {most:.0f}",
    ),
    "batch.flood": Sentence(
        "收到 {received} 条，按以往 {exchanges} 次推算至多 {most:.0f} 条，疑似重复推送或条件失效",
        "{received} records; expected at most {most:.0f} after the {exchanges} exchanges before",
    ),
    "batch.silence": Sentence(
        "收到 0 条，以往 {exchanges} 次从未为零，疑似接口中断",
        "no record; the {exchanges} exchanges before each had some",
    ),
    "batch.gone_fields": Sentence(
        "已知记录都有的字段无一填写：{fields}，疑似改名",
        "no record has {fields}, which known records have; was it renamed?",
    ),
    "batch.renamed_fields": Sentence(
        "已知记录都有的字段无一填写：{fields}；有的含契约中没有的 {strangers}，疑似改名",
        "no record has {fields}, which known records have; some hold {strangers}, which the contract does not know; "
        "was it renamed?",
    ),
    "expectation.values_do_not_fit": Sentence(
        "{expectation}：{evaluated} 个值中 {unexpected} 个不符合",
        "{expectation}: {unexpected} of {evaluated} values do not fit",
    ),
    "expectation.too_few_fit": Sentence(
        "{expectation}：{evaluated} 个值中 {unexpected} 个不符合，至少应有 {least:.0%} 符合",
        "{expectation}: {unexpected} of {evaluated} values do not fit; at least {least:.0%} must",
    ),
    "expectation.not_met": Sentence(
        "{expectation}：整批不符合", "{expectation}: the batch as a whole does not meet it"
    ),
    "expectation.observed": Sentence("{expectation}：实际为 {observed}", "{expectation}: {observed} observed"),
    "expectation.column_missing": Sentence(
        "{expectation}：无法执行，缺少 {columns}", "{expectation}: could not run: {columns} is missing"
    ),
    "expectation.broke": Sentence(
        "{expectation}：无法执行，校验程序出错", "{expectation}: could not run: the validator failed"
    ),
    # Of a batch that was held before reasons had codes: shown as it was written then.
    "batch.as_written": Sentence("{sentence}", "{sentence}"),
}


def hold_reason(code: str, **values: Value) -> HoldReason:
    """Return a reason with what its sentence names."""
    return HoldReason(code, values)


def kept_reasons(reasons: Iterable[HoldReason]) -> str | None:
    """Return reasons as the JSON that is kept of them; None where there are none."""
    several = list(reasons)
    return msgspec.json.encode(several).decode() if several else None


def read_reasons(kept: Any) -> list[HoldReason]:
    """Return the reasons of a kept JSON value; none where nothing was held."""
    return msgspec.convert(kept or [], list[HoldReason])
