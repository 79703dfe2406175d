"""Which page comes next, and whether the pages that came keep what they declare. Knows no transport."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from connectors.declared import Feed
from connectors.page_rows import PageFacts
from schemas.errors import DepartmentBrokePromise


@dataclass(frozen=True)
class Place:
    """Hold where a page lies: our number (from 1), the department's page number, and its cursor."""

    number: int
    page: int
    cursor: str = ""


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
        return Place(1, self.feed.paging.first)

    def follow(self, place: Place, facts: PageFacts, body: bytes) -> Place | None:
        """Take in one page and return the next place, or None at the end; DepartmentBrokePromise when they contradict."""
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
        is_likely = self.feed.paging.style == "page" and self.received + count < total and place.number < self.max_pages
        return _step(place) if is_likely else None

    def _next(self, place: Place, facts: PageFacts) -> Place | None:
        if self.feed.paging.style == "cursor" and facts.next_cursor:
            self._refuse_loop(facts.next_cursor)
            return _step(place, facts.next_cursor)
        if self.feed.paging.style != "page" or facts.total is None:
            return None
        if self.received < facts.total and facts.count:
            return _step(place)
        if self.received != facts.total:
            raise DepartmentBrokePromise(
                f"{self.who}: page {place.number} declares {facts.total} records; expected as many, got {self.received}; "
                "nothing of the exchange is applied"
            )
        return None

    def _refuse_repetition(self, place: Place, body: bytes) -> None:
        digest = hashlib.sha256(body).digest()
        earlier = self._seen.setdefault(digest, place.number)
        if earlier != place.number:
            raise DepartmentBrokePromise(
                f"{self.who}: page {place.number} repeats page {earlier}; the pages go in a circle; nothing is applied"
            )

    def _refuse_loop(self, cursor: str) -> None:
        if cursor in self._cursors:
            raise DepartmentBrokePromise(
                f"{self.who}: a cursor came twice; the pages go in a circle; nothing is applied"
            )
        self._cursors.add(cursor)


def _step(place: Place, cursor: str = "") -> Place:
    return Place(place.number + 1, place.page + 1, cursor)
