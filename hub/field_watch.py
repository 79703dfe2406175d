"""Whether fields of a batch went missing or were renamed: what optional fields do not tell record by record.

A field that no record holds is suspicious where the library says that records of these types have it. By itself it must
be next to impossible by chance; beside a field that the contract does not know, unlikely is enough.
"""

from __future__ import annotations

import math
from collections import Counter

import polars as pl
from sqlalchemy import Connection

from connectors.contract_names import unknown_names
from connectors.declaration import Department, Feed
from connectors.pages import MappedPage
from license_library.known_fill import Fill, known_fill

IMPOSSIBLE, UNLIKELY = 1e-6, 0.05
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

    def tell(self, conn: Connection) -> list[str]:
        """Return why the batch must be held, naming the fields; nothing where all is as it was."""
        empty = {name: source for name, source in self._read().items() if source not in self._filled}
        if not empty or not self._types:
            return []
        known = known_fill(conn, self._department.department, self._feed.name)
        new = unknown_names(self._department, self._feed, self._names)
        most = UNLIKELY if new else IMPOSSIBLE
        gone = [(name, source) for name, source in empty.items() if self._chance(known, name) < most]
        beside = f"; some hold {', '.join(new)[:200]}, which the contract does not know" if new else ""
        return [f"no record has {_named(gone)}, which known records have{beside}; was it renamed?"] if gone else []

    def _read(self) -> dict[str, str]:
        """Return {our field: its source field}."""
        fields = {name: rule.from_ for name, rule in self._feed.fields.items() if rule.from_ and name not in DEFAULTED}
        return fields | {f"face.{name}": source for name, source in self._feed.face.items()}

    def _chance(self, known: dict[str, Fill], name: str) -> float:
        """Return how likely it is that none of these records has the field, if nothing changed."""
        return math.prod((1 - known.get(kind, Fill()).share(name)) ** count for kind, count in self._types.items())


def _named(gone: list[tuple[str, str]]) -> str:
    return ", ".join(f"{name} ({source})" for name, source in gone)[:400]
