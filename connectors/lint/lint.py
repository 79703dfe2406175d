"""What can be found wrong with a declared department without its network: declaration, contract, and our code lists.

Knows files only; opens no connection. An error stops the department from working, a warning is for a reader.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from connectors.declarations.declaration import load_department
from connectors.declarations.declaration_rules import FOLLOWED
from connectors.declarations.declared import TO_FILL_IN, Department, Feed
from connectors.declarations.delivery_feeds import record_feed
from connectors.formats.page_rows import source_names
from connectors.lint.delivery_lint import check_file_deliveries, check_rest_deliveries, check_soap_deliveries
from connectors.lint.file_lint import check_files
from connectors.lint.table_lint import check_table, check_table_deliveries
from connectors.pages.page_trail import first_place
from connectors.pages.requesting import carry, request_values, transport_of
from connectors.soap.soap_contract import SoapContract
from connectors.wire.findings import Finding, declared_at
from schemas.catalogue.catalogue import load_catalogue
from schemas.catalogue.license_types import face_name, load_license_types
from schemas.errors import DeclarationError
from schemas.identifiers.credit_code import credit_code_fault
from schemas.identifiers.holder_code_types import HOLDER_CODE_TYPE_CODES
from schemas.license.license import LICENSE
from schemas.license.states import STATE_CODES
from schemas.phrases import in_english
from schemas.suites.expectations import require_runnable
from schemas.suites.suite import feeds_named, load_suite

__all__ = ["Finding", "check_department"]

DERIVED = {"record_id", "source_updated_at", "license_name"}


def check_department(name: str, root: Path | None = None) -> list[Finding]:
    """Return everything found wrong with department `name`; empty when nothing is."""
    try:
        department = load_department(name, root)
        findings = [*_check_open(department), *_check_identity(department)]
        for feed in department.feeds.values():
            findings += _check_feed(department, feed)
        findings += _check_suite(department)
        is_open = any(TO_FILL_IN in finding.message for finding in findings)
        return findings + ([] if is_open else list(_check_contract(department)))  # an open key cannot be written
    except DeclarationError as error:
        return [Finding("error", name, str(error))]


def _check_suite(department: Department) -> Iterator[Finding]:
    """Try the department's own expectations out, as the check of each feed will run them."""
    if department.suite_file is None:
        return
    place = f"{department.department}/suite.toml"
    for feed in department.feeds.values():
        require_runnable(load_suite(feed.record, department.suite_file, feed.name), LICENSE)
    for strange in sorted(feeds_named(department.suite_file) - department.feeds.keys()):
        yield Finding("error", place, f"names the feed {strange!r}; expected one of {', '.join(department.feeds)}")


def _check_open(department: Department) -> Iterator[Finding]:
    """Name every key that the scaffold left open."""
    found = (key for key, value in _texts(msgspec.structs.asdict(department)) if value == TO_FILL_IN)
    for key in dict.fromkeys(found):
        yield Finding("error", declared_at(department.department, key), f"is still {TO_FILL_IN!r}; expected a value")


def _texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of a declaration, keys of tables too, under its dotted key."""
    if isinstance(value, msgspec.Struct):
        value = {field.encode_name: getattr(value, field.name) for field in msgspec.structs.fields(type(value))}
    if isinstance(value, dict):
        for name, inner in value.items():
            below = f"{key}.{name}" if key else str(name)
            yield below, str(name)
            yield from _texts(inner, below)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner, key)
    elif isinstance(value, str):
        yield key, value


def _check_identity(department: Department) -> Iterator[Finding]:
    fault = credit_code_fault(department.uscc)
    if fault and department.uscc != TO_FILL_IN:
        yield Finding(
            "error",
            declared_at(department.department, "key 'uscc'"),
            f"{department.uscc!r} is no unified social credit code: {in_english(fault)}",
        )


def _check_feed(department: Department, feed: Feed) -> Iterator[Finding]:
    place = declared_at(department.department, f"[feeds.{feed.name}]")
    yield from _check_required(feed, place)
    yield from _check_codes(feed, place)
    yield from _check_face(feed, place)
    if feed.cursor.field in feed.key:
        yield Finding(
            "error", f"{place} key", "holds the time of change: a record that changes would become another one"
        )
    if department.transport.kind in {"table", "file"}:
        return
    placeholders = json.dumps(feed.request)
    if "{since}" not in placeholders:
        yield Finding("warning", f"{place} request", "never asks with {since}: every pull fetches everything")
    needed = {"page": "{page}", "offset": "{offset}", "cursor": "{cursor}"}.get(feed.paging.style, "")
    if needed not in placeholders:
        yield Finding(
            "error", f"{place} request", f"paging style {feed.paging.style} needs {needed}; got a request without it"
        )
    if feed.paging.end == "short-page":
        yield Finding(
            "warning", f"{place} paging", "a page that holds fewer than it was asked for would pass for the last"
        )
    if (feed.paging.style in FOLLOWED or feed.paging.end) and not (feed.paging.total or feed.paging.total_header):
        yield Finding("warning", f"{place} paging", "declares no total: nothing shows that the last page was the last")
    if not feed.success and feed.records != ".":  # a bare list has no place for it, and what is no list is refused
        yield Finding("warning", place, "declares no success: an answer that says it failed may pass as an empty page")


def _check_required(feed: Feed, place: str) -> Iterator[Finding]:
    listed = {"holder_code", "holder_code_type", "holder_name"} if feed.holder_keys else set()
    for field in LICENSE.fields:
        if field.required and field.name not in DERIVED | feed.fields.keys() | listed:
            yield Finding(
                "error",
                f"{place} fields",
                f"{field.name} ({field.zh}) is required and not mapped; expected a source field or a value",
            )


def _check_face(feed: Feed, place: str) -> Iterator[Finding]:
    """Name what a license type demands on its face and no source field tells; types that only the source tells are not known."""
    rule, defined = feed.fields.get("license_type"), load_license_types()
    told = {*(rule.codes or {}).values(), *([rule.value] if rule.value else [])} if rule else set()
    mapped = {face_name(label) for label in feed.face}
    for license_type in sorted(told & defined.keys()):
        for field in defined[license_type].face:
            if field.required and field.name not in mapped:
                words = f"{field.zh} ({field.name}) stands on the face of every {license_type} and is not mapped"
                yield Finding(
                    "warning", f"{place} face", f"{words}; expected a source field, if the department tells it"
                )


def _check_codes(feed: Feed, place: str) -> Iterator[Finding]:
    types = {kind.license_type for kind in load_catalogue().license_types}
    for name, known in (("license_type", types), ("status", STATE_CODES), ("holder_code_type", HOLDER_CODE_TYPE_CODES)):
        rule = feed.fields.get(name) or (
            feed.holders.code_type if feed.holders and name == "holder_code_type" else None
        )
        given = {*(rule.codes or {}).values(), *([rule.value] if rule.value else [])} if rule else set()
        for code in sorted(given - known - {TO_FILL_IN}):
            yield Finding(
                "error",
                f"{place} fields.{name}",
                f"maps to {code!r}, which is unknown; there are {', '.join(sorted(known))}",
            )
        if rule and rule.from_ and rule.codes is None:
            yield Finding("warning", f"{place} fields.{name}", "takes the source's code as ours; expected 'codes'")


def _check_contract(department: Department) -> Iterator[Finding]:
    if department.transport.kind == "soap":
        yield from _check_soap(department)
    elif department.transport.kind == "table":
        for feed in department.feeds.values():
            yield from check_table(department, feed)
        yield from check_table_deliveries(department)
    elif department.transport.kind == "file":
        for feed in department.feeds.values():
            yield from check_files(department, feed)
        yield from check_file_deliveries(department)
    else:
        yield from _check_openapi(department)


def _check_soap(department: Department) -> Iterator[Finding]:
    """Write each feed's first request by the contract; what does not fit says so itself."""
    contract = SoapContract(department)
    for place, one, values in _calls(department):
        try:
            carried = carry(transport_of(department, one), contract.parameters(one.operation), values)
            contract.render(one.operation, carried, one.headers)
        except DeclarationError as error:
            yield Finding("error", place, str(error))
    yield from check_soap_deliveries(department, contract)


def _calls(department: Department) -> Iterator[tuple[str, Feed, dict[str, Any]]]:
    """Yield every call by which records are asked for: its table in the declaration, how it is made, what it says."""
    for feed in department.feeds.values():
        table = f"[feeds.{feed.name}"
        place = declared_at(department.department, f"{table}]")
        yield place, feed, request_values(department, feed, None, first_place(feed.paging))
        if ask := feed.reconcile.ask:
            one = record_feed(department, feed, ask, "0")
            yield declared_at(department.department, f"{table}.reconcile.ask]"), one, one.request


def _check_openapi(department: Department) -> Iterator[Finding]:
    """Look each feed's path up in the OpenAPI document, and its source fields among the names that it declares."""
    path = department.folder / "contract" / department.transport.contract.removeprefix("contract/")
    try:
        document = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise DeclarationError(f"{department.department}/contract/{path.name}: is not JSON: {error}") from error
    paths = document.get("paths", {}) if isinstance(document, dict) else {}  # a sample may be nothing but a list
    names = set(_property_names(document))
    there = ", ".join(sorted(paths))
    for place, one, _ in _calls(department) if paths else ():
        if one.method.lower() not in paths.get(one.path, {}):
            yield Finding("error", place, f"{one.method} {one.path} is not in the contract; there are {there}")
    for feed in department.feeds.values():
        place = declared_at(department.department, f"[feeds.{feed.name}]")
        if not paths:
            yield Finding("warning", place, f"{path.name} is a sample, not a contract: paths are not checked")
        for unknown in sorted({*source_names(feed), *feed.holder_keys.values()} - names) if paths else ():
            yield Finding("warning", place, f"source field {unknown!r} is not in the contract")
    yield from check_rest_deliveries(department, paths, names | set(_parameter_names(paths)))


def _parameter_names(paths: Any) -> Iterator[str]:
    for one in paths.values() if isinstance(paths, dict) else ():
        for call in one.values() if isinstance(one, dict) else ():
            found = call.get("parameters", []) if isinstance(call, dict) else []
            yield from (str(p["name"]) for p in found if isinstance(p, dict) and "name" in p)


def _property_names(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        properties = node.get("properties")
        yield from properties if isinstance(properties, dict) else ()
        for child in node.values():
            yield from _property_names(child)
    elif isinstance(node, list):
        for child in node:
            yield from _property_names(child)
