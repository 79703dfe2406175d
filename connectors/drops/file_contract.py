"""What a department's files look like, read from the vendored sample: the columns of a record, by name.

A sample shows which names there are, not what they hold. Opens no drop.
"""

from __future__ import annotations

import csv
import functools
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.declarations.declared import Department, Feed, Files
from connectors.declarations.text_encoding import decode_text
from connectors.formats.safe_xml import local_name, parse_xml
from schemas.errors import DeclarationError


@dataclass(frozen=True)
class FileContract:
    """Hold the names of the columns, in the order of the sample, and whether its last line has an end."""

    file: str
    columns: tuple[str, ...]
    ends_line: bool = False


def declared_files(department: Department, feed: Feed) -> Files:
    """Return which files a feed takes; DeclarationError where it takes none."""
    if feed.files is None:
        raise DeclarationError(f"{department.department}.{feed.name}: declares no files")
    return feed.files


def read_file_contract(department: Department, feed: Feed) -> FileContract:
    """Return the contract of a feed's files; DeclarationError when the sample is not what is declared."""
    name = department.transport.contract.removeprefix("contract/")
    files = declared_files(department, feed)
    form = (files.format, files.delimiter, feed.records, department.transport.payload_encoding)
    return _read(department.folder / "contract" / name, department.digest, *form)


@functools.lru_cache(maxsize=64)
def _read(path: Path, _digest: str, form: str, delimiter: str, records: str, label: str) -> FileContract:
    who = "/".join(path.parts[-3:])
    body = path.read_bytes()
    if form == "xml":
        columns = _of_xml(body, records, who)
    elif form == "csv":
        columns = next(csv.reader(io.StringIO(_decode(body, label, who)), delimiter=delimiter), [])
    else:
        columns = _of_json(_decode(body, label, who), records, is_lines=form == "jsonl", who=who)
    plain = tuple(dict.fromkeys(name.strip() for name in columns))
    if not plain or len(plain) != len(columns):
        raise DeclarationError(f"{who}: shows no record, or a column twice; expected a sample of the declared {form}")
    return FileContract(path.name, plain, body.endswith(b"\n"))


def _decode(body: bytes, label: str, who: str) -> str:
    """Decode a sample: as files are, or in UTF-8, in which a contract may have been kept."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return decode_text(body, label, who)


def _of_xml(body: bytes, records: str, who: str) -> list[str]:
    found = parse_xml(body, "", who).findall("/".join(f"{{*}}{part}" for part in records.split("/")))
    return list(dict.fromkeys(local_name(child) for record in found for child in record))


def _of_json(text: str, records: str, *, is_lines: bool, who: str) -> list[str]:
    try:
        found: Any = [json.loads(line) for line in text.splitlines() if line.strip()] if is_lines else json.loads(text)
        for part in filter(None, records.strip(".").split("/")):
            found = found[part]
        return list(dict.fromkeys(name for record in found for name in record))
    except (ValueError, KeyError, TypeError) as error:
        raise DeclarationError(f"{who}: is no sample of the declared form: {type(error).__name__}") from error
