"""The live contract compared with the pinned one: every difference, and what each does to which feed.

The room's front for drift: one function. Writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from connectors.declarations.declared import Department, Feed
from connectors.drift.delivered import delivered_calls
from connectors.drift.difference import Difference, tell_difference
from connectors.drift.outlines import Contract, read_given, read_live, read_pinned
from connectors.drift.tree_comparison import Message, compare_trees
from connectors.drift.uses import Uses, uses_of
from connectors.scaffold.outline import Call
from connectors.wire.connection import Connection
from connectors.wire.wire_clock import read_clock

MOST = 100  # differences that are told; a contract that became another one says so in fewer
ORDER = {"breaks": 0, "watch": 1, "harmless": 2}
Key = tuple[str, str]


class Drift(msgspec.Struct, frozen=True):
    """Tell how the live contract stands beside the pinned one."""

    is_watched: bool  # the declaration says where the live contract is
    differences: list[Difference] = []
    not_compared: list[str] = []  # imports on other hosts, empty drops, what a text carries: the pinned stands

    @property
    def breaks(self) -> bool:
        """Say whether a feed is hurt."""
        return any(one.effect == "breaks" for one in self.differences)


def find_drift(department: Department, connection: Connection) -> Drift:
    """Compare; errors of schemas.errors where the live contract cannot be had or is none."""
    if not department.is_contract_watched:
        return Drift(is_watched=False)
    pinned, live = read_pinned(department), read_live(department, connection, read_clock)
    found = sorted(compare_contracts(department, pinned, live), key=lambda one: (ORDER[one.effect], one.place))
    return Drift(True, found[:MOST], [*live.not_fetched, *_carried(department)])


def compare_given(department: Department, path: Path) -> list[Difference]:
    """Compare a WSDL or OpenAPI document with the pinned one, the gravest difference first."""
    found = compare_contracts(department, read_pinned(department), read_given(department, path))
    return sorted(found, key=lambda one: (ORDER[one.effect], one.place))[:MOST]


def compare_contracts(department: Department, pinned: Contract, live: Contract) -> Iterator[Difference]:
    """Yield every difference between two contracts, feed by feed, then what no feed uses."""
    old, new = _calls(pinned), _calls(live)
    used: set[Key] = set()
    for feed in department.feeds.values():
        key = _key_of(feed, department.transport.kind)
        used.add(key)
        yield from _compare_call(feed, uses_of(feed), key, old, new)
        yield from _compare_whole(feed, pinned, live)
    for feed, uses in delivered_calls(department):
        key = _key_of(feed, department.transport.kind)
        used.add(key)
        yield from _compare_row(feed, uses, old, new) if feed.table else _compare_call(feed, uses, key, old, new)
    for key in sorted((old.keys() ^ new.keys()) - used):
        kind = "operation_removed" if key in old else "operation_added"
        yield tell_difference("", kind, _shown(key), "harmless")


def _compare_call(feed: Feed, uses: Uses, key: Key, old: dict[Key, Call], new: dict[Key, Call]) -> Iterator[Difference]:
    if key not in old:  # a sample, or a path that the pinned contract does not show: nothing to compare with
        return
    if key not in new:
        yield tell_difference(feed.name, "operation_removed", _shown(key), "breaks")
        return
    name = key[1]
    yield from compare_trees(
        Message(feed.name, name, "column" if feed.table or feed.files else "field", uses),
        old[key].answer,
        new[key].answer,
    )
    yield from compare_trees(Message(feed.name, name, "parameter", uses), old[key].request, new[key].request)


def _compare_row(feed: Feed, uses: Uses, old: dict[Key, Call], new: dict[Key, Call]) -> Iterator[Difference]:
    """Compare a table that rows are inserted into: its columns are what we send."""
    key = ("", feed.table)
    if key in old and key not in new:
        yield tell_difference(feed.name, "operation_removed", feed.table, "breaks")
    elif key in old:
        yield from compare_trees(Message(feed.name, feed.table, "parameter", uses), old[key].answer, new[key].answer)


def _compare_whole(feed: Feed, pinned: Contract, live: Contract) -> Iterator[Difference]:
    """Compare what belongs to no single field: namespaces and sign-in."""
    gone, come = sorted(pinned.namespaces - live.namespaces), sorted(live.namespaces - pinned.namespaces)
    for number, old in enumerate(gone):
        new = come[number] if number < len(come) else "—"
        yield tell_difference(feed.name, "namespace_changed", "", "breaks", old=old, new=new)
    if pinned.outline.auth != live.outline.auth:
        yield tell_difference(feed.name, "sign_in_changed", "", "watch", old=pinned.outline.auth, new=live.outline.auth)


def _calls(contract: Contract) -> dict[Key, Call]:
    kind = contract.outline.kind
    return {(call.method if kind == "rest" else "", call.name): call for call in contract.outline.calls}


def _key_of(feed: Feed, kind: str) -> Key:
    names = {"soap": feed.operation, "rest": feed.path, "table": feed.table, "file": feed.name}
    return (feed.method if kind == "rest" else "", names[kind])


def _carried(department: Department) -> Iterator[str]:
    """Yield the operations whose contract says nothing of what their text carries."""
    if department.transport.payload != "none":
        yield from (f"{feed.operation}: what its text carries" for feed in department.feeds.values())


def _shown(key: Key) -> str:
    return " ".join(filter(None, key))
