"""How an answer goes over the wire when the department misbehaves there. Knows bytes and HTTP, not what they say."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import repeat

from connectors.fake.line.wire import Answer
from connectors.fake.modes import FORMS

LOGIN_PAGE = """<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>统一身份认证</title></head>
<body><form action="/cas/login" method="post"><input name="username"><input name="password" type="password"></form></body></html>
"""
BOMB_MIB = 64
SOAP_BODY, ROOT = re.compile(rb"Body>"), re.compile(rb"<[A-Za-z_][^<>]*>")
XML_LABEL = re.compile(rb"""encoding=["'][^"']*["']""")
ATTRIBUTES = "".join(f' a{number}="1"' for number in range(300))
NESTED = 100


@dataclass(frozen=True)
class Sent:
    """Hold what really goes over the wire: headers may promise what the body does not keep."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds_per_byte: float = 0
    closes: bool = False
    ending: str = ""  # "endless", "reset", "drip_headers", "lost": what happens besides


def send(mode: str, answer: Answer, fault: Answer, origin: str) -> Sent:
    """Return how `answer` goes out in `mode`; `fault` is the department's own way to say no."""
    named = {**answer.headers, "Content-Type": answer.media_type, "Content-Length": str(len(answer.body))}
    plain = Sent(answer.status, named, answer.body)
    if mode in _BODIES and (mode not in FORMS["xml"] or _is_xml(answer.body)):
        body, media_type = _BODIES[mode](answer)
        return _plain(answer.status, media_type, body, dict(answer.headers))
    bent = _bent_answers(mode, answer, fault, origin)
    return bent or _bent_line(mode, plain)


def endless(body: bytes) -> Iterator[bytes]:
    """Return a body that begins well and then goes on for ever."""
    yield body[: len(body) // 2]
    yield from repeat(b" " * 65_536)


def drip(body: bytes) -> Iterator[bytes]:
    """Return the bytes of `body` one at a time."""
    return (body[i : i + 1] for i in range(len(body)))


def _bent_line(mode: str, plain: Sent) -> Sent:
    """Return an answer that starts well and does not end so."""
    half = plain.body[: len(plain.body) // 2]
    undeclared = {name: value for name, value in plain.headers.items() if name != "Content-Length"}
    made: dict[str, Callable[[], Sent]] = {
        "short_body": lambda: replace(plain, body=half, closes=True),
        "close_without_length": lambda: replace(plain, headers=undeclared, body=half, closes=True),
        "never_ends": lambda: replace(plain, headers=undeclared, closes=True, ending="endless"),
        "reset_midway": lambda: replace(plain, body=half, closes=True, ending="reset"),
        "drip_body": lambda: replace(plain, seconds_per_byte=0.05, closes=True),
        "drip_headers": lambda: replace(plain, seconds_per_byte=0.05, closes=True, ending="drip_headers"),
    }
    return made[mode]() if mode in made else plain


def _bent_answers(mode: str, answer: Answer, fault: Answer, origin: str) -> Sent | None:
    """Return another answer than the right one."""
    kind, half = answer.media_type, answer.body[: len(answer.body) // 2]
    packed = {"Content-Encoding": "gzip"}
    made: dict[str, Callable[[], Sent]] = {
        "half_json": lambda: _plain(200, kind, half),
        "half_xml": lambda: _plain(200, kind, half),
        "half_gzip": lambda: _plain(200, kind, _half(gzip.compress(answer.body)), packed),
        "gzip_bomb": lambda: _plain(200, kind, _bomb(), packed),
        "500_before": lambda: _plain(500, "text/plain", b"internal error"),
        "500_after_commit": lambda: _plain(500, "text/plain", b"internal error"),
        "ack_lost": lambda: Sent(200, {}, b"", closes=True, ending="lost"),
        "503": lambda: _plain(503, "text/plain", b"busy", {"Retry-After": "1"}),
        "rate_limited_429": lambda: _plain(429, "text/plain", b"slow down", {"Retry-After": "2"}),
        "200_with_fault": lambda: _plain(200, fault.media_type, fault.body),
        "200_html_login": lambda: _plain(200, "text/html; charset=utf-8", LOGIN_PAGE.encode()),
        "202_empty": lambda: _plain(202, kind, b""),
        "204": lambda: Sent(204, {}, b""),
        "redirect_internal": lambda: _plain(302, "text/plain", b"", {"Location": f"{origin}/_fake/internal"}),
        "redirect_file": lambda: _plain(302, "text/plain", b"", {"Location": "file:///etc/passwd"}),
    }
    return made[mode]() if mode in made else None


def _labelled(answer: Answer, label: str, body: bytes) -> tuple[bytes, str]:
    kind = answer.media_type.partition(";")[0]
    return XML_LABEL.sub(f'encoding="{label}"'.encode(), body, count=1), f"{kind}; charset={label}"


def _in_root(answer: Answer, text: str) -> tuple[bytes, str]:
    """Write `text` as the first thing inside the Body or the root, or the first key of the object."""
    if _is_xml(answer.body):
        end = _opened(answer.body)
        return answer.body[:end] + text.encode() + answer.body[end:], answer.media_type
    return answer.body.replace(b"{", b'{"deep":' + text.encode() + b",", 1), answer.media_type


def _nested(answer: Answer) -> tuple[bytes, str]:
    return _in_root(answer, "<d>" * NESTED + "</d>" * NESTED if _is_xml(answer.body) else "[" * NESTED + "]" * NESTED)


def _is_xml(body: bytes) -> bool:
    return body.lstrip()[:1] == b"<"


def _opened(body: bytes) -> int:
    """Return where the tag ends that opens the Body, or the root where there is none."""
    found = SOAP_BODY.search(body) or ROOT.search(body)
    return found.end() if found else 0


def _attributed(answer: Answer) -> tuple[bytes, str]:
    end = _opened(answer.body) - 1
    return answer.body[:end] + ATTRIBUTES.encode() + answer.body[end:], answer.media_type


def _gb(answer: Answer) -> bytes:
    return answer.body.decode("utf-8").encode("gb18030")


def _doctype(answer: Answer) -> tuple[bytes, str]:
    entity = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    head, mark, rest = answer.body.partition(b"?>")
    return head + mark + entity + rest, answer.media_type


_BODIES: dict[str, Callable[[Answer], tuple[bytes, str]]] = {
    "gbk_labelled_utf8": lambda answer: (_gb(answer), answer.media_type),
    "gb2312_labelled_gbk": lambda answer: _labelled(answer, "gb2312", _gb(answer)),
    "utf7": lambda answer: _labelled(answer, "utf-7", answer.body.decode("utf-8").encode("utf-7")),
    "bom": lambda answer: (b"\xef\xbb\xbf" + answer.body, answer.media_type),
    "wrong_content_type": lambda answer: (answer.body, "text/html; charset=iso-8859-1"),
    "doctype": _doctype,
    "processing_instruction": lambda answer: _in_root(answer, '<?php system("id") ?>'),
    "xinclude": lambda answer: _in_root(
        answer, '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'
    ),
    "many_attributes": _attributed,
    "deep_nesting": _nested,
    "schema_renamed_namespace": lambda answer: (
        re.sub(rb'(Body>.*?xmlns(?::\w+)?=")[^"]*', rb"\1urn:another-version", answer.body, count=1, flags=re.DOTALL),
        answer.media_type,
    ),
}  # fmt: skip


def _half(body: bytes) -> bytes:
    return body[: len(body) // 2]


def _plain(status: int, media_type: str, body: bytes, more: dict[str, str] | None = None) -> Sent:
    return Sent(status, {"Content-Type": media_type, "Content-Length": str(len(body))} | (more or {}), body)


@cache
def _bomb() -> bytes:
    return gzip.compress(bytes(BOMB_MIB << 20), 1)
