"""Answers about files: what is kept of a license, the working copies made of it, and whether one may be relied on."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from license_library.answers.spoken import Advice, Answer, Source, Words

CopyVerdict = Literal["valid", "expired", "altered", "license_not_good", "file_withdrawn", "stale", "unknown"]


class FileBrief(Answer, frozen=True):
    """Show one file of a license."""

    file_id: int
    license_id: int
    version_count: int  # the version whose file it is
    is_current: bool  # of the license's present version, and not withdrawn
    kind: str  # pdf | ofd | png | jpeg, told by its content
    size_bytes: int
    digest: str  # SHA-256, hex
    name: str  # as it was called; a resident number in it is masked
    fetched_from: str | None  # at the department: the license's file_url, masked alike; null: somebody attached it
    attached_by: str
    attached_at: datetime
    withdrawn_at: datetime | None


class CopyBrief(Answer, frozen=True):
    """Show one working copy (加注件): what it is of, what for, and until when."""

    identifier: str  # printed on every page
    license_id: int
    version_count: int  # the version it was made of
    license_type: str
    license_type_name: str
    license_number: str  # a resident number inside it is masked
    case_number: str | None
    purpose: str
    made_by: str
    made_at: datetime
    expires_at: datetime
    is_expired: bool
    body: str  # file | data_sheet
    size_bytes: int
    digest: str  # SHA-256 of the PDF, hex
    warnings: list[Advice]  # what became of its license since: license.replaced, license.former_version


class FilesAnswer(Answer, frozen=True):
    """List the files of a license and the working copies made of it, newest first."""

    files: list[FileBrief]
    copies: list[CopyBrief]
    asked_at: datetime


class FileCheck(Answer, frozen=True):
    """Say whether a working copy, or a file, is what it says and may be relied on now."""

    verdict: CopyVerdict
    words: Words
    copy: CopyBrief | None  # None: no working copy of ours
    file: FileBrief | None  # where the content is a license file that is kept here
    license_words: Words | None  # what the license is today
    current_version_count: int | None  # the license may have changed since
    source: Source | None  # who last told of the license, and when
    asked_at: datetime
