"""Where an answer says that its next page lies: a Link header (RFC 8288) or a URL in the body, held to our own address.

A department names pages of its own: another host, port or path than the connection's is a broken promise, never followed.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from connectors.wire.connection import PORTS, Connection
from schemas.errors import DepartmentBrokePromise

TOKEN = r"[\w!#$&+.^`|~*%'-]+"  # noqa: S105  a token of HTTP's grammar
PARAMETER = re.compile(rf"""\s*;\s*({TOKEN})\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|({TOKEN})))?""", re.ASCII)
TARGET = re.compile(r"[\s,]*<([^>]*)>")


def read_next_link(header: str, who: str) -> str:
    """Return the target of the header's link with rel=next, or an empty string."""
    targets, at = set(), 0
    while match := TARGET.match(header, at):
        named, at = _parameters(header, match.end())
        is_next = "next" in named.get("rel", "").lower().split()
        targets |= {match[1]} if is_next and "anchor" not in named else set()  # an anchor speaks of another page
    if header[at:].strip(" \t,"):
        raise DepartmentBrokePromise(f"{who}: the Link header cannot be read; nothing of the exchange is applied")
    if len(targets) > 1:
        raise DepartmentBrokePromise(f"{who}: the Link header names two next pages; nothing of the exchange is applied")
    return targets.pop() if targets else ""


def next_target(connection: Connection, path: str, told: str, who: str) -> str:
    """Return path and query, below the connection's own path, of the page that an answer to `path` told."""
    if "\\" in told or any(ord(c) <= 32 or ord(c) > 126 for c in told):
        raise _refusal(who, "cannot be read; expected a URL in ASCII")
    try:
        parts = urlsplit(urljoin(f"{connection.origin}{connection.path}{path}", told))
        origin = (parts.scheme, (parts.hostname or ""), parts.port or PORTS.get(parts.scheme))
    except ValueError:
        raise _refusal(who, "cannot be read; expected a URL") from None
    if origin != (connection.scheme, connection.host.lower(), connection.port) or "@" in parts.netloc:
        raise _refusal(who, "names another address than the connection's")
    if not _is_below(parts, connection.path):
        raise _refusal(who, "leaves the connection's path")
    return parts.path.removeprefix(connection.path) + (f"?{parts.query}" if parts.query else "")


def _parameters(header: str, at: int) -> tuple[dict[str, str], int]:
    named: dict[str, str] = {}
    while match := PARAMETER.match(header, at):
        name, value, at = match[1].lower(), match[2] if match[2] is not None else match[3] or "", match.end()
        named.setdefault(name, re.sub(r"\\(.)", r"\1", value))  # of a parameter that comes twice the first counts
    return named, at


def _is_below(parts: SplitResult, path: str) -> bool:
    steps = unquote(parts.path).split("/")
    return parts.path.startswith(f"{path}/") and not {".", ".."} & set(steps)


def _refusal(who: str, problem: str) -> DepartmentBrokePromise:
    return DepartmentBrokePromise(f"{who}: the next page's URL {problem}; it is not followed, nothing is applied")
