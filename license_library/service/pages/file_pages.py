"""Files and working copies on pages: handed in, made and given out beside a license, and checked on a page of their own.

Routes only. What is fetched goes out as an attachment, for the purpose that this browser stated.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from license_library.service.access import Settings, Someone
from license_library.service.acts import filing
from license_library.service.acts.filing import CheckRequest, CopyRequest, FileRequest
from license_library.service.acts.purposes import PagePurpose, check_purpose, keep_purpose, kept_purpose
from license_library.service.api.file_api import CopyIdentifier, handed_over
from license_library.service.bodies import Form, Upload, as_question, invalid
from license_library.service.filters import Reference
from license_library.service.rendering import render
from schemas.errors import RequestError

router = APIRouter()


@router.post("/licenses/{license_id}/files")
def attach(request: Request, settings: Settings, asker: Someone, license_id: Reference, upload: Upload) -> Response:
    """Keep a file of the license and go back to it."""
    asked = FileRequest(license_id, upload.name, check_purpose(kept_purpose(request)))
    filing.attach(settings, asker.actor, upload.content, asked)
    return RedirectResponse(f"/licenses/{license_id}#files", 303)


@router.get("/files/{file_id}")
def give_file(request: Request, settings: Settings, asker: Someone, file_id: Reference) -> Response:
    """Give a file out as it came."""
    return handed_over(filing.give_file(settings, asker.actor, file_id, check_purpose(kept_purpose(request))))


@router.post("/files/{file_id}/withdrawal")
def withdraw(request: Request, settings: Settings, asker: Someone, file_id: Reference, form: Form) -> Response:
    """Let a file no longer count and go back to its license; refused where nobody confirmed it."""
    who = form.get("who", "")
    if form.get("confirmed") != "yes" or not who:
        raise RequestError(
            f"service: file {file_id}: expected who withdraws it, and that to be confirmed; nothing was changed",
            zh="请写明确认人，并勾选“已核对”；未作更改",
        )
    gone = filing.withdraw(settings, asker.actor, file_id, check_purpose(kept_purpose(request)), who)
    return RedirectResponse(f"/licenses/{gone.license_id}#files", 303)


@router.post("/licenses/{license_id}/copies")
def copy(request: Request, settings: Settings, asker: Someone, license_id: Reference, form: Form) -> Response:
    """Make a working copy and go back to the license, where it can be fetched."""
    days = form.get("days", "")
    given = {
        "license_id": license_id,
        "purpose": check_purpose(form.get("purpose", "")),
        "case_number": form.get("case_number") or None,
        "days": int(days) if days.isascii() and days.isdigit() and len(days) < 4 else -1,
    }
    asked = as_question(given, CopyRequest)
    filing.copy(settings, asker.actor, asked)
    response = RedirectResponse(f"/licenses/{license_id}#copies", 303)
    keep_purpose(request, response, asked.purpose)
    return response


@router.get("/working-copies/{identifier}")
def give_copy(request: Request, settings: Settings, asker: Someone, identifier: CopyIdentifier) -> Response:
    """Give a working copy out again, while it is good."""
    return handed_over(filing.give_copy(settings, asker.actor, identifier, check_purpose(kept_purpose(request))))


@router.get("/working-copies")
def check_form(request: Request) -> Response:
    """Ask for what is printed on a working copy, or for its file."""
    return render(request, "working_copies.html")


@router.post("/working-copies")
def check_identifier(request: Request, settings: Settings, asker: Someone, form: Form) -> Response:
    """Say whether the working copy of an identifier is good, or in words why it cannot be asked."""
    try:
        given = {"identifier": form.get("identifier", ""), "purpose": check_purpose(form.get("purpose", ""))}
        asked = as_question(given, CheckRequest)
        if not asked.identifier:
            raise invalid("identifier", "what is printed on the working copy")
    except RequestError as fault:
        return render(request, "working_copies.html", 422, fault=fault, asked=form)
    answer = filing.check_by_identifier(settings, asker.actor, asked)
    return _checked(request, answer, asked.purpose, asked=form)


@router.post("/working-copies/file")
def check_file(request: Request, settings: Settings, asker: Someone, upload: Upload, purpose: PagePurpose) -> Response:
    """Say whether a file is a working copy or a license file of ours."""
    answer = filing.check_by_content(settings, asker.actor, upload.content, purpose)
    # The file is not here any more: the other language shows the form again.
    return _checked(request, answer, purpose, page="/working-copies")


def _checked(request: Request, answer: Any, purpose: str, **shown: Any) -> Response:
    response = render(request, "working_copies.html", answer=answer, **{"purpose": purpose, **shown})
    keep_purpose(request, response, purpose)
    return response
