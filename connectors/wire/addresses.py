"""Which network address a department's host really is: resolved once, judged, and then never asked again."""

from __future__ import annotations

import ipaddress
import socket
import threading

from connectors.wire.connection import Connection
from schemas.errors import DeclarationError, DepartmentUnreachable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def resolve_address(connection: Connection, seconds: float, who: str) -> str:
    """Return the one address to connect to.

    The connection's extra `networks` (comma-separated ranges) is an allow-list; without it everything is allowed but
    link-local, multicast and unspecified addresses.
    """
    address = _plain(ipaddress.ip_address(_look_up(connection, seconds, who)))
    allowed = _networks(connection.extra.get("networks", ""), who)
    if allowed and not any(address in network for network in allowed):
        raise DeclarationError(f"{who}: the host resolves outside the connection's networks; nothing is sent")
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        raise DeclarationError(f"{who}: the host resolves to an address no department has; nothing is sent")
    return str(address)


def _plain(address: Address) -> Address:
    """Unmap ::ffff:10.0.0.1, which is 10.0.0.1 in disguise."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _networks(text: str, who: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    try:
        return [ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise DeclarationError(
            f"{who}: the connection's networks are no ranges; expected such as 10.8.0.0/16"
        ) from error


def _look_up(connection: Connection, seconds: float, who: str) -> str:
    """Ask the resolver in a thread, because it has no deadline of its own."""
    found: list[str] = []

    def ask() -> None:
        answers = socket.getaddrinfo(connection.host, connection.port, type=socket.SOCK_STREAM)
        found.append(str(answers[0][4][0]).partition("%")[0])

    def ask_quietly() -> None:
        try:
            ask()
        except OSError:
            found.clear()

    thread = threading.Thread(target=ask_quietly, daemon=True)
    thread.start()
    thread.join(seconds)
    if not found:
        raise DepartmentUnreachable(f"{who}: the connection's host has no address; can be tried again")
    return found[0]
