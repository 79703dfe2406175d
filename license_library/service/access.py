"""Who is asking, and may they write: a Bearer token, or a cookie session with a form token and our own Origin.

Decides about requests only; knows nothing of licenses. Every guarded route depends on `demand_someone`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from fastapi import Depends, Request
from starlette.responses import Response

from license_library.service.bodies import read_form
from license_library.service.sessions import form_token, is_same, is_session_alive, open_session
from license_library.service.settings import ServiceSettings
from schemas.errors import RequestError

SESSION_LENGTH = timedelta(hours=8)
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class NotSignedIn(RequestError):
    """Nobody is signed in."""

    code = "request.not_signed_in"


class Refused(RequestError):
    """The request did not come from our own page."""

    code = "request.refused"


@dataclass(frozen=True)
class Asker:
    """Who asks. `session` is empty when a machine asks with the token itself."""

    actor: str
    session: str = ""


def settings_of(request: Request) -> ServiceSettings:
    """Return the settings this application was created with."""
    settings: ServiceSettings = request.app.state.settings
    return settings


async def _settings(request: Request) -> ServiceSettings:
    return settings_of(request)  # a dependency that is no coroutine costs a thread


def session_cookie(settings: ServiceSettings) -> str:
    """Name the session cookie; the prefix makes browsers refuse it from anywhere else."""
    return "__Host-hub_session" if settings.secure_cookies else "hub_session"


def keep_cookie(response: Response, settings: ServiceSettings, name: str, value: str) -> None:
    """Set a cookie that scripts cannot read and other sites cannot send with a write."""
    response.set_cookie(name, value, httponly=True, samesite="lax", secure=settings.secure_cookies, path="/")


def sign_in(response: Response, settings: ServiceSettings) -> None:
    """Open a session in the browser that gets this answer."""
    value = open_session(settings.token, settings.now(), SESSION_LENGTH)
    keep_cookie(response, settings, session_cookie(settings), value)


def find_session(request: Request) -> str:
    """Return the request's living session, or an empty text."""
    settings = settings_of(request)
    session = request.cookies.get(session_cookie(settings), "")
    return session if session and is_session_alive(settings.token, session, settings.now()) else ""


def form_token_of(request: Request) -> str:
    """Return the token that forms of this request's session carry; empty without a session."""
    session = find_session(request)
    return form_token(settings_of(request).token, session) if session else ""


def header_text(sent: str) -> str:
    """Return a header as UTF-8, as clients write what is no ASCII; the server has read its bytes as Latin-1."""
    return sent.encode("latin-1").decode("utf-8", "replace")


def split_address(sent: str) -> SplitResult:
    """Return the parts of an address that was sent; of what is none, empty ones."""
    try:
        return urlsplit(sent)
    except ValueError:
        return urlsplit("")


def demand_own_origin(request: Request) -> None:
    """Refuse a write that another site's page has sent."""
    origin = request.headers.get("origin", "")
    if not origin or split_address(origin).netloc != request.headers.get("host", ""):
        raise Refused(
            "service: a write came without our own Origin; expected the address of this service; nothing was done"
        )


async def demand_someone(request: Request) -> Asker:
    """Return who asks; raise NotSignedIn or Refused."""
    authorization = request.headers.get("authorization")
    if authorization is not None:
        return _asker_of_token(settings_of(request), authorization)
    session = find_session(request)
    if not session:
        raise NotSignedIn("service: nobody is signed in; expected a Bearer token or a session; nothing was answered")
    if request.method not in SAFE_METHODS:
        demand_own_origin(request)
        await _demand_form_token(request, session)
    return Asker(settings_of(request).actor, session)


def _asker_of_token(settings: ServiceSettings, authorization: str) -> Asker:
    scheme, _, given = header_text(authorization).partition(" ")
    if scheme.lower() != "bearer" or not is_same(given.strip(), settings.token):
        raise NotSignedIn("service: the token is not known; expected Authorization: Bearer TOKEN; nothing was answered")
    return Asker(settings.actor)


async def _demand_form_token(request: Request, session: str) -> None:
    given = request.headers.get("x-csrf-token") or (await read_form(request)).get("csrf", "")
    if not is_same(given, form_token(settings_of(request).token, session)):
        raise Refused("service: the form has expired; expected the form token of this session; nothing was done")


Someone = Annotated[Asker, Depends(demand_someone)]
Settings = Annotated[ServiceSettings, Depends(_settings)]
