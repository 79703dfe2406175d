"""Which of the library's records an exchange lists: one that everything was asked of may lack some, any may bring some back.

Absence proves something only where the list is whole: asked for from the beginning, its end proven, every row named.
"""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection

from connectors.declarations.declaration import Feed
from hub.context import HubContext
from license_library.exchange.exchanges import Exchange
from license_library.merge.listings import (
    Missed,
    count_outdated,
    count_unlisted,
    note_missed,
    note_returned,
    unlisted_records,
)
from license_library.merge.overtaken import storable
from license_library.oversight.incidents import Cause, tell_incidents

KIND = "unlisted"
OUTDATED = "outdated"


class Listed:
    """Watch the records of one exchange, chunk by chunk."""

    def __init__(self, conn: Connection, exchange: Exchange, feed: Feed) -> None:
        self._conn, self._exchange = conn, exchange
        self._unlisted = unlisted_records(conn, exchange)
        is_pull = exchange.kind == "pull" and not exchange.is_shadow
        self._is_whole = is_pull and exchange.since_at is None and proves_absence(feed)
        self._ids: list[pl.Series] = []

    def look(self, frame: pl.DataFrame) -> None:
        """Take in the next records, good and bad."""
        # Bad rows are named too, and their keys may hold anything; no good key is as long as where `storable` cuts.
        named = pl.Series([storable(key) for key in frame["record_id"].drop_nulls()], dtype=pl.String)
        if self._unlisted and not self._exchange.is_replay:  # a replay has not asked the department
            note_returned(self._conn, self._exchange, self._unlisted.intersection(named))
            self._unlisted -= set(named)
        self._is_whole = self._is_whole and len(named) == frame.height  # one without a name may be any
        if self._is_whole:
            self._ids.append(named)

    def find_missed(self, *, has_moved: bool) -> Missed:
        """Note what a whole list lacks; nothing where a record may have been pushed over the edge of a page."""
        self._tell_outdated()
        if not self._is_whole or has_moved or not self._ids:
            return Missed()
        return note_missed(self._conn, self._exchange, pl.concat(self._ids))

    def _tell_outdated(self) -> None:
        """Keep one incident for a feed where everything was asked for and some of it is kept out by its older time."""
        exchange = self._exchange
        if exchange.kind != "pull" or exchange.is_shadow or exchange.since_at is not None:
            return
        count = count_outdated(self._conn, exchange)
        causes = [_outdated(exchange, count)] if count else []
        tell_incidents(self._conn, exchange.department, OUTDATED, causes, exchange.started_at, feed=exchange.feed)


def proves_absence(feed: Feed) -> bool:
    """Say whether what a whole list lacks is gone: not where rows or files are taken away, nor where nothing proves the end."""
    if feed.flag is not None or feed.files is not None:
        return False
    return bool(feed.table or feed.paging.total or feed.paging.total_header)


def tell_unlisted(hub: HubContext, department: str) -> None:
    """Keep one incident for each feed that has licenses its department lists no more."""
    with hub.engine.begin() as conn:
        causes = [_cause(feed, count) for feed, count in count_unlisted(conn, department).items()]
        tell_incidents(conn, department, KIND, causes, hub.clock())


def _cause(feed: str, count: int) -> Cause:
    zh = f"{count} 件证照已不在该部门的全量清单中；证照库保留并注明，未删除"
    en = f"{count} licenses are in the department's whole list no more; they are kept and marked, nothing is deleted"
    return Cause(feed, KIND, "warning", zh, en)


def _outdated(exchange: Exchange, count: int) -> Cause:
    zh = f"部门的全量清单中有 {count} 条记录内容不同而更新时间早于证照库所知，未入库（交换 {exchange.exchange_id}）"
    en = f"{count} records of the whole list say something else with a time older than what is kept; the kept ones stand (exchange {exchange.exchange_id})"
    return Cause(exchange.feed, OUTDATED, "warning", zh, en)
