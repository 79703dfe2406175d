"""The department's records as it would list them: by update time, then in the order they were entered.

Rows are rendered when a page first asks for them, and kept. Knows no transport: how a row is written is handed in.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from connectors.fake.dialect import Dialect, Row
from connectors.fake.spoiling import Kind, kind_of
from connectors.fake.world import World

Render = Callable[[Row], bytes]
Position = tuple[datetime, int]  # update time, number of the record


@dataclass(frozen=True)
class Listed:
    """Hold one source row, and what was done to it if it is bad."""

    record_id: str | None
    row: Row
    kind: Kind | None


@dataclass(frozen=True)
class Slice:
    """Hold one page: rendered rows, the total that matches, and where the next page begins, if there is one."""

    rows: list[bytes]
    total: int
    after: Position | None


class Shelf:
    """List the records of a world up to a day."""

    def __init__(self, world: World, dialect: Dialect, render: Render, day: int) -> None:
        self._world, self._dialect, self._render = world, dialect, render
        self._rendered: dict[tuple[int, int], bytes] = {}
        self._lock = threading.Lock()
        self.set_day(day)

    def set_day(self, day: int) -> None:
        """Move on, or back, to the state after `day`."""
        versions = [self._world.version(index, day) for index in range(self._world.scale)]
        updated = self._world.updated_at
        order = sorted((updated(index, version), index) for index, version in enumerate(versions))
        with self._lock:
            self.day, self._order, self._versions = day, order, versions

    def slice(self, since: datetime | None, *, size: int, skip: int = 0, after: Position | None = None) -> Slice:
        """Return `size` rows updated at `since` or later, past `skip` of them or past position `after`."""
        with self._lock:
            first = bisect_left(self._order, (since, -1)) if since else 0
            begin = bisect_right(self._order, after) if after else first + skip
            places = self._order[max(first, begin) : max(first, begin) + size]
            rows = [self._row(index) for _, index in places]
            is_last = begin + size >= len(self._order)
            return Slice(rows, len(self._order) - first, None if is_last or not places else places[-1])

    def __len__(self) -> int:
        """Return how many records there are."""
        return len(self._order)

    def warm(self) -> None:
        """Render everything now."""
        self.slice(None, size=self._world.scale)

    def listed(self, since: datetime | None = None) -> Iterator[Listed]:
        """Return every row with what is wrong with it, in order."""
        first = bisect_left(self._order, (since, -1)) if since else 0
        return (self._list(index) for _, index in self._order[first:])

    def _row(self, index: int) -> bytes:
        place = (index, self._versions[index])
        if place not in self._rendered:
            self._rendered[place] = self._render(self._list(index).row)
        return self._rendered[place]

    def _list(self, index: int) -> Listed:
        version = self._versions[index]
        record = self._world.record(index, version)
        row = self._dialect.say(record, index)
        kind = None
        if version == 0 and self._world.is_bad(index):  # the first update mends it
            kind = kind_of(self._dialect, record, int((index + 1) * self._world.bad_share + 1e-9) - 1)
            if kind:
                kind.spoil(self._dialect, row)
        return Listed(self._dialect.record_id(row), row, kind)
