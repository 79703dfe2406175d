"""What a department lists now, mapped and reduced to key, digest and time of change. Nothing of it is kept or written.

Works page by page; of every record forty bytes stay, and the source digest of those that are not the library's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl

from connectors.declarations.declaration import Department, Feed
from connectors.pages.pages import MappedPage, PageRows, fetch_pages, map_pages, read_blocks
from connectors.pages.row_chunks import gather_rows
from connectors.wire.connection import Connection
from hub.context import HubContext
from schemas.catalogue.catalogue import load_catalogue
from schemas.license.digests import record_digests
from schemas.license.license import LICENSE
from schemas.license.reconciliation import ENTRIES, newest_entries

CHUNK, CHUNK_CHARACTERS = 50_000, 100_000_000
Told = Callable[[int], None]


@dataclass
class Listing:
    """Collect what is listed; `known` holds the digests of the library's records."""

    known: frozenset[bytes]
    frames: list[pl.DataFrame] = field(default_factory=list)
    row_count: int = 0

    def take(self, mapped: MappedPage) -> None:
        """Take in some records, with the digest of their source row where the library has them otherwise or not at all."""
        digests = record_digests(mapped.frame.rechunk(), LICENSE)
        strange = [row for row, digest in enumerate(digests) if digest not in self.known]
        rows = mapped.digests(strange)
        entries = mapped.frame.select(
            "record_id", digests.alias("digest"), pl.col("source_updated_at").alias("updated_at")
        )
        source = pl.Series("source_digest", [rows.get(row) for row in range(mapped.frame.height)], dtype=pl.Binary)
        self.frames.append(entries.with_columns(source))
        self.row_count += mapped.frame.height

    def newest(self) -> pl.DataFrame:
        """Return of each record what stands in the end."""
        schema = {**ENTRIES, "source_digest": pl.Binary()}
        return newest_entries(pl.concat(self.frames)) if self.frames else pl.DataFrame(schema=schema)


def fetched_rows(hub: HubContext, department: Department, feed: Feed, connection: Connection) -> Iterator[PageRows]:
    """Yield the rows of every page of the feed's own full listing."""
    for page in fetch_pages(department, feed, connection, None, hub.bounds.pages):
        yield from read_blocks(department, feed, page.body, page.media_type)


def list_rows(department: Department, feed: Feed, pages: Iterable[PageRows], listing: Listing, told: Told) -> None:
    """Map rows and take them in, some pages at a time."""
    names = {kind.license_type: kind.name for kind in load_catalogue().license_types}
    for some in gather_rows(enumerate(pages, 1), CHUNK, CHUNK_CHARACTERS):
        listing.take(map_pages(department, feed, some, names))
        told(listing.row_count)
