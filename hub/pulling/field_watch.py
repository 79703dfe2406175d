"""Whether fields of a batch went missing, were renamed or are new: what optional fields do not tell record by record.

A field that no record holds is suspicious where the library says that records of these types have it. By itself it must
be next to impossible by chance; beside a field that the contract does not know, unlikely is enough. Of records that travel
as text in a string no live contract tells anything: what is new in them is told from the records themselves.
"""

from __future__ import annotations

import math
from collections import Counter
from datetime import datetime

import polars as pl
from sqlalchemy import Connection

from connectors.declarations.declaration import Department, Feed
from connectors.lint.contract_names import new_in_text, unknown_names
from connectors.pages.pages import MappedPage
from license_library.exchange.exchanges import Exchange
from license_library.exchange.known_fill import Fill, known_fill
from license_library.oversight.incidents import Cause, tell_incidents, told_causes
from schemas.suites.hold_reasons import HoldReason, hold_reason

IMPOSSIBLE, UNLIKELY = 1e-6, 0.05
KIND, GONE = "new_field", "gone_field"
BETWEEN = ", "
MOST = 20  # new fields that one notice names; a text that became another one says so in fewer
LONGEST = 60  # of a name that a reason gives
DEFAULTED = {
    "license_name"
}  # the catalogue's own name stands in for it: what the library holds says nothing of the source


class FieldWatch:
    """Watch the records of one exchange, chunk by chunk."""

    def __init__(self, department: Department, feed: Feed) -> None:
        self._department, self._feed = department, feed
        self._names: set[str] = set()
        self._types: Counter[str] = Counter()
        self._filled: set[str] = set()

    def look(self, chunk: MappedPage) -> None:
        """Take in the next records."""
        self._names |= chunk.names
        counted = chunk.frame["license_type"].drop_nulls().value_counts()
        self._types.update(dict(counted.iter_rows()))
        if not chunk.source.is_empty():
            has_value = chunk.source.select((pl.all().is_not_null() & (pl.all() != "")).any()).row(0, named=True)
            self._filled |= {name for name, filled in has_value.items() if filled}

    def tell(self, conn: Connection, exchange: Exchange, now: datetime) -> list[HoldReason]:
        """Return why the batch must be held, naming the fields; of a carried text keep an incident for each new field."""
        gone, new = self._find_gone(conn)
        is_carried = self._department.transport.payload != "none"
        if is_carried and self._names and exchange.kind == "pull" and not exchange.is_shadow:
            self._tell_new(conn, exchange, now)
            causes = [_gone(self._feed.name, name, source, new) for name, source in gone]
            tell_incidents(conn, exchange.department, GONE, causes, now, feed=exchange.feed)
        return [_why_held(dict(gone), new)] if gone else []

    def _tell_new(self, conn: Connection, exchange: Exchange, now: datetime) -> None:
        """Keep one notice for all the fields that came up together; what was told before is not told again."""
        new = new_in_text(self._department, self._feed, self._names)
        told = told_causes(conn, exchange.department, KIND, exchange.feed)
        is_whole = exchange.since_at is None  # only the whole of the records can show that a field is gone
        kept = [one for one in told if not is_whole or {*one.split(BETWEEN)} & {*new}]
        fresh = [name for name in new if all(name not in one.split(BETWEEN) for one in told)]
        causes = [*kept, *([BETWEEN.join(fresh[:MOST])] if fresh else [])]
        tell_incidents(
            conn, exchange.department, KIND, [_new(self._feed.name, one) for one in causes], now, feed=exchange.feed
        )

    def _find_gone(self, conn: Connection) -> tuple[list[tuple[str, str]], list[str]]:
        """Return the fields that went missing with their source fields, and the unknown ones beside them."""
        empty = {name: source for name, source in self._read().items() if source not in self._filled}
        if not empty or not self._types:
            return [], []
        known = known_fill(conn, self._department.department, self._feed.name)
        new = unknown_names(self._department, self._feed, self._names)
        most = UNLIKELY if new else IMPOSSIBLE
        return [(name, source) for name, source in empty.items() if self._chance(known, name) < most], new

    def _read(self) -> dict[str, str]:
        """Return {our field: its source field}."""
        fields = {name: rule.from_ for name, rule in self._feed.fields.items() if rule.from_ and name not in DEFAULTED}
        return fields | {f"face.{name}": source for name, source in self._feed.face.items()}

    def _chance(self, known: dict[str, Fill], name: str) -> float:
        """Return how likely it is that none of these records has the field, if nothing changed."""
        return math.prod((1 - known.get(kind, Fill()).share(name)) ** count for kind, count in self._types.items())


def _new(feed: str, names: str) -> Cause:
    zh = f"字符串所载记录中出现字段 {names}，接入声明与契约旁的样例均未提到；未入库"
    en = f"the records that its text carries hold {names}, which neither declaration nor sample knows; not read"
    return Cause(feed, names, "notice", zh, en)


def _gone(feed: str, name: str, source: str, new: list[str]) -> Cause:
    beside_zh, beside_en = (
        (f"，同时出现 {', '.join(new)[:200]}", f", and {', '.join(new)[:200]} came up") if new else ("", "")
    )
    zh = f"字符串所载记录中不再有字段 {source}（{name}）{beside_zh}；整批暂缓"
    en = f"no record that its text carries has {source} ({name}) any more{beside_en}; the batch is held"
    return Cause(feed, source, "critical", zh, en)


def _why_held(gone: dict[str, str], new: list[str]) -> HoldReason:
    if not new:
        return hold_reason("batch.gone_fields", fields=gone)
    return hold_reason("batch.renamed_fields", fields=gone, strangers=[name[:LONGEST] for name in new[:MOST]])
