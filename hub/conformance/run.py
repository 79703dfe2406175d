"""Runs checks one after the other and notes what came of each. Knows no check in particular."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from connectors.declarations.declaration import Department, Feed
from hub.conformance import changes, deliveries, drifts, happy, kills, shapes
from hub.conformance.bench import Bench
from hub.conformance.outcome import Check, Failed, NotApplicable, Outcome, Report

CHECKS = [*happy.CHECKS, *shapes.CHECKS, *kills.CHECKS, *changes.CHECKS, *deliveries.CHECKS, *drifts.CHECKS]
Told = Callable[[Check], None]


def checks_of(levels: Iterable[str]) -> list[Check]:
    """Return the checks of some levels, in order; L1 goes before all that needs a filled library."""
    wanted = set(levels)
    if wanted & {"L2", "L3", "L4", "L5", "L6"}:
        wanted.add("L1")
    return sorted((one for one in CHECKS if one.level in wanted), key=lambda one: one.level)


def checks_for(checks: Iterable[Check], department: Department, feed: Feed) -> list[Check]:
    """Return those of some checks that this feed is tried with: deliveries are tried beside the department's first feed."""
    is_first = feed.name == next(iter(department.feeds))
    has_some = is_first and bool(department.deliveries)
    kept = {deliveries.ARRIVES} if is_first else set()
    return [one for one in checks if has_some or one.name in kept or not one.name.startswith(deliveries.PREFIX)]


def run_checks(bench: Bench, checks: Iterable[Check], told: Told = lambda _: None) -> Report:
    """Run checks against one department; one that breaks is a failure like any other."""
    outcomes, department = [], bench.department
    for check in checks_for(checks, department, bench.feed):
        told(check)
        outcomes.append(_run(bench, check))
    return Report(department.department, bench.feed.name, department.transport.kind, department.digest, outcomes)


def _run(bench: Bench, check: Check) -> Outcome:
    begun = time.monotonic()

    def outcome(state: str, found: str, advice: str = "") -> Outcome:
        seconds = round(time.monotonic() - begun, 3)
        return Outcome(check.level, check.name, state, check.proves, seconds, found, advice)  # type: ignore[arg-type]  # one of three words

    try:
        return outcome("passed", check.run(bench))
    except NotApplicable as reason:
        return outcome("not_applicable", str(reason))
    except Failed as failure:
        return outcome("failed", failure.found, failure.advice)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what came of this check
        return outcome("failed", f"{type(error).__name__}: {error}", "this is a fault of the hub: report it")
