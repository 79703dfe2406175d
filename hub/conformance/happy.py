"""L0 and L1: the declaration stands on its own, and an undisturbed exchange brings exactly what the department holds."""

from __future__ import annotations

from collections import Counter

from connectors.lint.lint import check_department
from hub.conformance.bench import LOOK, Bench
from hub.conformance.outcome import Check, Failed


def _lint(bench: Bench) -> str:
    findings = check_department(bench.department.department, bench.hub.connectors_folder)
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        raise Failed("; ".join(map(str, errors)), "mend what each finding names, then `hub department check` again")
    return f"{len(findings)} remarks" if findings else "nothing to complain about"


def _first_pull(bench: Bench) -> str:
    summary = bench.pull()
    bench.require_state(summary, "merged", "the first pull")
    bench.require_truth("after the first pull")
    return f"{summary.merged} merged from {summary.pages} pages, {summary.quarantined} in quarantine"


def _reasons(bench: Bench) -> str:
    listed = list(bench.server.shelves[bench.feed.name].listed())
    expected = Counter(one.kind.code for one in listed if one.kind)
    got = Counter(code for _, codes in bench.waiting() for code in codes)
    if missed := {code: count for code, count in expected.items() if got[code] < count}:
        raise Failed(
            f"spoiled records did not end in quarantine with their reason: {missed}; quarantine says {dict(got)}",
            "a field that is mapped as a constant, or without its code list or date form, cannot be judged",
        )
    return ", ".join(f"{code} {count}" for code, count in sorted(got.items())) or "none was spoiled"


def _second_pull(bench: Bench) -> str:
    before = bench.versions()
    summary = bench.pull(full=True)
    bench.require_state(summary, "merged", "the second pull")
    if summary.merged or bench.versions() != before:
        raise Failed(
            f"a second pull of the same merged {summary.merged} records again",
            "something that is mapped changes from one answer to the next; find it in the history of a license",
        )
    bench.require_truth("after the second pull")
    return f"{summary.unchanged} unchanged"


def _updates(bench: Bench) -> str:
    day, before = bench.server.plot.day + 40, bench.versions()
    bench.server.set_day(day)
    summary = bench.pull()
    bench.require_state(summary, "merged", "the pull after forty days of updates")
    bench.require_truth("after forty days of updates")
    if not summary.merged and bench.server.shelves[bench.feed.name].day == day:
        raise Failed("no update came through", LOOK)
    return f"{summary.merged} merged, {bench.versions() - before} versions more"


def _both_ends(bench: Bench) -> str:
    found = bench.compare()
    if found.state != "same" or found.pending:
        raise Failed(
            f"compared by {found.method}, {found.missing} are missing, {found.extra} extra, {found.different} different, "
            f"{found.pending} on their way",
            "look at `reconcile`: its question must bring the very record; else something that is mapped changes by itself",
        )
    return f"{found.method}: {found.compared} of {found.library_count} looked at, {found.waiting} of them wait"


CHECKS = [
    Check("L0", "lint", "the declaration and its contract stand without the network", _lint),
    Check("L1", "first_pull", "the library is what the department holds, field by field", _first_pull),
    Check("L1", "reasons", "every spoiled record waits in quarantine with its reason", _reasons),
    Check("L1", "second_pull", "the same again changes nothing and makes no version", _second_pull),
    Check("L1", "updates", "days of updates come through, each once", _updates),
    Check("L1", "both_ends", "both ends compared in the declared way are the same", _both_ends),
]
