"""What a declaration says of comparing both ends of a feed, as plain frozen values."""

from __future__ import annotations

from typing import Any, Literal

from connectors.declarations.declared_parts import Struct


class AskRecord(Struct, frozen=True, kw_only=True):
    """How a record is asked for by its key; the answer has the form of the feed's own."""

    call: str  # SOAP: the operation; REST: the path
    method: Literal["GET", "POST"] = "GET"
    request: dict[str, Any]  # {key} is filled in


class Reconcile(Struct, frozen=True, kw_only=True):
    """How what the department holds is compared with what the library holds."""

    by: Literal["list", "ask", "none"] = "list"  # all of it, a sample asked for by key, or not at all
    sample: int = 200
    ask: AskRecord | None = None  # a front table can be asked without
