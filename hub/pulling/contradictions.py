"""Records that contradict one another across the chunks of a check: neither can be trusted, so all of them wait.

Within one chunk the record checks see it. What the library holds already is not staged, so it is noted beside. Reads the records concerned once more from their pages, a page at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby

import polars as pl
from sqlalchemy import Connection

from connectors.declarations.declaration import Department, Feed
from connectors.mapping.row_edits import Edits, edit_rows
from connectors.pages.pages import MappedPage, map_pages
from hub.context import HubContext
from hub.pulling.replayed_rows import pick_rows
from license_library.exchange.contradictions import find_contradictions, find_told_otherwise, take_back, take_back_known
from license_library.exchange.exchanges import Exchange
from license_library.merge.overtaken import BadRows
from license_library.merge.shadowing import note_reasons
from license_library.quarantine.quarantining import quarantine_records
from schemas.catalogue.catalogue import load_catalogue
from schemas.checking.checks import CONTRADICTED
from schemas.license.problems import problems_frame

Places = list[tuple[int, int]]
KEY = ["record_id", "source_updated_at"]


class ToldBefore:
    """Note where an exchange told what the library holds already: a hash and a place for each such record."""

    def __init__(self) -> None:
        self._told: list[pl.DataFrame] = []

    def look(self, known: pl.DataFrame) -> None:
        """Take in the next records that were known."""
        if not known.is_empty():
            self._told.append(known.select("_page", "_position", key=pl.struct(KEY).hash()))

    def places_of(self, otherwise: Iterable[list[tuple[str, datetime, int, int]]]) -> tuple[Places, Places]:
        """Return which of what was staged contradicts something told here, and where that stands; asks only where any is."""
        if not self._told:
            return [], []
        told, fresh, known = pl.concat(self._told), list[tuple[int, int]](), set[tuple[int, int]]()
        for some in otherwise:
            staged = self._keyed(some)
            fresh += staged.join(told, on="key", how="semi").select("page", "at").rows()
            known |= set(told.join(staged, on="key", how="semi").select("_page", "_position").rows())
        return fresh, sorted(known)

    @staticmethod
    def _keyed(otherwise: list[tuple[str, datetime, int, int]]) -> pl.DataFrame:
        kinds = pl.Schema(
            {
                "record_id": pl.String(),
                "source_updated_at": pl.Datetime("us", "UTC"),
                "page": pl.Int64(),
                "at": pl.Int64(),
            }
        )
        return pl.DataFrame(otherwise, schema=kinds, orient="row").with_columns(key=pl.struct(KEY).hash())


def quarantine_contradictions(  # noqa: PLR0913, PLR0917 - each is one fact of the check
    hub: HubContext,
    conn: Connection,
    told: ToldBefore,
    bad: BadRows,
    exchange: Exchange,
    department: Department,
    feed: Feed,
    edits: Edits,
    rule_version: str,
    now: datetime,
) -> int:
    """Move staged records that contradict one another into quarantine; return how many that were."""
    fresh, known = told.places_of(find_told_otherwise(conn, exchange))
    staged = sorted({*find_contradictions(conn, exchange), *fresh})
    if staged:
        take_back(conn, exchange, staged)
        take_back_known(conn, exchange, len(known))
    places = sorted([*staged, *known])
    for chunk in _read_again(hub, exchange, department, feed, edits, places):
        rows = list(range(chunk.frame.height))
        problems = problems_frame((row, CONTRADICTED) for row in rows)
        bad.look(chunk.frame, problems)
        if exchange.is_shadow:
            note_reasons(conn, exchange, chunk.frame, problems)
            continue
        facts = (chunk.frame, problems, chunk.digests(rows), rule_version, now, chunk.sources(rows))
        quarantine_records(conn, hub.keyring, exchange, *facts)
    return len(places)


def _read_again(
    hub: HubContext, exchange: Exchange, department: Department, feed: Feed, edits: Edits, places: Places
) -> Iterator[MappedPage]:
    names = {kind.license_type: kind.name for kind in load_catalogue().license_types}
    for number, of_page in groupby(places, key=lambda place: place[0]):
        positions = [position for _, position in of_page]
        picked = pick_rows(hub, (exchange.exchange_id, number), department, feed, positions)
        yield map_pages(department, feed, [(number, edit_rows(rows, edits)) for _, rows in picked], names)
