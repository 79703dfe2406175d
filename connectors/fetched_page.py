"""One page as it came from a department, whatever it came through. Knows nothing about what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class FetchedPage:
    """Hold one page byte for byte, as it came, with what was asked and when."""

    number: int
    request: str
    status: int
    media_type: str
    body: bytes
    requested_at: datetime
    first_byte_at: datetime
    received_at: datetime
