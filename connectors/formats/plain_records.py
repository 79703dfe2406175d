"""Records of an XML list as columns, taken from plain tags; one of each shape can be shown to a parser and a schema.

Says so where something must be read by a parser instead. Knows no namespace, no path and no declaration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from connectors.formats.plain_tags import Numbers, Tags, read_tags

MOST_SHAPES = 100
NOWHERE = 2**32 - 1


@dataclass(frozen=True)
class PlainRecords:
    """Hold plain records that follow each other, as they are written and as tags."""

    content: bytes
    tags: Tags
    starts: Numbers  # where each record begins among the tags

    @property
    def count(self) -> int:
        """Return the number of records."""
        return len(self.starts)

    @property
    def depth(self) -> int:
        """Return how deep elements are nested, a record being the first level."""
        return int(self.tags.levels.max())

    @property
    def prefixes(self) -> set[str]:
        """Return every namespace prefix that is used."""
        return set().union(*(kind.prefixes for kind in self.tags.kinds))

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the fields' names as they are written."""
        return frozenset(self.tags.kinds[code].name for code in np.unique(self.tags.codes[self._fields]))

    @property
    def local_names(self) -> frozenset[str]:
        """Return the same without prefixes."""
        return frozenset(name.rpartition(":")[2] for name in self.names)

    def columns(self, wanted: Sequence[str]) -> dict[str, pl.Series] | None:
        """Return fields by their local names; None where one comes twice in a record, or holds elements."""
        tags, numbers = self.tags, {name: number for number, name in enumerate(wanted)}
        columns = np.array([numbers.get(kind.name.rpartition(":")[2], -1) for kind in tags.kinds])[
            tags.codes[self._fields]
        ]
        at, cells = self._fields[columns >= 0], (columns * self.count + self._rows)[columns >= 0]
        doubled = np.bincount(cells, minlength=1).max() > 1
        nested = (tags.steps[at] + tags.steps[at + 1] > 0).any()
        if doubled or nested or len(self.local_names) != len(self.names):  # under two prefixes: perhaps two names
            return None
        places = np.full(len(wanted) * self.count, NOWHERE, np.uint32)
        places[cells] = np.where(tags.filled[at], at, NOWHERE)
        values = tags.texts.gather(pl.Series(places).set(pl.Series(places == NOWHERE), None))
        return {name: values.slice(number * self.count, self.count) for name, number in numbers.items()}

    def shapes(self) -> list[bytes]:
        """Return the first record of each order of tags, up to a hundred."""
        codes, sizes = self.tags.codes, np.diff(np.append(self.starts, len(self.tags.codes)))
        places = np.arange(len(codes)) - np.repeat(self.starts, sizes)
        weights = np.random.default_rng(0).integers(1, 2**63, int(sizes.max()), np.uint64)
        sums = np.add.reduceat((codes.astype(np.uint64) + np.uint64(1)) * weights[places], self.starts)
        firsts = np.sort(np.unique(sums, return_index=True)[1])[:MOST_SHAPES]
        begins = np.append(self.tags.edges[self.starts], len(self.content))
        return [self.content[begins[row] : begins[row + 1]] for row in firsts]

    @cached_property
    def _fields(self) -> Numbers:
        return np.flatnonzero((self.tags.levels == 2) & (self.tags.steps >= 0))

    @cached_property
    def _rows(self) -> Numbers:
        sizes = np.diff(np.append(self.starts, len(self.tags.codes)))
        return np.repeat(np.arange(self.count), sizes)[self._fields]


def read_records(content: bytes, tag: str) -> PlainRecords | None:
    """Return the records that `content` is, each written `tag`, with at least a field; None where a parser must read them."""
    tags = read_tags(content)
    if tags is None:
        return None
    is_record = np.array([kind.name == tag for kind in tags.kinds])[tags.codes]
    outer = tags.levels == 1
    starts = np.flatnonzero(outer & (tags.steps == 1))
    if (is_record != outer).any() or (outer & (tags.steps == 0)).any() or (tags.steps[starts + 1] < 0).any():
        return None
    return PlainRecords(content, tags, starts)
