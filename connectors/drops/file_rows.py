"""One file, or each member of a zip, as source columns, block by block: its text decoded, its totals compared.

The same reading judges a file when it comes and reads it when it is checked. Knows no folder and no canonical field.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace

from connectors.declarations.declared import Department, Feed, Files
from connectors.drops.csv_file import read_csv
from connectors.drops.file_contract import read_file_contract
from connectors.drops.json_file import read_json
from connectors.drops.xml_file import read_xml
from connectors.drops.zip_file import broken_zips, open_members
from connectors.formats.page_rows import PageRows
from connectors.formats.safe_xml import label_of
from connectors.formats.text_stream import CHUNK, Source, read_text

READERS = {"csv": read_csv, "json": read_json, "jsonl": read_json, "xml": read_xml}


@dataclass(frozen=True)
class FileReader:
    """Read the files of one feed."""

    department: Department
    feed: Feed
    files: Files

    def read(self, name: str, source: io.RawIOBase) -> Iterator[PageRows]:
        """Yield the rows of a file; it raises, at the latest after them, where it is not whole or not as declared."""
        who = f"{self.department.department}.{self.feed.name}: {name}"
        whole = io.BufferedReader(source)
        if not name.lower().endswith(".zip"):
            yield from self._read(whole, who)
            return
        first = 0
        with broken_zips(who):
            for member, stream in open_members(whole, self.files, who):
                for rows in self._read(stream, f"{who}/{member}", is_whole=True):  # its length and checksum say so
                    yield replace(rows, first=first)
                    first += rows.count

    def _read(self, source: Source, who: str, *, is_whole: bool = False) -> Iterator[PageRows]:
        head = source.read(CHUNK)
        label = label_of(head) if self.files.format == "xml" else ""
        chunks = read_text(source, label or self.department.transport.payload_encoding, who, head)
        contract = read_file_contract(self.department, self.feed)
        contract = replace(contract, ends_line=False) if is_whole else contract
        yield from READERS[self.files.format](self.feed, self.files, contract, chunks, who)
