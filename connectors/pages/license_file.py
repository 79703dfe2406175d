"""The file that a license's `file_url` names, fetched from its department through the one door. Keeps nothing.

An address in a record is no permission to go there: files come from the connection's own host, or from the one that its
extra `files_url` names, and from no other.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from urllib.parse import SplitResult, quote, urlsplit

import msgspec

from connectors.declarations.declared import Department
from connectors.signing.sign_in import SignIn
from connectors.wire.connection import PORTS, Connection, parse_connection
from connectors.wire.door import Call, Door
from schemas.bureau_time import Clock
from schemas.errors import DeclarationError, DepartmentBrokePromise

_KEPT = "/%:@!$&'()*+,;=~-._?"  # of a path or query; what else stands there is percent-encoded, as Chinese file names


def fetch_license_file(
    department: Department, connection: Connection, address: str, max_bytes: int, clock: Clock
) -> bytes:
    """Return the bytes at an address that a license names: absolute, or a path on the host of the department's files.

    DeclarationError where it lies on a host that the connection does not name; the department's errors as of any call.
    """
    who = f"{department.department} (license file)"
    host, path = _place(_file_hosts(connection, who), address, who)
    limits = msgspec.structs.replace(department.transport.limits, page_bytes=max_bytes)
    sign_in = SignIn(department, who, connection, clock)
    with closing(Door(who, host, limits, clock)) as door:
        signed = sign_in.sign(clock())
        return door.call(Call("GET", path, signed.query, signed.headers)).body


def _file_hosts(connection: Connection, who: str) -> list[Connection]:
    """Return where files may lie, first the host of paths; another host is met with the same certificates and networks."""
    url = connection.extra.get("files_url", "")
    try:
        named = [replace(parse_connection(url), extra=connection.extra)] if url else []
    except DeclarationError as error:
        raise DeclarationError(f"{who}: the connection's files_url: {error}") from error
    hosts = [one for one in (*named, connection) if one.is_web]
    if not hosts:
        raise DeclarationError(
            f"{who}: the connection leads to no web server; expected its files_url to name the one that has the files; "
            "nothing was asked"
        )
    return hosts


def _place(hosts: list[Connection], address: str, who: str) -> tuple[Connection, str]:
    """Return the host to ask, its own path taken off, and the whole path and query."""
    parts = _split(address, who)
    asked = quote(f"{parts.path}?{parts.query}" if parts.query else parts.path, safe=_KEPT)
    if not parts.scheme and not parts.netloc:
        base = hosts[0]
        return replace(base, path=""), asked if asked.startswith("/") else f"{base.path}/{asked}"
    where = (parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme))
    for host in hosts:
        if where == (host.scheme, host.host.lower(), host.port):
            return replace(host, path=""), asked
    raise DeclarationError(
        f"{who}: the license names a file at {parts.scheme}://{parts.hostname}; expected one at "
        f"{' or '.join(host.origin for host in hosts)}; nothing was asked; where the department keeps its files there, "
        "write that address into the connection's files_url"
    )


def _split(address: str, who: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    is_plain = "\\" not in address and all(char > " " and char.isprintable() for char in address)
    if not is_plain or "@" in parts.netloc or not (parts.path or parts.query):
        raise DepartmentBrokePromise(
            f"{who}: the address of the license's file is none; expected http or https, a host of the department and a path, "
            "without blanks and sign-in; nothing was asked"
        )
    return parts
