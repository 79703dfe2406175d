"""The ways in which a fake department misbehaves. Knows the wire, not what is on it."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from connectors.fake.answers import Asked, Page
from connectors.fake.wire import Answer

MODES: Final = {
    "ok": "answers as it should",
    "half_json": "a complete HTTP answer whose payload is cut in the middle",
    "half_xml": "the same, by its name for SOAP",
    "short_body": "declares more bytes than it sends, then closes",
    "200_html_login": "a login page with status 200",
    "200_with_fault": "a Fault, or an error code, with status 200",
    "503": "unavailable, with Retry-After",
    "hang_forever": "takes the request and never answers",
    "drip_body": "sends the answer one byte at a time",
    "gzip_bomb": "a small compressed body that grows to 256 MiB",
    "redirect_internal": "redirects to another address of its own machine",
    "count_lies": "declares more records than there are",
    "page_loops": "every page is the first",
}
LOGIN_PAGE = """<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>统一身份认证</title></head>
<body><form action="/cas/login" method="post"><input name="username"><input name="password" type="password"></form></body></html>
"""
BOMB_MIB = 256


@dataclass(frozen=True)
class Sent:
    """Hold what really goes over the wire: headers may promise what the body does not keep."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds_per_byte: float = 0
    closes: bool = False


def bend_request(mode: str, asked: Asked) -> Asked:
    """Return what a confused department understands."""
    return replace(asked, skip=0, after=None) if mode == "page_loops" else asked


def bend_page(mode: str, page: Page) -> Page:
    """Return the page as a lying department would count it."""
    return replace(page, total=page.total + 7) if mode == "count_lies" else page


def send(mode: str, answer: Answer, fault: Answer, origin: str) -> Sent:
    """Return how `answer` goes out in `mode`; `fault` is the department's own way to say no."""
    named = {**answer.headers, "Content-Type": answer.media_type, "Content-Length": str(len(answer.body))}
    plain = Sent(answer.status, named, answer.body)
    half = answer.body[: len(answer.body) // 2]
    made = {
        "half_json": lambda: _plain(200, answer.media_type, half),
        "half_xml": lambda: _plain(200, answer.media_type, half),
        "short_body": lambda: replace(plain, body=half, closes=True),
        "200_html_login": lambda: _plain(200, "text/html; charset=utf-8", LOGIN_PAGE.encode()),
        "200_with_fault": lambda: _plain(200, fault.media_type, fault.body),
        "503": lambda: _plain(503, "text/plain", b"busy", {"Retry-After": "1"}),
        "drip_body": lambda: replace(plain, seconds_per_byte=0.05, closes=True),
        "gzip_bomb": lambda: _plain(200, answer.media_type, _bomb(), {"Content-Encoding": "gzip"}),
        "redirect_internal": lambda: _plain(302, "text/plain", b"", {"Location": f"{origin}/_fake/internal"}),
    }.get(mode)
    return made() if made else plain


def _plain(status: int, media_type: str, body: bytes, more: dict[str, str] | None = None) -> Sent:
    return Sent(status, {"Content-Type": media_type, "Content-Length": str(len(body))} | (more or {}), body)


@cache
def _bomb() -> bytes:
    return gzip.compress(bytes(BOMB_MIB << 20), 1)


def drip(body: bytes) -> Iterator[bytes]:
    """Return the bytes of `body` one at a time."""
    return (body[i : i + 1] for i in range(len(body)))
