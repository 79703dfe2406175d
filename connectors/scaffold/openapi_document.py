"""An OpenAPI document as somebody shows it, in JSON or YAML, kept as JSON: it is read by nobody before it is known to be small.

A few lines of YAML can stand for gigabytes: what is written once is named elsewhere by `$ref`, not by an alias.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from connectors.scaffold.vendoring import Gathered, read_bytes
from schemas.errors import DeclarationError


class _Plain(yaml.SafeLoader):
    """Read YAML in which everything is written where it stands."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError
        return super().compose_node(parent, index)


def gather_openapi(path: Path) -> Gathered:
    """Read the document; one written in YAML is kept as JSON."""
    content = read_bytes(path)
    try:
        document = json.loads(content)
        return _refuse_foreign(Gathered(path.name, {path.name: content}), document)
    except (ValueError, RecursionError):
        pass
    try:
        document = yaml.load(content, _Plain)  # noqa: S506  a safe loader that knows less
        if not isinstance(document, dict):
            raise DeclarationError(f"contract: {path.name} is neither JSON nor YAML; nothing was written")
        written = json.dumps(document, ensure_ascii=False, indent=2, default=str).encode() + b"\n"
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise DeclarationError(
            f"contract: {path.name} is neither JSON nor YAML without aliases; nothing was written"
        ) from error
    name = f"{path.stem}.json"
    return _refuse_foreign(Gathered(name, {name: written}, [f"{path.name} is kept as {name}"]), document)


def _refuse_foreign(gathered: Gathered, document: Any) -> Gathered:
    foreign = sorted({reference for reference in _references(document) if not reference.startswith("#")})
    if foreign:
        raise DeclarationError(
            f"contract: {gathered.main} refers to {foreign[0]}, another file; "
            "ask for one bundled document; nothing was written"
        )
    return gathered


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for child in node.values():
            yield from _references(child)
    elif isinstance(node, list):
        for child in node:
            yield from _references(child)
