"""Why a batch is held, in the reader's language: the sentence of each code, with its values filled in.

Knows how a value is written in each language. One code that is not in the table stands for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from license_library.answers import Words
from license_library.words.wording import field_words
from schemas.suites.hold_reasons import HOLD_REASONS, HoldReason, Value


def hold_words(reasons: Sequence[HoldReason]) -> Words | None:
    """Return why a batch is or was held, in both languages; None where it was not."""
    told = [reason_words(one) for one in reasons]
    return Words("；".join(one.zh for one in told), "; ".join(one.en for one in told)) if told else None


def reason_words(reason: HoldReason) -> Words:
    """Return one reason in both languages."""
    sentence = HOLD_REASONS.get(reason.code)
    if sentence is None:
        return Words(reason.code, reason.code)
    zh = sentence.zh.format(**{name: _in_chinese(value) for name, value in reason.values.items()})
    return Words(zh, sentence.en.format(**{name: _in_english(value) for name, value in reason.values.items()}))


def _in_chinese(value: Value) -> Any:
    """Numbers stay numbers: a sentence says how many places it shows."""
    if isinstance(value, dict):
        return "、".join(f"{field_words(name).zh}（{source}）" for name, source in value.items())
    return "、".join(value) if isinstance(value, list) else value


def _in_english(value: Value) -> Any:
    if isinstance(value, dict):
        return ", ".join(f"{name} ({source})" for name, source in value.items())
    return ", ".join(value) if isinstance(value, list) else value
