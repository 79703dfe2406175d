"""What of a feed a contract's change is about: its fields, its codes, its parameters, and the names that come new."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.declarations.declared import Feed
from connectors.fake.rows.bending import ADDED, NO_CODE, PARAMETER, bent_column, coded_column
from connectors.fake.rows.dialect import AWAY, Dialect
from connectors.fake.speaking.answers import flatten


@dataclass(frozen=True)
class Changed:
    """Hold names as a contract writes them: the last part of a declared path."""

    column: str  # the license number's, or what stands for it
    cursor: str
    coded: str
    codes: frozenset[str]
    columns: frozenset[str]
    asked: frozenset[str]
    operation: str
    path: str
    method: str
    send: str
    added: str = ADDED
    parameter: str = PARAMETER
    code: str = NO_CODE

    @property
    def renamed(self) -> str:
        """Return the new name of the column of the time of change."""
        return f"{self.cursor}{AWAY}"


def changed_names(feed: Feed) -> Changed:
    """Return what changes of one feed."""
    coded = coded_column(feed)
    codes = {code for rule in feed.fields.values() if rule.from_ == coded for code in rule.codes or ()}
    return Changed(
        _last(bent_column(feed)), _last(feed.cursor.field), _last(coded), frozenset(codes),
        frozenset(map(_last, Dialect(feed).columns)), frozenset(map(_last, flatten(feed.request))),
        feed.operation, feed.path, feed.method.lower(), feed.send,
    )  # fmt: skip


def _last(path: str) -> str:
    return path.rpartition("/")[2]
