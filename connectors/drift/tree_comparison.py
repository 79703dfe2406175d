"""Two trees of one message compared, node by node: what is gone, new, renamed, retyped, required, shorter.

Knows trees and which paths a feed uses; no form of contract.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from connectors.drift.difference import Difference, Effect, Noun, tell_difference
from connectors.drift.uses import Uses
from connectors.scaffold.outline import Node, Path, walk

MANY, ONE = "a list", "one value"
DATED = {"date", "time", "group"}  # a change from or to one of these cannot be read by the same rule


@dataclass(frozen=True)
class Message:
    """Say which message is compared, for which feed, and what of it the feed uses."""

    feed: str
    name: str  # operation, path or table
    noun: Noun
    uses: Uses

    @property
    def is_request(self) -> bool:
        """Say whether we write this message; otherwise we read it."""
        return self.noun == "parameter"

    def is_used(self, path: Path) -> bool:
        """Say whether the feed needs this path."""
        return self.uses.is_sent(path) if self.is_request else self.uses.is_read(path)

    def tell(self, kind: str, path: Path, effect: Effect, old: str = "", new: str = "") -> Difference:
        """Return a difference at a path."""
        place = f"{self.name}: {'/'.join(path)}"
        return tell_difference(self.feed, kind, place, effect, noun=self.noun, old=old, new=new)


def compare_trees(message: Message, pinned: Node, live: Node) -> Iterator[Difference]:
    """Yield every difference between two trees of one message."""
    old, new = dict(walk(pinned)), dict(walk(live))
    gone = [path for path in old if path not in new and (path[:-1] in new or not path[:-1])]
    come = [path for path in new if path not in old and (path[:-1] in old or not path[:-1])]
    renamed = dict(_renamed(gone, come, old, new))
    for path in gone:
        if path in renamed:
            yield message.tell("renamed", path, _if_used(message, path, "breaks"), new=renamed[path][-1])
        else:
            yield message.tell("removed", path, _if_used(message, path, "breaks"))
    for path in come:
        if path not in renamed.values():
            yield _added(message, path, new[path])
    for path in old.keys() & new.keys():
        yield from _changed(message, path, old[path], new[path])


def _if_used(message: Message, path: Path, effect: Effect) -> Effect:
    return effect if message.is_used(path) else "harmless"


def _renamed(
    gone: list[Path], come: list[Path], old: dict[Path, Node], new: dict[Path, Node]
) -> Iterator[tuple[Path, Path]]:
    """Pair what vanished with what appeared beside it: by what it is said to mean, or when there is only one of each."""
    taken: set[Path] = set()
    for path in gone:
        beside = [one for one in come if one[:-1] == path[:-1] and new[one].kind == old[path].kind and one not in taken]
        alone = sum(other[:-1] == path[:-1] for other in gone) == 1 and len(beside) == 1
        same = [one for one in beside if old[path].label and new[one].label == old[path].label]
        found = same[0] if len(same) == 1 else beside[0] if alone else None
        if found:
            taken.add(found)
            yield path, found


def _added(message: Message, path: Path, node: Node) -> Difference:
    if message.is_request and node.is_required and not message.is_used(path):
        return message.tell("added_required", path, "breaks")
    return message.tell("added", path, "harmless")


def _changed(message: Message, path: Path, old: Node, new: Node) -> Iterator[Difference]:
    watch: Callable[[Effect], Effect] = lambda effect: _if_used(message, path, effect)  # noqa: E731 - a word for it
    if old.kind != new.kind:
        yield message.tell("type_changed", path, watch(_retyped(old, new)), old.kind, new.kind)
    if old.is_list != new.is_list:
        yield message.tell("list_changed", path, watch("breaks"), *((MANY, ONE) if old.is_list else (ONE, MANY)))
    if old.form and new.form and old.form != new.form:
        yield message.tell("form_changed", path, watch("breaks"), old.form, new.form)
    if old.is_required != new.is_required:
        yield _required(message, path, new)
    if old.length and new.length and old.length != new.length:
        is_shorter = new.length < old.length
        kind, effect = ("length_shortened", watch("watch")) if is_shorter else ("length_extended", watch("harmless"))
        yield message.tell(kind, path, effect, str(old.length), str(new.length))
    if old.codes and new.codes:
        yield from _recoded(message, path, old, new)


def _retyped(old: Node, new: Node) -> Effect:
    return "breaks" if {old.kind, new.kind} & DATED else "watch"


def _required(message: Message, path: Path, new: Node) -> Difference:
    if message.is_request:
        is_harmful = new.is_required and not message.is_used(path)
        return message.tell(
            "now_required" if new.is_required else "now_optional", path, "breaks" if is_harmful else "harmless"
        )
    if new.is_required:
        return message.tell("now_required", path, "harmless")
    return message.tell("now_optional", path, _if_used(message, path, "watch"))


def _recoded(message: Message, path: Path, old: Node, new: Node) -> Iterator[Difference]:
    known = message.uses.codes.get(path)
    for code in sorted(new.codes.keys() - old.codes.keys()):
        is_strange = known is not None and code not in known
        yield message.tell(
            "code_added", path, "watch" if is_strange and message.is_used(path) else "harmless", new=code
        )
    for code in sorted(old.codes.keys() - new.codes.keys()):
        yield message.tell(
            "code_removed", path, _if_used(message, path, "watch") if message.is_request else "harmless", old=code
        )
