"""An XML document that is mostly a list of records: the list is taken out of the bytes, and the parser reads the rest.

What is taken out is proven plain (plain_tags); one record of each shape stays in the tree for the schema to judge. Where
anything speaks against it, the parser reads everything. Knows no envelope and no declaration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl
from lxml import etree

from connectors.formats.plain_records import PlainRecords, read_records
from connectors.formats.safe_xml import DEPTH, first_element, parse_utf8
from connectors.formats.xml_rows import find_all
from connectors.formats.xml_slices import slice_document
from schemas.errors import DepartmentBrokePromise

_PATH, _NAME = re.compile(r"(?:[^/@]+/)*[^/@*]+"), re.compile(r"[^/@]+")


@dataclass(frozen=True)
class Wanted:
    """Say where the records of a document lie, by local names, and which of their fields are read."""

    path: str
    names: Sequence[str] = ()
    keep_all: bool = False  # leave every record in the tree, to be judged
    is_parsed: bool = False  # something is read that only the parser sees: a list in a record, a file's place

    def under(self, above: str) -> Wanted:
        """Return the same, with the path beginning further up."""
        return replace(self, path=f"{above}/{self.path}")


@dataclass(frozen=True)
class Records:
    """Hold what was taken out: the fields that are read, how many records, and the name of every field that came."""

    columns: dict[str, pl.Series]
    count: int
    names: frozenset[str]


@dataclass(frozen=True)
class Listing:
    """Hold a document's tree, and its records where they were taken out."""

    root: etree._Element
    records: Records | None = None


def read_listings(body: bytes, wanted: Wanted, who: str) -> Iterator[Listing]:
    """Yield a document of UTF-8, after every check of form; a long one in pieces, each with all that surrounds its records."""
    for piece in slice_document(body, wanted.path, who):
        listing = read_listing(piece, wanted, who)
        if piece is not body:
            _require_one_list(listing, wanted.path, who)
        yield listing


def read_listing(body: bytes, wanted: Wanted, who: str) -> Listing:
    """Return a document of UTF-8, after every check of form."""
    found = _cut(body, wanted, who)
    if found is None:
        return Listing(parse_utf8(body, who))
    before, plain, after = found
    kept = [plain.content] if wanted.keep_all else plain.shapes()
    root, columns = parse_utf8(b"".join([before, *kept, after]), who), plain.columns(wanted.names)
    listed = find_all(root, wanted.path)
    if columns is None or len(listed) != (plain.count if wanted.keep_all else len(kept)) or not _fits(plain, listed[0]):
        return Listing(parse_utf8(body, who))
    return Listing(root, Records(columns, plain.count, plain.local_names))


def _require_one_list(listing: Listing, path: str, who: str) -> None:
    """Refuse a piece that leaves the list which it began in: the pieces would no longer make up the document."""
    found = find_all(listing.root, path)
    if not found or found[0].getparent() is not found[-1].getparent():
        raise DepartmentBrokePromise(
            f"{who}: a long answer holds {path.rpartition('/')[2]} in more places than one; expected one list; "
            "nothing of it is applied"
        )


def _cut(body: bytes, wanted: Wanted, who: str) -> tuple[bytes, PlainRecords, bytes] | None:
    """Return what stands before the records, the records, and what stands behind them."""
    if wanted.is_parsed or not _PATH.fullmatch(wanted.path) or not all(_NAME.fullmatch(name) for name in wanted.names):
        return None
    start = first_element(body, who)
    name = re.escape(wanted.path.rpartition("/")[2].encode())
    pattern = re.compile(rb"<((?:[^\s<>/:!?]+:)?" + name + rb")[\s/>]")
    opening = pattern.search(body, start)
    if opening is None:
        return None
    closing = b"</" + opening[1] + b">"
    end = body.rfind(closing) + len(closing)
    before, records, after = body[: opening.start()], body[opening.start() : end], body[end:]
    if any(mark in part for mark in (b"<!", b"<?", b"XInclude") for part in (before[start:], after)):
        return None  # a comment may hold anything, also what looks like a record
    plain = None if pattern.search(after) else read_records(_with_line_feeds(records), opening[1].decode())
    return (before, plain, after) if plain else None


def _with_line_feeds(content: bytes) -> bytes:
    """Return what a parser makes of the ends of lines."""
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in content else content


def _fits(plain: PlainRecords, record: etree._Element) -> bool:
    """Say whether every prefix has a namespace, and nothing lies deeper than is allowed."""
    depth = sum(1 for _ in record.iterancestors()) + plain.depth
    return plain.prefixes <= {prefix for prefix in record.nsmap if prefix} and depth <= DEPTH
