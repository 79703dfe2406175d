"""A CSV file as columns, block by block. Strict: the header is the contract's, a row has the header's cells or waits.

A cell is data whatever it begins with. Knows no canonical field.
"""

from __future__ import annotations

import csv
import hashlib
import logging
from collections.abc import Generator, Iterator, Sequence

from connectors.declarations.declared import Feed, Files
from connectors.drops.file_contract import FileContract
from connectors.formats.page_rows import Fault, PageRows, is_count, source_names
from connectors.formats.text_stream import LONGEST, BlockEnds, read_lines
from schemas.errors import DepartmentBrokePromise
from schemas.phrases import phrase
from schemas.visible_text import visible_line

csv.field_size_limit(LONGEST)  # Python's own would refuse a whole file for a cell of 131,073 characters
_log = logging.getLogger(__name__)


def read_csv(feed: Feed, files: Files, contract: FileContract, chunks: Iterator[str], who: str) -> Iterator[PageRows]:
    """Yield blocks of rows; DepartmentBrokePromise for another header, broken quoting, or a trailer that lies."""
    last, blocks = list[str](), BlockEnds(chunks)
    rows = csv.reader(_noted(read_lines(iter(blocks), who), last), delimiter=files.delimiter, strict=True)
    try:
        header = [name.strip() for name in next(rows, [])]
        _compare(header, contract, who)
        width = yield from _blocks(rows, blocks, header, feed, files, who)
    except csv.Error as error:
        raise DepartmentBrokePromise(
            f"{who}: line {rows.line_num} is not CSV ({error}); nothing of the file is applied"
        ) from None

    if last and not last[0].endswith("\n"):
        _refuse_cut(width, len(header), files, contract, who)


def _refuse_cut(width: int, expected: int, files: Files, contract: FileContract, who: str) -> None:
    """Refuse a file whose last line has no end, where cells are missing, or nothing but an end could show that none is."""
    if width < expected:
        raise DepartmentBrokePromise(
            f"{who}: the last line ends after {width} of {expected} cells; the file is cut; nothing of it is applied"
        )
    if contract.ends_line and not files.total:  # a trailer stands behind every record; a marker only counts them
        raise DepartmentBrokePromise(
            f"{who}: the last line has no end, which that of the sample {contract.file} has; the file may be cut inside "
            "its last cell; nothing of it is applied"
        )


def _noted(lines: Iterator[str], last: list[str]) -> Iterator[str]:
    """Yield lines, and keep the last one."""
    for line in lines:
        last[:] = [line]
        yield line


def _compare(header: Sequence[str], contract: FileContract, who: str) -> None:
    missing = [name for name in contract.columns if name not in header]
    added = [visible_line(name) for name in header if name not in contract.columns]
    if missing or len(set(header)) != len(header):
        raise DepartmentBrokePromise(
            f"{who}: the header is not the contract's: {'lacks ' + ', '.join(missing) if missing else 'a name twice'}"
            f"{'; has ' + ', '.join(added)[:200] if added else ''}; nothing of the file is applied until the contract is reviewed"
        )
    if added:
        _log.warning("%s: the header has more than the contract: %s; these are not read", who, ", ".join(added)[:200])


def _blocks(
    rows: Iterator[list[str]], blocks: BlockEnds, header: list[str], feed: Feed, files: Files, who: str
) -> Generator[PageRows, None, int]:
    """Yield blocks of rows; return how many cells the last row has."""
    places = {name: header.index(name) for name in source_names(feed) if name in header}
    waiting, count, trailer, width = list[list[str]](), 0, list[str](), len(header)
    for row in rows:
        width = len(row) or width
        if trailer and row:
            raise DepartmentBrokePromise(f"{who}: rows follow the trailer; nothing of the file is applied")
        if files.total and row and row[0].strip() == files.total:
            trailer = row
        elif row:
            waiting.append(row)
        if blocks.is_due(len(waiting)):
            yield _page(waiting, places, len(header), count)
            count, waiting = count + len(waiting), []
    if waiting:
        yield _page(waiting, places, len(header), count)
    if files.total:
        _require_total(trailer, count + len(waiting), files.total, who)
        return len(header)
    return width


def _require_total(trailer: Sequence[str], count: int, total: str, who: str) -> None:
    told = next((cell.strip() for cell in trailer[1:] if is_count(cell.strip())), "")
    if not told or int(told) != count:
        raise DepartmentBrokePromise(
            f"{who}: expected a last line {total} with {count} records, got {told or 'none'}; the file is not whole; "
            "nothing of it is applied"
        )


def _page(rows: Sequence[list[str]], places: dict[str, int], width: int, first: int) -> PageRows:
    """Take the declared columns out; a row with other cells than the header has gives none of them."""
    wrong = [number for number, row in enumerate(rows) if len(row) != width]
    if not wrong:
        columns = list(zip(*rows, strict=True))
        return PageRows({name: columns[place] for name, place in places.items()}, len(rows), first=first)
    bad = set(wrong)
    whole = {
        name: [None if number in bad else row[place] for number, row in enumerate(rows)]
        for name, place in places.items()
    }
    faults = [
        Fault(number, "", "record.wrong_type", phrase("cells", width), phrase("cells", len(rows[number])))
        for number in wrong
    ]
    unread = {number: hashlib.sha256("\0".join(rows[number]).encode()).digest() for number in wrong}
    return PageRows(dict(whole), len(rows), faults, first, unread)
