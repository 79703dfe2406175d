"""What a declaration bounds: what one department may cost us, and what a healthy exchange looks like."""

from __future__ import annotations

from connectors.declarations.declared_parts import Struct


class Limits(Struct, frozen=True, kw_only=True):
    """Bound what one department may cost us."""

    requests_per_second: float = 5
    concurrency: int = 1
    deadline_seconds: float = 30
    page_bytes: int = 20_000_000
    statement_seconds: float = 1800  # of one statement in our own database, for this department's exchanges


class Expects(Struct, frozen=True, kw_only=True):
    """What a healthy exchange looks like."""

    max_bad_ratio: float = 0.05
    max_missed_ratio: float = 0.05  # of the licenses listed before that a whole list may lack
    records_per_day: tuple[int, int] = (0, 1_000_000)
    max_growth: float = 5.0  # times the most that came before
    max_loss: float = 0.5  # of what the library holds, when everything was asked for
    max_fill_drop: float = 0.2  # of a field that was filled before
    max_duplicates: float = 0.05
    max_contradictions: float = 0.05
