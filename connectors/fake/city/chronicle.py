"""What happens at a department besides its days of updates: licenses revoked or deleted, changes committed late.

What happened stays, whatever mode the fake is in later, and is part of the truth it is compared with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors.fake.city.world import Record, World

HAPPENED = 10_000  # versions from here on are not of the days of updates
BACKWARDS = timedelta(days=2)


@dataclass
class Happening:
    """Hold one change of one license: when, what of it, and in how far it can be seen yet."""

    at: datetime
    changes: Mapping[str, Any]
    base: int  # the version it was made of
    is_deleted: bool = False
    is_withheld: bool = False
    shown_at: datetime | None = None  # the time it carries while the department's clock goes wrong


@dataclass
class Chronicle:
    """Keep what happened to a world's licenses beside their versions."""

    world: World
    happened: dict[int, list[Happening]] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)

    def note(self, indexes: Sequence[int], after: datetime, day: int, changes: Mapping[str, Any]) -> list[Happening]:
        """Let the licenses change, one second after the other, from `after` on."""
        noted = []
        for second, index in enumerate(indexes, 1):
            at = after + timedelta(seconds=second)
            told = {"changed_on": at.date(), "change_reason": "变更登记", **changes}
            noted.append(Happening(at, told, self.world.version(index, day)))
            self.happened.setdefault(index, []).append(noted[-1])
        return noted

    def settle(self) -> None:
        """Commit what was late, and set wrong times right."""
        for one in (one for several in self.happened.values() for one in several):
            one.is_withheld, one.shown_at = False, None

    def version(self, index: int, day: int) -> int:
        """Return the newest version of a license that can be seen."""
        usual = self.world.version(index, day)
        seen = [(one.at, number) for number, one in enumerate(self.happened.get(index, ())) if not one.is_withheld]
        return HAPPENED + seen[-1][1] if seen and seen[-1][0] > self.world.updated_at(index, usual) else usual

    def updated_at(self, index: int, version: int) -> datetime:
        """Return the time of change that a version carries."""
        if version < HAPPENED:
            return self.world.updated_at(index, version)
        one = self.happened[index][version - HAPPENED]
        return one.shown_at or one.at

    def record(self, index: int, version: int) -> Record:
        """Return a license in that version, good in every respect."""
        if version < HAPPENED:
            return self.world.record(index, version)
        one = self.happened[index][version - HAPPENED]
        changed = {**one.changes, "source_updated_at": self.updated_at(index, version)}
        return self.world.record(index, one.base) | changed

    def is_deleted(self, index: int, version: int) -> bool:
        """Say whether the version is the news that the license was deleted."""
        return version >= HAPPENED and self.happened[index][version - HAPPENED].is_deleted
