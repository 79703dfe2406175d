"""The body of a working copy where no file can be: a sheet of what the hub holds of a license, with source and age.

Draws an answer as it is, codes masked as they are there; an image becomes one page.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from license_library.answers import LicenseAnswer, LicenseHit
from license_library.copies.copy_band import FONT, printable
from schemas.bureau_time import local_second

_TITLE = ParagraphStyle("title", fontName=FONT, fontSize=18, leading=26, wordWrap="CJK")
_LEAD = ParagraphStyle("lead", fontName=FONT, fontSize=9, leading=14, wordWrap="CJK", textColor=HexColor("#8a3b12"))
_NAME = ParagraphStyle("name", fontName=FONT, fontSize=9.5, leading=14, wordWrap="CJK", textColor=HexColor("#555555"))
_VALUE = ParagraphStyle("value", fontName=FONT, fontSize=10.5, leading=15, wordWrap="CJK")
_RULES: Final = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor("#d8d4cc")),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ]
)


def draw_sheet(answer: LicenseAnswer, notes: Sequence[str], bands: float) -> bytes:
    """Return the sheet as a PDF whose pages are A4 once the bands are around them."""
    paper = io.BytesIO()
    size = (A4[0], A4[1] - bands)
    document = SimpleDocTemplate(
        paper, pagesize=size, leftMargin=48, rightMargin=48, topMargin=28, bottomMargin=24, title="data sheet"
    )
    license_ = answer.license
    story: list[Flowable] = [_said(license_.license_name, _TITLE)]
    story += [_said(note, _LEAD) for note in ("证照数据表：由证照枢纽按所存数据生成，不是证照原件。", *notes)]
    story += [Spacer(1, 8), _table(_values(answer))]
    if answer.face:
        story += [Spacer(1, 12), _said("照面信息", _NAME)]
        story.append(_table([(field.words.zh, field.value) for field in answer.face]))
    story += [Spacer(1, 12), _said("数据来源", _NAME), _table(_source(answer))]
    document.build(story)
    return paper.getvalue()


def draw_image(content: bytes) -> bytes:
    """Return an image as a PDF of one page, as wide as A4."""
    paper = io.BytesIO()
    image = ImageReader(io.BytesIO(content))
    width, height = image.getSize()
    canvas = Canvas(paper, pagesize=(A4[0], A4[0] * height / width))
    canvas.drawImage(image, 0, 0, A4[0], A4[0] * height / width, mask="auto")
    canvas.save()
    return paper.getvalue()


def _said(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(printable(text)), style)


def _table(rows: Sequence[tuple[str, str]]) -> Table:
    cells = [[_said(name, _NAME), _said(value or "—", _VALUE)] for name, value in rows]
    table = Table(cells, colWidths=[110, A4[0] - 108 - 110], splitInRow=1)  # a long scope goes on over pages
    table.setStyle(_RULES)
    return table


def _values(answer: LicenseAnswer) -> list[tuple[str, str]]:
    license_ = answer.license
    holders = [("持证主体", f"{holder.name}（{holder.code}）{holder.share or ''}") for holder in license_.holders] or [
        ("持证主体", f"{license_.holder_name}（{license_.holder_code}）")
    ]
    return [
        ("证照类型", license_.license_type_name),
        ("证照编号", license_.license_number),
        ("电子证照标识", license_.license_identifier or ""),
        *holders,
        ("颁发机构", f"{license_.issuer_name} {answer.issuer_code or ''}"),
        ("颁发日期", str(license_.issued_on)),
        ("有效期", _term(license_)),
        ("状态", f"{license_.status_words.zh}，{license_.validity_words.zh}"),
    ]


def _term(license_: LicenseHit) -> str:
    end = "长期" if license_.open_ended else str(license_.valid_to or "未载明")
    return f"{license_.valid_from} 至 {end}" if license_.valid_from else end


def _source(answer: LicenseAnswer) -> list[tuple[str, str]]:
    origin, source = answer.provenance, answer.license.source
    return [
        ("来源部门", f"{origin.department_name}（{origin.department}/{origin.feed}）"),
        ("版本", f"第 {answer.versions[0].version_count} 版，部门更新于 {local_second(answer.source_updated_at)}"),
        ("时效", source.freshness_words.zh),
        ("交换", f"第 {origin.page_exchange_id} 次，第 {origin.page_number} 页，第 {origin.position + 1} 条"),
    ]
