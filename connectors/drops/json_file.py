"""A JSON file as columns: one record a line, a bare array of any length, or an envelope of bounded size.

As exact as a JSON answer: no key wins over its double, no number bends. Knows no canonical field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from connectors.declarations.declared import Feed, Files
from connectors.drops.file_contract import FileContract
from connectors.formats.json_exact import decode_exactly, decode_next
from connectors.formats.json_outline import WHOLE
from connectors.formats.json_page import find_value, record_rows
from connectors.formats.page_rows import PageRows, is_count, source_names
from connectors.formats.text_stream import LONGEST, BlockEnds, read_lines
from schemas.errors import DepartmentBrokePromise

BARE = {"", WHOLE}
SOLID = re.compile(r"[^ \t\r\n]")
ENVELOPE = 20_000_000  # characters of a file whose array lies inside something


def read_json(feed: Feed, files: Files, contract: FileContract, chunks: Iterator[str], who: str) -> Iterator[PageRows]:
    """Yield blocks of records; DepartmentBrokePromise for what is cut, renamed or counted wrong."""
    records: Iterator[Any]
    blocks = BlockEnds(chunks)
    chunks = iter(blocks)
    if files.format == "jsonl":
        records = (decode_exactly(line, who) for line in read_lines(chunks, who) if line.strip())
    else:
        records = _array(chunks, who) if feed.records in BARE else _inside(feed, files, chunks, who)
    first, names = 0, set[str]()
    while block := list(_until_due(records, blocks)):
        names |= {name for record in block if isinstance(record, dict) for name in record if isinstance(name, str)}
        yield record_rows(feed, block, first)
        first += len(block)
    lost, new = set(source_names(feed)) & set(contract.columns) - names, names - set(contract.columns)
    if names and lost and new:
        raise DepartmentBrokePromise(
            f"{who}: no record holds {', '.join(sorted(lost))[:200]}, but some hold {', '.join(sorted(new))[:200]}, which "
            "the contract does not know; nothing of the file is applied until the contract is reviewed"
        )


def _until_due(records: Iterator[Any], blocks: BlockEnds) -> Iterator[Any]:
    """Yield the records of one block."""
    for count, record in enumerate(records, 1):
        yield record
        if blocks.is_due(count):
            return


def _inside(feed: Feed, files: Files, chunks: Iterator[str], who: str) -> Iterator[Any]:
    text = ""
    for chunk in chunks:
        text += chunk
        if len(text) > ENVELOPE:
            raise _broken(who, f"holds more than {ENVELOPE} characters around its list; expected a bare array")
    document = decode_exactly(text, who)
    records = find_value(document, feed.records)
    if not isinstance(records, list):
        raise _broken(who, f"{feed.records} is not a list")
    told = str(find_value(document, files.total)) if files.total else ""
    if files.total and not (is_count(told) and int(told) == len(records)):
        raise _broken(who, f"{files.total} says {told[:12]}; expected {len(records)} records")
    return iter(records)


def _array(chunks: Iterator[str], who: str) -> Iterator[Any]:
    """Yield the objects of a bare array as they come."""
    window = _Window(chunks, who)
    if window.take() != "[":
        raise _broken(who, "is no array; expected [ at its beginning")
    mark = window.take() if window.peek() == "]" else ","
    while mark == ",":
        yield window.read_object()
        mark = window.take()
    if mark != "]" or window.peek():
        raise _broken(who, "is cut, is no JSON between two records, or goes on after its end")


class _Window:
    """Hold the part of a long text that is being read."""

    def __init__(self, chunks: Iterator[str], who: str) -> None:
        self._chunks, self._who, self._text, self._at = chunks, who, "", 0

    def peek(self) -> str:
        """Return the next character that is no blank, or nothing at the end."""
        while True:
            mark = SOLID.search(self._text, self._at)
            self._at = mark.start() if mark else len(self._text)
            if mark or not self._grow():
                return mark[0] if mark else ""

    def take(self) -> str:
        """Return that character and step over it."""
        mark = self.peek()
        self._at += len(mark)
        return mark

    def read_object(self) -> Any:
        """Return the object that comes next."""
        self.peek()
        while (found := decode_next(self._text, self._at)) is None:
            if len(self._text) - self._at > LONGEST or not self._grow():
                raise _broken(self._who, "is cut, or holds something that is no record")
        value, self._at = found
        return value

    def _grow(self) -> bool:
        more = next(filter(None, self._chunks), "")
        self._text, self._at = self._text[self._at :] + more, 0
        return bool(more)


def _broken(who: str, what: str) -> DepartmentBrokePromise:
    return DepartmentBrokePromise(f"{who}: {what}; nothing of the file is applied")
