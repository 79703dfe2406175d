"""The interface's own description: paths from the routes, shapes from the very structs that are encoded.

Knows no answers by name; a route says which structs it takes and gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

REF = "#/components/schemas/{name}"
TITLE = "证照枢纽 License hub"
SUMMARY = (
    "Every answer names its source, its as-of and its freshness. Personal questions are posted and carry a purpose, "
    "which is recorded. Errors are application/problem+json with a stable code."
)


def describe(answer: type, question: Any = None, *, purpose: bool = False, anyone: bool = False) -> dict[str, Any]:
    """Return what a route adds to its OpenAPI operation: the shapes it takes and gives."""
    told: dict[str, Any] = {"responses": {"200": _content("The answer.", answer)}}
    for status, why in _problems(question is not None or purpose, anyone):
        told["responses"][status] = {"description": why, "content": _PROBLEM_CONTENT}
    if question is not None:
        told["requestBody"] = {"required": True, **_content("", question)}
    if purpose:
        told["parameters"] = [_PURPOSE_HEADER]
    if anyone:
        told["security"] = []
    return told


def describe_upload(answer: type) -> dict[str, Any]:
    """Return what a route adds that takes a file as its whole body, with a purpose in the header."""
    told = describe(answer, purpose=True)
    told["responses"]["413"] = {"description": "The file is too large.", "content": _PROBLEM_CONTENT}
    told["requestBody"] = {"required": True, "content": {"application/octet-stream": {"schema": _BYTES}}}
    return told


def describe_download() -> dict[str, Any]:
    """Return what a route adds that gives a file out, with a purpose in the header."""
    told = describe(bytes, purpose=True)
    told["responses"]["200"] = {"description": "The file.", "content": {"application/octet-stream": {"schema": _BYTES}}}
    return told


_BYTES = {"type": "string", "format": "binary"}
_PURPOSE_HEADER = {
    "name": "X-Purpose",
    "in": "header",
    "required": True,
    "description": "Why you ask: a case number or a reason of at most 200 characters, percent-encoded UTF-8. It is recorded.",
    "schema": {"type": "string"},
}
_PROBLEM_CONTENT = {"application/problem+json": {"schema": {"$ref": REF.format(name="ProblemAnswer")}}}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": REF.format(name=name)}


def _content(description: str, kind: Any) -> dict[str, Any]:
    several = [_ref(one.__name__) for one in get_args(kind)]
    schema = {"oneOf": several} if several else _ref(kind.__name__)
    content: dict[str, Any] = {"content": {"application/json": {"schema": schema}}}
    return {"description": description, **content} if description else content


def _problems(asks: bool, anyone: bool) -> list[tuple[str, str]]:
    told = [] if anyone else [("401", "Nobody is signed in.")]
    if asks:
        told += [("400", "The body cannot be read."), ("413", "The body is too large."), ("422", "A field is wrong.")]
    return [*told, ("503", "The hub's database cannot be reached.")]


def build_document(app: FastAPI, kinds: Sequence[type]) -> dict[str, Any]:
    """Return the OpenAPI document of the application, with the shapes of these structs and all they hold."""
    document = get_openapi(title=TITLE, version=app.version, description=SUMMARY, routes=app.routes)
    _, shapes = msgspec.json.schema_components(kinds, ref_template=REF)
    document["components"] = {"schemas": shapes, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}
    document["security"] = [{"token": []}]
    return document
