"""What a feed's declaration reads of an answer and sends in a request, as paths of a contract's tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.declarations.declared import Feed
from connectors.formats.page_rows import source_names
from connectors.scaffold.outline import Path


@dataclass(frozen=True)
class Uses:
    """Hold the paths that a feed needs, and the codes it knows under each."""

    reads: frozenset[Path]
    sends: frozenset[Path]
    codes: dict[Path, frozenset[str]]

    def is_read(self, path: Path) -> bool:
        """Say whether the feed reads this path or something below it."""
        return any(read[: len(path)] == path for read in self.reads)

    def is_sent(self, path: Path) -> bool:
        """Say whether the feed sends this path or something below it."""
        return any(sent[: len(path)] == path for sent in self.sends)


def uses_of(feed: Feed) -> Uses:
    """Return what the declaration of a feed uses."""
    records = path_of(feed.records)
    envelope = [feed.records, feed.paging.total, feed.paging.next]
    envelope += [feed.success.field, feed.success.message] if feed.success else []
    flag = feed.flag
    marks = [flag.column, flag.message, flag.at, flag.batch] if flag else []
    names = [*source_names(feed), *feed.order, *marks]
    reads = {(*records, *path_of(name)) for name in names if name} | {path_of(path) for path in envelope if path}
    mapped = [rule for rule in feed.fields.values() if rule.from_ and rule.codes is not None]
    codes = {(*records, *path_of(rule.from_)): frozenset(rule.codes or ()) for rule in mapped}
    return Uses(frozenset(reads), frozenset(_sent(feed.request)), codes)


def path_of(text: str) -> Path:
    """Return a declared path as a tree has it."""
    return tuple(part for part in text.split("/") if part)


def _sent(template: Mapping[str, Any], above: Path = ()) -> set[Path]:
    found: set[Path] = set()
    for name, value in template.items():
        found |= _sent(value, (*above, name)) if isinstance(value, Mapping) else {(*above, name)}
    return found
