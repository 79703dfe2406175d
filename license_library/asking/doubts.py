"""What speaks against relying on a license that is valid by its own words: another row, a successor, what waits, a dispute, a list that lacks it, silence.

Pure words of a row; the clock is an argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from license_library.answers import Doubt, DoubtCode, Words
from license_library.asking.freshness import freshness_of
from license_library.words.wording import freshness_words
from schemas.bureau_time import local_day
from schemas.license.states import FINAL_STATES

CONTRADICTED: Final = Words(
    "另有同一证照的记录称其已不可用，各来源说法不一", "another record of the same license says that it is good no more"
)
GOOD_ELSEWHERE: Final = Words(
    "另有同一证照的记录称其仍可用，各来源说法不一", "another record of the same license says that it is still good"
)
DISPLACED: Final = Words(
    "取代本证照的证照属于其他主体或已不可用", "the license that took its place is another holder's, or is not good"
)
DISPUTED: Final = Words("内容有异议，已请部门校核", "its content is disputed, the department was asked")
WAITING: Final = Words("颁发部门有该证照更新的记录因数据问题待处理", "a newer record of it waits for the steward")
ELSEWHERE: Final = Words(
    "同一证照的另一记录、其后一次颁发或取代本证照的证照存有疑问：有异议、有更新记录待处理、清单中已无，或各来源说法不一",
    "another row of the same license, a later issue of it, or what took its place is doubted: disputed, a newer record waits, "
    "its list lacks it now, or the sources differ about it",
)
MAY_CHANGE: Final = Words(
    "同一证照的另一记录或其后一次颁发有异议，或有更新的记录待处理",
    "another row of the same license, or a later issue of it, is disputed, or a newer record of that waits",
)
UNLISTED: Final = Words("该部门最近的全量清单中已无此证照", "the department's whole list lacks it now")
# What was kept by its code only, since when a feed was silent is not.
_KEPT: Final = {
    "contradicted": CONTRADICTED,
    "displaced": DISPLACED,
    "in_quarantine": WAITING,
    "disputed": DISPUTED,
    "unlisted": UNLISTED,
    "doubted_elsewhere": ELSEWHERE,
    "silent": Words("颁发部门未按承诺的时限提供数据", "its department was silent for longer than it promised"),
    "never": Words("尚未从颁发部门取得过数据", "nothing had been pulled from its department yet"),
}
# A department not heard of since, with more to say, or asked to put it right, may have given it back or renewed it, and so may
# another that tells the same license; one that lists it no more has not.
_OF_CHANGES: Final = frozenset({"in_quarantine", "disputed", "doubted_elsewhere", "silent", "never"})


def kept_doubts(codes: Sequence[Any]) -> list[Doubt]:
    """Return the doubts that were kept by their codes."""
    return [Doubt(code, _KEPT[code]) for code in codes]


def may_have_changed(status: str, doubts: Sequence[Doubt]) -> list[Doubt]:
    """Return the doubts under which a license that is not good may be good by now; what was taken away stays so, unless just that is disputed."""
    # Another record of it may be right whatever was taken away. Of what is doubted elsewhere only what may say something else soon: that has words of its own.
    told = {"disputed"} if status in FINAL_STATES else _OF_CHANGES
    return [
        doubt for doubt in doubts if doubt.words == GOOD_ELSEWHERE or (doubt.code in told and doubt.words != ELSEWHERE)
    ]


def is_contradicted(row: Any, now: datetime) -> bool:
    """Say whether another row says that a license is not good, or that its term is over by now."""
    return row.twins_say == "contradicted" or (row.twins_end_on is not None and row.twins_end_on < local_day(now))


def _is_good_elsewhere(row: Any, now: datetime) -> bool:
    """Say whether a license that is not good by now is so by another row of it."""
    return row.twins_good_to is not None and row.own_good_to < local_day(now) <= row.twins_good_to


def doubts_of(row: Any, now: datetime) -> list[Doubt]:
    """Return the doubts, gravest first, of a row that carries the doubts of a look, unlisted_at, fresh_at and fresh_seconds."""
    is_doubted = row.twins_say == "unlisted" or row.successors_say == "doubted"
    spoken: tuple[tuple[DoubtCode, Words, bool], ...] = (
        ("contradicted", CONTRADICTED, is_contradicted(row, now)),
        ("contradicted", GOOD_ELSEWHERE, _is_good_elsewhere(row, now)),
        ("displaced", DISPLACED, row.successors_say == "displaced"),
        ("in_quarantine", WAITING, row.newer_waits),
        ("disputed", DISPUTED, row.is_disputed),
        ("unlisted", UNLISTED, row.unlisted_at is not None),
        ("doubted_elsewhere", MAY_CHANGE, row.twins_say == "may_change"),
        ("doubted_elsewhere", ELSEWHERE, is_doubted and row.twins_say != "may_change"),
    )
    doubts = [Doubt(code, words) for code, words, speaks in spoken if speaks]
    freshness = freshness_of(row.fresh_at, row.fresh_seconds, now)
    if freshness != "fresh":
        doubts.append(Doubt(freshness, freshness_words(freshness, row.fresh_at, row.fresh_seconds)))
    return doubts
