"""A fake department shows its contract as a real one does: at the declared address, what it imports beside it.

Holds the vendored files as they are; a test may change one, as a department would. Knows no record.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import unquote, urljoin

from connectors.connection import Connection
from connectors.declared import Department
from connectors.fake.wire import Answer, Request, Spokesman

MEDIA_TYPES = {"soap": "text/xml; charset=utf-8", "rest": "application/json"}


class Publisher:
    """Show the contract; whatever else is asked is the spokesman's."""

    def __init__(self, department: Department, connection: Connection, spokesman: Spokesman) -> None:
        self.spokesman = spokesman
        contract, transport = department.folder / "contract", department.transport
        self.main = transport.contract.removeprefix("contract/")
        self.files = {p.relative_to(contract).as_posix(): p.read_bytes() for p in contract.rglob("*") if p.is_file()}
        self._address = f"{connection.path}{transport.live_contract}" if transport.live_contract else ""
        self._media_type = MEDIA_TYPES.get(transport.kind, "text/plain")

    def answer(self, request: Request, now: datetime, mode: str) -> Answer:
        """Answer one request."""
        found = self._find(request) if self._address and request.method == "GET" else None
        return Answer(200, self._media_type, found) if found is not None else self.spokesman.answer(request, now, mode)

    def refuse(self, code: str, message: str, status: int = 200) -> Answer:
        """Say no as the department does."""
        return self.spokesman.refuse(code, message, status)

    def _find(self, request: Request) -> bytes | None:
        asked = f"{request.path}?{request.query}" if request.query else request.path
        if asked == self._address:
            return self.files[self.main]
        beside = {urljoin(self._address, name): content for name, content in self.files.items()}
        return beside.get(unquote(asked))
