"""Whether a working copy or a license file may be relied on now: by its identifier, or by the very bytes.

Reads only. Digital signatures inside a file are not judged here; only whether the bytes are those that are kept.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from license_library.answers import CopyVerdict, FileBrief, FileCheck, Validity, Words
from license_library.freshness import validity_of
from license_library.keyring import Keyring
from license_library.license_files import find_files
from license_library.wording import local_time, validity_words
from license_library.working_copies import (
    copy_of,
    find_copy,
    find_copy_of_content,
    printed_identifier,
    read_copy_identifier,
)

_NOW = text("""
select version_count, status, valid_from, valid_to, open_ended, license_type from licenses where license_id = :license_id
""")
_UNKNOWN = Words("平台没有此加注件或证照文件", "no working copy and no license file of ours")
_ALTERED = Words(
    "文件内容与平台所存加注件不一致，已被改动", "the file was altered: it is not what was made under its identifier"
)
_WITHDRAWN = Words("加注件所依据的证照文件已撤回", "the file that the working copy was made of was withdrawn")
_VALID_FILE = Words("与平台所存证照文件一致", "the very license file that is kept here")


def check_identifier(conn: Connection, keyring: Keyring, typed: str, today: date, now: datetime) -> FileCheck:
    """Say of a typed or scanned identifier whether its working copy may be relied on."""
    identifier = read_copy_identifier(typed)
    row = find_copy(conn, identifier) if identifier else None
    return _of_copy(conn, keyring, row, today, now) if row else _said("unknown", _UNKNOWN, now)


def check_content(  # noqa: PLR0913, PLR0917 - each is one part of the question
    conn: Connection, keyring: Keyring, content: bytes, today: date, now: datetime, license_type: str | None = None
) -> FileCheck:
    """Say of a file whether it is a working copy or a license file of ours, unaltered; of one license type, or of any."""
    row = find_copy_of_content(conn, content)
    if row is not None and license_type in (None, row.license_type):
        return _of_copy(conn, keyring, row, today, now)
    files = find_files(conn, hashlib.sha256(content).digest())
    if named := [file for file, kind in files if license_type in (None, kind)]:
        return _of_file(conn, named[0], today, now)
    printed = printed_identifier(content)
    row = find_copy(conn, printed) if printed else None
    if row is None or license_type not in (None, row.license_type):
        return _said("unknown", _UNKNOWN, now)
    return _said("altered", _ALTERED, now, copy=copy_of(row, keyring, now))


def _of_copy(conn: Connection, keyring: Keyring, row: Any, today: date, now: datetime) -> FileCheck:
    copy = copy_of(row, keyring, now)
    validity, words, current = license_now(conn, copy.license_id, today)
    known = {"copy": copy, "license_words": words, "current_version_count": current}
    if copy.is_expired:
        moment = local_time(copy.expires_at)
        expired = Words(f"加注件已于 {moment} 过期失效", f"the working copy expired on {moment} Beijing time")
        return _said("expired", expired, now, **known)
    if validity != "valid":
        return _said("license_not_good", _not_good(words), now, **known)
    if row.is_file_withdrawn:
        return _said("file_withdrawn", _WITHDRAWN, now, **known)
    moment = local_time(copy.expires_at)
    valid = Words(f"加注件有效，至 {moment}", f"the working copy is good until {moment} Beijing time")
    return _said("valid", valid, now, **known)


def _of_file(conn: Connection, file: FileBrief, today: date, now: datetime) -> FileCheck:
    validity, words, current = license_now(conn, file.license_id, today)
    known = {"file": file, "license_words": words, "current_version_count": current}
    if validity != "valid":
        return _said("license_not_good", _not_good(words), now, **known)
    return _said("valid", _VALID_FILE if file.is_current else _former(file, current), now, **known)


def license_now(conn: Connection, license_id: int, today: date) -> tuple[Validity, Words, int]:
    """Return whether a license may be relied on today, in words too, and its present version."""
    row = conn.execute(_NOW, {"license_id": license_id}).one()
    term = (row.status, row.valid_from, row.valid_to, row.open_ended)
    validity = validity_of(*term, today)
    return validity, validity_words(validity, *term), int(row.version_count)


def _former(file: FileBrief, current: int) -> Words:
    return Words(
        f"{_VALID_FILE.zh}，但属于先前的第 {file.version_count} 版，证照现为第 {current} 版",
        f"{_VALID_FILE.en}, but of its former version {file.version_count}; the license now is at version {current}",
    )


def _not_good(words: Words) -> Words:
    return Words(f"证照现已不可用：{words.zh}", f"the license is no longer good: {words.en}")


def _said(verdict: CopyVerdict, words: Words, now: datetime, **known: Any) -> FileCheck:
    missing: dict[str, Any] = dict.fromkeys(("copy", "file", "license_words", "current_version_count"))
    return FileCheck(verdict=verdict, words=words, asked_at=now, **{**missing, **known})
