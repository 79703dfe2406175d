"""What the list of pairs of subjects can be narrowed by, read from an address: closed choices and our own numbers.

Shared by the interface and the page, so that both narrow alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from license_library.asking.questions import DEFAULT_LIMIT, PairFilter
from license_library.service.filters import Choice, Known, Limit


@dataclass(frozen=True)
class PairQuery:
    """Narrow the pairs of subjects to what stands of them, the rule that found them, an owner or one subject."""

    state: Choice = None
    rule: Choice = None
    owner: Choice = None
    subject_id: Known = None
    after: Choice = None
    limit: Limit = DEFAULT_LIMIT

    def wanted(self) -> PairFilter:
        """Return the question; what a form left empty is any."""
        chosen = (self.state or None, self.rule or None, self.owner or None)
        return PairFilter(*chosen, self.subject_id, self.limit, self.after or None)


Pairs = Annotated[PairQuery, Depends()]
