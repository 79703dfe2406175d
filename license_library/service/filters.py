"""What a list can be narrowed by, read from an address: closed choices and cursors, nothing personal.

Shared by the interface and the pages, so that both narrow alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Query

Reference = Annotated[int, Path(ge=1, le=2**63 - 1)]
# PostgreSQL refuses NUL, and no code or cursor of ours holds a control character.
Choice = Annotated[str | None, Query(max_length=512, pattern=r"^[^\x00-\x1f]*$")]
Limit = Annotated[int, Query(ge=1, le=100)]


@dataclass(frozen=True)
class ItemFilter:
    """Narrow the item catalogue to a line, or to words in a name."""

    line: Choice = None
    name: Choice = None


@dataclass(frozen=True)
class ExchangeFilter:
    """Narrow the exchanges to a department or one of its feeds."""

    department: Choice = None
    feed: Choice = None
    after: Choice = None
    limit: Limit = 50


@dataclass(frozen=True)
class QuarantineFilter:
    """Narrow the quarantine; an empty state means every state."""

    department: Choice = None
    code: Choice = None
    state: Choice = "open"
    after: Choice = None
    limit: Limit = 50


Items = Annotated[ItemFilter, Depends()]
Exchanges = Annotated[ExchangeFilter, Depends()]
Quarantine = Annotated[QuarantineFilter, Depends()]
