"""L6: the department changes its contract and its answers with it; the difference is told, and the feed does what it can.

Each change is told in words and becomes an incident; the feed goes on by the pinned copy, or stops and keeps the library as
it was; the incident ends when the contract is the pinned one again.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from connectors.declarations.declaration import load_department
from connectors.drift.difference import Difference
from connectors.drift.outlines import read_pinned
from connectors.fake.modes import MODES
from connectors.fake.rows.bending import coded_column
from connectors.scaffold.outline import walk
from hub.conformance.bench import Bench
from hub.conformance.expected import BROKE, FAULT, HELD, MERGED, QUARANTINED, REFUSED, Ends
from hub.conformance.outcome import Check, Failed, NotApplicable
from hub.conformance.shapes import drop_files, pull_in_mode, told
from hub.watching.drifting import Watched, watch_drift
from license_library.answers import IncidentBrief
from license_library.asking.questions import IncidentFilter
from license_library.oversight.incident_list import list_incidents

PREFIX = "drift_"
CONTRACT_OF = {"soap": "WSDL", "rest": "OpenAPI document", "table": "table", "file": "header"}
# mode -> kinds of difference, one of which must be told; how the feed may end meanwhile
CHANGES: Final[Mapping[str, tuple[frozenset[str], Ends]]] = {
    "operation_added": (frozenset({"operation_added"}), frozenset({MERGED})),
    "schema_added": (frozenset({"added"}), frozenset({MERGED})),
    "unknown_code": (frozenset({"code_added"}), frozenset({QUARANTINED})),
    "parameter_required": (frozenset({"added_required", "now_required"}), frozenset({FAULT, REFUSED, BROKE})),
    "schema_missing": (frozenset({"removed", "renamed"}), frozenset({HELD, BROKE})),
    "column_renamed": (frozenset({"renamed", "removed"}), frozenset({HELD, BROKE})),
    "type_changed": (frozenset({"type_changed"}), frozenset({HELD, BROKE})),
    "schema_renamed_namespace": (frozenset({"namespace_changed"}), frozenset({BROKE})),
    "table_missing": (frozenset({"operation_removed"}), frozenset({BROKE})),
}
CARRIED = {
    "schema_added", "schema_missing", "column_renamed", "type_changed", "unknown_code", "parameter_required",
}  # fmt: skip


def _watched(bench: Bench) -> str:
    """Compare an unchanged contract: nothing may be told of it."""
    _require_shown(bench)
    watched = _watch(bench)
    if watched.state != "same" or _open(bench):
        raise Failed(
            f"the fake shows the pinned contract, and it was found {watched.state}: {_words(watched)}",
            "report it with the contract: a comparison that cries wolf is muted",
        )
    declared = load_department(bench.department.department, bench.hub.connectors_folder)
    if declared.is_contract_watched:
        return f"its {CONTRACT_OF[declared.transport.kind]} is compared on a schedule, and is the pinned one"
    return "same; but no `live_contract` is declared, so in earnest nobody compares: the kit shows it at an address of its own"


def _changes(bench: Bench, mode: str, kinds: frozenset[str], ends: Ends) -> str:
    """Let the contract and the answers change: told, an incident, the library right, and over when it is over."""
    _require_change(bench, mode)
    if bench.feed.files:
        drop_files(bench)
    bench.server.set_mode(mode)
    try:
        watched = _watch(bench)
        summary, end = pull_in_mode(bench, mode, ends)
    finally:
        bench.server.set_mode("ok")
    found = _require_told(bench, watched, kinds)
    severity = _require_incident(bench, found)
    if end not in ends:
        raise Failed(f"the feed ended as {told(summary, end)}; expected {' or '.join(sorted(ends))}", "report it")
    _require_over(bench)
    return f"“{found.words_en}”: an incident ({severity}) until it was over; the feed meanwhile: {told(summary, end)}"


def _require_change(bench: Bench, mode: str) -> None:
    bench.require_shown(mode)
    _require_shown(bench)
    transport, publisher = bench.department.transport, bench.server.publisher
    if mode in CARRIED and transport.payload != "none":
        raise NotApplicable(
            "what it is asked and what it answers is carried in a text that its contract does not describe"
        )
    if mode == "unknown_code" and not publisher:
        raise NotApplicable("a table or a header lists no codes")
    if mode == "unknown_code" and not _lists_codes(bench):
        raise NotApplicable("its contract lists no codes of this field that could be read")
    if publisher and not publisher.shows(mode, bench.feed.name):
        raise NotApplicable("its contract says nothing of what changes here")


def _lists_codes(bench: Bench) -> bool:
    """Say whether the pinned contract lists codes where the feed reads them."""
    name, feed = coded_column(bench.feed).rpartition("/")[2], bench.feed
    calls = [one for one in read_pinned(bench.department).outline.calls if one.name in {feed.operation, feed.path}]
    return any(node.codes for call in calls for path, node in walk(call.answer) if path[-1:] == (name,))


def _require_shown(bench: Bench) -> None:
    files = bench.feed.files
    if files and files.format != "csv":
        raise NotApplicable(f"a {files.format} file has no header: what changes in it is seen record by record")


def _require_told(bench: Bench, watched: Watched, kinds: frozenset[str]) -> Difference:
    """Return the difference that tells the change; the gravest one, and one with words in both languages."""
    mine = [one for one in watched.drift.differences if one.kind in kinds and one.feed in {bench.feed.name, ""}]
    if not mine or not (mine[0].words_zh and mine[0].words_en):
        raise Failed(
            f"the change was not told; the comparison says {watched.state}: {_words(watched)}",
            "look at how the contract describes the record: `hub department drift` compares by its paths",
        )
    return mine[0]


def _require_incident(bench: Bench, found: Difference) -> str:
    incident = next((one for one in _open(bench) if one.words.en == found.words_en), None)
    if incident is None:
        raise Failed(f"no incident says “{found.words_en}”", "report it: a difference that nobody is told of")
    return incident.severity


def _require_over(bench: Bench) -> None:
    """Fail unless everything is as before: contract, incidents, feed and library."""
    bench.require_state(bench.pull(), "merged", "once the contract is the pinned one again")
    bench.require_truth("once the contract is the pinned one again")
    watched = _watch(bench)
    if watched.state != "same" or _open(bench):
        raise Failed(
            f"the contract is the pinned one again, and is found {watched.state}, {len(_open(bench))} incidents open",
            "report it: an incident that does not end",
        )


def _watch(bench: Bench) -> Watched:
    return watch_drift(bench.hub, bench.department.department, bench.connection)


def _open(bench: Bench) -> list[IncidentBrief]:
    wanted = IncidentFilter(bench.department.department, None)
    with bench.hub.engine.connect() as conn:
        found = list_incidents(conn, wanted, bench.hub.clock()).incidents
    return [one for one in found if one.kind in {"drift", "contract_unread"}]


def _words(watched: Watched) -> str:
    if watched.failure:
        return str(watched.failure)
    return "; ".join(one.words_en for one in watched.drift.differences[:3]) or "no difference"


CHECKS = [
    Check("L6", f"{PREFIX}none", "an unchanged contract is found unchanged, and opens no incident", _watched),
    *(
        Check("L6", f"{PREFIX}{mode}", MODES[mode].words, partial(_changes, mode=mode, kinds=kinds, ends=ends))
        for mode, (kinds, ends) in CHANGES.items()
    ),
]
