"""Whether records moved between pages while these were read: then one may have been pushed over the edge of a page.

Numbered pages and offsets count from the front: a record that is changed meanwhile leaves its page, usually for the last
one, and every record behind it moves up. The total stays the same, so only this gives it away: the record came twice, the
second time with a time of change from during the exchange. Keeps eight bytes a record, and no value.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

from connectors.declarations.declaration import Feed, duration

COUNTED = {"page", "offset"}


class MovedPages:
    """Watch the records of one exchange, chunk by chunk."""

    def __init__(self, feed: Feed, started_at: datetime) -> None:
        self._is_counted = feed.paging.style in COUNTED
        self._since = started_at - duration(feed.cursor.overlap)
        self._seen: list[pl.Series] = []
        self.is_found = False

    def look(self, frame: pl.DataFrame) -> None:
        """Take in the next records."""
        if not self._is_counted or frame.is_empty():
            return
        keys = frame.select(
            "_page", key=pl.col("record_id").hash(), is_fresh=pl.col("source_updated_at") >= self._since
        )
        fresh, older = keys.filter("is_fresh"), keys.filter(~pl.col("is_fresh"))
        if fresh.height:
            earlier = fresh.join(older, on="key").filter(pl.col("_page_right") < pl.col("_page"))
            known = (fresh["key"].is_in(keys.implode()).any() for keys in self._seen)
            self.is_found = self.is_found or earlier.height > 0 or any(known)
        self._seen.append(older["key"])
