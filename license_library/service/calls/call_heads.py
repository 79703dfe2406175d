"""Who a call says it is from, read from its first bytes: so that a long body is read to its end only from a known caller.

Knows how a call begins, as JSON and as an envelope. Believes nothing; whoever asks looks the caller up.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any, Final, TypeGuard

import msgspec
from lxml import etree

HEAD_BYTES: Final = 65_536
LONGEST: Final = 200  # characters of an id or a token; ours are far shorter
_JSON_HEAD: Final = re.compile(r'\s*\{\s*"head"\s*:\s*')
_SAFE: Final[dict[str, Any]] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "encoding": "utf-8",  # in another one a DOCTYPE would not be seen below
}


class CallHead(msgspec.Struct, frozen=True):
    """Hold who says they call, and in an envelope which operation."""

    access_id: str
    access_token: str
    operation: str = ""


def head_of_json(beginning: bytes) -> CallHead | None:
    """Return the head a JSON call begins with; None where it begins otherwise."""
    text = beginning[:HEAD_BYTES].decode("utf-8", "ignore")
    begun = _JSON_HEAD.match(text)
    try:
        told = json.JSONDecoder().raw_decode(text, begun.end())[0] if begun else None
    except (ValueError, RecursionError):
        return None
    return _head(told, "") if isinstance(told, dict) else None


def head_of_envelope(beginning: bytes) -> CallHead | None:
    """Return the head an envelope begins with; None where it begins otherwise."""
    begun = beginning[:HEAD_BYTES].lstrip()
    if b"<!DOCTYPE" in begun or b"<!ENTITY" in begun:
        return None
    parser = etree.XMLPullParser(events=("end",), **_SAFE)
    try:
        parser.feed(begun)
    except etree.XMLSyntaxError:
        return None
    for _, element in parser.read_events():
        if isinstance(element, etree._Element) and etree.QName(element).localname == "head":
            parent = element.getparent()
            told = {etree.QName(inner).localname: inner.text or "" for inner in element}
            return None if parent is None else _head(told, etree.QName(parent).localname)
    return None


def _head(told: dict[str, Any], operation: str) -> CallHead | None:
    access_id, access_token = told.get("accessId"), told.get("accessToken")
    if not _is_plain(access_id) or not _is_plain(access_token):
        return None
    return CallHead(access_id, access_token, operation)


def _is_plain(value: Any) -> TypeGuard[str]:
    """Tell whether a value may be looked up at all: half a character, as JSON can write it, is none the database takes."""
    return (
        isinstance(value, str)
        and len(value) <= LONGEST
        and not any(unicodedata.category(one) in {"Cc", "Cs"} for one in value)
    )
