"""The one table from errors to HTTP, as JSON for machines and as a page for people.

Never repeats what was sent; an unexpected failure tells nothing of itself.
"""

from __future__ import annotations

import logging
import traceback
from http import HTTPStatus
from typing import cast
from urllib.parse import parse_qsl, urlencode

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from license_library.answers import Words
from license_library.asking.refusals import (
    KeyTaken,
    LinkEnded,
    NotDecidable,
    NotDeliverable,
    NotInForm,
    NotReliable,
    NotSettled,
    WrongQuestion,
)
from license_library.files.file_kinds import FileRefused
from license_library.files.file_store import FileStoreUnavailable, FileTooLarge
from license_library.service.access import SAFE_METHODS, NotSignedIn, Refused, split_address
from license_library.service.bodies import FieldProblem, InvalidQuestion, MalformedBody
from license_library.service.pages.sign_in import SIGN_OUT, own_path, sign_in_address
from license_library.service.rendering import render
from license_library.service.wire import BodyTooLarge
from license_library.storage.database_failures import is_broken_off, is_of_another_version
from schemas.errors import CalendarMissing, DatabaseUnavailable, HubError, NotFound, RequestError

log = logging.getLogger(__name__)

STATUSES: tuple[tuple[type[HubError], int], ...] = (
    (NotSignedIn, 401),
    (Refused, 403),
    (NotInForm, 403),
    (NotFound, 404),
    (LinkEnded, 410),
    (BodyTooLarge, 413),
    (FileTooLarge, 413),
    (FileRefused, 422),
    (MalformedBody, 400),
    (InvalidQuestion, 422),
    (WrongQuestion, 422),
    (NotDecidable, 409),
    (NotDeliverable, 409),
    (KeyTaken, 409),
    (NotReliable, 409),
    (NotSettled, 409),
    (CalendarMissing, 409),
    (RequestError, 400),
    (DatabaseUnavailable, 503),
    (FileStoreUnavailable, 503),
    (HubError, 500),
)
# Statuses with a page text of their own; any other is told as 500.
TOLD = {400, 401, 403, 404, 405, 409, 413, 422, 500, 503}


class ProblemAnswer(msgspec.Struct, frozen=True):
    """Say what went wrong: a stable code, a sentence, and the fields to mend."""

    code: str
    message: str
    problems: tuple[FieldProblem, ...] = ()


def status_of(error: HubError) -> int:
    """Return the HTTP status of an error of ours."""
    return next(status for kind, status in STATUSES if isinstance(error, kind))


def words_of(error: HubError) -> Words | None:
    """Return what an error says to people, in both languages, where it says it."""
    words: Words | None = getattr(error, "words", None)
    zh = getattr(error, "zh", "")
    return Words(zh, str(error)) if zh else words


def add_problem_handlers(app: FastAPI) -> None:
    """Let every error leave this application through the table."""
    app.add_exception_handler(HubError, _answer_ours)
    app.add_exception_handler(RequestValidationError, _answer_validation)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(DBAPIError, _answer_database)
    app.add_middleware(LastResort)


def _is_machine(request: Request) -> bool:
    return request.url.path.startswith(("/api/", "/share/")) or request.url.path == "/openapi.json"


def _respond(request: Request, status: int, problem: ProblemAnswer, words: object = None) -> Response:
    if _is_machine(request):
        headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else None
        return Response(msgspec.json.encode(problem), status, headers, media_type="application/problem+json")
    told = status if status in TOLD else 500
    page = _page_of(request)
    shown = {"http_status": status, "told": told, "problem": problem, "explained": words}
    return render(request, "problem.html", status, page=page, **_ways_back(request, status, page), **shown)


def _ways_back(request: Request, status: int, page: str) -> dict[str, str]:
    """Return where a form can be filled in again and what can be tried again; neither is an address that is known to fail."""
    if request.method not in SAFE_METHODS:
        return {"form_page": page if page != "/" else "", "again": ""}
    is_filter = bool(request.url.query) and status in {400, 422}
    return {"form_page": request.url.path if is_filter else "", "again": page if status >= 500 else ""}


def _page_of(request: Request) -> str:
    """Return the page on which a write was sent, or the first page; what was asked for itself answers with its own."""
    if request.method in SAFE_METHODS:
        return f"{request.url.path}?{request.url.query}"
    sent = split_address(request.headers.get("referer", ""))
    if not sent.netloc or sent.netloc != request.headers.get("host"):
        return "/"
    kept = urlencode([(name, text) for name, text in parse_qsl(sent.query) if name != "lang"])
    return own_path(f"{sent.path}?{kept}" if kept else sent.path)


async def _answer_ours(request: Request, error: Exception) -> Response:
    error = cast("HubError", error)
    status = status_of(error)
    if status == HTTPStatus.UNAUTHORIZED and not _is_machine(request):
        is_unsent = request.method not in SAFE_METHODS and request.url.path != SIGN_OUT
        return RedirectResponse(sign_in_address(_page_of(request), is_unsent=is_unsent), 303)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("service: %s at %s", error.code, _place_of(error))
        return _respond(request, status, ProblemAnswer(error.code, "The hub could not answer."))
    problem = ProblemAnswer(error.code, str(error), getattr(error, "problems", ()))
    return _respond(request, status, problem, words_of(error))


async def _answer_validation(request: Request, error: Exception) -> Response:
    faults = cast("RequestValidationError", error).errors()
    fields = tuple(FieldProblem(str(fault["loc"][-1]), str(fault["type"])) for fault in faults)
    message = "service: the address or query is wrong; expected what the interface describes; nothing was asked"
    return _respond(request, 422, ProblemAnswer(InvalidQuestion.code, message, fields))


async def _answer_http(request: Request, error: Exception) -> Response:
    error = cast("HTTPException", error)
    code = NotFound.code if error.status_code == HTTPStatus.NOT_FOUND else RequestError.code
    response = _respond(request, error.status_code, ProblemAnswer(code, HTTPStatus(error.status_code).phrase))
    response.headers.update(error.headers or {})
    return response


async def _answer_database(request: Request, error: Exception) -> Response:
    """Say that the database is away, or another version's; a mistake of ours is the last resort's."""
    if is_of_another_version(error):
        words = "The hub's database is not as this version of the service expects it."
    elif is_broken_off(error):
        words = "The hub's database cannot be reached."
    else:
        raise error
    log.error("service: %s at %s", DatabaseUnavailable.code, _place_of(error))
    return _respond(request, 503, ProblemAnswer(DatabaseUnavailable.code, words))


class LastResort:
    """Answer what nobody foresaw, and log where it happened; its message stays out, for it may hold what was asked."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; an error ends here and never reaches the server's own log."""
        try:
            await self.app(scope, receive, send)
        except Exception as error:  # noqa: BLE001 - the last resort of every request
            log.error("service: %s at %s", HubError.code, _place_of(error))  # noqa: TRY400 - a traceback ends with the message
            problem = ProblemAnswer(HubError.code, "The hub could not answer.")
            await _respond(Request(scope, receive), 500, problem)(scope, receive, send)


def _place_of(error: BaseException) -> str:
    """Name the kind of an error and the lines it came through, without its message."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return f"{type(error).__name__}: {' > '.join(f'{frame.name}:{frame.lineno}' for frame in frames)}"
