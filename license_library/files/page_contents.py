"""What the pages of a PDF draw, unpacked stream after stream, and never more than so many bytes in all.

A small file can unpack to gigabytes: whoever walks its pages stops at the bound. Nothing stays unpacked behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from pypdf import PageObject
from pypdf.errors import LimitReachedError
from pypdf.generic import ArrayObject, DictionaryObject, EncodedStreamObject, StreamObject

UNPACKED_BYTES: Final = 50_000_000
_HIDDEN: Final = 1 << 1 | 1 << 5  # hidden, or not to be viewed


class UnpacksTooFar(Exception):
    """The pages of a PDF unpack to more than is looked at."""


class Unpacking:
    """Unpack what pages draw, and count it."""

    def __init__(self) -> None:
        self._count = 0

    def read_page(self, page: PageObject) -> bytes:
        """Return the content of a page, as one."""
        contents: Any = page.get("/Contents")
        contents = contents.get_object() if contents is not None else None
        parts = contents if isinstance(contents, ArrayObject) else [contents]
        return b"\n".join(self.read(one) for part in parts if isinstance(one := _whole(part), StreamObject))

    def read(self, stream: StreamObject) -> bytes:
        """Return what a stream unpacks to; UnpacksTooFar where all of them are too much."""
        try:
            data = stream.get_data()
        except LimitReachedError:
            raise UnpacksTooFar from None
        if isinstance(stream, EncodedStreamObject):
            stream.decoded_self = None  # its reader would keep every page unpacked until the end
        self._count += len(data)
        if self._count > UNPACKED_BYTES:
            raise UnpacksTooFar
        return data


def check_pages(pages: Iterable[PageObject]) -> None:
    """Raise UnpacksTooFar where pages, with what stands on them, unpack to too much."""
    unpacking = Unpacking()
    for page in pages:
        unpacking.read_page(page)
        for _, look in list_looks(page):
            unpacking.read(look)


def list_looks(page: PageObject) -> Iterator[tuple[Any, StreamObject]]:
    """Yield the annotations of a page that show something, as a seal does, and how each looks."""
    for one in _whole(page.get("/Annots")) or []:
        annotation = one.get_object()
        look = _look(annotation)
        if isinstance(look, StreamObject) and "/Rect" in annotation and "/BBox" in look:
            yield annotation, look


def _look(annotation: Any) -> Any:
    if int(annotation.get("/F", 0)) & _HIDDEN or annotation.get("/Subtype") == "/Popup":
        return None
    look = _whole(annotation.get("/AP", DictionaryObject()).get_object().get("/N"))
    if isinstance(look, DictionaryObject) and not isinstance(look, StreamObject):
        return _whole(look.get(annotation.get("/AS", "/Off")))
    return look


def _whole(part: Any) -> Any:
    return part.get_object() if part is not None else None
