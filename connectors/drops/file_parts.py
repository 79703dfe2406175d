"""A file as pages: its bytes cut into parts, and after them a closing that says it was whole. Read back as one stream.

The closing is what is remembered: a file without one is never applied and never counts as taken. Knows no format.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec

PART = 1 << 20
MEDIA_TYPE, CLOSING_TYPE = "application/octet-stream", "application/vnd.license-hub.closing"


class PartRequest(msgspec.Struct, frozen=True, kw_only=True, tag_field="is", tag="part"):
    """Say which bytes of which file a page holds."""

    file: str
    part: int
    size: int
    modified: datetime


class Closing(msgspec.Struct, frozen=True, kw_only=True, tag_field="is", tag="closing"):
    """Say that a file was read whole, what it was, and how many records it holds. `again`: its name came before."""

    file: str
    size: int
    modified: datetime
    sha256: str
    records: int
    parts: int
    again: bool = False


_encoder, _decoder = msgspec.json.Encoder(), msgspec.json.Decoder(PartRequest | Closing)


def write_request(request: PartRequest | Closing) -> str:
    """Return the text that is kept with a page."""
    return _encoder.encode(request).decode()


def read_closings(requests: Iterable[str]) -> list[Closing]:
    """Return the closings among the requests of pages."""
    found = [_decoder.decode(request) for request in requests]
    return [one for one in found if isinstance(one, Closing)]


@dataclass(frozen=True)
class LandedFile:
    """Hold one whole file among landed pages: the number of its first page, and its closing."""

    first_page: int
    closing: Closing


def find_landed(pages: Iterable[tuple[int, str]]) -> Iterator[LandedFile]:
    """Yield the whole files among pages (number, request), in order; parts without a closing are passed over."""
    first = 0
    for number, text in pages:
        request = _decoder.decode(text)
        if isinstance(request, Closing):
            yield LandedFile(first, request)
        elif request.part == 1:
            first = number


class PartStream(io.RawIOBase):
    """Read parts as one file, also backwards, holding one part at a time."""

    def __init__(self, size: int, fetch: Callable[[int], bytes]) -> None:
        self._size, self._fetch, self._at = size, fetch, 0
        self._held: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def tell(self) -> int:
        """Return where the next byte comes from."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go somewhere else."""
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence])
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # io hands over a memoryview
        """Read on, at most to the end of a part."""
        if self._at >= self._size:
            return 0
        number, start = divmod(self._at, PART)
        if self._held[0] != number:
            self._held = (number, self._fetch(number))
        piece = self._held[1][start : start + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


def count_parts(size: int) -> int:
    """Return how many parts a file of that size has; an empty one has one, so that it is kept too."""
    return max(1, -(-size // PART))
