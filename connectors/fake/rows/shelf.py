"""The department's records as it would list them: by update time, then in the order they were entered.

Rows are rendered when a page first asks for them, and kept. Knows no transport: how a row is written is handed in.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from connectors.fake.city.chronicle import BACKWARDS, HAPPENED, Chronicle
from connectors.fake.city.world import Record, World
from connectors.fake.rows.bending import bend_rendered, bend_row, bends_rows
from connectors.fake.rows.dialect import Dialect, Row
from connectors.fake.rows.spoiling import Kind, kind_of

Render = Callable[[Row], bytes]
Position = tuple[datetime, int]  # update time, number of the record
Order = list[Position]
FEW = 3  # licenses that something happens to
MANY = 10
STALE_DAYS = 30
HAPPENINGS = {"late_commit", "clock_backwards", "revokes", "deletes", "corrected_file"}


@dataclass(frozen=True)
class Listed:
    """Hold one source row, the record behind it, what was done to it if it is bad, and whether it tells a deletion."""

    record_id: str | None
    row: Row
    kind: Kind | None
    record: Record
    is_deleted: bool = False


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
        self._chronicle = Chronicle(world)
        self._rendered: dict[tuple[int, int], bytes] = {}
        self._lock = threading.Lock()
        self._target = -1  # the license that modes about a single record are shown on
        self.set_day(day)

    def set_day(self, day: int) -> None:
        """Move on, or back, to the state after `day`."""
        order = self._order_of(self._chronicle, day, self._world.scale)
        with self._lock:
            self.day, self._order = day, order

    def set_mode(self, mode: str) -> None:
        """Let happen what `mode` brings; what was late or wrong only in passing is set right first."""
        self._chronicle.settle()
        self._rendered = {place: row for place, row in self._rendered.items() if place[1] < HAPPENED}
        if mode in HAPPENINGS:
            self._happen(mode)
        if mode == "ten_times_volume":
            more = range(self._world.scale, self._world.scale * MANY)
            self._chronicle.note(more, self._order[-1][0], self.day, {})
        self.set_day(self.day)
        self._target = next((index for _, index in self._order if not self._list(index).kind), -1)

    def slice(
        self, since: datetime | None, *, size: int, skip: int = 0, after: Position | None = None, mode: str = "ok"
    ) -> Slice:
        """Return `size` rows updated at `since` or later, past `skip` of them or past position `after`."""
        with self._lock:
            order = self._bent_order(mode)
            first = bisect_left(order, (since, -1)) if since else 0
            begin = bisect_right(order, after) if after else first + skip
            places = order[max(first, begin) : max(first, begin) + size]
            is_last = begin + size >= len(order)
            following = None if is_last or not places else places[-1]
            shown = places[::-1] if mode == "out_of_order" else [] if mode == "empty_list" else places
            rows = [self._row(index, mode) for _, index in shown]
        if mode == "page_shifts" and begin == first and following:
            self._change(places[0][1])
        return Slice(rows, len(order) - first, following)

    def __len__(self) -> int:
        """Return how many records there are."""
        return len(self._order)

    @property
    def newest(self) -> datetime:
        """Return the newest time of change, in local time."""
        return self._order[-1][0]

    def listed(self, since: datetime | None = None, mode: str = "ok") -> Iterator[Listed]:
        """Return every row with what is wrong with it, in order."""
        order = self._bent_order(mode)
        first = bisect_left(order, (since, -1)) if since else 0
        for _, index in order[first:]:
            listed = self._list(index)
            if bends_rows(mode, is_target=index == self._target):
                listed = Listed(listed.record_id, bend_row(mode, self._dialect, listed.row), listed.kind, listed.record)
            yield listed

    def _order_of(self, source: World | Chronicle, day: int, scale: int) -> Order:
        left = (index for index in range(scale) if index not in self._chronicle.gone)
        return sorted((source.updated_at(index, source.version(index, day)), index) for index in left)

    def _bent_order(self, mode: str) -> Order:
        if mode == "zero_rows":
            return []
        if mode == "stale_cache":
            return self._order_of(self._world, max(self.day - STALE_DAYS, 0), self._world.scale)
        if mode == "ten_times_volume":
            return self._order_of(self._chronicle, self.day, self._world.scale * MANY)
        if mode == "one_element_list":
            return self._order[-1:]
        if mode == "duplicate_records":
            return [place for place in self._order for _ in range(1 + (place[1] % 5 == 0))]
        return self._order

    def _row(self, index: int, mode: str) -> bytes:
        if bends_rows(mode, is_target=index == self._target):
            row = bend_row(mode, self._dialect, self._list(index).row)
            return bend_rendered(mode, self._dialect.feed, self._render(row))
        place = (index, self._chronicle.version(index, self.day))
        if mode == "stale_cache":
            place = (index, self._world.version(index, max(self.day - STALE_DAYS, 0)))
        if place not in self._rendered:
            self._rendered[place] = self._render(self._list(*place).row)
        return self._rendered[place]

    def _list(self, index: int, version: int | None = None) -> Listed:
        version = self._chronicle.version(index, self.day) if version is None else version
        record = self._chronicle.record(index, version)
        is_deleted = self._chronicle.is_deleted(index, version)
        row = self._dialect.say(record, index)
        kind = None
        if version == 0 and self._world.is_bad(index):  # the first update mends it
            kind = kind_of(self._dialect, record, row, int((index + 1) * self._world.bad_share + 1e-9) - 1)
            if kind:
                kind.spoil(self._dialect, row)
        return Listed(self._dialect.record_id(row), row, kind, record, is_deleted)

    def _happen(self, mode: str) -> None:
        if mode in {"revokes", "deletes"}:
            self.end_licenses(FEW, is_deletion=mode == "deletes")
            return
        noted = self._chronicle.note(self._good(FEW), self._order[-1][0], self.day, {})
        if mode == "late_commit":
            noted[1].is_withheld = True
        for one in noted if mode == "clock_backwards" else ():
            one.shown_at = one.at - BACKWARDS

    def end_licenses(self, count: int, *, is_deletion: bool) -> None:
        """Revoke or delete the first good ones: said by the mark of change, else by a state, else no longer listed."""
        few, newest = self._good(count), self._order[-1][0]
        states, change = self._world.issuer.states, self._dialect.feed.change
        wanted = ("cancelled",) if is_deletion else ("revoked", "withdrawn", "cancelled", "suspended", "restricted")
        state = next((one for one in wanted if one in states), "")
        if is_deletion and change:
            for one in self._chronicle.note(few, newest, self.day, {}):
                one.is_deleted = True
        elif state:
            self._chronicle.note(few, newest, self.day, {"status": state})
        elif is_deletion:
            self._chronicle.gone.update(few)

    def _good(self, count: int) -> list[int]:
        """Return the first licenses that nothing is wrong with and nothing happened to."""
        left = (index for _, index in self._order if index not in self._chronicle.happened)
        return list(islice((index for index in left if not self._list(index).kind), count))

    def _change(self, index: int) -> None:
        self._chronicle.note([index], self._order[-1][0], self.day, {})
        self.set_day(self.day)
