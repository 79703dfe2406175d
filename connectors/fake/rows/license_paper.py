"""The file of an invented license: a PDF of one page that says what the record says, and that it is made up.

Knows records only. No font is embedded: readers of PDFs have a Chinese one of their own.
"""

from __future__ import annotations

from connectors.fake.city.world import Record

FOLDER = "/files/"
MEDIA_TYPE = "application/pdf"
_SIZE, _LEFT, _TOP, _LINE = 16, 72, 760, 32
_FONT = (
    "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
    "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 7 0 R"
    " /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>",
    "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /FontBBox [-25 -254 1000 880] /ItalicAngle 0"
    " /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
)


def print_paper(record: Record) -> bytes:
    """Return the file of one record in its present version."""
    said = ("license_name", "license_number", "holder_name", "issuer_name", "issued_on", "version_number")
    lines = [*(str(record[name]) for name in said), "虚构的证照，仅供演示"]
    drawn = "\n".join(_draw(line, place) for place, line in enumerate(lines))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
        f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        *_FONT,
    ]
    return _bind(objects)


def _draw(text: str, place: int) -> str:
    """Return the operators that write one line, without characters beyond the first plane, which this encoding does not know."""
    coded = "".join(char if char <= "\uffff" else "?" for char in text).encode("utf-16-be").hex()
    return f"BT /F {_SIZE} Tf {_LEFT} {_TOP - place * _LINE} Td <{coded}> Tj ET"


def _bind(objects: list[str]) -> bytes:
    """Return a whole PDF of numbered objects, the table of their places behind them."""
    content, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(content))
        content += f"{number} 0 obj\n{one}\nendobj\n".encode("ascii")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    end = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(content)}\n%%EOF\n"
    return content + (head + end).encode("ascii")
