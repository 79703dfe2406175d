"""How a check ends: results kept, counts proven, the batch passed on or held for the steward.

Knows counts and states. Judges no record.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, text

from license_library.merge.leases import CHECKING, Exchange, hold_lease, renew_lease
from license_library.merge.staged import drop_staged, keep_held
from schemas.errors import HubError
from schemas.suites.hold_reasons import HoldReason, kept_reasons


class CountsDiffer(HubError):
    """What was received is not what was staged, known and quarantined."""

    code = "hub.counts_differ"


class QualityResult(Protocol):
    """Have what one expectation found."""

    @property
    def expectation(self) -> str: ...
    @property
    def column(self) -> str | None: ...
    @property
    def severity(self) -> str: ...
    @property
    def success(self) -> bool: ...
    @property
    def evaluated(self) -> int: ...
    @property
    def unexpected(self) -> int: ...
    @property
    def detail(self) -> str | None: ...
    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...


_CLEAR_KNOWN = text("update exchanges set unchanged_count = 0, overtaken_count = 0 where exchange_id = :exchange_id")
_CLEAR_SHADOW = text("delete from shadow_changes where exchange_id = :exchange_id")
_CLEAR_RESULTS = text("delete from quality_results where exchange_id = :exchange_id")
_SAVE_RESULT = text("""
insert into quality_results (exchange_id, ordinal, suite, expectation, column_name, severity, success,
  evaluated_count, unexpected_count, detail, words_zh, words_en)
values (:exchange_id, :ordinal, :suite, :expectation, :column, :severity, :success, :evaluated, :unexpected, :detail,
  :zh, :en)
""")
_COUNT = text("""
select (select count(*) from staged_licenses where exchange_id = :exchange_id) as staged, unchanged_count as known
from exchanges where exchange_id = :exchange_id
""")
_FINISH = text("""
update exchanges set state = :state, checked_at = :now, received_count = :received, quarantined_count = :quarantined,
  held_count = :held, hold_reasons = cast(:reasons as jsonb), rule_version = :rule_version,
  finished_at = case when :state = 'held' then cast(:now as timestamptz) end,
  -- a department whose clock runs ahead must not make us skip what it writes until then
  cursor_at = case when cast(:cursor_at as timestamptz) is not null
    then least(cast(:cursor_at as timestamptz), started_at) end
where exchange_id = :exchange_id
""")


def clear_check(conn: Connection, exchange: Exchange) -> None:
    """Forget what an earlier try of the check left behind, so that it can be repeated."""
    hold_lease(conn, exchange, CHECKING)
    drop_staged(conn, exchange.exchange_id)
    for statement in (_CLEAR_KNOWN, _CLEAR_SHADOW, _CLEAR_RESULTS):
        conn.execute(statement, {"exchange_id": exchange.exchange_id})


def save_quality_results(conn: Connection, exchange: Exchange, suite: str, results: Sequence[QualityResult]) -> None:
    """Keep what the expectation suite found, one row per expectation."""
    hold_lease(conn, exchange, CHECKING)
    names = ("expectation", "column", "severity", "success", "evaluated", "unexpected", "detail", "zh", "en")
    rows = [{name: getattr(result, name) for name in names} for result in results]
    facts = {"exchange_id": exchange.exchange_id, "suite": suite}
    if rows:
        conn.execute(_SAVE_RESULT, [{**row, **facts, "ordinal": ordinal} for ordinal, row in enumerate(rows)])


def finish_check(  # noqa: PLR0913, PLR0917 - each is one fact of the check
    conn: Connection,
    exchange: Exchange,
    received: int,
    quarantined: int,
    cursor_at: datetime | None,
    rule_version: str,
    now: datetime,
    reasons: Sequence[HoldReason] = (),
) -> None:
    """Note that every received record is staged, known or quarantined; CountsDiffer where one is missing or doubled.

    `cursor_at` is the newest source time in the batch: the next exchange asks from there. `reasons` say why a shadow
    exchange would be held: it goes on, for nothing of it is merged.
    """
    facts = {"received": received, "quarantined": quarantined, "cursor_at": cursor_at, "rule_version": rule_version}
    _prove_counts(conn, exchange, received, quarantined)
    _finish(conn, exchange, {**facts, "state": "checked", "held": 0, "reasons": kept_reasons(reasons)}, now)


def hold_exchange(  # noqa: PLR0913, PLR0917 - each is one fact of the check
    conn: Connection,
    exchange: Exchange,
    reasons: Sequence[HoldReason],
    received: int,
    quarantined: int,
    cursor_at: datetime | None,
    rule_version: str,
    now: datetime,
) -> None:
    """Hold what was staged for the steward: the batch broke its bounds. The feed is free for the next exchange."""
    facts = {"received": received, "quarantined": quarantined, "cursor_at": cursor_at, "rule_version": rule_version}
    staged = _prove_counts(conn, exchange, received, quarantined)
    keep_held(conn, exchange.exchange_id)
    _finish(conn, exchange, {**facts, "state": "held", "held": staged, "reasons": kept_reasons(reasons)}, now)


def _prove_counts(conn: Connection, exchange: Exchange, received: int, quarantined: int) -> int:
    hold_lease(conn, exchange, CHECKING)
    got = conn.execute(_COUNT, {"exchange_id": exchange.exchange_id}).one()
    if received != got.staged + got.known + quarantined:
        raise CountsDiffer(
            f"{exchange.department}/{exchange.feed}: exchange {exchange.exchange_id} does not add up; expected {received}"
            f" received, got {got.staged} staged, {got.known} known and {quarantined} quarantined; nothing is merged"
        )
    return int(got.staged)


def _finish(conn: Connection, exchange: Exchange, facts: dict[str, object], now: datetime) -> None:
    renew_lease(conn, exchange, now)
    conn.execute(_FINISH, {**facts, "exchange_id": exchange.exchange_id, "now": now})
