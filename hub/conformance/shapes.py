"""L2 and L5: whatever the department answers, its end is the right one, and the library stays what it should be."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from connectors.fake.modes import MODES
from hub.conformance.bench import Bench
from hub.conformance.expected import HELD, MERGED, QUARANTINED, SHAPES, TROUBLE, Ends, right_ends
from hub.conformance.outcome import Check, Failed
from license_library.exchange.summaries import ExchangeSummary

DAYS = 9
NEWS = {"ten_times_volume"}  # too much of it is only seen against what is usual in a day


def _try_mode(bench: Bench, mode: str, ends: Ends) -> str:
    """Pull everything in `mode`: the end must be one of `ends`, and the library must still be the truth."""
    bench.require_shown(mode)
    ends, is_file = right_ends(mode, ends, bench.feed), bench.feed.files is not None
    if is_file and mode not in NEWS:
        drop_files(bench)
    before = bench.versions()
    bench.server.set_mode(mode)
    try:
        summary, end = pull_in_mode(bench, mode, ends)
    finally:
        bench.server.set_mode("ok")
    if end not in ends:
        raise Failed(f"ended as {told(summary, end)}; expected {' or '.join(sorted(ends))}", _advice(mode, ends))
    if is_file:
        bench.require_state(bench.pull(), "merged", f"after {mode}")
    bench.require_truth(f"after {mode}")
    if bench.versions() != before and not is_file:
        raise Failed(f"{bench.versions() - before} versions were made of nothing new", _advice(mode, ends))
    return told(summary, end)


def drop_files(bench: Bench) -> None:
    """Let the department write new files: what was taken is archived and stays as it is, so only a new one can be wrong."""
    shelf = bench.server.shelves[bench.feed.name]
    for _ in bench.feed.files.names if bench.feed.files else ():  # the declared names take turns: one of each
        bench.server.set_day(shelf.day + DAYS)


def pull_in_mode(bench: Bench, mode: str, ends: Ends) -> tuple[ExchangeSummary, str]:
    """Pull once; of files those before a wrong one are taken first, and the wrong one is told of by the next exchange."""
    is_file = bench.feed.files is not None
    summary = bench.pull(full=mode not in NEWS and not is_file)
    end = _end_of(bench, summary)
    if is_file and end == MERGED and end not in ends:
        summary = bench.pull()
        end = _end_of(bench, summary)
    return summary, end


def _end_of(bench: Bench, summary: ExchangeSummary) -> str:
    """Return the state or the error; what a table that only grows still holds of bad rows, mended since, does not wait."""
    if summary.state == "failed":
        return summary.error_code or "failed"
    if summary.state == "merged" and len(bench.waiting(summary)) > bench.bad:
        return QUARANTINED
    return summary.state


def told(summary: ExchangeSummary, end: str) -> str:
    """Return how an exchange ended, with the hub's own words about it."""
    words = summary.why or ", ".join(code for code, _ in summary.top_reasons)
    return f"{end}: {words}" if words else f"{end}: {summary.merged} merged, {summary.quarantined} in quarantine"


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
