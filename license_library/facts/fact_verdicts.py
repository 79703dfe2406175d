"""What may be said of one element: known, in conflict, stale, unknown, or for the applicant to fill in.

Pure functions of facts and of the rows they came from; the clock is an argument.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from license_library.answers import FactVerdict
from license_library.asking.doubts import is_contradicted
from license_library.asking.freshness import freshness_of
from license_library.facts.facts import Fact
from schemas.catalogue.elements import Element


@dataclass(frozen=True)
class Judged:
    """Hold the verdict on one element; `facts` with the shown one first, `witness` the row that explains it."""

    verdict: FactVerdict
    reason: str | None
    facts: list[Fact]
    witness: Any = None


def differing(element: Element, facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts in force where they differ in their normal form, else none; objects never contradict each other."""
    in_force = [fact for fact in facts if fact.in_force]
    return in_force if not element.many and len({fact.normal for fact in in_force}) > 1 else []


def judge(element: Element, facts: list[Fact], rows: Iterable[Any], now: datetime, settled: Fact | None) -> Judged:
    """Return the verdict; `settled` is the fact that a steward chose where they differ."""
    if not facts:
        return _nothing(element, list(rows), now)
    if settled is not None:
        facts = [settled, *(fact for fact in facts if fact is not settled)]
    elif differing(element, facts):
        return Judged("conflict", None, facts, facts[0].row)
    weak = weakness(facts[0], now)
    if weak is not None:
        return Judged("stale", weak, facts, facts[0].row)
    for row in _masters_that_may_tell(element, facts, rows):
        if (doubt := _doubt(row, now)) is not None:
            return Judged("stale", doubt, facts, row)
    return Judged("known", "settled" if settled is not None else None, facts, facts[0].row)


def weakness(fact: Fact, now: datetime) -> str | None:
    """Say why a fact may not hold any more: lapsed, contradicted, displaced, in_quarantine, disputed, unlisted, doubted_elsewhere, replaced, silent or never; None where nothing speaks against it."""
    row = fact.row
    if row is None:
        return None
    if not fact.in_force and not row.is_replaced:
        return "lapsed"
    speaking = {
        "contradicted": is_contradicted(row, now),
        "displaced": row.successors_say == "displaced",
        "in_quarantine": row.newer_waits,
        "disputed": row.is_disputed,
        "unlisted": row.unlisted_at is not None,
        "doubted_elsewhere": row.twins_say is not None or row.successors_say is not None,
        "replaced": row.is_replaced,
    }
    freshness = freshness_of(row.fresh_at, row.fresh_seconds, now)
    return next((code for code, speaks in speaking.items() if speaks), None if freshness == "fresh" else freshness)


def _masters_that_may_tell(element: Element, facts: list[Fact], rows: Iterable[Any]) -> list[Any]:
    """Return, where the shown value is no master's, what the library has of masters that tell nothing in force."""
    shown = facts[0]
    if shown.row is None or shown.source.is_master:
        return []
    masters = {source.license_type for source in element.sources if source.is_master}
    telling = [fact.row for fact in facts if fact.in_force and fact.row is not None]
    told, types = {row.license_id for row in telling}, {row.license_type for row in telling}
    asked = [row for row in rows if row.license_type in masters and row.department is not None]
    return [
        row
        for row in asked
        if (row.license_type not in types if row.license_id is None else row.license_id not in told)
    ]


def _doubt(row: Any, now: datetime) -> str | None:
    """Say why a master may tell by now what the library does not know."""
    if row.is_waiting or row.newer_waits:
        return "in_quarantine"
    freshness = freshness_of(row.fresh_at, row.fresh_seconds, now)
    return None if freshness == "fresh" else freshness


def _nothing(element: Element, rows: list[Any], now: datetime) -> Judged:
    types = {source.license_type for source in element.sources}
    masters = {source.license_type for source in element.sources if source.is_master}
    asked = [row for row in rows if row.license_type in types]
    if waiting := [row for row in asked if row.is_waiting or row.newer_waits]:
        return Judged("unknown", "in_quarantine", [], waiting[0])
    feeds = [row for row in asked if row.department is not None]
    feeds = [row for row in feeds if row.license_type in masters] or feeds
    if not feeds:
        return Judged("applicant_fills", "no_feed", [])
    for row in feeds:
        freshness = freshness_of(row.fresh_at, row.fresh_seconds, now)
        if freshness != "fresh":
            return Judged("unknown", freshness, [], row)
    if feeds[0].is_elsewhere:
        return Judged("unknown", "other_number", [], feeds[0])
    return Judged("applicant_fills", "not_held", [], feeds[0])
