"""License files and working copies with someone behind them: each act is recorded with its purpose as it is done.

The only door from routes to files. Writes files and copies; no license is within reach.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Annotated

import msgspec
from sqlalchemy import Connection

from license_library.answers import CopyBrief, FileBrief, FileCheck, FilesAnswer
from license_library.asking.inquiries import hash_question, record_inquiry
from license_library.asking.refusals import NotReliable
from license_library.copies.copy_checks import check_content, check_identifier
from license_library.copies.working_copies import (
    Making,
    copy_of,
    get_copy,
    list_copies,
    make_copy,
    read_copy_identifier,
)
from license_library.files.file_kinds import MEDIA_TYPES
from license_library.files.license_files import (
    Attaching,
    StoredFiles,
    attach_file,
    check_store,
    get_file,
    list_files,
    withdraw_file,
)
from license_library.licenses.dossier import get_license
from license_library.service.acts.purposes import Purpose, check_purpose, signed
from license_library.service.acts.refusals import noting_refusals
from license_library.service.bodies import as_question
from license_library.service.settings import ServiceSettings
from schemas.errors import NotFound
from schemas.struct_readers import build_readers

CaseNumber = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"^[!-~]+$")]


class CopyRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Make a working copy of a license for one purpose, good for some days."""

    license_id: int
    purpose: Purpose
    case_number: CaseNumber | None = None
    days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 30


class FileRequest(msgspec.Struct, frozen=True):
    """Keep a file of a license, with a purpose."""

    license_id: int
    name: str
    purpose: str
    version_count: int | None = None  # None: the present version
    fetched_from: str | None = None  # the address at the department; None: somebody brought it


class CheckRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask whether the working copy of an identifier may be relied on, with a purpose."""

    identifier: str
    purpose: Purpose


class Asked(msgspec.Struct, frozen=True):
    """What was asked of one thing, for its hash."""

    what: str


class Download(msgspec.Struct, frozen=True):
    """Hold what is given out, and what it is called."""

    content: bytes
    media_type: str
    name: str
    warnings: tuple[str, ...] = ()  # codes of what became of the license since


def attach(settings: ServiceSettings, actor: str, content: bytes, asked: FileRequest) -> FileBrief:
    """Keep a file of a license."""
    purpose = check_purpose(asked.purpose)
    attaching = Attaching(asked.license_id, asked.name, actor, purpose, asked.version_count, asked.fetched_from)
    action = "attach file" if asked.fetched_from is None else "fetch file"
    refused = hash_question(settings.keyring, Asked(f"attach to {asked.license_id}"))
    with noting_refusals(settings, actor, action, purpose, refused), settings.engine.begin() as conn:
        kept = attach_file(conn, settings.files, content, attaching, settings.now())
        hashed = hash_question(settings.keyring, Asked(f"attach {kept.file_id}"))
        record_inquiry(conn, actor, action, purpose, hashed, 1, settings.now())
        return kept


def withdraw(settings: ServiceSettings, actor: str, file_id: int, purpose: str, who: str = "") -> FileBrief:
    """Let a file of a license no longer count; `who` says so on a page that others use, too."""
    hashed = hash_question(settings.keyring, Asked(f"withdraw {file_id}"))
    with noting_refusals(settings, actor, "withdraw file", purpose, hashed), settings.engine.begin() as conn:
        gone = withdraw_file(conn, file_id, signed(who, actor) or actor, settings.now())
        record_inquiry(conn, actor, "withdraw file", purpose, hashed, 1, settings.now())
        return gone


def show_files(settings: ServiceSettings, actor: str, license_id: int, purpose: str) -> FilesAnswer:
    """List the files and the working copies of a license; NotFound where there is no such license."""
    now = settings.now()
    hashed = hash_question(settings.keyring, Asked(f"files of {license_id}"))
    with noting_refusals(settings, actor, "files", purpose, hashed), settings.engine.begin() as conn:
        get_license(conn, settings.keyring, license_id, settings.today(), now)
        answer = _files_answer(conn, settings, license_id)
        record_inquiry(conn, actor, "files", purpose, hashed, len(answer.files) + len(answer.copies), now)
        return answer


def beside_license(settings: ServiceSettings, license_id: int) -> FilesAnswer:
    """List the same for the page of a license, whose question has been recorded."""
    with settings.engine.connect() as conn:
        return _files_answer(conn, settings, license_id)


def _files_answer(conn: Connection, settings: ServiceSettings, license_id: int) -> FilesAnswer:
    now = settings.now()
    return FilesAnswer(list_files(conn, license_id), list_copies(conn, settings.keyring, license_id, now), now)


def give_file(settings: ServiceSettings, actor: str, file_id: int, purpose: str) -> Download:
    """Give the original out, as it came; a file that was withdrawn, too."""
    hashed = hash_question(settings.keyring, Asked(f"file {file_id}"))
    with noting_refusals(settings, actor, "license file", purpose, hashed), settings.engine.begin() as conn:
        file = get_file(conn, file_id)
        content = settings.files.get(bytes.fromhex(file.digest))
        record_inquiry(conn, actor, "license file", purpose, hashed, 1, settings.now())
    return Download(content, MEDIA_TYPES[file.kind], f"license-file-{file_id}.{file.kind}")


def copy(settings: ServiceSettings, actor: str, asked: CopyRequest) -> CopyBrief:
    """Make a working copy."""
    asked = as_question(msgspec.to_builtins(asked), CopyRequest)  # a command has not checked it
    now = settings.now()
    ends = now + timedelta(days=asked.days)
    making = Making(asked.license_id, check_purpose(asked.purpose), actor, ends, asked.case_number)
    hashed = hash_question(settings.keyring, msgspec.structs.replace(asked, purpose=""))
    with noting_refusals(settings, actor, "working copy", asked.purpose, hashed), settings.engine.begin() as conn:
        made, _ = make_copy(conn, settings.keyring, settings.files, making, settings.today(), now)
        record_inquiry(conn, actor, "working copy", asked.purpose, hashed, 1, now)
        return made


def give_copy(settings: ServiceSettings, actor: str, identifier: str, purpose: str) -> Download:
    """Give a working copy out again while it is good: not past its end, and not when its license no longer is."""
    now = settings.now()
    known = read_copy_identifier(identifier)
    if known is None:
        raise NotFound("copies: this is no identifier of a working copy; expected JZ- and twenty letters and digits")
    hashed = hash_question(settings.keyring, Asked(f"working copy {known}"))
    with noting_refusals(settings, actor, "working copy again", purpose, hashed), settings.engine.begin() as conn:
        row = get_copy(conn, known)
        check = check_identifier(conn, settings.keyring, known, settings.today(), now)
        if check.verdict != "valid":
            raise NotReliable(check.words)
        content = settings.files.get(bytes(row.digest))
        record_inquiry(conn, actor, "working copy again", purpose, hashed, 1, now)
        made = copy_of(row, settings.keyring, now)
    warnings = tuple(one.code for one in made.warnings)
    return Download(content, MEDIA_TYPES["pdf"], f"working-copy-{made.identifier}.pdf", warnings)


def check_by_identifier(settings: ServiceSettings, actor: str, asked: CheckRequest) -> FileCheck:
    """Say whether the working copy of an identifier may be relied on now."""
    with settings.engine.begin() as conn:
        check = check_identifier(conn, settings.keyring, asked.identifier, settings.today(), settings.now())
        hashed = hash_question(settings.keyring, msgspec.structs.replace(asked, purpose=""))
        record_inquiry(conn, actor, "check copy", asked.purpose, hashed, int(check.copy is not None), settings.now())
        return check


def check_by_content(settings: ServiceSettings, actor: str, content: bytes, purpose: str) -> FileCheck:
    """Say whether a file is a working copy or a license file of ours, unaltered and good."""
    with settings.engine.begin() as conn:
        check = check_content(conn, settings.keyring, content, settings.today(), settings.now())
        found = int(check.copy is not None or check.file is not None)
        hashed = hash_question(settings.keyring, Asked(f"content {sha256(content).hexdigest()}"))
        record_inquiry(conn, actor, "check file", purpose, hashed, found, settings.now())
        return check


def compare_store(settings: ServiceSettings) -> StoredFiles:
    """Say how the store and the rows agree."""
    with settings.engine.connect() as conn:
        return check_store(conn, settings.files)


build_readers(CopyRequest, CheckRequest)
