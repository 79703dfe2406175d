"""The JSON interface to license files and working copies; files travel as they are, as bodies of their own.

Routes only: what is kept, made and checked is said by the library.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote

import msgspec
from fastapi import APIRouter, Header, Path
from starlette.responses import Response

from license_library.answers import CopyBrief, FileBrief, FileCheck, FilesAnswer
from license_library.service.access import Settings, Someone
from license_library.service.acts import filing
from license_library.service.acts.filing import CheckRequest, CopyRequest, Download, FileRequest
from license_library.service.acts.purposes import HeaderPurpose, Purpose
from license_library.service.bodies import Body, read_question
from license_library.service.filters import Reference
from license_library.service.openapi import describe, describe_download, describe_upload
from schemas.struct_readers import build_readers

router = APIRouter(prefix="/api")
FileName = Annotated[str, Header(alias="X-File-Name", max_length=600)]
CopyIdentifier = Annotated[str, Path(max_length=40)]


class Withdrawal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Let a file no longer count, with a purpose."""

    purpose: Purpose


SHAPES = (CheckRequest, CopyBrief, CopyRequest, FileBrief, FileCheck, FilesAnswer, Withdrawal)


def json_of(answer: object) -> Response:
    """Return an answer struct as JSON."""
    return Response(msgspec.json.encode(answer), media_type="application/json")


def handed_over(download: Download) -> Response:
    """Return a file to be saved, never to be shown inside a page of ours."""
    headers = {"Content-Disposition": f'attachment; filename="{download.name}"'}
    if download.warnings:
        headers["X-Warnings"] = ", ".join(download.warnings)
    return Response(download.content, headers=headers, media_type=download.media_type)


@router.get("/licenses/{license_id}/files", openapi_extra=describe(FilesAnswer, purpose=True))
def files(settings: Settings, asker: Someone, license_id: Reference, purpose: HeaderPurpose) -> Response:
    """List the files of a license and the working copies made of it."""
    return json_of(filing.show_files(settings, asker.actor, license_id, purpose))


@router.post("/licenses/{license_id}/files", openapi_extra=describe_upload(FileBrief))
def attach(
    settings: Settings,
    asker: Someone,
    license_id: Reference,
    purpose: HeaderPurpose,
    body: Body,
    name: FileName = "",
) -> Response:
    """Keep a file of a license; the body is the file, the header X-File-Name its percent-encoded name."""
    asked = FileRequest(license_id, unquote(name), purpose)
    return json_of(filing.attach(settings, asker.actor, body, asked))


@router.get("/files/{file_id}", response_class=Response, openapi_extra=describe_download())
def give_file(settings: Settings, asker: Someone, file_id: Reference, purpose: HeaderPurpose) -> Response:
    """Give a license file out as it came."""
    return handed_over(filing.give_file(settings, asker.actor, file_id, purpose))


@router.post("/files/{file_id}/withdrawal", openapi_extra=describe(FileBrief, Withdrawal))
def withdraw(settings: Settings, asker: Someone, file_id: Reference, body: Body) -> Response:
    """Let a file no longer count, as one attached to the wrong license."""
    purpose = read_question(body, Withdrawal).purpose
    return json_of(filing.withdraw(settings, asker.actor, file_id, purpose))


@router.post("/files/check", openapi_extra=describe_upload(FileCheck))
def check_file(settings: Settings, asker: Someone, purpose: HeaderPurpose, body: Body) -> Response:
    """Say whether the body is a working copy or a license file of ours, unaltered and good."""
    return json_of(filing.check_by_content(settings, asker.actor, body, purpose))


@router.post("/working-copies", openapi_extra=describe(CopyBrief, CopyRequest))
def copy(settings: Settings, asker: Someone, body: Body) -> Response:
    """Make a working copy of a license for one purpose."""
    return json_of(filing.copy(settings, asker.actor, read_question(body, CopyRequest)))


@router.post("/working-copies/check", openapi_extra=describe(FileCheck, CheckRequest))
def check_copy(settings: Settings, asker: Someone, body: Body) -> Response:
    """Say whether the working copy of an identifier may be relied on now."""
    return json_of(filing.check_by_identifier(settings, asker.actor, read_question(body, CheckRequest)))


@router.get("/working-copies/{identifier}", response_class=Response, openapi_extra=describe_download())
def give_copy(settings: Settings, asker: Someone, identifier: CopyIdentifier, purpose: HeaderPurpose) -> Response:
    """Give a working copy out again, while it is good."""
    return handed_over(filing.give_copy(settings, asker.actor, identifier, purpose))


build_readers(Withdrawal)
