"""The way in and out for people: a page that takes the development token once and opens a session.

The only pages that do not demand someone; they tell nothing but whether the token was right.
"""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from license_library.service.access import (
    Settings,
    demand_own_origin,
    demand_someone,
    find_session,
    session_cookie,
    sign_in,
)
from license_library.service.acts.purposes import PURPOSE_COOKIE
from license_library.service.bodies import Form
from license_library.service.rendering import render
from license_library.service.sessions import is_same

router = APIRouter(include_in_schema=False)
SIGN_IN = "/sign-in"
SIGN_OUT = "/sign-out"


def sign_in_address(page: str, *, is_unsent: bool) -> str:
    """Return where to sign in: after it the reader comes back to that page, and is told of what was sent and not done."""
    wanted = {} if page in {"/", "/?"} else {"next": page.removesuffix("?")}
    told = wanted | ({"unsent": "yes"} if is_unsent else {})
    return f"{SIGN_IN}?{urlencode(told)}" if told else SIGN_IN


def own_path(wanted: str) -> str:
    """Return the path if it leads to a page of ours, else the first page."""
    leads_away = not wanted.startswith("/") or wanted[1:2] in {"/", "\\"} or not wanted.isprintable()
    return "/" if leads_away or wanted.startswith(SIGN_IN) else wanted


@router.get(SIGN_IN)
def ask_token(request: Request) -> Response:
    """Show the sign-in page."""
    wanted = own_path(request.query_params.get("next", "/"))
    if find_session(request):
        return RedirectResponse(wanted, 303)
    return render(
        request, "sign_in.html", wanted=wanted, refused=False, unsent=bool(request.query_params.get("unsent"))
    )


@router.post(SIGN_IN)
def take_token(request: Request, settings: Settings, form: Form) -> Response:
    """Open a session for the right token."""
    demand_own_origin(request)
    wanted = own_path(form.get("next", "/"))
    if not is_same(form.get("token", ""), settings.token):
        return render(request, "sign_in.html", 401, wanted=wanted, refused=True, unsent=False)
    response = RedirectResponse(wanted, 303)
    sign_in(response, settings)
    return response


@router.post(SIGN_OUT, dependencies=[Depends(demand_someone)])
def end_session(settings: Settings) -> Response:
    """Forget the session and the purpose in this browser."""
    response = RedirectResponse(SIGN_IN, 303)
    response.delete_cookie(session_cookie(settings), path="/", secure=settings.secure_cookies, httponly=True)
    response.delete_cookie(PURPOSE_COOKIE, path="/")
    return response
