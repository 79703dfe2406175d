"""An XML file of any length as columns, record by record, in memory that does not grow with it.

The same refusals as for a short answer: DOCTYPE, entities, instructions, XInclude. Knows no canonical field.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from lxml import etree

from connectors.declarations.declared import Feed, Files
from connectors.drops.file_contract import FileContract
from connectors.formats.page_rows import PageRows, is_count, source_names
from connectors.formats.safe_xml import SAFE, local_name, skip_prolog
from connectors.formats.text_stream import CHUNK, BlockEnds
from connectors.formats.xml_rows import ElementRows
from schemas.errors import DepartmentBrokePromise

GAP = 20_000_000  # characters without a whole record
INCLUDE = "{http://www.w3.org/2001/XInclude}*"


def read_xml(feed: Feed, files: Files, contract: FileContract, chunks: Iterator[str], who: str) -> Iterator[PageRows]:
    """Yield blocks of records; DepartmentBrokePromise for what is cut, refused, renamed or counted wrong."""
    reading, blocks = _Reading(feed, files, who), BlockEnds(_after_prolog(chunks, who))
    try:
        for chunk in blocks:
            if blocks.is_due(reading.take(chunk)):
                yield reading.give()
        reading.end()
    except (etree.XMLSyntaxError, UnicodeEncodeError) as error:
        line = getattr(error, "lineno", 0)
        raise DepartmentBrokePromise(
            f"{who}: is cut or not well-formed XML (line {line}); nothing of the file is applied"
        ) from None
    if reading.found.rows:
        yield reading.give()
    _compare(reading.names, contract, feed, who)
    reading.require_total()


def _after_prolog(chunks: Iterator[str], who: str) -> Iterator[str]:
    head = ""
    for chunk in chunks:
        head += chunk
        if len(head) >= CHUNK // 4:  # an element must have begun by then
            break
    head = skip_prolog(head.lstrip("\ufeff"), who)
    if not head:
        raise DepartmentBrokePromise(f"{who}: no element opens the file; nothing of it is applied")
    yield head
    yield from chunks


class _Reading:
    def __init__(self, feed: Feed, files: Files, who: str) -> None:
        self._path, self._total, self._who = feed.records.split("/"), files.total, who
        self._feed = feed
        last = files.total.rpartition("/")[2]
        tags = {f"{{*}}{self._path[-1]}", INCLUDE} | ({f"{{*}}{last}"} if last and last[0] != "@" else set())
        self._parser = etree.XMLPullParser(events=("end", "pi"), tag=tuple(sorted(tags)), **SAFE)
        self.found, self.names, self._count, self._told, self._gap = ElementRows(feed), set[str](), 0, "", 0

    def take(self, chunk: str) -> int:
        """Read on; return how many records wait."""
        self._parser.feed(chunk.encode("utf-8"))
        self._gap += len(chunk)
        for event, found in self._parser.read_events():
            element = cast("etree._Element", found)
            if event == "pi" or element.tag.startswith(INCLUDE[:-1]):
                raise DepartmentBrokePromise(
                    f"{self._who}: holds a processing instruction or an XInclude; nothing of the file is applied"
                )
            self._take_element(element)
        if self._gap > GAP:
            raise DepartmentBrokePromise(
                f"{self._who}: {GAP} characters hold no whole record; nothing of the file is applied"
            )
        return len(self.found.rows)

    def _take_element(self, element: etree._Element) -> None:
        path = _path_of(element)
        if self._total and "/".join(path) == self._total:
            self._told = (element.text or "").strip()
        if path != self._path:
            return
        self.found.add(element)
        self._gap = 0
        element.clear()
        _let_go_before(element)

    def give(self) -> PageRows:
        """Return the waiting records."""
        page = self.found.page(self._who, self._count)
        self.names |= self.found.local_names()
        self._count += page.count
        self.found = ElementRows(self._feed)
        return page

    def end(self) -> None:
        """Read to the end; a file that is cut has none."""
        root = self._parser.close()
        self.take("")
        if self._total.startswith("@"):
            self._told = root.get(self._total[1:], "")

    def require_total(self) -> None:
        """Refuse a file whose own total is not what came."""
        if self._total and not (is_count(self._told) and int(self._told) == self._count):
            raise DepartmentBrokePromise(
                f"{self._who}: {self._total} says {self._told[:12] or 'nothing'}; expected {self._count} records; "
                "nothing of the file is applied"
            )


def _let_go_before(element: etree._Element) -> None:
    """Drop what stands before an element, beside it and beside all that holds it: it was read."""
    while (parent := element.getparent()) is not None:
        while element.getprevious() is not None:
            del parent[0]
        element = parent


def _path_of(element: etree._Element) -> list[str]:
    """Return the local names below the root down to the element."""
    names = [local_name(element)]
    above = element.getparent()
    while above is not None:
        names.append(local_name(above))
        above = above.getparent()
    return names[-2::-1]


def _compare(names: set[str], contract: FileContract, feed: Feed, who: str) -> None:
    """Refuse a renamed field: one that we read came nowhere, and one that the contract does not know came."""
    lost = sorted(set(source_names(feed)) & set(contract.columns) - names)
    new = sorted(names - set(contract.columns))
    if names and lost and new:
        raise DepartmentBrokePromise(
            f"{who}: no record holds {', '.join(lost)[:200]}, but some hold {', '.join(new)[:200]}, which the contract "
            "does not know; nothing of the file is applied until the contract is reviewed"
        )
