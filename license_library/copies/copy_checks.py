"""Whether a working copy or a license file may be relied on now: by its identifier, or by the very bytes.

Reads only. Digital signatures inside a file are not judged here; only whether the bytes are those that are kept.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from license_library.answers import CopyVerdict, FileBrief, FileCheck, Words
from license_library.copies.working_copies import (
    copy_of,
    find_copy,
    find_copy_of_content,
    printed_identifier,
    read_copy_identifier,
)
from license_library.files.license_files import find_files
from license_library.licenses.license_now import LicenseNow, license_now
from license_library.storage.keyring import Keyring
from license_library.words.standing_words import since_then
from schemas.bureau_time import local_minute

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


def check_content(
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
    stands = license_now(conn, copy.license_id, today, now)
    moment = local_minute(copy.expires_at)
    if copy.is_expired:
        expired = Words(f"加注件已于 {moment} 过期失效", f"the working copy expired on {moment} Beijing time")
        return _said("expired", expired, now, stands, copy=copy)
    if stands.validity == "valid" and row.is_file_withdrawn:
        return _said("file_withdrawn", _WITHDRAWN, now, stands, copy=copy)
    good = Words(f"加注件有效，至 {moment}", f"the working copy is good until {moment} Beijing time")
    verdict, words = _judged(stands, good, copy.version_count)
    return _said(verdict, words, now, stands, copy=copy)


def _of_file(conn: Connection, file: FileBrief, today: date, now: datetime) -> FileCheck:
    stands = license_now(conn, file.license_id, today, now)
    verdict, words = _judged(stands, _VALID_FILE, file.version_count)
    return _said(verdict, words, now, stands, file=file)


def _judged(stands: LicenseNow, good: Words, version_count: int) -> tuple[CopyVerdict, Words]:
    """Return the verdict on what is unaltered, by what its license is today."""
    if stands.doubt:
        return "stale", _stale(stands.doubt)
    if stands.validity != "valid":
        return "license_not_good", _not_good(stands.words)
    since = since_then(version_count, stands.version_count, is_replaced=stands.is_replaced)
    return "valid", _but(good, [warning.words for warning in since]) if since else good


def _but(good: Words, since: list[Words]) -> Words:
    return Words(
        f"{good.zh}，但{'；'.join(one.zh for one in since)}", f"{good.en}, but {'; '.join(one.en for one in since)}"
    )


def _stale(doubt: Words) -> Words:
    return Words(
        f"证照现况无法核实，请向颁发机构核实：{doubt.zh}",
        f"nobody can vouch for the license today; ask its issuer: {doubt.en}",
    )


def _not_good(words: Words) -> Words:
    return Words(f"证照现已不可用：{words.zh}", f"the license is no longer good: {words.en}")


def _said(
    verdict: CopyVerdict, words: Words, now: datetime, stands: LicenseNow | None = None, **found: Any
) -> FileCheck:
    return FileCheck(
        verdict=verdict,
        words=words,
        license_words=stands.words if stands else None,
        current_version_count=stands.version_count if stands else None,
        source=stands.source if stands else None,
        asked_at=now,
        **{"copy": None, "file": None, **found},
    )
