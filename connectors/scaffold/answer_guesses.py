"""What of an answer is the list of records, and what around it tells the total, the next cursor and success.

Knows trees and words; knows no form of contract.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from connectors.scaffold.outline import Call, Node, Path, deep_leaves, leaves, walk
from connectors.scaffold.suggestions import Suggestion, suggest
from connectors.scaffold.vocabulary import Names, load_vocabulary
from schemas.license.license import LICENSE

KINDS = {f"fields.{field.name}": field.kind for field in LICENSE.fields} | {
    "record.updated": "instant",
    "record.at": "instant",
}
NUMBERS = {"record.key", "fields.license_number", "fields.license_identifier"}
WHOLE = "."  # path of the records where the answer is nothing but their list
ROLES = {"total": "text", "next": "text", "code": "code", "message": "text"}


class Records(msgspec.Struct, frozen=True):
    """Hold the list of records: its path, one record, and what its values may be of ours."""

    path: Path
    record: Node
    found: list[Suggestion]
    others: list[str] = []  # paths of the answer's other lists

    @property
    def score(self) -> float:
        """Say how much of a license a record seems to hold."""
        return sum(s.confidence for s in self.found) * (1.0 if self.record.is_list else 0.7)

    @property
    def place(self) -> Path:
        """Return the path from the top of the answer."""
        return () if self.path == (WHOLE,) else self.path

    def may_hold(self, inner: Records) -> bool:
        """Say whether this is a list of things with a number of their own, and `inner` only a part of each."""
        is_around = self.record.is_list and self.place == inner.place[: len(self.place)] and self is not inner
        is_like = any(s.field in NUMBERS for s in self.found) and self.score >= inner.score / 2
        return is_around and is_like


def find_records(call: Call) -> Records:
    """Return the list that most looks like licenses; of lists within lists the outermost that looks like records."""
    whole = [((WHOLE,), call.answer)] if call.answer.is_list and leaves(call.answer) else []
    groups = whole + [(path, node) for path, node in walk(call.answer) if not node.is_leaf and leaves(node)]
    below = deep_leaves if call.is_soap and call.payload != "json-in-string" else leaves
    candidates = [Records(path, node, suggest(below(node), _record_names(), KINDS)) for path, node in groups]
    likeliest = max(candidates, key=lambda one: one.score, default=Records((), Node("?", kind="group"), []))
    chosen = next((one for one in candidates if one.may_hold(likeliest)), likeliest)  # what is around comes first
    others = ["/".join(one.path) for one in candidates if one.record.is_list and one is not chosen]
    return replace(chosen, others=others)


def find_roles(call: Call, records: Path) -> dict[str, tuple[str, Node]]:
    """Return where the answer tells total, next, code and message: {role: (path, value)}."""
    if records == (WHOLE,):
        return {}
    around = [(path, node) for path, node in walk(call.answer) if node.is_leaf and path[: len(records)] != records]
    places = {id(node): "/".join(path) for path, node in around}
    found = suggest([node for _, node in around], load_vocabulary().answer, ROLES)
    return {s.field: (places[id(s.source)], s.source) for s in found}


def _record_names() -> dict[str, Names]:
    return dict(_prefixed())


def _prefixed() -> Iterator[tuple[str, Names]]:
    words = load_vocabulary()
    for group, names in (("fields", words.fields), ("face", words.face), ("record", words.record)):
        for name, known in names.items():
            yield f"{group}.{name}", known
