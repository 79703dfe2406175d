"""A fake department shows its contract as a real one does: at the declared address, what it imports beside it.

Shows the vendored files, changed as its mode changes its answers; a test may change one too. Knows no record.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import unquote, urljoin

from connectors.declarations.declared import Department
from connectors.fake.contracts.changed_names import Changed, changed_names
from connectors.fake.contracts.document_bending import bend_document
from connectors.fake.contracts.schema_bending import bend_schema
from connectors.fake.line.wire import Answer, Request, Spokesman
from connectors.fake.rows.bending import PARAMETER
from connectors.wire.connection import Connection

MEDIA_TYPES = {"soap": "text/xml; charset=utf-8", "rest": "application/json"}


class Publisher:
    """Show the contract; whatever else is asked is the spokesman's."""

    def __init__(self, department: Department, connection: Connection, spokesman: Spokesman) -> None:
        self.spokesman = spokesman
        self._changed = {name: changed_names(feed) for name, feed in department.feeds.items()}
        contract, transport = department.folder / "contract", department.transport
        self.main = transport.contract.removeprefix("contract/")
        self.files = {p.relative_to(contract).as_posix(): p.read_bytes() for p in contract.rglob("*") if p.is_file()}
        self._address = f"{connection.path}{transport.live_contract}" if transport.live_contract else ""
        self._media_type = MEDIA_TYPES.get(transport.kind, "text/plain")

    def answer(self, request: Request, now: datetime, mode: str) -> Answer:
        """Answer one request."""
        found = self._find(request, mode) if self._address and request.method == "GET" else None
        if found is not None:
            return Answer(200, self._media_type, found)
        if mode == "parameter_required":
            return self.refuse("Client", f"缺少参数 {PARAMETER}")
        return self.spokesman.answer(request, now, mode)

    def shows(self, mode: str, feed: str) -> bool:
        """Say whether the contract is another one in `mode` because of this feed."""
        changed = [self._changed[feed]]
        return any(_bent(name, content, mode, changed) != content for name, content in self.files.items())

    def refuse(self, code: str, message: str, status: int = 200) -> Answer:
        """Say no as the department does."""
        return self.spokesman.refuse(code, message, status)

    def _find(self, request: Request, mode: str) -> bytes | None:
        asked = unquote(f"{request.path}?{request.query}" if request.query else request.path)
        beside = {urljoin(self._address, name): name for name in self.files} | {self._address: self.main}
        names = {unquote(address): name for address, name in beside.items()}
        if asked not in names:
            return None
        return _bent(names[asked], self.files[names[asked]], mode, list(self._changed.values()))


def _bent(name: str, content: bytes, mode: str, changed: list[Changed]) -> bytes:
    if name.endswith((".wsdl", ".xsd")):
        return bend_schema(content, mode, changed)
    return bend_document(content, mode, changed) if name.endswith(".json") else content
