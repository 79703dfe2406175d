"""A long XML document as short ones: each holds some records of its list, between everything that stands around the list.

Works on bytes alone, so no document needs a tree of its whole length. Knows no envelope and no declaration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from connectors.formats.safe_xml import first_element
from schemas.errors import DepartmentBrokePromise

WHOLE = 20_000_000  # bytes up to which a document is read at one go, and within which a longer one must end a record
SLICE = 4_000_000
MOST_TRIES = 100  # ends of elements that turn out not to end a record: they lie inside one, or in a comment
_SHUT = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)


@dataclass(frozen=True)
class _Marks:
    """Hold how the records' own tag is written."""

    opening: re.Pattern[bytes]
    empty: re.Pattern[bytes]
    closing: re.Pattern[bytes]


def slice_document(body: bytes, path: str, who: str) -> Iterator[bytes]:
    """Yield a long document of UTF-8 in pieces, each to be read like a document of its own; a short one as it is.

    Between two records of a long one may stand nothing but blanks and comments: whoever reads the pieces must see to it.
    """
    if len(body) <= WHOLE:
        yield body
        return
    start = first_element(body, who)
    name = re.escape(path.rpartition("/")[2].encode())
    opening = re.compile(rb"<((?:[^\s<>/:!?]+:)?" + name + rb")[\s/>]")
    first = opening.search(body, start)
    if first is None:
        raise _refusal(body, who)
    marks = _marks(re.escape(first[1]))
    begin, end = first.start(), body.rfind(b"</" + first[1] + b">") + len(first[1]) + 3
    before, after = body[:begin], body[end:]
    if end < begin or opening.search(after) or any(b"<!" in _SHUT.sub(b"", part) for part in (before[start:], after)):
        raise _refusal(body, who)
    for piece in _pieces(body, begin, end, marks, who):
        yield b"".join([before, piece, after])


def _marks(tag: bytes) -> _Marks:
    attribute = rb"""\s+[^\s=<>/]+\s*=\s*(?:"[^"<]*"|'[^'<]*')"""
    return _Marks(
        re.compile(b"<" + tag + rb"(?=[\s/>])"),
        re.compile(b"<" + tag + b"(?:" + attribute + rb")*\s*/>"),
        re.compile(b"</" + tag + rb"\s*>"),
    )


def _pieces(body: bytes, begin: int, end: int, marks: _Marks, who: str) -> Iterator[bytes]:
    while end > begin:
        cuts = (found.end() for found in marks.closing.finditer(body, begin + SLICE, min(begin + WHOLE, end)))
        cut = next((cut for cut in islice(cuts, MOST_TRIES) if _is_whole(body[begin:cut], marks)), end)
        if cut - begin > WHOLE:
            raise _refusal(body, who)
        yield body[begin:cut]
        begin = cut


def _is_whole(piece: bytes, marks: _Marks) -> bool:
    """Say whether every record that begins here also ends here; what stands in a comment or CDATA is none."""
    text = _SHUT.sub(b"", piece) if b"<!" in piece else piece
    opened = sum(1 for _ in marks.opening.finditer(text))
    closed = sum(1 for mark in (marks.empty, marks.closing) for _ in mark.finditer(text))
    return b"<!" not in text and opened == closed


def _refusal(body: bytes, who: str) -> DepartmentBrokePromise:
    return DepartmentBrokePromise(
        f"{who}: the answer has {len(body)} bytes and is no list of records one behind the other; expected at most {WHOLE} "
        "bytes of any other answer (ask for smaller pages); nothing of it is applied"
    )
