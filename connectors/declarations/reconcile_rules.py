"""What must hold of a feed's [reconcile] table. Each breach is a DeclarationError that names file, table and key."""

from __future__ import annotations

import re

from connectors.declarations.declared import Feed, Transport
from connectors.declarations.declared_reconcile import AskRecord
from connectors.declarations.request_rules import ACCOUNT, PLACEHOLDERS, check_flat, check_placeholders
from connectors.declarations.request_template import placeholders
from schemas.errors import DeclarationError

PATH = r"/(?!/)[!-~]*"
FILLED = PLACEHOLDERS - {"cursor"} | {"key"} | ACCOUNT  # a list's own call may need its page and its size


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
    _check_ask(feed, told.ask, transport, f"{where[:-1]}.ask]")


def _check_ask(feed: Feed, ask: AskRecord, transport: Transport, place: str) -> None:
    """Refuse a question that cannot be sent as it is written."""
    if transport.kind == "rest":
        if not re.fullmatch(PATH, ask.call) or set(ask.call) & set("?#\\{}"):
            raise DeclarationError(
                f"{place}: key 'call': expected a path such as /api/license, in ASCII, without a query or a placeholder, "
                f"got {ask.call!r}"
            )
        check_flat("query" if ask.method == "GET" else feed.send, ask.request, place)
    check_placeholders(ask.request, FILLED, f"{place}: key 'request.")
    if "key" not in placeholders(ask.request):
        raise DeclarationError(f"{place}: key 'request': expected {{key}} in it, or every record is the same")
