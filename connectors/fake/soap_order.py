"""In which order a vendored WSDL wants the parts of an answer, and which of them are numbers.

XML schemas are strict about order where a declaration is not. Reads the contract folder only; writes no XML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from connectors.declared import Department, Feed
from connectors.fake.dialect import Row
from connectors.scaffold.outline import Node
from connectors.scaffold.vendoring import Gathered
from connectors.scaffold.wsdl_reader import read_wsdl

NOTHING = Node("", kind="group")
STAND_INS = {"number": "0", "date": "2000-01-01", "time": "2000-01-01T00:00:00", "flag": "false"}


def arrange_row(record: Node, row: Row) -> Row:
    """Return a source row in the contract's order; a number keeps its digits only, and what nobody maps is made up."""
    row = row | {child.name: _stand_in(child) for child in record.children if _is_owed(child) and child.name not in row}
    numbers = {child.name for child in record.children if child.kind == "number"}
    told: Row = {name: row[name] for name in _ordered(record, row)}
    return told | {name: re.sub(r"\D", "", value) for name in numbers & told.keys() if (value := told[name])}


def arrange_answer(answer: Node, tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested values in the contract's order."""
    inside = {child.name: child for child in answer.children}
    return {
        name: arrange_answer(inside.get(name, NOTHING), tree[name]) if isinstance(tree[name], Mapping) else tree[name]
        for name in _ordered(answer, tree)
    }


def read_answer(department: Department, feed: Feed) -> Node:
    """Return the tree of what a feed's operation answers; empty where the contract leaves it open."""
    return _answers(department.folder / "contract", Path(department.transport.contract).name, department.digest).get(
        feed.operation, NOTHING
    )


def find_record(answer: Node, path: str) -> Node:
    """Return the tree of one record."""
    for name in path.split("/"):
        answer = next((child for child in answer.children if child.name == name), NOTHING)
    return answer


@cache
def _answers(contract: Path, main: str, _digest: str) -> dict[str, Node]:
    files = {path.name: path.read_bytes() for path in contract.iterdir() if path.suffix in {".wsdl", ".xsd"}}
    return {call.name: call.answer for call in read_wsdl(Gathered(main, files)).calls}


def _is_owed(node: Node) -> bool:
    return node.is_required and node.is_leaf and not node.is_list


def _stand_in(node: Node) -> str:
    return node.sample or next(iter(node.codes), "") or STAND_INS.get(node.kind, "无")


def _ordered(node: Node, names: Mapping[str, Any]) -> list[str]:
    known = [child.name for child in node.children if child.name in names]
    return known + [name for name in names if name not in known]
