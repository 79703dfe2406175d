"""What each feed had told by an instant: since when it was known, and how old its word was then.

Tells only of what had been merged by the instant asked about, so the answer never changes later. What a feed promised then is
not kept: its word is measured by the promise of today, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, text

from license_library.answers import KnownFeed, Source, Words
from license_library.asking.freshness import source_of

_KNOWN = text("""
select f.department, f.feed, first.known_since
  from feeds f cross join lateral (
    select min(e.finished_at) as known_since from exchanges e
     where e.department = f.department and e.feed = f.feed and e.state = 'merged' and e.kind = 'pull'
       and e.finished_at <= :known_at) as first
 where first.known_since is not null order by f.department, f.feed
""")
# As the merge reckons `feeds.fresh_at`; of one feed, a later exchange began later.
_THEN = text("""
select f.department, d.name as department_name, f.feed, f.fresh_seconds, heard.started_at as fresh_at, null as exchange_id
  from feeds f join departments d on d.department = f.department
  left join lateral (
    select e.started_at from exchanges e
     where e.department = f.department and e.feed = f.feed and e.state = 'merged' and e.kind <> 'keys' and e.page_count > 0
       and e.finished_at <= :known_at order by e.exchange_id desc limit 1) as heard on true
 where cast(:departments as text[]) is null
    or (f.department, f.feed) in (select * from unnest(cast(:departments as text[]), cast(:feeds as text[])))
""")


def sources_then(
    conn: Connection, known_at: datetime, of: Collection[tuple[str, str]] | None = None
) -> dict[tuple[str, str], Source]:
    """Return every feed, or these, by department and name, with how old its word was at an instant against what it promises."""
    departments, feeds = zip(*sorted(of), strict=True) if of else (None, None)
    asked = {"departments": departments and list(departments), "feeds": feeds and list(feeds)}
    rows = conn.execute(_THEN, {"known_at": known_at, **asked})
    return {(row.department, row.feed): _by_todays_promise(source_of(row, known_at)) for row in rows}


def _by_todays_promise(source: Source) -> Source:
    if source.freshness != "silent":
        return source  # its words tell no promise
    said = source.freshness_words
    words = Words(f"{said.zh}（按现行承诺计算）", f"{said.en} (by its promise of today)")
    return msgspec.structs.replace(source, freshness_words=words)


def feeds_known_at(conn: Connection, known_at: datetime) -> list[KnownFeed]:
    """Return the feeds of which a pull had been merged by an instant, and since when."""
    rows, sources = conn.execute(_KNOWN, {"known_at": known_at}), sources_then(conn, known_at)
    return [KnownFeed(sources[row.department, row.feed], row.known_since) for row in rows]


def nothing_words(feeds: Sequence[KnownFeed]) -> Words:
    """Say how much it means that nothing was found."""
    if not feeds:
        return Words(
            "本库当时尚无任何部门的数据，不能据此断定未持有",
            "the library knew nothing of any department then, so this is no proof that nothing was held",
        )
    return Words(
        "按当时所知，该主体在这一天没有持有任何证照；仅就下列已入库的数据而言",
        "as known then, this holder held nothing on that day, as far as the feeds below tell",
    )
