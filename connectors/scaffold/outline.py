"""What any contract comes down to: calls, each with a tree of what it is asked and a tree of what it answers.

Knows no form of contract; each reader makes these, and everything after reads only these.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

MOST_LEAVES = 400
Kind = Literal["text", "number", "date", "time", "flag", "file", "group"]


class Node(msgspec.Struct, frozen=True):
    """Name one thing that is sent: a value, or a group of others."""

    name: str
    label: str = ""  # what the contract says it means
    kind: Kind = "text"
    form: str = ""  # how a date or time is written, where the contract shows it
    codes: dict[str, str] = {}  # value -> meaning, where the contract lists them
    is_list: bool = False
    is_required: bool = False
    is_key: bool = False
    sample: str = ""  # a fixed or usual value
    length: int = 0  # the longest text, where the contract says
    children: tuple[Node, ...] = ()
    space: str | None = None  # XML: the namespace it is written in; None: that of what stands around it

    @property
    def is_leaf(self) -> bool:
        """Say whether this is a value, not a group."""
        return self.kind != "group"


class FileForm(msgspec.Struct, frozen=True):
    """Say how a sample file is written."""

    format: Literal["csv", "xml", "jsonl"]
    encoding: str = "utf-8"
    delimiter: str = ","


class Call(msgspec.Struct, frozen=True):
    """Describe one operation, path, table or file."""

    name: str
    request: Node
    answer: Node
    label: str = ""
    method: Literal["GET", "POST"] = "POST"
    send: Literal["query", "json", "form", "xml"] = "query"
    answer_form: Literal["json", "xml"] = "json"
    answer_headers: tuple[str, ...] = ()
    payload: Literal["none", "xml-in-string", "json-in-string"] = "none"
    payload_path: str = ""  # where the carried text stands, where there are values beside it
    headers: tuple[Node, ...] = ()  # SOAP: headers of the request
    is_soap: bool = (
        False  # then values inside groups can be read by their path, and an account asked for in the request
    )
    notes: tuple[str, ...] = ()  # what whoever uses it must know
    file: FileForm | None = None  # kind file: the sample itself
    trouble: str = ""  # why it cannot be used, in a sentence


class Outline(msgspec.Struct, frozen=True):
    """Hold everything that a contract says about one department's service."""

    kind: Literal["soap", "rest", "table", "file"]
    calls: tuple[Call, ...]
    title: str = ""
    auth: str = "none"
    token: dict[str, Any] = {}  # where a token is asked for and how it is carried, as in a declaration
    notes: tuple[str, ...] = ()  # what a reader of the contract must know: what is left out, and why


Path = tuple[str, ...]


def walk(node: Node, above: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Yield every node below `node` with its path."""
    for child in node.children:
        path = (*above, child.name)
        yield path, child
        yield from walk(child, path)


def deep_leaves(node: Node, above: str = "", depth: int = 3) -> list[Node]:
    """Return the plain values below `node`, those inside groups named by their path; nothing that repeats."""
    found = []
    for child in node.children:
        name = above + child.name
        if child.is_leaf and not child.is_list:
            found.append(replace(child, name=name))
        elif not child.is_list and depth:
            found += deep_leaves(child, f"{name}/", depth - 1)
    return found[:MOST_LEAVES]


def leaves(node: Node) -> list[Node]:
    """Return the plain values directly below `node`: what a flat record can hold."""
    return [child for child in node.children if child.is_leaf and not child.is_list]
