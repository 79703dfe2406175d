"""What a search found, counted: in all, and by each filter with the other filters kept.

Knows the groups one statement returns, and whether what it looked at was all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from license_library.answers import FilterCount, RecognisedAs, SearchCounts, Words
from license_library.asking.questions import SearchTerms
from license_library.search.searches import COUNTED, COUNTS
from license_library.words.wording import status_words

_FILTERS = {"license_type": "license_type", "issuer": "issuer_name", "status": "status"}


def count_found(
    conn: Connection,
    kind: RecognisedAs,
    terms: SearchTerms,
    asked: Mapping[str, Any],
    today: date,
    *,
    is_cut: bool = False,
) -> SearchCounts | None:
    """Return the counts of what a reading found, where they are wanted; `is_cut`: only some of the holders were looked at."""
    if not terms.counts:
        return None
    groups = conn.execute(COUNTS[kind], {**asked, "day": terms.valid_on or today}).all()
    kept = [group for group in groups if _fits(group, terms)]
    return SearchCounts(
        license_count=sum(group.n for group in kept),
        valid_count=sum(group.n for group in kept if group.is_valid),
        is_bounded=is_cut or sum(group.n for group in groups) >= COUNTED,
        license_types=_counted(groups, terms, "license_type"),
        issuers=_counted(groups, terms, "issuer"),
        statuses=_counted(groups, terms, "status"),
    )


def _fits(group: Any, terms: SearchTerms, but: str = "") -> bool:
    asked = {name: getattr(terms, name) for name in _FILTERS if name != but}
    chosen = all(value is None or getattr(group, _FILTERS[name]) == value for name, value in asked.items())
    return chosen and (terms.valid_on is None or group.is_valid)


def _counted(groups: Sequence[Any], terms: SearchTerms, name: str) -> list[FilterCount]:
    counts: Counter[str] = Counter()
    for group in groups:
        if _fits(group, terms, but=name):
            counts[getattr(group, _FILTERS[name])] += group.n
    words = {getattr(group, _FILTERS[name]): _words(group, name) for group in groups}
    return [FilterCount(value, words[value], count) for value, count in counts.most_common()]


def _words(group: Any, name: str) -> Words:
    if name == "status":
        return status_words(group.status)
    told = group.license_type_name if name == "license_type" else group.issuer_name
    return Words(told, told)
