"""What can be found wrong with declared deliveries by writing an invented one by the contract. Opens no connection."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from connectors.declarations.declared import Department, Feed
from connectors.declarations.declared_delivery import Delivery
from connectors.declarations.delivery_feeds import asking_feed, sending_feed
from connectors.declarations.parcel import Parcel, fill_request, write_fields
from connectors.deliveries.parcel_file import declared_file, read_sample, write_file
from connectors.pages.requesting import carry, transport_of
from connectors.wire.findings import Finding, declared_at
from schemas.deliveries.deliveries import Delivery as Owed
from schemas.deliveries.deliveries import example_of, payload_of
from schemas.errors import DeclarationError

if TYPE_CHECKING:
    from connectors.soap.soap_contract import SoapContract


def example_parcel(delivery: Delivery) -> Parcel:
    """Return an invented parcel of one kind, in codes that the declaration knows."""
    payload = payload_of(msgspec.convert(example_of(delivery.kind), Owed))
    coded = {rule.from_: rule.codes for rule in delivery.fields.values() if rule.codes}
    known = {name: value if value in coded.get(name, {value}) else min(coded[name]) for name, value in payload.items()}
    return Parcel(delivery.kind, "0123456789abcdef0123456789abcdef", known["case_number"], 1, known, "1")


def calls_of(department: Department, delivery: Delivery) -> Iterator[tuple[str, Feed, dict[str, Any]]]:
    """Yield every call that a delivery leads to, with invented values: its table in the declaration, how it is made, what it says."""
    parcel, place = example_parcel(delivery), declared_at(department.department, f"[deliveries.{delivery.kind}")
    written = write_fields(delivery, parcel, f"{department.department}.{delivery.kind}")
    yield f"{place}]", sending_feed(delivery), written
    for name, question in (("ask", delivery.ask), ("receipt", delivery.receipt)):
        if question:
            yield (
                f"{place}.{name}]",
                asking_feed(department, delivery, question),
                fill_request(question.request, parcel),
            )


def check_soap_deliveries(department: Department, contract: SoapContract) -> Iterator[Finding]:
    """Write each call by the contract; what does not fit says so itself."""
    for delivery in department.deliveries.values():
        for place, feed, values in calls_of(department, delivery):
            try:
                contract.render(
                    feed.operation,
                    carry(transport_of(department, feed), contract.parameters(feed.operation), values),
                    feed.headers,
                )
            except DeclarationError as error:
                yield Finding("error", place, str(error))


def check_file_deliveries(department: Department) -> Iterator[Finding]:
    """Write each file as its sample is laid out; what of the sample stays empty is for a reader."""
    for delivery in department.deliveries.values():
        place = declared_at(department.department, f"[deliveries.{delivery.kind}]")
        try:
            write_file(department, delivery, write_fields(delivery, example_parcel(delivery), department.department))
        except DeclarationError as error:
            yield Finding("error", place, str(error))
            continue
        sample = read_sample(department, declared_file(department, delivery))
        for path in sorted(set(sample.paths) - delivery.fields.keys()):
            yield Finding("warning", place, f"{path!r} of the sample {sample.file} is never filled")


def check_rest_deliveries(
    department: Department, paths: Mapping[str, Any], names: Collection[str]
) -> Iterator[Finding]:
    """Look each call's path up in the OpenAPI document, and the names it sends among those that it declares."""
    for delivery in department.deliveries.values():
        for place, feed, values in calls_of(department, delivery):
            if paths and feed.method.lower() not in paths.get(feed.path, {}):
                there = ", ".join(sorted(paths))
                yield Finding("error", place, f"{feed.method} {feed.path} is not in the contract; there are {there}")
            for name in sorted(set(_names(values)) - set(names)) if paths else ():
                yield Finding("warning", place, f"field {name!r} is not in the contract")


def _names(values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        yield name
        if isinstance(value, dict):
            yield from _names(value)
