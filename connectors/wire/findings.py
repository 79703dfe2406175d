"""One thing found wrong with a declaration, as every lint says it. Knows nothing else."""

from __future__ import annotations

from typing import Literal

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """Say one thing that is wrong, and where."""

    severity: Literal["error", "warning"]
    place: str
    message: str

    def __str__(self) -> str:
        """Return it as one sentence; a message that names its place already does not say it twice."""
        is_placed = self.message.startswith((f"{self.place}: ", f"{self.place}/"))
        return f"{self.severity}: {self.message}" if is_placed else f"{self.severity}: {self.place}: {self.message}"


def declared_at(department: str, key: str) -> str:
    """Return the place of a table or key in a department's declaration: file, then table."""
    return f"{department}/department.toml: {key}"
