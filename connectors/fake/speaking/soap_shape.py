"""What a vendored WSDL says of a feed's answer: its element, what is inside, and where the records stand.

Reads the contract folder only; writes no XML.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from connectors.declarations.declared import Department, Feed
from connectors.fake.speaking.soap_writing import find_node
from connectors.scaffold.outline import Node, walk
from connectors.scaffold.vendoring import Gathered
from connectors.scaffold.wsdl_reader import read_calls


@dataclass(frozen=True)
class Shape:
    """Hold the answer's element, one record, and the namespace in force where the records stand."""

    answer: Node
    record: Node
    around: str


def read_shape(department: Department, feed: Feed) -> Shape:
    """Return the shape of a feed's answers; what is carried as text has none."""
    transport = department.transport
    main, contract = Path(transport.contract).name, department.folder / "contract"
    answer = _answers(contract, main, transport.port, department.digest)[feed.operation]
    if transport.payload != "none":
        return Shape(answer, Node(feed.records.rpartition("/")[2], kind="group"), "")
    if not feed.records:  # a call that is no feed
        return Shape(answer, Node("record", kind="group"), "")
    parents = feed.records.split("/")[:-1]
    holder, space = answer, answer.space or ""
    for name in parents:
        holder = find_node(holder, name)
        space = holder.space if holder.space is not None else space
    wanted = feed.records.rpartition("/")[2]
    groups = (child for child in holder.children if child.children)
    record = next(groups, Node("record", kind="group")) if wanted == "*" else find_node(holder, wanted)
    return Shape(answer, record, space)


def find_string(shape: Shape, path: str) -> str:
    """Return where in the answer the carried text belongs: as declared, or the one text there is."""
    if path:
        return path
    texts = ["/".join(steps) for steps, node in walk(shape.answer) if node.is_leaf and not steps[-1].startswith("@")]
    return texts[0] if texts else "return"


@cache
def _answers(contract: Path, main: str, port: str, _digest: str) -> dict[str, Node]:
    files = {path.name: path.read_bytes() for path in contract.iterdir() if path.suffix in {".wsdl", ".xsd", ".xml"}}
    return {call.name: call.answer for call in read_calls(Gathered(main, files), port).calls}
