"""One page as it came from a department, whatever it came through. Knows nothing about what is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case; not kept
