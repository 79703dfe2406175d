"""An OpenAPI document as it looks once its department has changed something: a path, a field, a code, a parameter.

Knows documents as nested values; knows no answer.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Collection, Iterator
from typing import Any

from connectors.fake.contracts.changed_names import Changed
from connectors.fake.contracts.schema_bending import tell_code

Tree = dict[str, Any]
ADDED_PATH = "/added/later"


def bend_document(content: bytes, mode: str, changed: Collection[Changed]) -> bytes:
    """Return the document as it is in `mode`; as it was where the mode changes nothing in it."""
    if mode not in _BENDS:
        return content
    document = json.loads(content)
    for one in changed:
        _BENDS[mode](document, one)
    return content if document == json.loads(content) else json.dumps(document, ensure_ascii=False).encode()


def _schemas(document: Tree, tree: Any, seen: set[str]) -> Iterator[Tree]:
    """Yield every schema that has properties, from a place in the document on, also those that it refers to."""
    if isinstance(tree, dict):
        if isinstance(tree.get("properties"), dict):
            yield tree
        pointer = tree.get("$ref")
        if isinstance(pointer, str) and pointer not in seen:
            seen.add(pointer)
            yield from _schemas(document, _follow(document, pointer), seen)
        tree = list(tree.values())
    for below in tree if isinstance(tree, list) else ():
        yield from _schemas(document, below, seen)


def _follow(document: Tree, pointer: str) -> Any:
    found: Any = document
    for name in pointer.removeprefix("#/").split("/"):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _holder(document: Tree, feed: Changed, names: Collection[str], name: str = "") -> Tree | None:
    """Return the schema that holds most of some names, and this one among them: of the feed's own call, if it has any."""
    own = list(_schemas(document, _operation(document, feed), set()))
    known = [one for one in own or _schemas(document, document, set()) if not name or name in one["properties"]]
    counted = [(len(set(names) & one["properties"].keys()), one) for one in known]
    return max(counted, key=lambda pair: pair[0])[1] if counted else None


def _add_field(document: Tree, one: Changed) -> None:
    if record := _holder(document, one, one.columns, one.column):
        record["properties"][one.added] = {"type": "string"}


def _remove_field(document: Tree, one: Changed) -> None:
    if record := _holder(document, one, one.columns, one.column):
        del record["properties"][one.column]
        record["required"] = [name for name in record.get("required", []) if name != one.column]


def _rename_field(document: Tree, one: Changed) -> None:
    if record := _holder(document, one, one.columns, one.cursor):
        record["properties"] = {
            one.renamed if name == one.cursor else name: node for name, node in record["properties"].items()
        }
        record["required"] = [one.renamed if name == one.cursor else name for name in record.get("required", [])]


def _retype_field(document: Tree, one: Changed) -> None:
    if record := _holder(document, one, one.columns, one.column):
        record["properties"][one.column] = {"type": "object", "properties": {"text": {"type": "string"}}}


def _add_code(document: Tree, one: Changed) -> None:
    record = _holder(document, one, one.columns, one.coded)
    if record is None:
        return
    field = record["properties"][one.coded]
    if "enum" in field:
        field["enum"] = [*field["enum"], one.code]
    if "description" in field:
        field["description"] = tell_code(field["description"], one.codes, one.code)


def _operation(document: Tree, one: Changed) -> Tree | None:
    """Return what the document says of the feed's call; its path may stand below a base path."""
    paths = document.get("paths", {})
    place = next((path for path in paths if one.path == path or one.path.endswith(path)), "")
    found: Tree | None = paths.get(place, {}).get(one.method)
    return found


def _add_operation(document: Tree, one: Changed) -> None:
    if operation := _operation(document, one):
        document["paths"][ADDED_PATH] = {one.method: copy.deepcopy(operation) | {"operationId": "addedLater"}}


def _require_parameter(document: Tree, one: Changed) -> None:
    operation = _operation(document, one)
    if operation is None:
        return
    if one.method == "get" or one.send == "query":
        _ask(document, operation, one, "query")
    elif any(asked.get("in") == "formData" for asked in operation.get("parameters", [])):
        _ask(document, operation, one, "formData")
    elif body := _holder(document, one, one.asked):
        body["properties"][one.parameter] = {"type": "string"}
        body["required"] = [*body.get("required", []), one.parameter]


def _ask(document: Tree, operation: Tree, one: Changed, place: str) -> None:
    form = {"type": "string"} if "swagger" in document else {"schema": {"type": "string"}}
    added = {"name": one.parameter, "in": place, "required": True, **form}
    operation["parameters"] = [*operation.get("parameters", []), added]


_BENDS: dict[str, Callable[[Tree, Changed], None]] = {
    "schema_added": _add_field,
    "schema_missing": _remove_field,
    "column_renamed": _rename_field,
    "type_changed": _retype_field,
    "unknown_code": _add_code,
    "operation_added": _add_operation,
    "parameter_required": _require_parameter,
}
