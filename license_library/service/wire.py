"""What every answer carries and how large a question may be, whatever the route.

Knows HTTP only: no sign-in, no library, no pages.
"""

from __future__ import annotations

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schemas.errors import RequestError

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # same-origin, not no-referrer: the latter makes browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
STATIC_PREFIX = "/static/"
# Where a file is handed in; anywhere else a question is small.
TAKES_SHARED_FILES = re.compile(r"/share/(?:verifyFile|soap)")  # in base64, from whoever calls: smaller ones only
SHARED_FILE_BYTES = 5_000_000
TAKES_FILES = re.compile(r"/api/files/check|(?:/api)?/licenses/\d{1,19}/files|/working-copies/file")


class BodyTooLarge(RequestError):
    """The question is larger than this service reads."""

    code = "request.too_large"


class Wire:
    """Add the security headers to every answer and stop reading a body at the limit."""

    def __init__(self, app: ASGIApp, body_bytes: int, file_bytes: int) -> None:
        self.app = app
        self.body_bytes = body_bytes
        self.file_bytes = file_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with both ends wrapped."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await self.app(scope, self._bounded(scope, receive), self._dressed(scope, send))

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        declared = Headers(scope=scope).get("content-length", "0")
        limit = self._limit_of(scope["path"])
        seen = 0

        async def read() -> Message:
            nonlocal seen
            if declared.isdigit() and int(declared) > limit:
                raise too_large(limit)
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise too_large(limit)
            return message

        return read

    def _limit_of(self, path: str) -> int:
        if TAKES_FILES.fullmatch(path):
            return self.file_bytes + self.body_bytes
        if TAKES_SHARED_FILES.fullmatch(path):
            return min(self.file_bytes, SHARED_FILE_BYTES) * 4 // 3 + self.body_bytes
        return self.body_bytes

    def _dressed(self, scope: Scope, send: Send) -> Send:
        caching = "no-cache" if scope["path"].startswith(STATIC_PREFIX) else "no-store"

        async def write(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Cache-Control"] = caching
                headers.update(SECURITY_HEADERS)
            await send(message)

        return write


def too_large(limit: int) -> BodyTooLarge:
    """Return the error for a body beyond a limit."""
    return BodyTooLarge(f"service: the body is too large; expected at most {limit} bytes; nothing was read")
