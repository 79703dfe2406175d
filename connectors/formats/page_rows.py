"""What one page says, decoded but not yet understood: source columns, faults of single rows, and what follows.

Knows no transport and no canonical field.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec
import polars as pl

from connectors.declarations.declared import Feed
from schemas.errors import DepartmentBrokePromise, DepartmentFault
from schemas.phrases import Phrase

Column = Sequence[str | None] | pl.Series
_encoder = msgspec.json.Encoder()
_NUMBER = re.compile(r"\d(?:[ -]?\d){14}|\d{6}")


@dataclass(frozen=True)
class Fault:
    """Say what is wrong with one source value of one row, before mapping. `got` is a shape, never the value."""

    row: int
    source: str
    code: str
    expected: Phrase
    got: Phrase


@dataclass(frozen=True)
class PageRows:
    """Hold the declared source columns of one page, or of a block of a file, each a list of `count` texts or None."""

    columns: dict[str, Column]
    count: int
    faults: list[Fault] = field(default_factory=list)
    first: int = 0  # place of the first row in its page or file
    unread: dict[int, bytes] = field(default_factory=dict)  # digests of rows whose values could not be told apart
    names: frozenset[str] = frozenset()  # of every field that came, read or not; empty where nobody looked

    def frame(self) -> pl.DataFrame:
        """Return the source columns as one frame, in the order of their names."""
        return pl.DataFrame(
            [pl.Series(name, self.columns[name], pl.String, strict=True) for name in sorted(self.columns)]
        )

    def digests(self) -> list[bytes]:
        """Return the digest of every row."""
        digests = source_digests(self.frame())
        return [self.unread.get(number, digest) for number, digest in enumerate(digests)] if self.unread else digests


def source_digests(rows: pl.DataFrame) -> list[bytes]:
    """Return one sha256 per row over its declared source values, in the order of their names."""
    return [hashlib.sha256(_encoder.encode(row)).digest() for row in rows.rows()]


@dataclass(frozen=True)
class PageFacts:
    """Hold what a page says about the pages around it."""

    count: int
    total: int | None = None
    next_cursor: str = ""


def source_names(feed: Feed) -> list[str]:
    """Return the names of every source field that the feed's declaration reads, sorted."""
    mapped = {rule.from_ for rule in feed.fields.values() if rule.from_}
    changes = {feed.change.column} if feed.change else set()
    lists = {feed.holders.list} if feed.holders and feed.holders.list else set()
    return sorted(mapped | set(feed.face.values()) | set(feed.key) | {feed.cursor.field} | changes | lists)


def total_in_records(feed: Feed) -> str:
    """Return the field of a record that tells the total, where `paging.total` lies below `records`; else nothing."""
    above = f"{feed.records}/"
    return feed.paging.total.removeprefix(above) if feed.records and feed.paging.total.startswith(above) else ""


def one_total(feed: Feed, told: Iterable[str | None], who: str) -> int | None:
    """Return the total that every record tells; None where there is no record to tell one."""
    totals = set(told)
    if not totals:
        return None
    total = (totals.pop() or "").strip()
    if totals or not is_count(total):
        raise DepartmentBrokePromise(
            f"{who}: {feed.paging.total} is not the same number in every record; expected the declared total of records"
        )
    return int(total)


def list_text(entries: Sequence[dict[str, str | None]]) -> str | None:
    """Write a list that lies in a record as one text, so that it is a source column like the others."""
    return _encoder.encode(entries).decode() if entries else None


def require_success(feed: Feed, got: str | None, message: str | None, who: str) -> None:
    """Raise DepartmentFault when the answer itself says that it is none."""
    if feed.success and (got or "") not in feed.success.values:
        raise DepartmentFault(
            f"{who}: {feed.success.field} is {quoted(got)}; expected {' or '.join(feed.success.values)}; "
            f"the department says {quoted(message)}; nothing of the answer is applied"
        )


def quoted(text: str | None) -> str:
    """Return the department's own words, short and on one line; a mark in their place where they may identify a person."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text or "").split())
    # Whose number it is stands anywhere around it, and no punctuation tells a name from a word.
    line = "…" if _NUMBER.search(line) else line
    return repr(line[:120]) if line else "nothing"


def is_count(text: str | None) -> bool:
    """Say whether `text` is a number of records that can be true."""
    return text is not None and text.isascii() and text.isdecimal() and len(text) <= 12
