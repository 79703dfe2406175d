"""What a list of conflicts can be narrowed by, and how an element is named in an address. Nothing personal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path

from license_library.asking.questions import DEFAULT_LIMIT, ConflictFilter
from license_library.service.filters import Choice, Limit

ElementCode = Annotated[str, Path(pattern=r"^[a-z_]{1,60}$")]


@dataclass(frozen=True)
class ConflictQuery:
    """Narrow the conflicts to an element, a department, a state or an owner."""

    element: Choice = None
    department: Choice = None
    state: Choice = None
    owner: Choice = None
    after: Choice = None
    limit: Limit = DEFAULT_LIMIT

    def wanted(self) -> ConflictFilter:
        """Return the question; what a form left empty is any."""
        owner = (self.owner or "").strip() or None
        narrowed = (self.element or None, self.department or None, self.state or None, owner)
        return ConflictFilter(*narrowed, limit=self.limit, after=self.after or None)


Conflicts = Annotated[ConflictQuery, Depends()]
