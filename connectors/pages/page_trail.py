"""Which page comes next, and whether the pages that came keep what they declare. Knows no transport."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

from connectors.declarations.declared import Feed, Paging
from connectors.formats.page_rows import PageFacts, total_in_records
from schemas.errors import DepartmentBrokePromise, DepartmentUnavailable

COUNTED = {"page", "offset"}  # styles that end where the declared total is reached
TOLD = {"cursor", "link", "next"}  # styles in which each answer tells what follows


@dataclass(frozen=True)
class Place:
    """Hold where a page lies: our number (from 1), and the department's page, cursor or next URL, or first record."""

    number: int
    page: int
    cursor: str = ""
    offset: int = 0


def first_place(paging: Paging) -> Place:
    """Return where the first page lies."""
    begin = paging.begin()
    return Place(1, 1, offset=begin) if paging.style == "offset" else Place(1, begin)


@dataclass
class PageTrail:
    """Follow the pages of one exchange to their declared end."""

    who: str
    feed: Feed
    max_pages: int
    received: int = 0
    last: PageFacts = field(default_factory=lambda: PageFacts(0))
    _seen: dict[bytes, int] = field(default_factory=dict)
    _cursors: set[str] = field(default_factory=set)

    def start(self) -> Place:
        """Return the first place."""
        return first_place(self.feed.paging)

    def follow(self, place: Place, facts: PageFacts, body: bytes) -> Place | None:
        """Take in one page and return the next place, or None at the end; DepartmentBrokePromise when they contradict."""
        if facts.total is None and total_in_records(self.feed):  # no record to tell it: what was told before holds
            facts = replace(facts, total=self.last.total or 0)
        self._refuse_shrinking(place, facts)
        self._refuse_overfull(place, facts)
        self.received += facts.count
        self.last = facts
        if facts.count:
            self._refuse_repetition(place, body)
        following = self._next(place, facts)
        if following and following.number > self.max_pages:
            raise DepartmentBrokePromise(
                f"{self.who}: more than {self.max_pages} pages; expected an end; nothing is applied"
            )
        return following

    def expected_after(self, place: Place) -> Place | None:
        """Guess the place after a page not yet read, where its existence follows from the declared total."""
        total, count = self.last.total or 0, self.last.count
        is_likely = self._is_counted and self.received + count < total and place.number < self.max_pages
        return self._step(place, count) if is_likely else None

    @property
    def _is_counted(self) -> bool:
        return self.feed.paging.style in COUNTED

    def _next(self, place: Place, facts: PageFacts) -> Place | None:
        total = facts.total
        if self.feed.paging.style in TOLD and facts.next_cursor:
            following: Place | None = self._step(place, 0, self._refuse_loop(facts.next_cursor))
        elif self._is_counted and facts.count and self._goes_on(facts):
            following = self._step(place, facts.count)
        else:
            following = None
        if total is not None and (self.received > total or (following is None and self.received != total)):
            raise DepartmentBrokePromise(
                f"{self.who}: page {place.number} declares {total} records; expected as many, got {self.received}; "
                "nothing of the exchange is applied"
            )
        return following

    def _goes_on(self, facts: PageFacts) -> bool:
        paging = self.feed.paging
        if paging.end:
            return paging.end == "empty-page" or facts.count == paging.size
        return facts.total is not None and self.received < facts.total

    def _step(self, place: Place, count: int, cursor: str = "") -> Place:
        moved = count if self.feed.paging.style == "offset" else 0
        return Place(place.number + 1, place.page + 1, cursor, place.offset + moved)

    def _refuse_shrinking(self, place: Place, facts: PageFacts) -> None:
        """A record that was taken away from a page already read pulls another one over its edge, unseen."""
        before, now = self.last.total, facts.total
        if self._is_counted and before is not None and now is not None and now < before:
            raise DepartmentUnavailable(
                f"{self.who}: page {place.number} declares {now} records and the one before {before}: some were taken away "
                "while the pages were read, so others were missed; nothing is applied; can be tried again"
            )

    def _refuse_overfull(self, place: Place, facts: PageFacts) -> None:
        """Where a short page ends the list, one that is longer than asked for shows that the size asked for means nothing."""
        size = self.feed.paging.size
        if self.feed.paging.end == "short-page" and facts.count > size:
            raise DepartmentBrokePromise(
                f"{self.who}: page {place.number} holds {facts.count} records; expected at most the {size} asked for, or a "
                "short page does not show the end; nothing is applied"
            )

    def _refuse_repetition(self, place: Place, body: bytes) -> None:
        digest = hashlib.sha256(body).digest()
        earlier = self._seen.setdefault(digest, place.number)
        if earlier != place.number:
            raise DepartmentBrokePromise(
                f"{self.who}: page {place.number} repeats page {earlier}; the pages go in a circle; nothing is applied"
            )

    def _refuse_loop(self, cursor: str) -> str:
        if cursor in self._cursors:
            raise DepartmentBrokePromise(
                f"{self.who}: a cursor came twice; the pages go in a circle; nothing is applied"
            )
        self._cursors.add(cursor)
        return cursor
