"""What declared deliveries send and read, as feeds of their own: the contract of the other direction is compared alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connectors.declarations.declared import Department, Feed
from connectors.declarations.declared_delivery import Answered, Ask, Delivery, Receipt
from connectors.declarations.declared_parts import Success
from connectors.declarations.delivery_feeds import asking_feed, sending_feed, state_paths
from connectors.drift.uses import Uses, path_of
from connectors.scaffold.outline import Path


def delivered_calls(department: Department) -> Iterator[tuple[Feed, Uses]]:
    """Yield each call that a delivery leads to; of a front table the row that is inserted, and read again."""
    for delivery in department.deliveries.values():
        if delivery.file:  # its sample is ours alone: nothing shows what the department expects today
            continue
        questions = [one for one in (delivery.ask, delivery.receipt) if one]
        if delivery.table:
            yield sending_feed(delivery), _row_uses(delivery)
            continue
        reads = _places([delivery.success] if delivery.success else []) | {path_of(delivery.number)}
        yield sending_feed(delivery), Uses(frozenset(reads - {()}), frozenset(_sent(delivery)), _codes(delivery))
        for question in questions:
            yield asking_feed(department, delivery, question), _question_uses(question)


def _question_uses(question: Ask | Receipt) -> Uses:
    sent = {path_of(name) for name in question.request}
    return Uses(frozenset(_places(state_paths(question))), frozenset(sent), {})


def _row_uses(delivery: Delivery) -> Uses:
    read = _places(state_paths(delivery.receipt)) if delivery.receipt else set[Path]()
    return Uses(frozenset(), frozenset(_sent(delivery) | read), _codes(delivery))


def _sent(delivery: Delivery) -> set[Path]:
    key = delivery.key.field if delivery.key else ""
    return {path_of(name) for name in [*delivery.fields, key] if name}


def _codes(delivery: Delivery) -> dict[Path, frozenset[str]]:
    return {path_of(name): frozenset(rule.codes.values()) for name, rule in delivery.fields.items() if rule.codes}


def _places(shown: Sequence[Success | Answered]) -> set[Path]:
    return {path_of(text) for one in shown for text in (one.field, one.message) if text}
