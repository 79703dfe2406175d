"""Small license files to keep, whole and broken ones."""

from __future__ import annotations

import io
import struct
import zipfile

from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)
from reportlab.pdfgen.canvas import Canvas

OFD_ENTRY = (
    '<?xml version="1.0" encoding="UTF-8"?><ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" Version="1.0" DocType="OFD">'
    "<ofd:DocBody><ofd:DocInfo/><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
)
DOCUMENT = '<ofd:Document xmlns:ofd="http://www.ofdspec.org/2016"/>'


def pdf(text: str = "ORIGINAL", pages: int = 1, size: tuple[float, float] = (595, 842), rotation: int = 0) -> bytes:
    """Return a PDF with a word on each page."""
    paper = io.BytesIO()
    canvas = Canvas(paper, pagesize=size, invariant=1)
    for _ in range(pages):
        canvas.setFont("Helvetica", 30)
        canvas.drawString(60, size[1] - 90, text)
        canvas.showPage()
    canvas.save()
    if not rotation:
        return paper.getvalue()
    writer = PdfWriter(PdfReader(paper))
    for page in writer.pages:
        page.rotate(rotation)
    return written(writer)


def encrypted_pdf() -> bytes:
    """Return a PDF that needs a password."""
    writer = PdfWriter(PdfReader(io.BytesIO(pdf())))
    writer.encrypt("secret", algorithm="AES-256")
    return written(writer)


def sealed_pdf(rotation: int = 0) -> bytes:
    """Return a PDF of 600 by 800 points with a green seal at 400, 100 to 500, 200, as an annotation."""
    writer = PdfWriter(PdfReader(io.BytesIO(pdf(size=(600, 800), rotation=rotation))))
    look = StreamObject()
    look.set_data(b"0 1 0 rg 0 0 10 10 re f")
    look.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject(map(FloatObject, (0, 0, 10, 10))),
            NameObject("/Resources"): DictionaryObject(),
        }
    )
    seal = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Stamp"),
            NameObject("/F"): NumberObject(4),
            NameObject("/Rect"): ArrayObject(map(FloatObject, (400, 100, 500, 200))),
            NameObject("/AP"): DictionaryObject({NameObject("/N"): writer._add_object(look)}),
        }
    )
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(seal)])
    return written(writer)


def swelling_pdf(pages: int = 12, size: int = 6_000_000) -> bytes:
    """Return a small PDF each of whose pages unpacks to so many bytes."""
    writer = PdfWriter()
    look = StreamObject()
    look.set_data(b" " * size)
    content = writer._add_object(look.flate_encode())
    for _ in range(pages):
        writer.add_blank_page(595, 842)[NameObject("/Contents")] = content
    return written(writer)


def acting_pdf() -> bytes:
    """Return a PDF that runs a script, carries an attachment and opens an address."""
    writer = PdfWriter(PdfReader(io.BytesIO(pdf())))
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert('EVIL')")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(script)
    writer.add_attachment("evil.exe", b"EVIL")
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/URI"), NameObject("/URI"): TextStringObject("http://evil.test")}
    )
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    """Return what a writer writes."""
    paper = io.BytesIO()
    writer.write(paper)
    return paper.getvalue()


def ofd(entry: str | bytes = OFD_ENTRY, **members: str | bytes) -> bytes:
    """Return an OFD file with more members, or others."""
    paper = io.BytesIO()
    with zipfile.ZipFile(paper, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"OFD.xml": entry, "Doc_0/Document.xml": DOCUMENT, **members}.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)  # without the time: always the same
    return paper.getvalue()


def image(kind: str = "PNG", size: tuple[int, int] = (80, 60)) -> bytes:
    """Return an image."""
    paper = io.BytesIO()
    Image.effect_noise(size, 50).convert("RGB").save(paper, kind)
    return paper.getvalue()


def of_zip64(content: bytes) -> bytes:
    """Put the record before the end record of a zip that counts in its place."""
    end = content.rfind(b"PK\5\6")
    count, size, place = struct.unpack("<HLL", content[end + 10 : end + 20])
    record = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, place)
    return content[:end] + record + struct.pack("<4sLQL", b"PK\6\7", 0, end, 1) + content[end:]


SAMPLES = {"pdf": pdf(), "ofd": ofd(), "png": image("PNG"), "jpeg": image("JPEG")}
