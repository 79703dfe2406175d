"""What came of an exchange, in numbers: received = merged + unchanged + quarantined + held.

Reads only.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import Engine, text

from license_library.answers import Words
from license_library.words.hold_words import hold_words
from schemas.errors import NotFound
from schemas.suites.hold_reasons import HoldReason, read_reasons

TOP = 5


class ExchangeSummary(msgspec.Struct, frozen=True):
    """Say what one exchange brought."""

    exchange_id: int
    department: str
    feed: str
    state: str
    received: int
    merged: int
    unchanged: int
    quarantined: int
    held: int
    pages: int
    seconds: float
    top_reasons: list[tuple[str, int]]
    hold_reasons: list[HoldReason] = []
    hold_words: Words | None = None
    error_code: str | None = None
    error_message: str | None = None

    @property
    def why(self) -> str:
        """Return why it did not go through, in English; empty where it did."""
        return self.error_message or (self.hold_words.en if self.hold_words else "")


_SUMMARY = text("""
select exchange_id, department, feed, state, received_count as received, merged_count as merged,
  unchanged_count as unchanged, quarantined_count as quarantined, held_count as held, page_count as pages,
  round(extract(epoch from coalesce(finished_at, checked_at, landed_at, started_at) - started_at), 3)::float8 as seconds,
  hold_reasons, error_code, error_message
from exchanges where exchange_id = :exchange_id
""")
_REASONS = text("""
select code, count(*) from quarantined_records, unnest(codes) as code where exchange_id = :exchange_id
group by code order by count(*) desc, code limit :top
""")


def summarize(engine: Engine, exchange_id: int) -> ExchangeSummary:
    """Return the counts of an exchange and the most frequent reasons for quarantine."""
    with engine.connect() as conn:
        row = conn.execute(_SUMMARY, {"exchange_id": exchange_id}).first()
        if row is None:
            raise NotFound(f"library: no exchange {exchange_id}; nothing was summarized")
        reasons = conn.execute(_REASONS, {"exchange_id": exchange_id, "top": TOP}).all()
    held = read_reasons(row.hold_reasons)
    told = {**row._mapping, "hold_reasons": held, "hold_words": hold_words(held)}
    return ExchangeSummary(**told, top_reasons=[(code, number) for code, number in reasons])
