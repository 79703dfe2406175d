"""What a license file is: PDF, OFD, PNG or JPEG, told by its content, whatever it is called.

Looks and refuses; keeps nothing. Every look is bounded, and what breaks a reader is refused in words.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from license_library.answers import Words
from license_library.files.ofd_file import NotOfd, check_ofd
from schemas.errors import RequestError

if TYPE_CHECKING:
    from pypdf import PdfReader

FileKind = Literal["pdf", "ofd", "png", "jpeg"]
MEDIA_TYPES: Final[dict[str, str]] = {
    "pdf": "application/pdf", "ofd": "application/ofd", "png": "image/png", "jpeg": "image/jpeg",
}  # fmt: skip
PAGES: Final = 200
PIXELS: Final = 50_000_000
# A broken PDF is told of by our own sentence; its reader's remarks could quote what stands in it.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


class FileRefused(RequestError):
    """The file is not one that the hub keeps."""

    code = "request.file_refused"
    words = Words(
        "该文件不能收存：须为完整的 PDF、OFD、PNG 或 JPEG 文件，以内容为准。",
        "The file cannot be kept: it must be a whole PDF, OFD, PNG or JPEG, by its content.",
    )


class Look(msgspec.Struct, frozen=True):
    """Say what a content is."""

    kind: FileKind
    is_encrypted: bool = False  # a PDF that needs a password: kept, but nothing can be printed over it


def look_at(content: bytes) -> Look:
    """Return what a content is; FileRefused where it is nothing the hub keeps, or not whole."""
    for beginning, check in _CHECKS:
        if content.startswith(beginning):
            return check(content)
    raise _refused("it is neither PDF, OFD, PNG nor JPEG")


def open_pdf(content: bytes) -> PdfReader:
    """Return a reader of a PDF; it reads lazily and may fail at any page."""
    from pypdf import PdfReader  # noqa: PLC0415 - costs a second, which only who looks into a PDF should pay

    return PdfReader(io.BytesIO(content), strict=False)


def _check_pdf(content: bytes) -> Look:
    if b"%%EOF" not in content[-2048:]:
        raise _refused("its end is missing: the PDF is cut off")
    from license_library.files.page_contents import UnpacksTooFar, check_pages  # noqa: PLC0415 - as above

    try:
        reader = open_pdf(content)
        if reader.is_encrypted:
            return Look("pdf", is_encrypted=True)
        pages = len(reader.pages)
        if pages <= PAGES:
            check_pages(reader.pages)
    except UnpacksTooFar:
        raise _refused("the PDF unpacks to far more than it holds") from None
    except Exception:  # noqa: BLE001 - a stranger's PDF may break its reader in any way
        raise _refused("the PDF is damaged") from None
    if not 1 <= pages <= PAGES:
        raise _refused(f"the PDF has {pages} pages; expected 1 to {PAGES}")
    return Look("pdf")


def _check_ofd(content: bytes) -> Look:
    try:
        check_ofd(content)
    except NotOfd as why:
        raise _refused(f"it is a zip but no OFD file: {why}") from None
    return Look("ofd")


def _check_image(kind: Literal["png", "jpeg"]) -> Callable[[bytes], Look]:
    def check(content: bytes) -> Look:
        from PIL import Image  # noqa: PLC0415 - as above

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                with Image.open(io.BytesIO(content), formats=[kind]) as image:
                    size = image.width * image.height
                    if size <= PIXELS:
                        image.load()
        except Exception:  # noqa: BLE001 - a stranger's image may break its reader in any way
            raise _refused(f"the {kind.upper()} is damaged or cut off") from None
        if size > PIXELS:
            raise _refused(f"the image has more than {PIXELS} pixels")
        return Look(kind)

    return check


def _refused(why: str) -> FileRefused:
    return FileRefused(
        f"files: the file cannot be kept: {why}; expected a whole PDF, OFD, PNG or JPEG; nothing was kept"
    )


_CHECKS: Final[tuple[tuple[bytes, Callable[[bytes], Look]], ...]] = (
    (b"%PDF-", _check_pdf),
    (b"PK\x03\x04", _check_ofd),
    (b"\x89PNG\r\n\x1a\n", _check_image("png")),
    (b"\xff\xd8\xff", _check_image("jpeg")),
)
