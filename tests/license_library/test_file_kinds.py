"""What a file is, its content says; what is broken, boastful or a trap is refused in words and in bounded time."""

from __future__ import annotations

import io
import time
import tracemalloc
import zipfile

import pytest
from file_samples import DOCUMENT, OFD_ENTRY, SAMPLES, encrypted_pdf, image, of_zip64, ofd, pdf, swelling_pdf
from hypothesis import given, settings
from hypothesis import strategies as st

from license_library.files.file_kinds import FileRefused, look_at
from schemas.errors import HubError

ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
BOMB = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha">{ENTITIES}]>' + OFD_ENTRY.split("?>", 1)[1]


def raw_zip(*members: tuple[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    paper = io.BytesIO()
    with zipfile.ZipFile(paper, "w", packing) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, packing)
    return paper.getvalue()


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_file_is_told_by_its_content(kind: str) -> None:
    assert look_at(SAMPLES[kind]).kind == kind


def test_a_pdf_is_looked_through_in_bounded_memory() -> None:
    content = swelling_pdf(8)
    tracemalloc.start()
    look_at(content)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 30_000_000  # not eight pages at once


def test_an_encrypted_pdf_is_said_to_be_encrypted() -> None:
    assert look_at(encrypted_pdf()).is_encrypted
    assert not look_at(SAMPLES["pdf"]).is_encrypted


BROKEN = {
    "nothing": (b"", "neither PDF"),
    "words": ("营业执照.pdf".encode(), "neither PDF"),
    "html": (b"<html><script>alert(1)</script></html>", "neither PDF"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "neither PDF"),
    "program": (b"MZ" + bytes(100), "neither PDF"),
    "cut pdf": (pdf()[:-700], "cut off"),
    "only an end": (b"%PDF-1.7\nnothing\n%%EOF", "damaged|0 pages"),
    "too many pages": (pdf(pages=201), "expected 1 to 200"),
    "swelling pdf": (swelling_pdf(), "unpacks to far more"),
    "swelling page": (swelling_pdf(1, 80_000_000), "unpacks to far more"),
    "cut png": (image("PNG")[:-200], "damaged"),
    "cut jpeg": (image("JPEG")[:-200], "damaged"),
    "huge png": (image("PNG", (1, 1)).replace(b"\0\0\0\1\0\0\0\1", b"\0\0\xff\xff\0\0\xff\xff"), "damaged|pixels"),
    "plain zip": (raw_zip(("a.txt", b"a")), "no OFD.xml"),
    "cut zip": (ofd()[:-60], "damaged"),
    "zip64": (of_zip64(ofd()), "more than 5000 members"),
    "zip64 far from its end": (of_zip64(ofd())[:-2] + b"\xff\xff" + bytes(65_535), "more than 5000 members"),
    "not ofd": (ofd("<html/>"), "does not describe"),
    "not xml": (ofd("<ofd"), "not well-formed"),
    "names nothing": (ofd(OFD_ENTRY.replace("Doc_0", "Doc_9")), "names no document"),
    "entity bomb": (ofd(BOMB), "DOCTYPE"),
    "external entity": (ofd('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'), "DOCTYPE"),
    "entity in utf-16": (ofd(BOMB.replace("?>", ' encoding="utf-16"?>', 1).encode("utf-16")), "DOCTYPE"),
    "entity in a page": (ofd(**{"Doc_0/Page.xml": BOMB}), "DOCTYPE"),
    "path up": (ofd(**{"../../etc/passwd": "x"}), "leads out"),
    "path from the root": (ofd(**{"/etc/passwd": "x"}), "leads out"),
    "path of windows": (ofd(**{"..\\x": "x"}), "leads out"),
    "drive": (ofd(**{"C:/x": "x"}), "leads out"),
    "many members": (ofd(**{f"m{n}": "" for n in range(5_001)}), "more than 5000"),
    "bzip2": (raw_zip(("OFD.xml", OFD_ENTRY.encode()), packing=zipfile.ZIP_BZIP2), "not packed"),
    "lzma": (raw_zip(("OFD.xml", OFD_ENTRY.encode()), packing=zipfile.ZIP_LZMA), "not packed"),
    "zip bomb": (ofd(bomb=bytes(60_000_000)), "unpacks to far more"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_or_a_trap_is_refused_in_words(name: str) -> None:
    content, why = BROKEN[name]
    begun = time.monotonic()
    with pytest.raises(FileRefused, match=why) as refused:
        look_at(content)
    assert time.monotonic() - begun < 5
    assert "nothing was kept" in str(refused.value)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_named_twice_is_refused() -> None:
    entry = ("OFD.xml", OFD_ENTRY.encode())
    with pytest.raises(FileRefused, match="twice"):
        look_at(raw_zip(entry, entry, ("Doc_0/Document.xml", DOCUMENT.encode())))


def test_a_zip_that_lies_about_a_size_is_refused() -> None:
    whole = ofd(page=bytes(1000))
    lying = whole.replace((1000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != whole
    with pytest.raises(FileRefused, match=r"damaged|unpacks"):
        look_at(lying)


@settings(max_examples=300, deadline=None)
@given(kind=st.sampled_from(sorted(SAMPLES)), data=st.data())
def test_an_altered_file_is_kept_or_refused_but_never_breaks_anything(kind: str, data: st.DataObject) -> None:
    content = bytearray(SAMPLES[kind])
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    try:
        look_at(bytes(content[:cut] if data.draw(st.booleans()) else content))
    except HubError as refused:
        assert isinstance(refused, FileRefused)  # noqa: PT017 - anything else fails the test by itself
