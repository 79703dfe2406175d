"""TLS of a fake: an invented authority, the certificate shown, and, where a department knows its callers by theirs, the hub's.

Knows sockets and modes; knows no HTTP.
"""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from functools import cached_property

from connectors.fake.line.certificates import Authority, Issued, server_side

HOST = "127.0.0.1"
DAYS = {"cert_good": 90, "cert_expired": -1}  # modes in which every department is asked over TLS


class InventedTls:
    """Hold the certificates of one fake; nothing is made before it is needed."""

    def __init__(self, auth: str) -> None:
        self._is_mutual = auth == "mtls"

    def connection_extra(self, mode: str) -> dict[str, str]:
        """Return what the connection must hold; nothing where TLS is not spoken."""
        ca = {"ca": self._authority.certificate} if self._is_mutual or mode in DAYS else {}
        ours = self._client
        return ca | ({"client_certificate": ours.certificate, "client_key": ours.key} if ours else {})

    def dress(self, line: socket.socket, mode: str) -> socket.socket:
        """Return a taken call in TLS, where it is spoken; the handshake comes with the first byte that is read."""
        if not self._is_mutual and mode not in DAYS:
            return line
        shown = self._authority.issue("fake department", days=DAYS.get(mode, 90), host=HOST)
        context = server_side(shown, self._authority.certificate if self._is_mutual else "")
        return context.wrap_socket(line, server_side=True, do_handshake_on_connect=False)

    @cached_property
    def _authority(self) -> Authority:
        return Authority(datetime.now(UTC))

    @cached_property
    def _client(self) -> Issued | None:
        return self._authority.issue("license-hub") if self._is_mutual else None
