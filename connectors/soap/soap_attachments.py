"""SOAP with attachments and MTOM: the parts of a multipart/related answer, and the elements that stand for them.

Strict: a part without its end, a reference without its part, more or larger parts than agreed refuse the answer.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from urllib.parse import unquote

from lxml import etree

from schemas.errors import DepartmentBrokePromise

XOP = "{http://www.w3.org/2004/08/xop/include}Include"
MOST_PARTS, LONGEST_HEAD = 10_000, 8_192


@dataclass(frozen=True)
class Part:
    """Hold one part of an answer."""

    name: str  # its Content-ID, without brackets
    media_type: str
    content: bytes


def split_parts(body: bytes, media_type: str, who: str) -> tuple[Part, dict[str, Part]]:
    """Return the part that holds the envelope, and the others by their Content-ID."""
    kind = _parameters(media_type)
    boundary = kind.get("boundary", "")
    if not boundary:
        raise DepartmentBrokePromise(f"{who}: the answer is multipart and names no boundary; nothing of it is applied")
    parts = [_read_part(content, who) for content in _split(body, boundary.encode(), who)]
    start = kind.get("start", "").strip("<>")
    root = next((part for part in parts if start and part.name == start), parts[0])
    files = {part.name or f"#{number}": part for number, part in enumerate(parts) if part is not root}
    if len(files) + 1 != len(parts):
        raise DepartmentBrokePromise(f"{who}: two parts of the answer have the same Content-ID; neither is applied")
    return root, files


def find_references(answer: etree._Element, files: dict[str, Part], who: str) -> list[tuple[etree._Element, Part]]:
    """Return every element that stands for an attached file, each emptied of its reference."""
    found: list[tuple[etree._Element, Part]] = []
    for element, address in list(_addresses(answer)):
        part = files.get(unquote(address.removeprefix("cid:")))
        if part is None:
            raise DepartmentBrokePromise(f"{who}: the answer refers to a file that is not attached; nothing is applied")
        holder = element.getparent() if element.tag == XOP else element
        if holder is None:
            raise DepartmentBrokePromise(f"{who}: the answer is nothing but a reference; nothing of it is applied")
        if holder is not element:
            holder.remove(element)
        holder.text = None
        found.append((holder, part))
    return found


def describe_file(content: bytes) -> str:
    """Return what is kept of a file in a record: its digest and size; the bytes stay in the page."""
    return f"sha256:{hashlib.sha256(content).hexdigest()};size={len(content)}"


def describe_text(text: str | None) -> str | None:
    """Return the same for a file that came as base64 text; text that is no base64 stays what it is."""
    try:
        return describe_file(base64.b64decode("".join((text or "").split()), validate=True)) if text else text
    except (binascii.Error, ValueError):
        return text


def _addresses(answer: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    for element in answer.iter():
        address = element.get("href") or ("" if len(element) else (element.text or "").strip())
        if address.startswith("cid:"):
            yield element, address


def _split(body: bytes, boundary: bytes, who: str) -> list[bytes]:
    """Cut at the boundaries; the last must be the closing one, or the answer is cut short."""
    marks = list(re.finditer(rb"(?:^|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|$)", body))
    closing = next((number for number, mark in enumerate(marks) if mark[1]), 0)
    if not closing:
        raise DepartmentBrokePromise(f"{who}: the answer's parts do not end as declared; nothing of it is applied")
    if closing > MOST_PARTS:
        raise DepartmentBrokePromise(f"{who}: the answer has {closing} parts; at most {MOST_PARTS} are read")
    return [body[marks[n].end() : marks[n + 1].start()] for n in range(closing)]


def _read_part(part: bytes, who: str) -> Part:
    end = re.search(rb"\r?\n\r?\n", part[: LONGEST_HEAD + 4])
    if end is None:
        raise DepartmentBrokePromise(f"{who}: a part of the answer has no end of its head; nothing of it is applied")
    head, content = part[: end.start()].decode("ascii", "replace"), part[end.end() :]
    fields = dict(_fields(head))
    name = fields.get("content-id", "").strip("<> ")
    coding = fields.get("content-transfer-encoding", "binary").lower()
    return Part(name, fields.get("content-type", ""), _decode(content, coding, who))


def _fields(head: str) -> Iterator[tuple[str, str]]:
    for line in re.sub(r"\r?\n[ \t]+", " ", head).splitlines():
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip().lower(), value.strip()


def _decode(content: bytes, coding: str, who: str) -> bytes:
    if coding == "quoted-printable":
        return quopri.decodestring(content)
    if coding != "base64":
        return content
    try:
        return base64.b64decode(b"".join(content.split()), validate=True)
    except binascii.Error:
        raise DepartmentBrokePromise(f"{who}: a part of the answer is no base64; nothing of it is applied") from None


def _parameters(media_type: str) -> dict[str, str]:
    message = Message()
    message["Content-Type"] = media_type.replace("\n", " ").replace("\r", " ")
    return {name.lower(): str(value) for name, value in message.get_params([]) or []}
