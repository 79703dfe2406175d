"""The files of licenses: which version of which license has which, from whom, and what a file becomes when it is withdrawn.

Writes rows of files only. A content is stored before its row: what lies in the store without a row is harmless.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, TextClause, text

from license_library.answers import FileBrief
from license_library.asking.cursors import LAST
from license_library.asking.masking import mask_text
from license_library.files.file_kinds import look_at
from license_library.files.file_store import FileStore
from schemas.errors import NotFound, RequestError

NAME_LENGTH: Final = 200
FILES: Final = """
select f.file_id, f.license_id, f.version_count, f.kind, f.size_bytes, f.digest, f.name, f.fetched_from, f.attached_by, f.attached_at,
       f.withdrawn_at, f.withdrawn_at is null and f.version_count = l.version_count as is_current, l.license_type
  from license_files f join licenses l on l.license_id = f.license_id
"""
_VERSION = text("select version_count from licenses where license_id = :license_id")
# Locked, so that no merge raises the version between the look and the note.
_LICENSE = text("select version_count from licenses where license_id = :license_id for share")
_ATTACH = text("""
insert into license_files (license_id, version_count, digest, kind, size_bytes, name, fetched_from, attached_by, purpose,
  attached_at)
values (:license_id, :version_count, :digest, :kind, :size_bytes, :name, :fetched_from, :who, :purpose, :now)
on conflict (license_id, version_count, digest) do update set withdrawn_at = null, withdrawn_by = null,
  fetched_from = coalesce(excluded.fetched_from, license_files.fetched_from)
returning file_id
""")
_WITHDRAW = text("""
update license_files set withdrawn_at = :now, withdrawn_by = :who where file_id = :file_id and withdrawn_at is null
returning file_id
""")
_GET = text(FILES + "where f.file_id = :file_id")
_LIST = text(FILES + "where f.license_id = :license_id order by f.file_id desc")
_BY_DIGEST = text(
    FILES + "where f.digest = :digest and f.withdrawn_at is null order by is_current desc, f.file_id desc"
)
_NEWEST = text(
    FILES
    + "where f.license_id = :license_id and f.withdrawn_at is null order by f.version_count desc, f.file_id desc limit 1"
)
_NAMED = text("select department, version_count, file_url from licenses where license_id = :license_id")
_DIGESTS = text("select digest from license_files union select digest from working_copies")


class Attaching(msgspec.Struct, frozen=True):
    """Say which license a file is of, what it is called, and who says so and why."""

    license_id: int
    name: str
    who: str
    purpose: str
    version_count: int | None = None  # None: the present version
    fetched_from: str | None = None  # the address at the department; None: somebody brought it


class NamedFile(msgspec.Struct, frozen=True):
    """Say where a department says that it keeps the file of a license, and of which version that is the file."""

    department: str
    version_count: int
    address: str


class StoredFiles(msgspec.Struct, frozen=True):
    """Say how the store and the rows agree; all digests in hex."""

    whole: int
    missing: list[str]  # a row has no whole content: restore or attach again
    orphans: list[str]  # a content has no row: harmless, left by a crash before its row


def attach_file(conn: Connection, store: FileStore, content: bytes, attaching: Attaching, now: datetime) -> FileBrief:
    """Keep a file of a license and return it; the same content again is the same file, and is then no longer withdrawn."""
    store.check_size(content)
    kind = look_at(content).kind
    _version_of(conn, _VERSION, attaching)
    digest = store.put(content)  # before the lock, as the look: a large file or a slow store takes a while
    version = _version_of(conn, _LICENSE, attaching)
    row = {
        "license_id": attaching.license_id, "version_count": version, "digest": digest, "kind": kind,
        "size_bytes": len(content), "name": _name(attaching.name), "fetched_from": attaching.fetched_from,
        "who": attaching.who, "purpose": attaching.purpose, "now": now,
    }  # fmt: skip
    return get_file(conn, int(conn.execute(_ATTACH, row).scalar_one()))


def _version_of(conn: Connection, asked: TextClause, attaching: Attaching) -> int:
    """Return the version that a file is of; refuse a license or a version that is not there."""
    known = abs(attaching.license_id) <= LAST
    current = conn.execute(asked, {"license_id": attaching.license_id}).scalar_one_or_none() if known else None
    if current is None:
        raise NotFound(
            f"files: no license is kept under {attaching.license_id}; expected an id of a search answer; nothing was kept"
        )
    version = int(current if attaching.version_count is None else attaching.version_count)
    if not 1 <= version <= current:
        raise RequestError(
            f"files: the license has versions 1 to {current}; expected one of them; nothing was kept",
            zh=f"该证照有第 1 至 {current} 版，请选其一；未保存",
        )
    return version


def withdraw_file(conn: Connection, file_id: int, who: str, now: datetime) -> FileBrief:
    """Let a file no longer count, as one attached to the wrong license; its row and content stay."""
    found = conn.execute(_WITHDRAW, {"file_id": _known(file_id), "who": who, "now": now}).first()
    if found is None:
        raise _no_file(file_id)
    return get_file(conn, file_id)


def get_file(conn: Connection, file_id: int) -> FileBrief:
    """Return one file; NotFound where there is none."""
    row = conn.execute(_GET, {"file_id": _known(file_id)}).one_or_none()
    if row is None:
        raise _no_file(file_id)
    return file_of(row)


def list_files(conn: Connection, license_id: int) -> list[FileBrief]:
    """Return the files of a license, newest first, withdrawn ones too."""
    return [file_of(row) for row in conn.execute(_LIST, {"license_id": _known(license_id)})]


def find_files(conn: Connection, digest: bytes) -> list[tuple[FileBrief, str]]:
    """Return every file that has this content, with the type of its license."""
    return [(file_of(row), str(row.license_type)) for row in conn.execute(_BY_DIGEST, {"digest": digest})]


def newest_file(conn: Connection, license_id: int) -> FileBrief | None:
    """Return the file of the latest version that has one."""
    row = conn.execute(_NEWEST, {"license_id": license_id}).one_or_none()
    return file_of(row) if row else None


def named_file(conn: Connection, license_id: int) -> NamedFile:
    """Return where the file of a license lies at its department; NotFound where there is no such license, or it names none."""
    row = conn.execute(_NAMED, {"license_id": _known(license_id)}).one_or_none()
    if row is None:
        raise NotFound(
            f"files: no license is kept under {license_id}; expected an id of a search answer; nothing was fetched"
        )
    if not (row.file_url or "").strip():
        raise NotFound(
            f"files: license {license_id} of {row.department} names no file; expected its department to deliver file_url; "
            "nothing was fetched; `hub license attach` keeps one that was brought"
        )
    return NamedFile(row.department, row.version_count, row.file_url.strip())


def check_store(conn: Connection, store: FileStore) -> StoredFiles:
    """Compare the rows with the store, and read every content that has one."""
    wanted = {bytes(digest) for digest in conn.execute(_DIGESTS).scalars()}
    whole = {digest for digest in wanted if store.is_whole(digest)}
    return StoredFiles(len(whole), _hex(wanted - whole), _hex(set(store.list_digests()) - wanted))


def file_of(row: Any) -> FileBrief:
    """Return the file of a row of FILES."""
    return FileBrief(
        file_id=row.file_id,
        license_id=row.license_id,
        version_count=row.version_count,
        is_current=row.is_current,
        kind=row.kind,
        size_bytes=row.size_bytes,
        digest=bytes(row.digest).hex(),
        name=mask_text(row.name),
        fetched_from=row.fetched_from and mask_text(row.fetched_from),
        attached_by=row.attached_by,
        attached_at=row.attached_at,
        withdrawn_at=row.withdrawn_at,
    )


def _name(given: str) -> str:
    """Keep the last part of a name, without what could not be shown; a name is never a place."""
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in last if char.isprintable())[:NAME_LENGTH]


def _known(number: int) -> int:
    return number if abs(number) <= LAST else 0


def _hex(digests: Iterable[bytes]) -> list[str]:
    return sorted(digest.hex() for digest in digests)


def _no_file(file_id: int) -> NotFound:
    return NotFound(f"files: no file is kept under {file_id}; expected an id of a license's files; nothing was done")
