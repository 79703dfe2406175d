"""What a call of the sharing service ends with: its status, and what is told where it ended well.

Shapes only; REST and SOAP write them each in its own way.
"""

from __future__ import annotations

from typing import Any

import msgspec

from license_library.sharing.consumers import Consumer
from license_library.sharing.shared_licenses import CertInfo
from license_library.sharing.sharing_words import Status


class Partly(msgspec.Struct, frozen=True):
    """Hold a list that is not all there is, and the words that say so."""

    told: list[Any]
    words: str


def partly(told: list[Any], *words: str) -> list[Any] | Partly:
    """Return a list with the words that say what it is without, where there are any."""
    said = "；".join(filter(None, words))
    return Partly(told, said) if said else told


class FieldCompared(msgspec.Struct, frozen=True):
    """Say whether one given value is the license's; None: its department never told one."""

    name: str
    match: bool | None


class Compared(msgspec.Struct, frozen=True, rename="camel"):
    """Say whether all given values are the license's, why, and up to when its department is known."""

    match: bool  # every given value was compared, and is the license's
    message: str  # the reasons, never the license's own values
    as_of: str  # Beijing time
    freshness: str  # fresh: of a department that is behind its promise nothing is compared
    replaced: bool  # another license took its place
    fields: list[FieldCompared]


class FileTold(msgspec.Struct, frozen=True, rename="camel"):
    """Hold a working copy whole; its content is base64 on the wire, instants are Beijing time."""

    certificate_identifier: str
    certificate_copy_identifier: str
    certificate_copy_creation_time: str
    certificate_copy_creator: str
    certificate_copy_cause: str
    certificate_copy_expiring_time: str
    file_type: str
    digest: str  # SHA-256 of the content, hex
    content: bytes


class LinkTold(msgspec.Struct, frozen=True, rename="camel"):
    """Hold the temporary address of a working copy."""

    certificate_identifier: str
    certificate_number: str
    certificate_copy_identifier: str
    certificate_copy_expiring_time: str
    file_type: str
    url: str
    expiry_time: str  # of the address


class FileCompared(msgspec.Struct, frozen=True, rename="camel"):
    """Say whether a file is one of ours, unaltered."""

    match: bool
    verdict: str  # valid | altered | unknown
    kind: str  # working_copy | license_file, or nothing
    message: str
    is_current: bool  # of the version that the license has now
    certificate_copy_identifier: str = ""
    certificate_copy_expiring_time: str = ""
    as_of: str = ""  # up to when the department of its license is known, Beijing time
    freshness: str = ""


Told = list[CertInfo] | list[LinkTold] | list[dict[str, str]] | Compared | FileTold | FileCompared


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
