"""Bytes to text, decided by us: UTF-8, GB18030 (also under the labels GBK and GB2312), UTF-16 with a byte order mark.

Strict: a byte that does not fit its label refuses the page, and nothing is ever replaced by U+FFFD.
"""

from __future__ import annotations

import codecs
import re

from schemas.errors import DepartmentBrokePromise

CODECS = {
    "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "ascii", "ascii": "ascii", "utf-16": "utf-16",
    "gb18030": "gb18030", "gbk": "gb18030", "gb2312": "gb18030", "gb_2312-80": "gb18030", "cp936": "gb18030",
}  # fmt: skip
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def charset_of(media_type: str) -> str:
    """Return the charset parameter of a Content-Type, or an empty string."""
    match = re.search(r""";\s*charset\s*=\s*["']?([^\s;"']+)""", media_type, re.IGNORECASE)
    return match[1] if match else ""


def decode_text(body: bytes, label: str, who: str) -> str:
    """Decode `body`, labelled `label`; a byte order mark overrules the label."""
    codec = choose_codec(body, label, who)
    if codec == "gb18030" and _is_utf8(body):
        raise mislabelled(label, who)
    try:
        return body.decode(codec)
    except UnicodeDecodeError as error:
        raise DepartmentBrokePromise(
            f"{who}: byte {error.start} of the answer is not {codec}; it is not applied"
        ) from None


def choose_codec(head: bytes, label: str, who: str) -> str:
    """Return the codec for what begins with `head` and is labelled `label`."""
    mark = next((codec for mark, codec in MARKS if head.startswith(mark)), "")
    codec = mark or CODECS.get(label.lower(), "")
    if not codec or (codec == "utf-16" and not mark):
        raise DepartmentBrokePromise(
            f"{who}: encoding {label[:40]!r} is not accepted; expected UTF-8, GB18030, or UTF-16 with a byte order mark"
        )
    return codec


def mislabelled(label: str, who: str) -> DepartmentBrokePromise:
    """Return the refusal of UTF-8 that is labelled as GB text: it would decode, to other words."""
    return DepartmentBrokePromise(
        f"{who}: the answer is labelled {label[:40]} but its bytes are UTF-8; it is not applied"
    )


def encode_text(text: str, label: str) -> bytes:
    """Encode `text` as a reader of `label` expects it."""
    return text.encode(CODECS.get(label.lower(), "utf-8"))


def utf8_of(body: bytes, label: str, who: str) -> bytes:
    """Return `body`, labelled `label`, as UTF-8; what claims to be UTF-8 is not looked into, its reader will."""
    is_marked = any(body.startswith(mark) for mark, _ in MARKS)
    if not is_marked and CODECS.get(label.lower()) == "utf-8":
        return body
    return decode_text(body, label, who).encode()


def _is_utf8(body: bytes) -> bool:
    """Say whether non-ASCII bytes all form UTF-8: GB text practically never does, and would decode to other words."""
    try:
        return not body.isascii() and bool(body.decode("utf-8"))
    except UnicodeDecodeError:
        return False
