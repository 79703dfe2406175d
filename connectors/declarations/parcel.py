"""One delivery on its way to a department: what the hub owes, and what that becomes in the department's own words.

Knows the declaration of a delivery; knows no transport.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from connectors.declarations.declared_delivery import Delivery, Out
from connectors.declarations.request_template import fill, holds_secret, put
from schemas.errors import DeclarationError


@dataclass(frozen=True)
class Parcel:
    """Hold one delivery: what is told of it, and its payload; `number` is the department's own once it gave one."""

    kind: str
    delivery_key: str
    case_number: str
    sequence: int
    payload: Mapping[str, str] = field(repr=False)
    number: str = ""

    def known(self) -> dict[str, str]:
        """Return every value that a declaration may name."""
        told = {"kind": self.kind, "delivery_key": self.delivery_key, "case_number": self.case_number}
        return {**self.payload, **told, "sequence": str(self.sequence), "number": self.number}


def write_fields(delivery: Delivery, parcel: Parcel, who: str) -> dict[str, Any]:
    """Return the department's fields, nested by their paths; what the payload leaves out is left out."""
    known, values = parcel.known(), dict[str, Any]()
    for path, rule in delivery.fields.items():
        text = rule.value if rule.value is not None else _told(rule, known, f"{who}: {path}")
        if text:
            put(values, path, text)
    if delivery.key and delivery.key.field:
        put(values, delivery.key.field, parcel.delivery_key)
    return values


def account_places(delivery: Delivery) -> dict[str, Any]:
    """Return where the connection's account belongs in the fields: in constants of the declaration, never in a payload."""
    places: dict[str, Any] = {}
    for path, rule in delivery.fields.items():
        if holds_secret(rule.value):
            put(places, path, rule.value)
    return places


def fill_request(template: Mapping[str, str], parcel: Parcel) -> dict[str, Any]:
    """Return the values of a question about a delivery."""
    values: dict[str, Any] = {}
    for path, text in fill(dict(template), parcel.known()).items():
        put(values, path, text)
    return values


def _told(rule: Out, known: Mapping[str, str], where: str) -> str:
    text = known.get(rule.from_, "")
    if text and rule.codes is not None and text not in rule.codes:
        raise DeclarationError(
            f"{where}: no code for {rule.from_} is declared; there are {', '.join(sorted(rule.codes))}; nothing was sent"
        )
    if text and rule.date is not None:
        return date.fromisoformat(text).strftime(rule.date)
    return rule.codes[text] if text and rule.codes is not None else text
