"""One thing found wrong with a declaration, as every lint says it. Knows nothing else."""

from __future__ import annotations

from typing import Literal

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """Say one thing that is wrong, and where."""

    severity: Literal["error", "warning"]
    place: str
    message: str
