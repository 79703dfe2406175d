"""A JSON page as its envelope, with the records left as they are written: enough to count them and to go on.

Vouches for the envelope only: no key of it came twice. Says nothing of what stands inside a record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from connectors.formats.json_exact import count_keys, count_written_keys, decode_quickly

WHOLE = "."  # path of the records where the answer is nothing but their list
_objects = msgspec.json.Decoder(dict[str, msgspec.Raw])
_lists = msgspec.json.Decoder(list[msgspec.Raw])


@dataclass(frozen=True)
class Outline:
    """Hold an answer whose list of records, at its path, is a list of what each says, still written."""

    document: dict[str, Any]
    records: list[msgspec.Raw]
    written: msgspec.Raw  # the whole list
    keys: int | None  # that seem to be written inside the records; None where that cannot be counted


def read_outline(body: bytes, path: str) -> Outline | None:
    """Return the outline of a page in UTF-8; None where only whoever decodes all of it can say what is wrong.

    Whoever passes over the records has to prove first that they are UTF-8.
    """
    try:
        document, content, kept = _open(msgspec.Raw(body), [] if path == WHOLE else path.split("/"))
        records = _lists.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError):
        return None
    inside, written = count_written_keys(memoryview(content)), count_written_keys(body)
    if inside is None or written is None or written - inside != kept:
        return None
    return Outline(_placed(document, path, records), records, content, inside)


def _open(text: msgspec.Raw, path: list[str]) -> tuple[Any, msgspec.Raw, int]:
    """Return the objects on the way to the records, what is written at its end, and how many keys were kept."""
    if not path:
        return None, text, 0
    raw = _objects.decode(text)
    inner, content, kept = _open(raw.pop(path[0]), path[1:])
    beside = {name: decode_quickly(value) for name, value in raw.items()}
    return {**beside, path[0]: inner}, content, kept + 1 + count_keys(beside)


def _placed(document: Any, path: str, records: list[msgspec.Raw]) -> dict[str, Any]:
    if path == WHOLE:
        return {WHOLE: records}
    inner = document
    *way, last = path.split("/")
    for name in way:
        inner = inner[name]
    inner[last] = records
    return document  # type: ignore[no-any-return]  # a path has at least one name
