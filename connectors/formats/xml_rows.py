"""Records of an XML list as columns: an element, a path of them or an attribute is one value.

Knows no envelope and no canonical field.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml import etree

from connectors.declarations.declared import Feed
from connectors.formats.page_rows import Column, Fault, PageRows, list_text, source_names
from connectors.formats.safe_xml import local_name
from schemas.errors import DepartmentBrokePromise
from schemas.phrases import phrase

_IS_NESTED = etree.XPath("boolean(*/*)")
Row = dict[str, str | None]


class ElementRows:
    """Gather records one by one; the elements themselves need not stay."""

    def __init__(self, feed: Feed) -> None:
        self._names, self._list = source_names(feed), feed.holders.list if feed.holders else ""
        self._plain = {name for name in self._names if not _is_path(name)} - {self._list}
        self.rows: list[Row] = []
        deep = [name for name in self._names if _is_path(name) or name == self._list]
        self._deep: dict[str, list[str | None]] = {name: [] for name in deep}
        self._keys = sorted(set(feed.holder_keys.values()))
        self._faults: list[Fault] = []

    def add(self, item: etree._Element) -> None:
        """Take in one record; a value that comes twice, or holds elements, is a fault of that record."""
        number, row = len(self.rows), {child.tag: child.text for child in item}
        if len(row) != len(item):
            self._faults += _doubled(number, item, self._plain)
        if _IS_NESTED(item):
            self._faults += _nested(number, item, self._plain)
        for name, values in self._deep.items():
            if name == self._list:
                values.append(_entries(number, item, name, self._keys, self._faults))
            else:
                values.append(_deep(number, item, name, self._faults))
        self.rows.append(row)

    def local_names(self) -> set[str]:
        """Return every local name that came."""
        return {local_part(tag) for tag in set().union(*self.rows)}

    def page(self, who: str, first: int = 0) -> PageRows:
        """Return the columns; DepartmentBrokePromise where two namespaces use the same name."""
        tags = _tags_by_name(self.rows, who)
        columns: dict[str, Column] = {
            name: self._deep[name] if name in self._deep else _column(self.rows, tags.get(name)) for name in self._names
        }
        return PageRows(columns, len(self.rows), self._faults, first, names=frozenset(self.local_names()))


def find_all(root: etree._Element, path: str) -> list[etree._Element]:
    """Return every element at a path of local names; `*` is any."""
    return root.findall("/".join(part if part == "*" else f"{{*}}{part}" for part in path.split("/")))


def one_text(root: etree._Element, path: str, who: str) -> str | None:
    """Return the text at a path, None where nothing is; DepartmentBrokePromise where several stand there that differ."""
    texts = {element.text for element in find_all(root, path)}
    if len(texts) > 1:
        raise DepartmentBrokePromise(
            f"{who}: {path} says {len(texts)} different things; expected one; none of them wins"
        )
    return texts.pop() if texts else None


def local_part(tag: str) -> str:
    """Return a qualified name without its namespace."""
    return tag.rpartition("}")[2]


def _is_path(name: str) -> bool:
    return "/" in name or name.startswith("@")


def _deep(number: int, item: etree._Element, name: str, faults: list[Fault]) -> str | None:
    """Return the value at a path inside a record, or in an attribute (`@name`)."""
    path, at, attribute = name.partition("@")
    found = find_all(item, path.rstrip("/")) if path else [item]
    if len(found) > 1:
        faults.append(Fault(number, name, "record.wrong_type", phrase("one_value"), phrase("elements", len(found))))
        return None
    if not found or at:
        return _attribute(found[0], attribute) if found else None
    if len(found[0]):
        faults.append(Fault(number, name, "record.wrong_type", phrase("plain_value"), phrase("elements_inside")))
    return found[0].text


def _entries(number: int, item: etree._Element, name: str, keys: list[str], faults: list[Fault]) -> str | None:
    """Return the elements at a path inside a record as the text of a list."""
    wrong: list[Fault] = []
    found = find_all(item, name)
    entries = [{key: _deep(number, entry, key, wrong) for key in keys} for entry in found]
    if wrong:
        faults.append(Fault(number, name, "record.wrong_type", phrase("plain_elements"), phrase("another_value")))
    return None if wrong else list_text(entries)


def _attribute(element: etree._Element, name: str) -> str | None:
    given = {str(key).rpartition("}")[2]: str(value) for key, value in element.attrib.items()}
    return given.get(name)


def _tags_by_name(rows: list[Row], who: str) -> dict[str, str]:
    tags: set[str] = set().union(*rows)
    names = {local_part(tag): tag for tag in sorted(tags)}
    if len(names) != len(tags):
        raise DepartmentBrokePromise(f"{who}: two namespaces use the same field name; nothing of the answer is applied")
    return names


def _column(rows: list[Row], tag: str | None) -> Sequence[str | None]:
    return [row.get(tag) for row in rows] if tag else [None] * len(rows)


def _doubled(number: int, item: etree._Element, read: set[str]) -> Iterator[Fault]:
    names = [local_name(child) for child in item]
    for name in sorted({name for name in names if names.count(name) > 1} & read):
        yield Fault(number, name, "record.wrong_type", phrase("one_value"), phrase("elements", names.count(name)))


def _nested(number: int, item: etree._Element, read: set[str]) -> Iterator[Fault]:
    for child in item:
        if len(child) and (name := local_name(child)) in read:
            yield Fault(number, name, "record.wrong_type", phrase("plain_value"), phrase("elements_inside"))
