"""L2 and L5: whatever the department answers, its end is the right one, and the library stays what it should be."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from connectors.fake.modes import MODES
from hub.conformance.bench import Bench
from hub.conformance.expected import HELD, MERGED, QUARANTINED, SHAPES, TROUBLE, Ends, right_ends, why_not
from hub.conformance.outcome import Check, Failed, NotApplicable
from license_library.summaries import ExchangeSummary

DAYS = 9
NEWS = {"ten_times_volume"}  # too much of it is only seen against what is usual in a day


def _try_mode(bench: Bench, mode: str, ends: Ends) -> str:
    """Pull everything in `mode`: the end must be one of `ends`, and the library must still be the truth."""
    if reason := why_not(mode, bench.department, bench.feed):
        raise NotApplicable(reason)
    ends = right_ends(mode, ends, bench.feed)
    is_file = bench.feed.files is not None
    if is_file:  # what was taken is archived and stays as it is: only a new file can be wrong
        bench.server.set_day(bench.server.shelves[bench.feed.name].day + DAYS)
    before = bench.versions()
    bench.server.set_mode(mode)
    try:
        summary = bench.pull(full=mode not in NEWS and not is_file)
    finally:
        bench.server.set_mode("ok")
    end = _end_of(summary, summary.quarantined - bench.bad)
    if end not in ends:
        told = (
            summary.error_message
            or summary.hold_reason
            or f"{summary.merged} merged, {summary.quarantined} quarantined"
        )
        raise Failed(f"ended as {end}: {told}; expected {' or '.join(sorted(ends))}", _advice(mode, ends))
    if is_file:
        bench.require_state(bench.pull(), "merged", f"after {mode}")
    bench.require_truth(f"after {mode}")
    if bench.versions() != before and not is_file:
        raise Failed(f"{bench.versions() - before} versions were made of nothing new", _advice(mode, ends))
    return _told(summary, end)


def _end_of(summary: ExchangeSummary, more_waiting: int) -> str:
    if summary.state == "failed":
        return summary.error_code or "failed"
    if summary.state == "merged" and more_waiting > 0:
        return QUARANTINED
    return summary.state


def _told(summary: ExchangeSummary, end: str) -> str:
    words = summary.error_message or summary.hold_reason or ", ".join(code for code, _ in summary.top_reasons)
    return f"{end}: {words}" if words else end


def _advice(mode: str, ends: Ends) -> str:
    if ends & {HELD, QUARANTINED} and not ends & {MERGED}:
        return "a record like that must wait in quarantine: check that its fields are mapped with `codes` and `date`"
    if mode in {"count_lies", "page_loops", "empty_list"}:
        return "check `paging`: its total and its style decide whether an end that comes too early is seen"
    return "this is most likely a fault of the hub: report it with the declaration"


def _recover(bench: Bench) -> str:
    """After all of it, an undisturbed exchange must find everything as it was."""
    before = bench.versions()
    summary = bench.pull(full=True)
    bench.require_state(summary, "merged", "once the trouble is over")
    bench.require_truth("once the trouble is over")
    if summary.merged or bench.versions() != before:
        raise Failed(f"{summary.merged} records were merged again", "something that is mapped changes by itself")
    return f"{summary.unchanged} unchanged, {summary.quarantined} in quarantine"


def mode_checks(level: str, modes: Mapping[str, Ends]) -> list[Check]:
    """Return one check for each mode, and one for what is left when all is over."""
    checks = [
        Check(level, mode, MODES[mode].words, partial(_try_mode, mode=mode, ends=ends)) for mode, ends in modes.items()
    ]
    return [
        *checks,
        Check(level, f"recovery_{level}", "afterwards an undisturbed exchange finds all as it was", _recover),
    ]


CHECKS = [*mode_checks("L2", SHAPES), *mode_checks("L5", TROUBLE)]
