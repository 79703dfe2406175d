"""A sample answer or file, read into an outline: JSON, XML or CSV, each value telling what it looks like.

Knows no contract. A sample shows what may come, never all that may: what follows from it is less sure.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lxml import etree
from msgspec.structs import replace

from connectors.scaffold.outline import Call, FileForm, Node, Outline
from connectors.scaffold.time_guesses import guess_form
from connectors.scaffold.vendoring import Gathered, parse_contract, read_bytes
from schemas.errors import DeclarationError

ENVELOPE = re.compile(r"\{http://(schemas\.xmlsoap\.org/soap|www\.w3\.org/2003/05/soap)[-/]envelope/?\}")


def gather_sample(path: Path) -> Gathered:
    """Read one sample file."""
    return Gathered(path.name, {path.name: read_bytes(path)})


def read_sample(gathered: Gathered) -> Outline:
    """Return the outline of a sample: a JSON document is taken for a REST answer, XML, CSV and lines of JSON for files."""
    text, encoding = _decode(gathered.files[gathered.main], gathered.main)
    answer, form = _read(text, gathered.main)
    notes = (*gathered.notes, "made from a sample: what it does not show is not known")
    if form is None:
        call = Call("?", Node("query", kind="group"), answer, gathered.main, "GET", "query")
        return Outline("rest", (call,), "", notes=notes)
    file = replace(form, encoding=encoding)
    return Outline("file", (Call(gathered.main, Node("query", kind="group"), answer, file=file),), "", notes=notes)


def read_answer(content: bytes, name: str) -> Node:
    """Return the tree of a sample answer."""
    return _read(_decode(content, name)[0], name)[0]


def _read(text: str, name: str) -> tuple[Node, FileForm | None]:
    start = text.lstrip()[:1]
    if start == "{" and name.lower().endswith((".jsonl", ".ndjson")):
        rows = [_load(line, name) for line in text.splitlines() if line.strip()]
        return Node("answer", kind="group", children=(_json("row", rows),)), FileForm("jsonl")
    if start in "{[":
        return _json("answer", _load(text, name)), None
    if start == "<":
        return _payload(parse_contract(re.sub(r"^\s*<\?xml[^>]*\?>", "", text).encode(), name)), FileForm("xml")
    mark = _delimiter(text)
    return _csv(text, name, mark), FileForm("csv", delimiter=mark)


def _decode(content: bytes, name: str) -> tuple[str, str]:
    for codec, label in (("utf-8-sig", "utf-8"), ("gb18030", "gb18030")):
        try:
            return content.decode(codec), label
        except UnicodeDecodeError:
            continue
    raise DeclarationError(f"sample: {name} is neither UTF-8 nor GB18030; nothing was written")


def _load(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise DeclarationError(f"sample: {name} is not JSON: {error}; nothing was written") from error


def _json(name: str, value: Any) -> Node:
    if isinstance(value, list):
        rows = [one for one in value if isinstance(one, dict)]
        merged = {key: one for row in rows for key, one in row.items() if one not in (None, "")}
        keys = {key: merged.get(key) for row in rows for key in row}
        return Node(name, kind="group", is_list=True, children=tuple(_json(k, v) for k, v in keys.items()))
    if isinstance(value, dict):
        return Node(name, kind="group", children=tuple(_json(str(k), v) for k, v in value.items()))
    kind = "flag" if isinstance(value, bool) else "number" if isinstance(value, int | float) else "text"
    return _value(name, "" if value is None else json.dumps(value) if kind != "text" else str(value), kind)


def _payload(root: etree._Element) -> Node:
    """Step into a SOAP envelope, and into XML carried as text."""
    if ENVELOPE.match(str(root.tag)):
        bodies = [child for child in root if etree.QName(child).localname == "Body"]
        root = bodies[0][0] if bodies and len(bodies[0]) else root
    texts = [e for e in root.iter() if len(e) == 0]
    if len(texts) == 1 and (texts[0].text or "").lstrip().startswith("<"):
        inner = re.sub(r"^\s*<\?xml[^>]*\?>", "", str(texts[0].text))
        root = parse_contract(inner.encode(), "the XML inside the sample's string")
    return _xml([root])


def _xml(elements: Sequence[etree._Element]) -> Node:
    """Merge elements of one name into one node."""
    name = etree.QName(elements[0]).localname
    children: dict[str, list[etree._Element]] = {}
    for element in elements:
        for child in element:
            if isinstance(child.tag, str):
                children.setdefault(etree.QName(child).localname, []).append(child)
    if not children:
        return _value(name, next((e.text.strip() for e in elements if e.text and e.text.strip()), ""))
    most = max(
        sum(etree.QName(c).localname == key for c in e if isinstance(c.tag, str)) for e in elements for key in children
    )
    inner = [_xml(found) for found in children.values()]
    repeated = {
        key for key in children for e in elements
        if sum(isinstance(c.tag, str) and etree.QName(c).localname == key for c in e) > 1
    } if most > 1 else set()  # fmt: skip
    nodes = tuple(_listed(node) if node.name in repeated else node for node in inner)
    return Node(name, kind="group", children=nodes)


def _listed(node: Node) -> Node:
    return Node(node.name, node.label, node.kind, is_list=True, children=node.children)


def _delimiter(text: str) -> str:
    return max(",|\t;", key=text.partition("\n")[0].count)


def _csv(text: str, name: str, mark: str) -> Node:
    rows = list(csv.reader(io.StringIO(text), delimiter=mark))
    if len(rows) < 1 or len(rows[0]) < 2:
        raise DeclarationError(f"sample: {name} is neither JSON, XML nor CSV; nothing was written")
    values = {
        column: next((row[n] for row in rows[1:] if n < len(row) and row[n]), "") for n, column in enumerate(rows[0])
    }
    children = tuple(_value(column.strip(), value.strip()) for column, value in values.items())
    return Node("answer", kind="group", children=(Node("row", kind="group", is_list=True, children=children),))


def _value(name: str, text: str, kind: Any = "text") -> Node:
    shown = text if kind != "text" or guess_form("text", "", text) or len(text) <= 12 else ""
    form = guess_form("text", "", text)
    return Node(name, kind=kind, form=form, sample=shown)
