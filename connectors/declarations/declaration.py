"""Loading of what a department's folder declares. Reads files; opens no connection, knows no table.

Light on purpose: DAG files read declarations at every parse, so nothing heavy is imported here.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo

from connectors.declarations.contract_files import digest_declaration, verify_contract
from connectors.declarations.declaration_rules import check_feed, check_transport, check_zone
from connectors.declarations.declared import (
    Change,
    Cursor,
    Department,
    Feed,
    Files,
    Flag,
    Paging,
    Seal,
    Token,
    Transport,
)
from connectors.declarations.declared_bounds import Expects, Limits
from connectors.declarations.declared_delivery import Ask, Delivery, Key, Out, OutFile, Receipt, Window
from connectors.declarations.declared_fields import FieldRule, Holders
from connectors.declarations.declared_parts import Struct, Success
from connectors.declarations.declared_reconcile import AskRecord, Reconcile
from connectors.declarations.delivery_rules import check_delivery
from connectors.declarations.durations import duration
from schemas.errors import DeclarationError

__all__ = [
    "Ask",
    "AskRecord",
    "Change",
    "Cursor",
    "Delivery",
    "Department",
    "Expects",
    "Feed",
    "FieldRule",
    "Files",
    "Flag",
    "Holders",
    "Key",
    "Limits",
    "Out",
    "OutFile",
    "Paging",
    "Receipt",
    "Reconcile",
    "Seal",
    "Success",
    "Token",
    "Transport",
    "Window",
    "duration",
    "list_departments",
    "load_department",
    "load_departments",
]

FILE = "department.toml"
NAME = r"[a-z][a-z0-9_]*"  # of a department, which is its folder's, and of a feed
FILLED_IN = {"department", "folder", "digest"}  # not written in the file: they follow from the folder
T = TypeVar("T", bound=Struct)


def list_departments(root: Path | None = None) -> list[str]:
    """Return the names of the declared departments below `root` (default: this room), sorted."""
    folder = root or Path(__file__).parents[1]
    return sorted(path.parent.name for path in folder.glob(f"*/{FILE}"))


def load_department(name: str, root: Path | None = None) -> Department:
    """Return the declaration of department `name`; DeclarationError names file, table and key."""
    folder = (root or Path(__file__).parents[1]) / name
    if not re.fullmatch(NAME, name) or not (folder / FILE).is_file():
        raise DeclarationError(f"connectors: no department {name!r}; there are {', '.join(list_departments(root))}")
    raw = _read_toml(folder / FILE)
    place = f"{name}/{FILE}"
    pinned = verify_contract(folder)
    feeds = _read_feeds(_pop_table(raw, "feeds", place), place)
    deliveries = _read_deliveries(raw.pop("deliveries", {}), place)
    transport = _convert(_pop_table(raw, "transport", place), Transport, f"{place}: [transport]")
    raw |= {"department": name, "folder": folder, "digest": digest_declaration(folder, pinned)}
    empty = _convert(raw | {"transport": {"kind": "rest", "contract": ""}, "feeds": {}}, Department, place)
    department = msgspec.structs.replace(empty, transport=transport, feeds=feeds, deliveries=deliveries)
    _check(department, place, pinned)
    return department


def load_departments(root: Path | None = None) -> tuple[list[Department], dict[str, DeclarationError]]:
    """Return every department that can be read, and by name what is wrong with the others."""
    declared: list[Department] = []
    broken: dict[str, DeclarationError] = {}
    for name in list_departments(root):
        try:
            declared.append(load_department(name, root))
        except DeclarationError as error:
            broken[name] = error
    return declared, broken


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DeclarationError(f"{path.parent.name}/{path.name}: is not TOML: {error}") from error
    except OSError as error:
        raise DeclarationError(f"{path.parent.name}/{path.name}: cannot be read: {error.strerror}") from error


def _pop_table(raw: dict[str, Any], key: str, place: str) -> dict[str, Any]:
    table = raw.pop(key, None)
    if not isinstance(table, dict) or not table:
        raise DeclarationError(f"{place}: [{key}] is missing; expected a table")
    return table


def _read_feeds(raw: dict[str, Any], place: str) -> dict[str, Feed]:
    return {name: _read_feed(name, table, f"{place}: [feeds.{name}]") for name, table in sorted(raw.items())}


def _read_deliveries(raw: Any, place: str) -> dict[str, Delivery]:
    if not isinstance(raw, dict):
        raise DeclarationError(f"{place}: [deliveries]: expected tables, got {type(raw).__name__}")
    return {kind: _read_delivery(kind, raw[kind], f"{place}: [deliveries.{kind}]") for kind in sorted(raw)}


def _read_delivery(kind: str, raw: Any, place: str) -> Delivery:
    if not isinstance(raw, dict):
        raise DeclarationError(f"{place}: expected a table, got {type(raw).__name__}")
    inner = place.removesuffix("]")
    rules = {key: _read_out(rule, f"{inner}.fields] {key}") for key, rule in _pop_table(raw, "fields", place).items()}
    return msgspec.structs.replace(_convert({**raw, "kind": kind}, Delivery, place), fields=rules)


def _read_out(raw: Any, place: str) -> Out:
    return _convert({"from": raw} if isinstance(raw, str) else raw, Out, place)


def _read_feed(name: str, raw: Any, place: str) -> Feed:
    if not re.fullmatch(NAME, name):  # it becomes part of a DAG's name and of a command
        raise DeclarationError(f"{place}: expected a name of small letters, digits and _, such as licenses")
    if not isinstance(raw, dict):
        raise DeclarationError(f"{place}: expected a table, got {type(raw).__name__}")
    inner = place.removesuffix("]")
    fields = raw.pop("fields", {})
    if not isinstance(fields, dict):
        raise DeclarationError(f"{inner}.fields]: expected a table, got {type(fields).__name__}")
    rules = {key: _read_rule(rule, f"{inner}.fields] {key}") for key, rule in fields.items()}
    if isinstance(raw.get("holders"), dict):
        raw["holders"] = _read_holders(raw["holders"], f"{inner}.holders]")
    return msgspec.structs.replace(_convert({**raw, "name": name}, Feed, place), fields=rules)


def _read_holders(raw: dict[str, Any], place: str) -> Holders:
    parts = {key: raw.pop(key) for key in ("code", "code_type", "name", "share") if key in raw}
    rules = {key: _read_rule(rule, f"{place} {key}") for key, rule in parts.items()}
    return msgspec.structs.replace(_convert(raw, Holders, place), **rules)


def _read_rule(raw: Any, place: str) -> FieldRule:
    return _convert({"from": raw} if isinstance(raw, str) else raw, FieldRule, place)


def _convert(raw: Any, kind: type[T], place: str) -> T:
    """Turn one table into its struct; nested tables first, so that an error names the innermost."""
    if not isinstance(raw, dict):
        raise DeclarationError(f"{place}: expected a table, got {type(raw).__name__}")
    fields = _fields(kind)
    unknown = sorted(raw.keys() - fields.keys())
    if unknown:
        raise DeclarationError(f"{place}: key {unknown[0]!r} is unknown; known are {', '.join(_written(fields))}")
    for key in raw.keys() & fields.keys():
        inner = _struct_of(fields[key].type)
        for one in raw[key] if isinstance(raw[key], list) else [raw[key]]:
            if inner and not isinstance(one, inner):
                _convert(one, inner, _below(place, key))
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise DeclarationError(f"{place}: {_in_words(error)}") from error


@cache
def _fields(kind: type[Struct]) -> dict[str, FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(kind)}


def _written(fields: dict[str, Any]) -> list[str]:
    return sorted(fields.keys() - FILLED_IN)


def _struct_of(declared: Any) -> type[Struct] | None:
    options = (declared, *get_args(declared)) if get_origin(declared) is not dict else ()
    return next((o for o in options if isinstance(o, type) and issubclass(o, Struct)), None)


def _below(place: str, key: str) -> str:
    return f"{place.removesuffix(']')}.{key}]" if place.endswith("]") else f"{place}: [{key}]"


def _in_words(error: msgspec.ValidationError) -> str:
    """Say which key is wrong: msgspec's `$.key` path becomes `key 'key'`."""
    text, _, path = str(error).partition(" - at `$")
    missing = re.search(r"missing required field `(.+?)`", text)
    key = missing.group(1) if missing else path.rstrip("`").lstrip(".")
    return f"key {key!r} is missing" if missing else f"key {key!r}: {text[:1].lower() + text[1:]}"


def _check(department: Department, place: str, pinned: dict[str, str]) -> None:
    check_zone(department.timezone, place)
    contract = department.transport.contract.removeprefix("contract/")
    if contract not in pinned:
        raise DeclarationError(
            f"{place}: [transport] contract {contract!r} is not in contract/; there are {', '.join(sorted(pinned))}"
        )
    check_transport(department.transport, f"{place}: [transport]")
    for name, feed in department.feeds.items():
        check_feed(feed, department.transport, f"{place}: [feeds.{name}]")
    for kind, delivery in department.deliveries.items():
        check_delivery(delivery, department.transport, f"{place}: [deliveries.{kind}]")
