"""OpenAPI 3 and Swagger 2 read into an outline: paths, parameters, bodies, answers.

References inside the document are followed. Knows no HTTP.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal

from connectors.scaffold.code_tables import read_codes
from connectors.scaffold.openapi_sign_in import guess_sign_in
from connectors.scaffold.outline import Call, Kind, Node, Outline
from connectors.scaffold.time_guesses import guess_form
from connectors.scaffold.vendoring import Gathered
from schemas.errors import DeclarationError

DEEPEST, LARGEST = 10, 20_000  # levels and nodes of one message; schemas that hold each other would never end
KINDS: dict[str, Kind] = {"integer": "number", "number": "number", "boolean": "flag", "object": "group"}
FORMATS: dict[str, Kind] = {"date": "date", "date-time": "time"}
SENDS: tuple[tuple[str, Literal["json", "form", "xml"]], ...] = (("json", "json"), ("form", "form"), ("xml", "xml"))
Table = dict[str, Any]


def read_openapi(gathered: Gathered) -> Outline:
    """Return the outline of an OpenAPI document."""
    try:
        return _outline(gathered, json.loads(gathered.files[gathered.main]))
    except (
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
        RecursionError,
    ) as error:  # whatever stands where a table should
        raise DeclarationError(
            f"contract: {gathered.main} is no well-formed OpenAPI document ({type(error).__name__}); nothing was written"
        ) from error


def _outline(gathered: Gathered, document: Any) -> Outline:
    if not isinstance(document, dict) or not {"openapi", "swagger"} & document.keys():
        raise DeclarationError(f"contract: {gathered.main} is no OpenAPI document; nothing was written")
    calls = tuple(_OpenApiReader(document).calls())
    if not calls:
        raise DeclarationError(f"contract: {gathered.main} has no GET or POST path; nothing was written")
    info = document.get("info") or {}
    title = f"{info.get('title', '')} {info.get('description', '')}".strip()
    return Outline("rest", calls, title, *guess_sign_in(document), tuple(gathered.notes))


class _OpenApiReader:
    """Walk paths and follow references."""

    def __init__(self, document: Table) -> None:
        self._document, self._left = document, LARGEST

    def calls(self) -> Iterator[Call]:
        for path, item in (self._document.get("paths") or {}).items():
            for method in ("get", "post"):
                if isinstance(item, dict) and isinstance(item.get(method), dict):
                    yield self._call(path, method, item[method], item.get("parameters") or [])

    def _call(self, path: str, method: str, operation: Table, shared: list[Any]) -> Call:
        self._left = LARGEST
        parameters = [self._follow(p) for p in [*shared, *(operation.get("parameters") or [])]]
        body, send = self._body(operation, parameters)
        asked = [self._parameter(p) for p in parameters if p.get("in") in {"query", "formData"}]
        inside = [str(p.get("name")) for p in parameters if p.get("in") == "path"]
        trouble = f"path {path} holds {{{inside[0]}}}: it asks for one record, not for what changed" if inside else ""
        if body is None:
            send = "form" if any(p.get("in") == "formData" for p in parameters) else "query"
        request = body or Node("query", kind="group", children=tuple(asked))
        answer = self._answer(operation)
        label = f"{operation.get('summary', '')} {operation.get('description', '')}".strip()
        way: Literal["GET", "POST"] = "GET" if method == "get" else "POST"
        form, headers = self._answer_form(operation)
        return Call(path, request, answer, label, way, send, form, headers, trouble=trouble)

    def _body(
        self, operation: Table, parameters: list[Table]
    ) -> tuple[Node | None, Literal["query", "json", "form", "xml"]]:
        content = self._follow(operation.get("requestBody") or {}).get("content") or {}
        for word, send in SENDS:
            found = next((media for kind, media in content.items() if word in kind), None)
            if found:
                return self._node("body", found.get("schema") or {}, is_required=True), send
        old = next((p for p in parameters if p.get("in") == "body"), None)
        return (self._node("body", old.get("schema") or {}, is_required=True), "json") if old else (None, "query")

    def _parameter(self, parameter: Table) -> Node:
        schema = {**parameter, **self._follow(parameter.get("schema") or {})}
        schema["description"] = parameter.get("description") or schema.get("description") or ""
        return self._node(str(parameter.get("name")), schema, is_required=parameter.get("required") is True)

    def _good(self, operation: Table) -> Table:
        responses = operation.get("responses") or {}
        good: Table = next((responses[code] for code in ("200", 200, "201", "2XX", "default") if code in responses), {})
        return self._follow(good)

    def _answer_form(self, operation: Table) -> tuple[Literal["json", "xml"], tuple[str, ...]]:
        """Return what an answer is written in, and which headers it has."""
        good = self._good(operation)
        kinds = " ".join(good.get("content") or operation.get("produces") or self._document.get("produces") or [])
        is_xml = "xml" in kinds and "json" not in kinds
        return ("xml" if is_xml else "json"), tuple(good.get("headers") or {})

    def _answer(self, operation: Table) -> Node:
        good = self._good(operation)
        content = good.get("content") or {}
        media: Table = next((content[kind] for kind in content if "json" in kind), next(iter(content.values()), {}))
        return self._node("answer", media.get("schema") or good.get("schema") or {}, is_required=True)

    def _node(self, name: str, schema: Table, *, is_required: bool, within: int = 0) -> Node:
        schema = self._merged(schema)
        self._left -= 1
        if within > DEEPEST or self._left < 0:
            return Node(name, kind="group")
        if schema.get("type") == "array" or "items" in schema:
            inner = self._node(name, schema.get("items") or {}, is_required=is_required, within=within + 1)
            return Node(name, inner.label or _label(schema), inner.kind, is_list=True, children=inner.children)
        properties = schema.get("properties") or {}
        if properties or schema.get("type") == "object":
            required = schema.get("required") or []
            children = tuple(
                self._node(str(key), value, is_required=key in required, within=within + 1)
                for key, value in properties.items()
                if isinstance(value, dict)
            )
            return Node(name, _label(schema), "group", is_required=is_required, children=children)
        return _leaf(name, schema, is_required=is_required)

    def _merged(self, schema: Table, depth: int = 0) -> Table:
        """Follow a reference, and put into one schema what allOf lists and what any of oneOf or anyOf may hold.

        A null among these only says that a value may be missing; of several parts what not all demand is not required.
        """
        whole = self._follow(schema)
        self._left -= 1 if depth else 0
        if depth > DEEPEST or self._left < 0:
            return whole
        for part in whole.get("allOf") or []:
            whole = _joined(whole, self._merged(part, depth + 1))
        parts = [self._merged(part, depth + 1) for key in ("oneOf", "anyOf") for part in whole.get(key) or []]
        parts = [part for part in parts if part.get("type") != "null"]
        demanded = set.intersection(*(set(_required(part)) for part in parts)) if parts else set()
        required = [*_required(whole), *sorted(demanded)]
        for part in parts:
            whole = _joined(whole, part)
        return {**whole, "required": required} if required or parts else whole

    def _follow(self, value: Table) -> Table:
        for _ in range(DEEPEST):
            if not isinstance(value, dict) or "$ref" not in value:
                break
            found: Any = self._document
            for step in str(value["$ref"]).lstrip("#/").split("/"):
                key = step.replace("~1", "/").replace("~0", "~")
                found = found.get(key, {}) if isinstance(found, dict) else {}
            value = {**found, **{k: v for k, v in value.items() if k != "$ref"}}
        return value if isinstance(value, dict) else {}


def _joined(whole: Table, inner: Table) -> Table:
    properties = {**(whole.get("properties") or {}), **(inner.get("properties") or {})}
    required = [*_required(whole), *_required(inner)]
    both = {"properties": properties, "required": required}
    return {**inner, **whole, **{key: value for key, value in both.items() if value}}


def _required(schema: Table) -> list[str]:
    """Return what a schema demands; of a parameter `required` says something else."""
    return required if isinstance(required := schema.get("required"), list) else []


def _leaf(name: str, schema: Table, *, is_required: bool) -> Node:
    written = schema.get("type")
    kind_name = next((k for k in written if k != "null"), "string") if isinstance(written, list) else written
    kind = FORMATS.get(str(schema.get("format")), KINDS.get(str(kind_name), "text"))
    label = _label(schema)
    if schema.get("format") in {"uri", "url", "uri-reference"}:
        label += "，URL"
    if "maximum" in schema:
        label += f"，不超过 {schema['maximum']}"
    example = schema.get(
        "example", (schema.get("examples") or [""])[0] if isinstance(schema.get("examples"), list) else ""
    )
    sample = str(schema.get("default", example) if schema.get("default", example) is not None else "")
    length = schema.get("maxLength") if schema.get("maxLength") == schema.get("minLength") else 0
    form = guess_form(kind, label, sample if kind != "number" else "", int(length or 0))
    longest = schema.get("maxLength")
    return Node(
        name, label, kind, form, _codes(schema, label), is_required=is_required, sample=sample,
        length=longest if isinstance(longest, int) else 0,
    )  # fmt: skip


def _codes(schema: Table, label: str) -> dict[str, str]:
    """Return the enumeration with its meanings, from whichever extension or sentence holds them."""
    values = [str(value) for value in schema.get("enum") or [] if value is not None]
    told = read_codes(label)
    for key in ("x-enum-descriptions", "x-enumDescriptions", "x-enumNames", "x-enum-varnames", "x-apifox-enum"):
        said = schema.get(key)
        if isinstance(said, dict):
            told = {str(code): str(words) for code, words in said.items()}
        elif isinstance(said, list) and said and isinstance(said[0], dict):
            told = {str(one.get("value")): str(one.get("description") or one.get("name")) for one in said}
        elif isinstance(said, list) and len(said) == len(values):
            told = dict(zip(values, map(str, said), strict=True))
    return {value: told.get(value, "") for value in values} or told


def _label(schema: Table) -> str:
    said = " ".join(str(schema.get(key) or "") for key in ("title", "description"))
    return " ".join(said.split())
