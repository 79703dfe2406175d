"""Why someone asks, and who signs: a case number or a stated reason, kept with every personal question.

Knows nothing of the answer. A purpose is 1 to 200 characters and travels in bodies, headers and cookies, never in a URL.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, unquote

import msgspec
from fastapi import Depends, Request
from starlette.responses import Response

from license_library.service.access import header_text, keep_cookie, settings_of
from license_library.service.bodies import Form, as_question, invalid
from schemas.struct_readers import build_readers

PURPOSE_LENGTH = 200
PURPOSE_COOKIE = "hub_purpose"
PURPOSE_HEADER = "x-purpose"

Purpose = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=PURPOSE_LENGTH,
        pattern=r"\S",
        description="Why you ask: a case number, or a reason of at most 200 characters. It is recorded.",
        examples=["办件 370283-2016-000123"],
    ),
]


class _Stated(msgspec.Struct):
    purpose: Purpose


def check_purpose(text: str) -> str:
    """Return the trimmed purpose; raise InvalidQuestion where it is missing, too long or not plain text."""
    if not text.strip():
        raise invalid("purpose", f"a case number or a reason of at most {PURPOSE_LENGTH} characters")
    return as_question({"purpose": text.strip()}, _Stated).purpose


def signed(who: str, actor: str) -> str:
    """Name the account beside the name that was typed; empty where none was."""
    return f"{who.strip()} ({actor})" if who.strip() else ""


async def _purpose_of_header(request: Request) -> str:
    return check_purpose(unquote(header_text(request.headers.get(PURPOSE_HEADER, ""))))


def kept_purpose(request: Request) -> str:
    """Return the purpose this browser stated last, or an empty text."""
    return unquote(request.cookies.get(PURPOSE_COOKIE, ""))


async def _purpose_of_page(request: Request, form: Form) -> str:
    return check_purpose(form.get("purpose", "") or kept_purpose(request))


def keep_purpose(request: Request, response: Response, purpose: str) -> None:
    """Let the browser state the same purpose again with its next question."""
    keep_cookie(response, settings_of(request), PURPOSE_COOKIE, quote(purpose, safe=""))


HeaderPurpose = Annotated[str, Depends(_purpose_of_header)]
PagePurpose = Annotated[str, Depends(_purpose_of_page)]


build_readers(_Stated)
