"""JSON of which every key says one thing, outside of records: what comes twice, or is no value, refuses the whole."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from connectors.formats.json_exact import DOUBLED, Bad, decode_exactly
from connectors.formats.page_rows import quoted
from schemas.errors import DepartmentBrokePromise

DEPTH = 32
_NEVER_STORED = re.compile("[\x00\ud800-\udfff]")


def decode_clean(content: str | bytes, who: str) -> Any:
    """Decode a text or UTF-8 that is no page; DepartmentBrokePromise where a key comes twice or a number is impossible."""
    document = decode_exactly(content, who)
    require_clean(document, None, who)
    return document


def require_clean(value: Any, records: Any, who: str, depth: int = 1) -> None:
    """Refuse doubled keys, impossible numbers, halves of characters and deep nesting anywhere outside the records."""
    if isinstance(value, str) and not is_encodable(value):
        raise DepartmentBrokePromise(f"{who}: the answer's envelope holds half a character; nothing of it is applied")
    if isinstance(value, Bad) or depth > DEPTH:
        raise DepartmentBrokePromise(f"{who}: the answer's envelope holds an impossible number or is nested too deep")
    if isinstance(value, dict) and DOUBLED in value:
        raise DepartmentBrokePromise(
            f"{who}: the answer's envelope holds {quoted(value[DOUBLED][0])} twice; neither wins"
        )
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in inner if value is not records else ():
        require_clean(child, records, who, depth + 1)


def is_encodable(text: str) -> bool:
    """Say whether a text holds whole characters only."""
    try:
        return bool(text.encode() or True)
    except UnicodeEncodeError:
        return False


def storable_names(names: Iterable[str]) -> frozenset[str]:
    """Return names of fields as a database takes them: no NUL, and no half of a character."""
    return frozenset(_NEVER_STORED.sub("\N{REPLACEMENT CHARACTER}", name) for name in names)
