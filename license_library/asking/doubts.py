"""What speaks against relying on a license that is valid by its own words: another row, a successor, what waits, a dispute, a list that lacks it, silence.

Pure words of a row; the clock is an argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from license_library.answers import Doubt, Words
from license_library.asking.freshness import freshness_of
from license_library.asking.held_against import held_against, may_be_held
from license_library.asking.held_records import newer_held
from license_library.asking.one_license import maybe_of_one_holder, of_this_issue, same_identifier, same_number
from license_library.asking.replaced import GOOD, NOT_GOOD, is_displaced, may_be_replaced
from license_library.words.wording import freshness_words
from schemas.license.states import FINAL_STATES

CONTRADICTED: Final = Words(
    "另有同一证照的记录称其已不可用，各来源说法不一", "another record of the same license says that it is good no more"
)
DISPLACED: Final = Words(
    "取代本证照的证照属于其他主体或已不可用", "the license that took its place is another holder's, or is not good"
)
DISPUTED: Final = Words("内容有异议，已请部门校核", "its content is disputed, the department was asked")
WAITING: Final = Words("颁发部门有该证照更新的记录因数据问题待处理", "a newer record of it waits for the steward")
ELSEWHERE: Final = Words(
    "另一来源中的同一证照存有疑问：有异议、有更新记录待处理，或清单中已无此证照",
    "the same license is doubted where another feed tells it: disputed, a newer record waits, or its list lacks it now",
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
# A department not heard of since, with more to say, or asked to put it right, may have given it back or renewed it; one that lists it
# no more has not.
_OF_CHANGES: Final = frozenset({"in_quarantine", "disputed", "silent", "never"})
_IS_DISPUTED = "exists (select from correction_requests c where c.license_id = {}.license_id and c.state = 'open')"


def is_disputed(license_alias: str) -> str:
    """Return the condition that somebody asked a license's department to put a value right, and it has not answered."""
    return _IS_DISPUTED.format(license_alias)


# A good record would have ended the waiting of older ones, so whatever waits is newer, or nobody knows how old it is.
_IN_QUARANTINE = """exists (select from quarantined_records q where q.state = 'open' and q.record_id = {0}.record_id
  and q.department = {0}.department and q.feed = {0}.feed)"""


def in_quarantine(license_alias: str) -> str:
    """Return the condition that a record of a license waits in quarantine."""
    return _IN_QUARANTINE.format(license_alias)


def _own_waits(license_alias: str) -> str:
    return f"({in_quarantine(license_alias)} or {newer_held(license_alias)})"


def newer_waits(license_alias: str) -> str:
    """Return the condition that something newer of a license waits, in quarantine or in a held batch: what it says, nobody has judged yet."""
    return f"({_own_waits(license_alias)} or {held_against(license_alias)})"


# Its identifier elsewhere, or its number with what may be the same holder, for this issue or a later one; an earlier one may well
# be over, and a later one of the same feed speaks against this one only where it is not good. Two looks into indexes; what is asked of a row found there, few are asked. The gravest that any of them says.
_TWINS_SAY = f"""case when {{0}}.status = any({GOOD}) then (
    select case max(case when n.status = any({NOT_GOOD}) then 2 when {{doubted}} then 1 end)
             when 2 then 'contradicted' when 1 then 'doubted_elsewhere' end from (
      select n.* from licenses n where {same_identifier("{0}.license_identifier", "n.license_identifier")} and n.license_id <> {{0}}.license_id
       union all
      select n.* from licenses n where {same_number("{0}", "n")}
         and ((n.department, n.feed) <> ({{0}}.department, {{0}}.feed) or n.status = any({NOT_GOOD}))
         and n.license_id <> {{0}}.license_id and {of_this_issue("{0}", "n")} and {maybe_of_one_holder("{0}", "n")}) n) end"""  # noqa: S608 - constants of this room


# A condition that costs little where nothing is found, as of most: only of the others need more be asked.
_ASKS_MORE = f"""({may_be_held("{0}")} or {{0}}.status = any({GOOD}) and (
  exists (select from licenses n where {same_identifier("{0}.license_identifier", "n.license_identifier")} and n.license_id <> {{0}}.license_id)
  or exists (select from licenses n where {same_number("{0}", "n")} and n.license_id <> {{0}}.license_id)
  or {may_be_replaced("{0}")}))"""  # noqa: S608 - constants of this room


def asks_more(license_alias: str) -> str:
    """Return the condition without which twins_say and is_displaced tell nothing of a license, and newer_waits only what is in quarantine.

    A held batch may speak of it, or another row stands beside a license that is good by its own word, or follows it.
    """
    return _ASKS_MORE.format(license_alias)


def twins_say(license_alias: str) -> str:
    """Return what other rows of the very license say of one that is good by its own word.

    `contradicted`: it is not good. `doubted_elsewhere`: it is disputed, listed no more, or waits for a newer record. Else null.
    """
    doubted = f"n.unlisted_at is not null or {is_disputed('n')} or {_own_waits('n')}"
    return _TWINS_SAY.format(license_alias, doubted=doubted)


def doubt_columns(license_alias: str) -> str:
    """Return the columns of a license that doubts_of reads, but for those of its feed and its own."""
    told = {
        "twins_say": twins_say,
        "is_displaced": is_displaced,
        "newer_waits": newer_waits,
        "is_disputed": is_disputed,
    }
    return ", ".join(f"{condition(license_alias)} as {name}" for name, condition in told.items())


def kept_doubts(codes: Sequence[Any]) -> list[Doubt]:
    """Return the doubts that were kept by their codes."""
    return [Doubt(code, _KEPT[code]) for code in codes]


def may_have_changed(status: str, doubts: Sequence[Doubt]) -> list[Doubt]:
    """Return the doubts under which a license that is not good may be good by now; what was taken away stays so, unless just that is disputed."""
    told = {"disputed"} if status in FINAL_STATES else _OF_CHANGES
    return [doubt for doubt in doubts if doubt.code in told]


def doubts_of(row: Any, now: datetime) -> list[Doubt]:
    """Return the doubts, gravest first, of a row that carries doubt_columns, unlisted_at, fresh_at and fresh_seconds."""
    freshness = freshness_of(row.fresh_at, row.fresh_seconds, now)
    doubts = [Doubt("contradicted", CONTRADICTED)] if row.twins_say == "contradicted" else []
    if row.is_displaced:
        doubts.append(Doubt("displaced", DISPLACED))
    if row.newer_waits:
        doubts.append(Doubt("in_quarantine", WAITING))
    if row.is_disputed:
        doubts.append(Doubt("disputed", DISPUTED))
    if row.unlisted_at is not None:
        doubts.append(Doubt("unlisted", UNLISTED))
    if row.twins_say == "doubted_elsewhere":
        doubts.append(Doubt("doubted_elsewhere", ELSEWHERE))
    if freshness != "fresh":
        doubts.append(Doubt(freshness, freshness_words(freshness, row.fresh_at, row.fresh_seconds)))
    return doubts
