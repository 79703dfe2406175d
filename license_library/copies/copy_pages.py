"""From the pages of a PDF to the pages of a working copy: what they show, between the bands, and nothing they could do.

Takes over how a page looks, seals included. Scripts, actions, forms, links and attachments of the source stay behind.
"""

from __future__ import annotations

import io
from typing import Any

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    StreamObject,
)

from license_library.copies.copy_band import FOOT, Size, draw_bands
from license_library.copies.copy_marks import Mark
from license_library.files.file_kinds import open_pdf
from license_library.files.page_contents import Unpacking, list_looks
from schemas.bureau_time import local_second

NARROWEST, WIDEST = 420.0, 1200.0
Matrix = tuple[float, float, float, float, float, float]


def mark_pages(body: bytes, mark: Mark) -> bytes:
    """Return a PDF that shows the pages of another one between the bands of a working copy."""
    sources = open_pdf(body).pages
    sizes = [_shown_size(page) for page in sources]
    writer = PdfWriter()
    writer.append(PdfReader(io.BytesIO(draw_bands(mark, sizes))))
    unpacking = Unpacking()
    for page, source, size in zip(writer.pages, sources, sizes, strict=True):
        _show(writer, unpacking, page, source, size)
    writer.add_metadata(_facts(mark))
    paper = io.BytesIO()
    writer.write(paper)
    return paper.getvalue()


def _facts(mark: Mark) -> dict[str, str]:
    """Name what GB/T 36903 wants said of an annotated copy, in its own short names."""
    return {
        "/Title": f"加注件 {mark.identifier}",
        "/Subject": mark.identifier,
        "/JZJZZSJ": local_second(mark.made_at),
        "/JZJZZZ": mark.made_by,
        "/JZJZZSY": mark.purpose,
        "/JZJYXQJZSJ": local_second(mark.expires_at),
    }


def _shown_size(page: PageObject) -> Size:
    box = page.cropbox
    width, height = float(box.width), float(box.height)
    if page.rotation % 180:
        width, height = height, width
    scale = _scale(width)
    return Size(width * scale, height * scale)


def _scale(width: float) -> float:
    return min(max(width, NARROWEST), WIDEST) / width


def _show(writer: PdfWriter, unpacking: Unpacking, page: PageObject, source: PageObject, size: Size) -> None:
    """Put what a source page shows under the bands of a page."""
    box = source.cropbox
    drawn = [_form(writer, unpacking.read_page(source), source.get("/Resources"), list(box))]
    placed: list[tuple[Matrix, StreamObject]] = [((1, 0, 0, 1, 0, 0), drawn[0])]
    for annotation, look in list_looks(source):
        if found := _appearance(writer, annotation, look, unpacking.read(look)):
            placed.append(found)
    lines = [f"q {_text(_matrix(source, size))} cm {_text(_corner(box))} re W n"]
    shown = DictionaryObject()
    for number, (matrix, form) in enumerate(placed):
        shown[NameObject(f"/Source{number}")] = writer._add_object(form)
        lines.append(f"q {_text(matrix)} cm /Source{number} Do Q")
    under = StreamObject()
    under.set_data("\n".join([*lines, "Q\n"]).encode("ascii"))
    resources: Any = page["/Resources"].get_object()
    known = resources.get("/XObject", DictionaryObject()).get_object()
    resources[NameObject("/XObject")] = DictionaryObject({**known, **shown})
    over = page.raw_get("/Contents")
    page[NameObject("/Contents")] = ArrayObject([writer._add_object(under), over])


def _form(writer: PdfWriter, content: bytes, resources: Any, box: list[Any]) -> StreamObject:
    """Make a form of a page's content: it draws within its box, and knows nothing else of its page."""
    form = StreamObject()
    form.set_data(content)
    form[NameObject("/Type")] = NameObject("/XObject")
    form[NameObject("/Subtype")] = NameObject("/Form")
    form[NameObject("/BBox")] = ArrayObject([FloatObject(float(edge)) for edge in box])
    kept = resources.get_object().clone(writer) if resources is not None else DictionaryObject()
    form[NameObject("/Resources")] = kept
    return form.flate_encode()


def _appearance(
    writer: PdfWriter, annotation: Any, look: StreamObject, content: bytes
) -> tuple[Matrix, StreamObject] | None:
    """Return how an annotation looks and where; None where that has no extent."""
    box: Any = look["/BBox"]
    matrix: Any = look.get("/Matrix", (1, 0, 0, 1, 0, 0))
    form = _form(writer, content, look.get("/Resources"), list(box))
    turned: Matrix = tuple(float(part) for part in matrix)  # type: ignore[assignment]
    form[NameObject("/Matrix")] = ArrayObject([FloatObject(part) for part in turned])
    placed = _fit([float(edge) for edge in box], turned, [float(edge) for edge in annotation["/Rect"]])
    return (placed, form) if placed else None


def _fit(box: list[float], turned: Matrix, rectangle: list[float]) -> Matrix | None:
    """Return what moves a turned box into a rectangle (ISO 32000-1, 12.5.5)."""
    a, b, c, d, e, f = turned
    corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs = [a * x + c * y + e for x, y in corners]
    ys = [b * x + d * y + f for x, y in corners]
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    if not width or not height:
        return None
    left, bottom = min(rectangle[0], rectangle[2]), min(rectangle[1], rectangle[3])
    across, up = abs(rectangle[2] - rectangle[0]) / width, abs(rectangle[3] - rectangle[1]) / height
    return across, 0, 0, up, left - min(xs) * across, bottom - min(ys) * up


def _matrix(source: PageObject, size: Size) -> Matrix:
    """Return what turns, enlarges and moves a source page between the bands."""
    box = source.cropbox
    left, bottom, right, top = (float(edge) for edge in (box.left, box.bottom, box.right, box.top))
    turned: dict[int, Matrix] = {
        0: (1, 0, 0, 1, -left, -bottom),
        90: (0, -1, 1, 0, -bottom, right),
        180: (-1, 0, 0, -1, right, top),
        270: (0, 1, -1, 0, top, -left),
    }
    scale = size.width / ((top - bottom) if source.rotation % 180 else (right - left))
    a, b, c, d, e, f = (part * scale for part in turned[source.rotation % 360])
    return a, b, c, d, e, f + FOOT


def _corner(box: Any) -> tuple[float, ...]:
    return float(box.left), float(box.bottom), float(box.width), float(box.height)


def _text(numbers: tuple[float, ...]) -> str:
    return " ".join(f"{number:.5f}" for number in numbers)
