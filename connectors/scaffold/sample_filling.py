"""A sample answer put into what a contract leaves open: groups in which any element may stand.

Knows trees; reads no file.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from connectors.scaffold.outline import Call, Node, walk

ASKED = "give --sample with an answer"


def fill_open(call: Call, answer: Node) -> Call:
    """Return the call with its open groups filled from a sample, by their names; the only one may hold the whole sample."""
    known = {node.name: node for _, node in walk(Node("", children=(answer,))) if node.children}
    filled = _filled(call.answer, known)
    still = [node for _, node in walk(filled) if _is_open(node)]
    if filled == call.answer and len(still) == 1:
        filled = _filled(call.answer, {still[0].name: Node("", children=(answer,))})
    if filled == call.answer:
        return call
    return replace(call, answer=filled, notes=tuple(note for note in call.notes if ASKED not in note))


def _filled(node: Node, known: Mapping[str, Node]) -> Node:
    if _is_open(node) and node.name in known:
        return replace(node, children=known[node.name].children)
    return replace(node, children=tuple(_filled(child, known) for child in node.children))


def _is_open(node: Node) -> bool:
    return node.kind == "group" and not node.children
