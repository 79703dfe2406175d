"""What is printed on every page of a working copy (加注件): what it is for, until when, and how to check it.

Draws only. Its Chinese font is one that every reader of PDFs brings along, so none is embedded.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from typing import Final

import msgspec
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode import createBarcodeDrawing
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from license_library.copies.copy_marks import Mark
from schemas.bureau_time import local_day, local_second

FONT: Final = "STSong-Light"
MARGIN: Final = 16.0
FOOT: Final = 26.0
_QR: Final = 56.0
_TITLE, _SMALL, _LEADING = 11.0, 8.0, 11.0
pdfmetrics.registerFont(UnicodeCIDFont(FONT))


class Size(msgspec.Struct, frozen=True):
    """Hold the width and height of what one page shows, without the band."""

    width: float
    height: float


def printable(text: str) -> str:
    """Return the text with each character that the font lacks as its code, so that none is lost unseen."""
    return "".join(char if _has_glyph(char) else f"[U+{ord(char):04X}]" for char in text)


def head_height(mark: Mark, width: float) -> float:
    """Return how high the band above a page is."""
    return max(_QR + 12, 2 * _LEADING + _LEADING * len(_lines(mark, width)) + 8)


def draw_bands(mark: Mark, sizes: Sequence[Size]) -> bytes:
    """Return a PDF of empty pages, each as large as what it will show and the bands around that."""
    paper = io.BytesIO()
    canvas = Canvas(paper, pageCompression=1)
    canvas.beginForm("code", 0, 0, _QR, _QR)  # once, however many pages show it
    code = createBarcodeDrawing(  # type: ignore[no-untyped-call]
        "QR", value=mark.identifier, width=_QR, height=_QR, barLevel="M", barBorder=1
    )
    renderPDF.draw(code, canvas, 0, 0)
    canvas.endForm()
    for number, size in enumerate(sizes, 1):
        head = head_height(mark, size.width)
        canvas.setPageSize((size.width, size.height + head + FOOT))
        _draw_watermark(canvas, mark, size)
        _draw_head(canvas, mark, size, head)
        _draw_foot(canvas, mark, size, f"第 {number} 页 / 共 {len(sizes)} 页")
        canvas.showPage()
    canvas.save()
    return paper.getvalue()


def _has_glyph(char: str) -> bool:
    if ord(char) > 0xFFFF or unicodedata.category(char).startswith("C"):
        return False
    try:
        char.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def _lines(mark: Mark, width: float) -> list[str]:
    case = f"（办件 {mark.case_number}）" if mark.case_number else ""
    told = [
        f"仅用于：{mark.purpose}{case}",
        f"制作：{mark.made_by}，{local_second(mark.made_at)}　　有效期至：{local_second(mark.expires_at)}（北京时间）",
        "逾期失效，挪作他用无效；凭编号或本文件在证照枢纽核验。",
    ]
    room = width - 3 * MARGIN - _QR
    return [line for text in told for line in _wrapped(printable(text), room)]


def _wrapped(text: str, room: float) -> list[str]:
    lines = [""]
    for char in text:
        if lines[-1] and pdfmetrics.stringWidth(lines[-1] + char, FONT, _SMALL) > room:
            lines.append("")
        lines[-1] += char
    return lines


def _draw_head(canvas: Canvas, mark: Mark, size: Size, head: float) -> None:
    top = size.height + FOOT + head
    canvas.setFillColorRGB(0.97, 0.93, 0.90)
    canvas.rect(0, top - head, size.width, head, stroke=0, fill=1)
    canvas.setFillColorRGB(0.62, 0.11, 0.08)
    canvas.rect(0, top - head, size.width, 1.5, stroke=0, fill=1)
    canvas.setFont(FONT, _TITLE)
    canvas.drawString(MARGIN, top - 1.5 * _LEADING, f"加注件　{mark.identifier}")
    canvas.setFillColorRGB(0.1, 0.1, 0.1)
    canvas.setFont(FONT, _SMALL)
    for number, line in enumerate(_lines(mark, size.width)):
        canvas.drawString(MARGIN, top - (2.8 + number) * _LEADING, line)
    canvas.saveState()
    canvas.translate(size.width - MARGIN - _QR, top - head + (head - _QR) / 2)
    canvas.doForm("code")
    canvas.restoreState()


def _draw_foot(canvas: Canvas, mark: Mark, size: Size, page: str) -> None:
    canvas.setFillColorRGB(0.97, 0.93, 0.90)
    canvas.rect(0, 0, size.width, FOOT, stroke=0, fill=1)
    canvas.setFillColorRGB(0.1, 0.1, 0.1)
    canvas.setFont(FONT, _SMALL)
    canvas.drawString(MARGIN, 9, f"加注件 {mark.identifier}　有效期至 {local_second(mark.expires_at)}")
    canvas.drawRightString(size.width - MARGIN, 9, page)


def _draw_watermark(canvas: Canvas, mark: Mark, size: Size) -> None:
    """Say across the page what it is for: a part cut out of it still says so."""
    said = printable(mark.case_number or mark.purpose[:24])
    text = f"仅限 {said} 使用　有效期至 {local_day(mark.expires_at)}"
    canvas.saveState()
    canvas.setFillColorRGB(0.62, 0.11, 0.08, alpha=0.13)
    # The longest line across the page that the text can be, within reason.
    letter = min(22.0, 0.95 * size.width / max(1.0, pdfmetrics.stringWidth(text, FONT, 1)))
    canvas.setFont(FONT, letter)
    for part in (1, 3, 5):
        canvas.saveState()
        canvas.translate(size.width / 2, FOOT + size.height * part / 6)
        canvas.rotate(24)
        canvas.drawCentredString(0, 0, text)
        canvas.restoreState()
    canvas.restoreState()
