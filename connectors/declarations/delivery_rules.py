"""What must hold between the values of one declared delivery, beyond their types.

Each breach is a DeclarationError that names file, table and key. Knows the shapes of payloads; knows no network.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from connectors.declarations.declaration_rules import check_text
from connectors.declarations.declared import Transport
from connectors.declarations.declared_delivery import Ask, Delivery, Out, Receipt, Window
from connectors.declarations.durations import duration
from connectors.declarations.out_file_rules import check_out_file, check_receipt_file
from connectors.declarations.request_rules import check_root
from connectors.declarations.request_template import placeholders
from connectors.declarations.schedule_rules import check_schedule
from connectors.declarations.time_forms import time_pattern
from schemas.deliveries.deliveries import KINDS, payload_names
from schemas.errors import DeclarationError

NEEDED = {"soap": ("operation", "success"), "rest": ("path", "success"), "table": ("table",), "file": ("file",)}
KEYS_OF = {"operation": "soap", "headers": "soap", "path": "rest", "table": "table", "file": "file"}
SPEAKING = {"soap", "rest"}
ENVELOPE = ("kind", "delivery_key", "case_number", "sequence")  # what may be told of a delivery beside its payload
ACCOUNT = {"login", "password"}
PATH = r"/(?!/)[^\s?#\\\x80-\U0010ffff]*"
DATES = {"accepted_on", "promised_on", "decided_on", "issued_on", "valid_from", "valid_to", "changed_on", "due_on"}


def check_delivery(delivery: Delivery, transport: Transport, place: str) -> None:
    """Refuse a delivery whose keys contradict each other, or that its transport cannot make."""
    if delivery.kind not in KINDS:
        raise DeclarationError(f"{place}: no kind of delivery has that name; there are {', '.join(KINDS)}")
    check_root(delivery.payload_root or transport.payload_root, place)
    _check_transport(delivery, transport, place)
    if delivery.file:
        _check_file(delivery, transport, place)
    else:
        _check_class(delivery, transport, place)
    for name, rule in delivery.fields.items():
        _check_out(name, rule, delivery, f"{place[:-1]}.fields] {name}")
    if delivery.ask:
        _check_ask(delivery.ask, delivery, transport, f"{place[:-1]}.ask]")
    if delivery.receipt:
        _check_receipt(delivery.receipt, delivery, transport, f"{place[:-1]}.receipt]")
    _check_bounds(delivery, place)


def known_names(delivery: Delivery) -> set[str]:
    """Return what a value may come from: the payload's names, and what is told of the delivery itself."""
    return set(payload_names(delivery.kind)) | set(ENVELOPE)


def _check_transport(delivery: Delivery, transport: Transport, place: str) -> None:
    for needed in NEEDED[transport.kind]:
        if not getattr(delivery, needed):
            raise DeclarationError(f"{place}: key {needed!r} is missing; kind {transport.kind} needs it")
    for key, kind in KEYS_OF.items():
        if getattr(delivery, key) and transport.kind != kind:
            raise DeclarationError(f"{place}: key {key!r} needs kind {kind}")
    if transport.kind not in SPEAKING and (delivery.success or delivery.busy or delivery.number):
        raise DeclarationError(
            f"{place}: 'success', 'busy' and 'number' read an answer; kind {transport.kind} has none"
        )
    if transport.seal or transport.sign != "none" or transport.auth == "wsse-signature":
        raise DeclarationError(f"{place}: deliveries under a seal or a signature are not spoken; expected neither")
    _check_places(delivery, place)


def _check_places(delivery: Delivery, place: str) -> None:
    if delivery.path and not re.fullmatch(PATH, delivery.path):
        raise DeclarationError(f"{place}: key 'path': expected one such as /api/decisions, got {delivery.path!r}")
    if delivery.success and set(delivery.success.values) & set(delivery.busy):
        raise DeclarationError(f"{place}: key 'busy': a code cannot mean success as well")


def _check_class(delivery: Delivery, transport: Transport, place: str) -> None:
    """Refuse a class without what makes it one: nothing is worse than a promise that the department does not keep."""
    key = delivery.key
    if delivery.class_ == "A" and not key:
        raise DeclarationError(f"{place}: key 'key' is missing; class A needs it")
    if key and delivery.class_ != "A":
        raise DeclarationError(f"{place}: key 'key' needs class A")
    if key and bool(key.field) == bool(key.header):
        raise DeclarationError(f"{place[:-1]}.key]: expected exactly one of 'field' and 'header'")
    if key and key.header and transport.kind != "rest":
        raise DeclarationError(f"{place[:-1]}.key]: key 'header' needs kind rest")
    if key and key.field in delivery.fields:
        raise DeclarationError(
            f"{place[:-1]}.fields] {key.field}: carries the delivery's key; it is filled in by itself"
        )
    if (delivery.ask is not None) != (delivery.class_ == "B"):
        raise DeclarationError(
            f"{place}: key 'ask' {'is missing; class B needs it' if not delivery.ask else 'needs class B'}"
        )
    if delivery.ask and transport.kind not in SPEAKING:
        raise DeclarationError(f"{place}: key 'class': kind {transport.kind} cannot be asked; expected A or C")


def _check_file(delivery: Delivery, transport: Transport, place: str) -> None:
    if delivery.key or delivery.ask:
        raise DeclarationError(
            f"{place}: 'key' and 'ask' mean nothing to kind file: its name and 'taken' stand for them"
        )
    if delivery.file:
        check_out_file(delivery.file, delivery.class_, transport, f"{place[:-1]}.file]")


def _check_out(name: str, rule: Out, delivery: Delivery, place: str) -> None:
    if bool(rule.from_) == (rule.value is not None):
        raise DeclarationError(f"{place}: expected exactly one of 'from' and 'value'")
    if rule.from_ and rule.from_ not in known_names(delivery):
        raise DeclarationError(
            f"{place}: a {delivery.kind} has no {rule.from_!r}; there are {', '.join(sorted(known_names(delivery)))}"
        )
    if (rule.date is not None) != (rule.from_ in DATES):
        raise DeclarationError(f"{place}: key 'date' belongs to dates, and every date needs it")
    if rule.date is not None:
        check_text(time_pattern, rule.date, f"{place}: key 'date'")
    _check_placeholders({name: rule.value or ""}, ACCOUNT, place)


def _check_ask(ask: Ask, delivery: Delivery, transport: Transport, place: str) -> None:
    _check_call("call", ask.call, transport, place)
    _check_placeholders(ask.request, known_names(delivery) | ACCOUNT, f"{place}: key 'request'")
    check_text(duration, ask.after, f"{place}: key 'after'")
    same = ask.found_when.field == ask.missing_when.field
    if (
        not ask.found_when.values
        or not ask.missing_when.values
        or (same and set(ask.found_when.values) & set(ask.missing_when.values))
    ):
        raise DeclarationError(f"{place}: 'found_when' and 'missing_when' must each name a value, and never the same")


def _check_receipt(receipt: Receipt, delivery: Delivery, transport: Transport, place: str) -> None:
    if transport.kind in SPEAKING:
        _check_call("poll", receipt.poll, transport, place)
    elif delivery.file:
        check_receipt_file(receipt, place)
    elif receipt.poll or not delivery.key:
        raise DeclarationError(
            f"{place}: a front table's receipt is read from the delivered row; expected class A and no 'poll'"
        )
    _check_placeholders(receipt.request, known_names(delivery) | ACCOUNT | {"number"}, f"{place}: key 'request'")
    _check_times(receipt, place)
    refused = receipt.refused_when.values if receipt.refused_when else []
    if not receipt.done_when.values or set(receipt.done_when.values) & set(refused):
        raise DeclarationError(f"{place}: 'done_when' must name a value, and never one of 'refused_when'")
    if receipt.answer and delivery.kind != "correction_request":
        raise DeclarationError(f"{place}: key 'answer' belongs to a correction_request; nothing else is answered")
    if receipt.answer and not receipt.answer.codes:
        raise DeclarationError(f"{place}: key 'answer': expected codes, the department's beside ours")


def _check_times(receipt: Receipt, place: str) -> None:
    for key in ("every", "give_up"):
        check_text(duration, getattr(receipt, key), f"{place}: key {key!r}")
    if not duration(receipt.every):
        raise DeclarationError(f"{place}: key 'every': expected at least one second, got {receipt.every!r}")


def _check_call(key: str, call: str, transport: Transport, place: str) -> None:
    pattern, such = (r"\w[\w.-]*", "QueryDecision") if transport.kind == "soap" else (PATH, "/api/decisions/state")
    if not re.fullmatch(pattern, call):
        raise DeclarationError(f"{place}: key {key!r}: expected one such as {such}, got {call!r}")


def _check_bounds(delivery: Delivery, place: str) -> None:
    check_schedule(delivery.schedule, place)
    check_text(duration, delivery.give_up, f"{place}: key 'give_up'")
    if not 1 <= delivery.tries <= 1000:
        raise DeclarationError(f"{place}: key 'tries': expected 1 to 1000, got {delivery.tries}")
    for window in delivery.maintenance:
        _check_window(window, f"{place[:-1]}.maintenance]")


def _check_window(window: Window, place: str) -> None:
    for key, text in (("from", window.from_), ("to", window.to)):
        if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
            raise DeclarationError(f"{place}: key {key!r}: expected a time such as 22:00, got {text!r}")
    if window.from_ == window.to:
        raise DeclarationError(f"{place}: 'from' and 'to' are the same; nothing would ever be delivered, or always")
    if not window.notice.strip():
        raise DeclarationError(f"{place}: key 'notice' is empty; people must be told why nothing is delivered")


def _check_placeholders(template: Mapping[str, str], known: Iterable[str], place: str) -> None:
    unknown = sorted(placeholders(dict(template)) - set(known))
    if unknown:
        raise DeclarationError(f"{place}: placeholder {unknown[0]!r} is unknown; there are {', '.join(sorted(known))}")
