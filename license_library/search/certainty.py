"""How firm it is that a search found nothing, or nothing good: who is silent, and which types nobody delivers.

Knows what feeds declare and how old their word is; nothing of what was searched for but its type.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from license_library.answers import Advice, Words
from license_library.asking.freshness import freshness_of

_FEEDS = text("""
select d.name as department_name, f.fresh_at, f.fresh_seconds
  from feeds f join departments d on d.department = f.department
 where cast(:license_type as text) is null or f.license_types @> array[cast(:license_type as text)]
 order by d.department, f.feed
""")
_FEEDS_OF = text("""
select d.name as department_name, f.fresh_at, f.fresh_seconds
  from feeds f join departments d on d.department = f.department
 where f.license_types && cast(:types as text[]) order by d.department, f.feed
""")
_UNDELIVERED = text("""
select t.name from license_types t
 where not exists (select from feeds f where f.license_types @> array[t.license_type]) order by t.license_type
""")
NAMED: Final = 3  # types nobody delivers, by name

_NONE: Final = Advice("search.none", Words("没有符合条件的证照", "no license fits; every department keeps its promise"))
PLAIN: Final = ("search.none", "search.undelivered")  # nothing else speaks against a no: not said beside a doubt
_NO_FEED: Final = Advice(
    "search.no_feed",
    Words("尚无部门向本平台提供该类证照，无法判断是否持有", "no department delivers this yet, so nobody can say"),
)


def certainty_of_none(conn: Connection, license_type: str | None, now: datetime) -> Advice:
    """Return how firm a no is about a type, or about any: `search.none` only where every type that is meant is delivered in time."""
    feeds = conn.execute(_FEEDS, {"license_type": license_type}).all()
    if not feeds:
        return _NO_FEED
    names = _behind(feeds, now)
    if not names:
        return (_undelivered(conn) if license_type is None else None) or _NONE
    words = Words(
        f"没有找到，但不能据此断定不存在：{names}的数据尚未接入或已超过承诺时限",
        f"nothing found, which is no proof of absence: not pulled yet or behind the promise: {names}",
    )
    return Advice("search.silent", words)


def silent_beside(conn: Connection, types: Collection[str], now: datetime) -> list[Advice]:
    """Say of a list with nothing good in it, of these types, whose feeds may know of something good."""
    names = _behind(conn.execute(_FEEDS_OF, {"types": list(types)}).all(), now) if types else ""
    words = Words(
        f"所列证照均非有效，但不能据此断定没有有效的证照：{names}的数据尚未接入或已超过承诺时限",
        f"none that is listed is good, which is no proof that no good one exists: not pulled yet or behind the promise: {names}",
    )
    return [Advice("search.silent_beside", words)] if names else []


def _undelivered(conn: Connection) -> Advice | None:
    names = list(conn.scalars(_UNDELIVERED))
    if not names:
        return None
    some, zh, en = "、".join(names[:NAMED]), "等" * (len(names) > NAMED), " and others" * (len(names) > NAMED)
    words = Words(
        f"已接入的证照中没有找到；另有 {len(names)} 类证照尚无部门向本平台提供（{some}{zh}），无法判断是否持有",
        f"none of what is delivered fits; {len(names)} license types no department delivers yet ({some}{en}), so of those nobody can say",
    )
    return Advice("search.undelivered", words)


def _behind(feeds: Sequence[Any], now: datetime) -> str:
    """Name the departments whose feeds are behind their promise; empty where none is."""
    doubtful = [f for f in feeds if freshness_of(f.fresh_at, f.fresh_seconds, now) != "fresh"]
    return "、".join(dict.fromkeys(feed.department_name for feed in doubtful))
