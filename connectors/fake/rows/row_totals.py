"""A total that a department writes into every record: a mark in each rendered row, which the page that shows it replaces.

Rows are rendered once and shown in pages of different totals. Knows no transport.
"""

from __future__ import annotations

from collections.abc import Iterable

from connectors.declarations.declared import Feed
from connectors.fake.rows.shelf import Render
from connectors.formats.page_rows import total_in_records

MARK = "719283645"  # digits alone, as a contract may ask for a number
_MARKED = tuple((before + MARK + after).encode() for before, after in (('"', '"'), (">", "<")))


def marking(feed: Feed, render: Render) -> Render:
    """Return how rows are rendered, with the mark where the feed's total stands in every record."""
    name = total_in_records(feed)
    return (lambda row: render({**row, name: MARK})) if name else render


def tell_total(feed: Feed, rows: Iterable[bytes], total: int) -> list[bytes]:
    """Return rendered rows that tell the total."""
    return [_told(row, total) for row in rows] if total_in_records(feed) else [*rows]


def _told(row: bytes, total: int) -> bytes:
    for marked in _MARKED:
        row = row.replace(marked, marked[:1] + str(total).encode() + marked[-1:])
    return row
