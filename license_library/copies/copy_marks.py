"""What a working copy (加注件) says of itself. Knows no drawing."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Mark(msgspec.Struct, frozen=True):
    """Hold what a working copy says of itself."""

    identifier: str
    purpose: str
    case_number: str | None
    made_by: str
    made_at: datetime
    expires_at: datetime
