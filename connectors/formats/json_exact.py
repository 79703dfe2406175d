"""JSON to values without losing anything: no key wins over its double, no number bends.

msgspec decodes in half the time of the standard library but lets the last of two equal keys win. So its result counts
only with a proof that no key came twice: as many keys were kept as the text holds. Anything else is decoded slowly.
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec
import numpy as np

from connectors.declarations.text_encoding import decode_text
from schemas.errors import DepartmentBrokePromise
from schemas.phrases import Phrase, phrase

_PLAIN: Final = phrase("plain_value")


class Bad:
    """Stand where a value was that JSON does not allow or that does not fit in 64 bits."""

    def __init__(self, got: Phrase, expected: Phrase = _PLAIN, code: str = "record.wrong_type") -> None:
        self.got, self.expected, self.code = got, expected, code


DOUBLED = object()  # a key no JSON text can hold: the names that came twice in this object
_UNPROVEN: Final = object()
_NESTED = {dict, list}
_COLON, _QUOTE, _BLANK = b':" '


def decode_exactly(content: str | bytes, who: str) -> Any:
    """Decode a text or UTF-8; an object that holds a key twice names it under DOUBLED, an impossible number is a Bad."""
    body = content.encode() if isinstance(content, str) else content
    document = _decode_proven(body)
    return document if document is not _UNPROVEN else _decode_slowly(decode_text(body, "utf-8", who), who)


def _decode_proven(body: bytes) -> Any:
    try:
        document = _quick.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _UNPROVEN  # the slow decoder knows more, and says what is wrong in its own words
    keys = count_written_keys(body)
    return document if keys is not None and _keys_kept(document, keys) == keys else _UNPROVEN


def decode_quickly(body: bytes | msgspec.Raw) -> Any:
    """Decode as msgspec does, the last of two equal keys winning: whoever asks counts the keys. msgspec.DecodeError."""
    return _quick.decode(body)


def count_keys(value: Any) -> int:
    """Count the keys of every object in a decoded value."""
    return _count_keys(value, sys.maxsize, _children)


def count_written_keys(body: bytes | memoryview) -> int | None:
    """Count what looks like the end of a key; None where a key might hide in another way of writing.

    No key escapes this count, but an escaped quote with a colon in a value is counted too: then nothing is proven.
    """
    marks = np.frombuffer(body, np.uint8)
    colons = np.flatnonzero(marks == _COLON)
    before = marks[colons - 1]
    before = np.where(before == _BLANK, marks[colons - 2], before)
    return None if (before <= _BLANK).any() else int((before == _QUOTE).sum())


def _keys_kept(document: Any, enough: int) -> int:
    """Count the keys of every object, and no further than `enough`: then nothing lies deeper.

    First only below the keys that hold something in the first object of a list: records are alike. Each key that is found
    was kept, so where these are enough there are no others.
    """
    kept = _count_keys(document, enough, _likely_children)
    return kept if kept >= enough else _count_keys(document, enough, _children)


def _count_keys(document: Any, enough: int, below: Callable[[list[Any]], Iterator[Any]]) -> int:
    kept, level = 0, [document] if type(document) in _NESTED else []
    while level:
        kept += sum(len(value) for value in level if type(value) is dict)
        if kept >= enough:
            break
        level = [child for child in below(level) if type(child) in _NESTED]
    return kept


def _children(level: list[Any]) -> Iterator[Any]:
    for value in level:
        yield from value.values() if type(value) is dict else value


def _likely_children(level: list[Any]) -> Iterator[Any]:
    """Yield what lies in lists, and in objects only under the keys that hold something in the first of them."""
    objects = [value for value in level if type(value) is dict]
    names = [name for name, value in objects[0].items() if type(value) in _NESTED] if objects else []
    for name in names:
        yield from (value.get(name) for value in objects)
    for value in level:
        yield from value if type(value) is list else ()


def _decode_slowly(text: str, who: str) -> Any:
    if text.lstrip()[:1] == "<":
        raise DepartmentBrokePromise(f"{who}: the answer is a page of markup (a sign-in page?); expected JSON")
    try:
        return _slow.decode(text)
    except json.JSONDecodeError as error:
        raise DepartmentBrokePromise(
            f"{who}: the answer is not JSON (character {error.pos}); nothing of it is applied"
        ) from None
    except RecursionError:
        raise DepartmentBrokePromise(f"{who}: the answer is nested without end; nothing of it is applied") from None


def decode_next(text: str, start: int) -> tuple[Any, int] | None:
    """Decode the object that begins at `start` and say where it ends; None where it is not whole, or is none."""
    try:
        return _slow.raw_decode(text, start) if text[start : start + 1] == "{" else None
    except (json.JSONDecodeError, RecursionError):
        return None


def _object(pairs: list[tuple[str, Any]]) -> dict[Any, Any]:
    found: dict[Any, Any] = dict(pairs)
    if len(found) != len(pairs):
        times = Counter(name for name, _ in pairs)
        found[DOUBLED] = sorted(name for name, many in times.items() if many > 1)
    return found


def _integer(text: str) -> int | Bad:
    return int(text) if len(text) < 100 else Bad(phrase("digits", len(text)), phrase("integer_of_64_bits"))


def number_text(text: str) -> str | Bad:
    """Keep a fraction as it is written: a float would round 12345678901234567.89 and make 1.1 of 1.10."""
    return text if math.isfinite(float(text)) else Bad(phrase("number_beyond_bounds"), phrase("finite_number"))


def _constant(text: str) -> Bad:
    return Bad(phrase("value", text), phrase("finite_number"))


_quick = msgspec.json.Decoder(float_hook=number_text)
_slow = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=number_text, parse_constant=_constant
)
