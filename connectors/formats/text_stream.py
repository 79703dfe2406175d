"""A long text decoded piece by piece, as strictly as a short one is decoded at once. Knows no format and no record."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Protocol

from connectors.declarations.text_encoding import choose_codec, mislabelled
from schemas.errors import DepartmentBrokePromise

CHUNK = 65_536
LONGEST = 1_000_000  # characters of one line, one field or one JSON value
BLOCK, BLOCK_TEXT = 5_000, 8_000_000  # records, and characters that were read for them


class Source(Protocol):
    """Give bytes in order; an empty answer is the end."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes."""


class BlockEnds:
    """Pass chunks of text on, and tell where a block of records ends: after so many, or after so much text."""

    def __init__(self, chunks: Iterator[str]) -> None:
        self._chunks, self._read = chunks, 0

    def __iter__(self) -> Iterator[str]:
        for chunk in self._chunks:
            self._read += len(chunk)
            yield chunk

    def is_due(self, records: int) -> bool:
        """Say whether a block of so many records ends here; the next one begins then."""
        if not records or (records < BLOCK and self._read < BLOCK_TEXT):
            return False
        self._read = 0
        return True


def read_text(source: Source, label: str, who: str, head: bytes = b"") -> Iterator[str]:
    """Yield the text of `head` and what follows it; the last piece raises when it was mislabelled."""
    chunk = head or source.read(CHUNK)
    codec = choose_codec(chunk, label, who)
    decoder, doubt, offset = codecs.getincrementaldecoder(codec)(), _Doubt(codec == "gb18030"), 0
    while chunk:
        doubt.look_at(chunk)
        yield _decode(decoder, chunk, f"{who}: what stands near byte {offset}")
        offset += len(chunk)
        chunk = source.read(CHUNK)
    doubt.look_at(b"", final=True)
    if doubt.is_utf8:
        raise mislabelled(label, who)
    yield _decode(decoder, b"", f"{who}: its end", final=True)


def read_lines(chunks: Iterator[str], who: str) -> Iterator[str]:
    """Yield lines with their ends; only a line feed ends one, whatever else Unicode calls an end."""
    waiting = ""
    for chunk in chunks:
        lines = (waiting + chunk).split("\n")
        waiting = lines.pop()
        for line in lines:
            yield f"{line}\n"
        if len(waiting) > LONGEST:
            raise DepartmentBrokePromise(f"{who}: a line is longer than {LONGEST} characters; nothing of it is applied")
    if waiting:
        yield waiting


def _decode(decoder: codecs.IncrementalDecoder, chunk: bytes, where: str, *, final: bool = False) -> str:
    try:
        return decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        raise DepartmentBrokePromise(f"{where} is not {error.encoding}; nothing of it is applied") from None


class _Doubt:
    """Watch whether GB text is UTF-8 after all: non-ASCII bytes that all form it."""

    def __init__(self, is_wanted: bool) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")() if is_wanted else None
        self._is_plain = True

    @property
    def is_utf8(self) -> bool:
        """Say so, once everything was looked at."""
        return self._decoder is not None and not self._is_plain

    def look_at(self, chunk: bytes, *, final: bool = False) -> None:
        """Take in the next bytes."""
        self._is_plain = self._is_plain and chunk.isascii()
        if self._decoder and not self._is_plain:
            try:
                self._decoder.decode(chunk, final)
            except UnicodeDecodeError:
                self._decoder = None
