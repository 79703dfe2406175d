"""What a call of the sharing service ends with: its status, and what is told where it ended well.

Shapes only; REST and SOAP write them each in its own way.
"""

from __future__ import annotations

import msgspec

from license_library.consumers import Consumer
from license_library.shared_licenses import CertInfo
from license_library.sharing_words import Status


class FieldCompared(msgspec.Struct, frozen=True):
    """Say whether one given value is the license's; None: its department never told one."""

    name: str
    match: bool | None


class Compared(msgspec.Struct, frozen=True):
    """Say whether all given values are the license's."""

    match: bool
    fields: list[FieldCompared]


Told = list[CertInfo] | Compared | list[dict[str, str]]


class Reply(msgspec.Struct, frozen=True):
    """Hold what a call ends with."""

    status: Status
    message: str
    consumer: Consumer | None = None
    data: Told | None = None

    @property
    def told_count(self) -> int:
        """Return how many licenses this tells something of."""
        return len(self.data) if isinstance(self.data, list) else int(self.data is not None)
