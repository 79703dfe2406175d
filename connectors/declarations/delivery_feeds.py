"""A delivery, a question about it and its receipt, a record asked for by its key, each seen as a feed: calls to a
department are written alike.

What fetching pages knows of operations, paths, forms and answers is used as it is. Knows declarations only.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from connectors.declarations.declared import Cursor, Department, Feed, Paging
from connectors.declarations.declared_delivery import Answered, Ask, Delivery, Receipt
from connectors.declarations.declared_parts import Success
from connectors.declarations.declared_reconcile import AskRecord
from connectors.declarations.parcel import account_places
from connectors.declarations.request_template import fill


def sending_feed(delivery: Delivery) -> Feed:
    """Return the call that delivers."""
    return _feed(
        delivery.kind,
        operation=delivery.operation,
        path=delivery.path,
        method="POST",
        send=delivery.send,
        payload_root=delivery.payload_root,
        answer=delivery.answer,
        headers=delivery.headers,
        table=delivery.table,
        request=account_places(delivery),
        success=delivery.success,
    )


def asking_feed(department: Department, delivery: Delivery, question: Ask | Receipt) -> Feed:
    """Return the call that asks whether a delivery arrived, or what became of it."""
    call = question.call if isinstance(question, Ask) else question.poll
    is_soap = department.transport.kind == "soap"
    return _feed(
        f"{delivery.kind}.{'ask' if isinstance(question, Ask) else 'receipt'}",
        operation=call if is_soap else "",
        path="" if is_soap else call,
        method="POST" if is_soap else question.method,
        send="query" if question.method == "GET" and not is_soap else delivery.send,
        answer=delivery.answer,
        headers=delivery.headers,
        request=question.request,
        success=None,
    )


def record_feed(department: Department, feed: Feed, ask: AskRecord, key: str) -> Feed:
    """Return the feed as it asks for one record."""
    is_soap = department.transport.kind == "soap"
    place: dict[str, Any] = {"operation": ask.call} if is_soap else {"path": ask.call, "method": ask.method}
    if ask.method == "GET" and not is_soap:  # it has no body, whatever the feed sends
        place["send"] = "query"
    return replace(feed, request=fill(ask.request, {"key": key}), paging=Paging(), **place)


def state_paths(question: Ask | Receipt) -> list[Success | Answered]:
    """Return where an answer to a question says how things stand."""
    if isinstance(question, Ask):
        return [question.found_when, question.missing_when]
    return [one for one in (question.done_when, question.refused_when, question.answer) if one]


def _feed(name: str, **call: Any) -> Feed:
    nothing: dict[str, Any] = {
        "record": "",
        "catalogue": "",
        "basis": "",
        "purpose": "",
        "fresh_within": "",
        "schedule": "",
    }
    return Feed(name=name, key=["-"], cursor=Cursor(field="-"), **nothing, **call)
