"""The one transaction that moves staged records into the library, or moves nothing.

Knows versions: they only go forward, the newest source time wins, an unchanged record is not written at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, text

from license_library.asking.refusals import NotDecidable
from license_library.asking.settled import announce_merge
from license_library.merge import merge_statements as merge
from license_library.merge import subject_statements as subjects
from license_library.merge.alert_statements import NOTE_ALERTS, NOTE_CONTRADICTIONS, NOTE_DISPLACED
from license_library.merge.heard_again import overtake_held
from license_library.merge.leases import Exchange, hold_lease
from license_library.merge.listings import mark_unlisted
from license_library.merge.staged import drop_staged
from license_library.words.wording import exchange_words
from schemas.errors import NotFound
from schemas.identifiers.holder_code_types import HOLDER_CODE_TYPES
from schemas.license.states import GOOD_STATES

_ORGANISATIONS = [kind.code for kind in HOLDER_CODE_TYPES if kind.kind == "organisation"]
_APPLY = (
    merge.ANALYZE_DELTA,
    subjects.COLLECT_SUBJECTS,
    subjects.ANALYZE_SUBJECTS,
    subjects.ADD_SUBJECTS,
    subjects.COLLECT_NAMES,
    subjects.RENAME_SUBJECTS,
    subjects.KEEP_OLDER_NAMES,
    merge.KEEP_REPLACED,
    merge.REPLACE_LICENSES,
    merge.ADD_LICENSES,
    merge.KEEP_PASSED,
    merge.NOTE_REVERSALS,
)


@dataclass(frozen=True)
class Counts:
    """Say how many received records became a version, and how many changed nothing."""

    merged: int
    unchanged: int
    is_shadow: bool = False  # nothing was merged: the exchange ran beside the library


class NotHeld(NotDecidable):
    """The exchange is not held, so there is nothing to release or discard."""

    code = "request.not_held"


Noted = Callable[[Connection, Exchange], None]
_LOCK = text("""
select e.exchange_id, e.epoch, e.department, e.feed, e.state, e.mapping_version, e.since_at, e.started_at,
  e.is_shadow, e.kind, e.merged_count, e.unchanged_count, e.hold_reasons is not null as was_held
from feeds f join exchanges e using (department, feed) where e.exchange_id = :exchange_id
for no key update
""")
# What only its own good rows had overtaken waits after all.
_DISCARD = text("""
update exchanges set state = 'discarded', finished_at = :now, unchanged_count = unchanged_count - overtaken_count,
  quarantined_count = quarantined_count + overtaken_count, overtaken_count = 0
where exchange_id = :exchange_id
""")


def merge_exchange(
    engine: Engine, exchange_id: int, clock: Callable[[], datetime], before_commit: Callable[[], None] | None = None
) -> Counts:
    """Merge a checked exchange into the library; one that is merged already only returns its counts."""
    with engine.begin() as conn:
        exchange, done, _ = lock_exchange(conn, exchange_id)
        if exchange.state == "merged":
            return done
        hold_lease(conn, exchange, ["checked"])
        counts = _merge(conn, exchange, clock)
        if before_commit:
            before_commit()
        return counts


def no_note(_conn: Connection, _exchange: Exchange) -> None:
    """Write nothing beside the decision."""


def release_held(engine: Engine, exchange_id: int, clock: Callable[[], datetime], noted: Noted = no_note) -> Counts:
    """Merge a held exchange because the steward says so; what is newer in the library stays. `noted` writes who said so.

    One that was released before only returns its counts; NotHeld where it never was held.
    """
    with engine.begin() as conn:
        exchange, done, was_held = lock_exchange(conn, exchange_id)
        if exchange.state == "merged" and was_held:
            return done
        _demand_held(exchange)
        counts = _merge(conn, exchange, clock)
        noted(conn, exchange)
        return counts


def discard_held(engine: Engine, exchange_id: int, now: datetime, noted: Noted = no_note) -> None:
    """Drop what a held exchange staged because the steward says so; its raw pages stay. `noted` writes who said so."""
    with engine.begin() as conn:
        exchange, _, _ = lock_exchange(conn, exchange_id)
        _demand_held(exchange)
        throw_away(conn, exchange_id, now)
        noted(conn, exchange)


def throw_away(conn: Connection, exchange_id: int, now: datetime) -> None:
    """Drop what a held exchange staged, in this transaction; whoever calls has locked it."""
    drop_staged(conn, exchange_id)
    conn.execute(_DISCARD, {"exchange_id": exchange_id, "now": now})


def lock_exchange(conn: Connection, exchange_id: int) -> tuple[Exchange, Counts, bool]:
    """Lock an exchange and its feed; return it with its counts, and whether it ever was held."""
    row = conn.execute(_LOCK, {"exchange_id": exchange_id}).first()
    if row is None:
        raise NotFound(f"library: no exchange {exchange_id}; nothing was merged")
    facts = dict(row._mapping)
    counts, was_held = Counts(facts.pop("merged_count"), facts.pop("unchanged_count")), facts.pop("was_held")
    return Exchange(**facts), counts, was_held


def _demand_held(exchange: Exchange) -> None:
    if exchange.state != "held":
        who = f"{exchange.department}/{exchange.feed}: exchange {exchange.exchange_id}"
        raise NotHeld(
            f"{who} cannot be released or discarded; expected it held, got {exchange.state}; nothing changed",
            zh=f"批次 {exchange.exchange_id} {exchange_words(exchange.state, partial=False).zh}，不能放行或作废；未作更改",
        )


def _merge(conn: Connection, exchange: Exchange, clock: Callable[[], datetime]) -> Counts:
    facts = {
        **vars(exchange),
        "now": announce_merge(conn, clock),
        "organisation_types": _ORGANISATIONS,
        "good_states": sorted(GOOD_STATES),
    }
    for setting in merge.SETTINGS:
        conn.execute(setting)
    merged = conn.execute(merge.COLLECT_DELTA, facts).rowcount
    if merged:
        for statement in _APPLY:
            conn.execute(statement, facts)
        if conn.scalar(merge.HAS_LISTED, facts):
            conn.execute(merge.ADD_HOLDERS, facts)
        conn.execute(NOTE_ALERTS, facts)
        conn.execute(NOTE_CONTRADICTIONS, facts)
        conn.execute(NOTE_DISPLACED, facts)
    overtake_held(conn, facts)
    conn.execute(merge.MEND_REPLAYED if exchange.is_replay else merge.MEND_QUARANTINED, facts)
    staged = drop_staged(conn, exchange.exchange_id)
    mark_unlisted(conn, exchange, facts["now"])
    conn.execute(merge.ADVANCE_FEED, facts)
    counts = conn.execute(merge.FINISH_EXCHANGE, {**facts, "merged": merged, "unchanged": staged - merged}).one()
    return Counts(*counts)
