"""The ground of every answer: words in two languages, the source, its age and freshness.

Knows no table, no SQL and no web.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

Freshness = Literal["fresh", "silent", "never"]


class Answer(msgspec.Struct, frozen=True):
    """Stay what it was when it was given."""


class Words(Answer, frozen=True):
    """Say one thing in Chinese and in English; a page picks by language."""

    zh: str
    en: str


def named(table: Mapping[str, Words], code: str) -> Words:
    """Return what a code is called; one that is not in the table stands for itself."""
    return table.get(code) or Words(code, code)


class Source(Answer, frozen=True):
    """Say where an answer comes from, how old it is, and whether its department keeps its promise."""

    department: str  # folder name: market_regulation
    department_name: str  # 平度市市场监督管理局
    feed: str
    exchange_id: int | None  # the exchange that brought the record, or the feed's last merged one for a "no"
    as_of: datetime | None  # the feed is known up to here (UTC); None: never pulled
    freshness: Freshness  # fresh | silent (behind its promise) | never
    freshness_words: Words


class Advice(Answer, frozen=True):
    """Tell the asker something about the question itself."""

    code: str  # identifier.license_identifier_wrong, identifier.legacy, identifier.uscc_wrong, search.too_many …
    words: Words


DoubtCode = Literal[
    "contradicted", "displaced", "in_quarantine", "disputed", "unlisted", "doubted_elsewhere", "silent", "never"
]


class Doubt(Answer, frozen=True):
    """Say what speaks against relying on a license that is valid by its own words, or that one which is not may be good."""

    code: DoubtCode
    words: Words


def as_plain(answer: Answer) -> Any:
    """Return the answer as plain dicts, lists and strings: what its JSON says."""
    return msgspec.to_builtins(answer)
