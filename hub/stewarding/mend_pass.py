"""One pass over all that is to be mended: batches, what is due, correction requests; each part whatever befell the others.

Knows the order of the parts and how their failures are told; what a part does is its own business.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from hub.context import HubContext
from hub.failures import kind_and_place, plain_database_errors_at
from hub.pushing.correcting import follow_corrections
from hub.stewarding.mending import mend_due, run_waiting
from schemas.errors import HubError

_log = logging.getLogger(__name__)


@dataclass
class MendSummary:
    """Tell what one pass did, part by part, and what went wrong with a part."""

    counts: dict[str, int] = field(default_factory=lambda: {"left": 0})
    failures: list[HubError] = field(default_factory=list)

    @property
    def failure(self) -> HubError | None:
        """Return what the pass fails with: what may be tried again before what may not, else what came first."""
        return min(self.failures, key=lambda error: not error.retryable, default=None)

    def add(self, counts: dict[str, int]) -> None:
        """Count what a part did; several leave something."""
        self.counts |= {**counts, "left": self.counts["left"] + counts.get("left", 0)}


def mend_all(hub: HubContext) -> MendSummary:
    """Carry out what waits, take up what is due, follow corrections; tell how many batches and cases, and how many batches and feeds were left."""
    summary = MendSummary()
    for name, part in _PARTS.items():
        try:
            summary.add(_run(name, part, hub))
        except HubError as error:
            summary.failures.append(error)
            _log.warning("[%s] %s", error.code, error)
    return summary


def _run(name: str, part: Callable[[HubContext], dict[str, int]], hub: HubContext) -> dict[str, int]:
    """Run one part; what nobody foresaw is told by its kind and place, as its own words may quote a record."""
    try:
        with plain_database_errors_at(f"mend: {name}"):
            return part(hub)
    except HubError:
        raise
    except Exception as error:  # noqa: BLE001 - a mistake of ours
        raise HubError(f"mend: {name}: {kind_and_place(error)}; the other parts were run; report it") from None


def _batches(hub: HubContext) -> dict[str, int]:
    done, stopped = run_waiting(hub)
    return {"batches": len(done), "left": len(stopped)}


def _due(hub: HubContext) -> dict[str, int]:
    due = mend_due(hub)
    counts = {"taken": sum(one.taken for one in due), "mended": sum(one.mended for one in due)}
    return {**counts, "left": sum(one.error_code is not None for one in due)}


_PARTS: Final = {"batches": _batches, "what is due": _due, "corrections": follow_corrections}
