"""A mark of what somebody is shown before deciding: it changes with whatever the decision would stand on.

Knows no table. Whoever decides carries the mark of the page; an outdated one is refused.
"""

from __future__ import annotations

import hashlib

from license_library.asking.refusals import NotDecidable

LENGTH = 16


def mark_of(*told: object) -> str:
    """Return the mark of some facts; nothing personal may be among them but as a keyed hash."""
    return hashlib.sha256(repr(told).encode()).hexdigest()[:LENGTH]


def mark_in_sql(*columns: str) -> str:
    """Return the expression of the mark of a row's columns; an instant is given in seconds, or the zone would be in it."""
    return f"left(encode(sha256(convert_to(jsonb_build_array({', '.join(columns)})::text, 'UTF8')), 'hex'), {LENGTH})"


def demand_mark(seen: str | None, stands: str, what: str, zh: str) -> None:
    """Refuse a decision about what has changed since it was shown; one that carries no mark is about how it stands."""
    if seen is not None and seen != stands:
        raise NotDecidable(
            f"{what}: has changed since it was shown; look at it again; nothing was changed",
            zh=f"{zh}在您查看之后已有变化，请重新查看后再处理；未作更改",
        )
