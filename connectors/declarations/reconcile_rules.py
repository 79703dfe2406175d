"""What must hold of a feed's [reconcile] table. Each breach is a DeclarationError that names file, table and key."""

from __future__ import annotations

import re

from connectors.declarations.declared import Feed, Transport
from connectors.declarations.request_template import placeholders
from schemas.errors import DeclarationError

PATH = r"/(?!/)[!-~]*"


def check_reconcile(feed: Feed, transport: Transport, place: str) -> None:
    """Refuse a way to compare that the transport has not, or that cannot name a record."""
    told, where = feed.reconcile, f"{place[:-1]}.reconcile]"
    if told.sample <= 0:
        raise DeclarationError(f"{where}: key 'sample': expected a number above zero, got {told.sample}")
    if told.by == "ask" and told.ask is None and transport.kind != "table":
        raise DeclarationError(f"{where}: key 'ask' is missing; by = \"ask\" needs it")
    if told.ask is None:
        return
    if transport.kind not in {"soap", "rest"}:
        raise DeclarationError(f"{where}: key 'ask' needs kind soap or rest; got {transport.kind}")
    if transport.kind == "rest" and not re.fullmatch(PATH, told.ask.call):
        raise DeclarationError(
            f"{where[:-1]}.ask]: key 'call': expected a path such as /api/license, got {told.ask.call!r}"
        )
    if "key" not in placeholders(told.ask.request):
        raise DeclarationError(f"{where[:-1]}.ask]: key 'request': expected {{key}} in it, or every record is the same")
