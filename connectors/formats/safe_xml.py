"""XML from a stranger, parsed without doing anything it asks for.

Refuses before parsing: DOCTYPE and with it every entity. Refuses after: processing instructions, XInclude,
depth over 64, more than 256 attributes, a field over 1 MB. Never opens a file or a connection.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from connectors.declarations.text_encoding import charset_of, utf8_of
from schemas.errors import DepartmentBrokePromise

DEPTH, ATTRIBUTES, FIELD = 64, 256, 1_000_000
LIBRARY_FIELD = 10_000_000  # libxml2 refuses longer texts unless it is told to expect them
XML_DECLARATION = re.compile(rb"\s*<\?xml(\s[^>]*?)?\?>")
LABEL = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"'>]{1,40})["']""")
PROLOG = re.compile(rb"(?:\s+|<!--.*?-->)*", re.DOTALL)
SAFE: dict[str, Any] = {
    "encoding": "utf-8", "resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False,
    "remove_comments": True,
}  # fmt: skip
_TOO_DEEP = etree.XPath("boolean(" + "/*" * (DEPTH + 1) + ")")
_TOO_MANY = etree.XPath(f"boolean(//*[count(@*) > {ATTRIBUTES}])")
_INSTRUCTION = etree.XPath("boolean(//processing-instruction())")
_INCLUDE = etree.XPath("boolean(//xi:include)", namespaces={"xi": "http://www.w3.org/2001/XInclude"})


def parse_xml(body: bytes, media_type: str, who: str, field: int = FIELD) -> etree._Element:
    """Return the root element of `body`; DepartmentBrokePromise names `who` and what is refused.

    `field` is the longest text of one element: more where an element carries a whole document.
    """
    return parse_utf8(utf8_xml(body, media_type, who), who, field)


def parse_xml_text(text: str, who: str) -> etree._Element:
    """Return the root element of already decoded `text`; an encoding it declares no longer matters."""
    return parse_utf8(utf8_text(text, who), who)


def utf8_xml(body: bytes, media_type: str, who: str) -> bytes:
    """Return `body` as UTF-8, whatever it declares to be written in."""
    return utf8_of(body, label_of(body) or charset_of(media_type) or "utf-8", who)


def utf8_text(text: str, who: str) -> bytes:
    """Return an already decoded text as UTF-8."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise _refusal(who, "the answer is not well-formed XML: half a character") from None


def parse_utf8(body: bytes, who: str, field: int = FIELD) -> etree._Element:
    """Return the root element of UTF-8; the parser itself refuses bytes that are none."""
    content = body[first_element(body, who) :]
    try:
        root = etree.fromstring(content, etree.XMLParser(**SAFE | {"huge_tree": field > LIBRARY_FIELD}))
    except etree.XMLSyntaxError as error:
        raise _refusal(who, f"the answer is not well-formed XML{_where(error)}") from None
    _refuse_attacks(root, body, who, field)
    return root


def skip_prolog(text: str, who: str) -> str:
    """Return `text` from its first element on; what opens with a DOCTYPE or an instruction is refused unread."""
    body = text.encode()
    return body[first_element(body, who) :].decode()


def first_element(body: bytes, who: str) -> int:
    """Return where the root element begins; what opens with a DOCTYPE or an instruction is refused unread."""
    declaration = XML_DECLARATION.match(body)
    start = PROLOG.match(body, declaration.end() if declaration else 0)
    begin = start.end() if start else 0
    if body.startswith((b"<!", b"<?"), begin):
        hint = " (a sign-in page?)" if body[begin : begin + 14].lower() == b"<!doctype html" else ""
        raise _refusal(who, f"the answer opens with a DOCTYPE or processing instruction{hint}, which is refused unread")
    return begin


def label_of(head: bytes) -> str:
    """Return the encoding that an XML declaration names, or an empty string."""
    label = LABEL.match(head.removeprefix(b"\xef\xbb\xbf"))
    return label[1].decode("ascii", "replace") if label else ""


def local_name(element: etree._Element) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def _where(error: Exception) -> str:
    line = getattr(error, "lineno", None)
    return f" (line {line})" if line else ""


def _refuse_attacks(root: etree._Element, body: bytes, who: str, field: int) -> None:
    """Run each whole-tree check only where the bytes make a breach possible at all."""
    if b"<?" in body and _INSTRUCTION(root):
        raise _refusal(who, "the answer holds a processing instruction")
    if b"XInclude" in body and _INCLUDE(root):
        raise _refusal(who, "the answer holds an XInclude")
    if _TOO_DEEP(root):
        raise _refusal(who, f"elements are nested deeper than {DEPTH}")
    if body.count(b"=") > ATTRIBUTES and _TOO_MANY(root):
        raise _refusal(who, f"an element has more than {ATTRIBUTES} attributes")
    if len(body) > field and any(_is_long(text, field) for text in _long_texts(body, field)):
        raise _refusal(who, f"a field is longer than {field} characters")


def _is_long(text: bytes, field: int) -> bool:
    """Say whether a tag or the text behind it is too long; the one does not count for the other."""
    return any(len(part.decode()) > field for part in text.split(b">", 1))


def _long_texts(body: bytes, field: int) -> Iterator[bytes]:
    """Yield each tag with the text behind it that takes more bytes than a field may have characters."""
    begin = 0
    while begin < len(body):
        last = body.rfind(b"<", begin, begin + field + 1)  # a whole field further on there must be a tag again
        end = last if last > begin else body.find(b"<", begin + field + 1)
        if last <= begin:
            yield body[begin : end if end > 0 else len(body)]
        begin = end if end > 0 else len(body)


def _refusal(who: str, problem: str) -> DepartmentBrokePromise:
    return DepartmentBrokePromise(f"{who}: {problem}; nothing of it is applied")
