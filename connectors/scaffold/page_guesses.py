"""How one page of an answer leads to the next, guessed from what is asked, what is told, and the answer's headers."""

from __future__ import annotations

import re
from typing import Any

from connectors.declarations.declared import TO_FILL_IN
from connectors.scaffold.line import Line
from connectors.scaffold.outline import Call, Node
from connectors.scaffold.request_guesses import Asked

ADDRESS = re.compile(r"url|uri|link|href|链接|地址|网址", re.IGNORECASE)
TOTAL = re.compile(r"x-(?:total|record)s?(?:-?count)?|total-count", re.IGNORECASE)
WHOLE = re.compile(r"total|总", re.IGNORECASE)


def draft_paging(call: Call, roles: dict[str, tuple[str, Node]], asked: Asked) -> Line:
    """Return the line of paging."""
    size: dict[str, Any] = {"size": asked.size()}
    total = _total(call, roles, counted=bool({"page", "offset"} & asked.roles.keys()))
    if "cursor" in asked.roles and "next" in roles:
        return Line(
            "paging", {"style": "cursor", "next": roles["next"][0], **total, **size}, 0.8, "a cursor is asked and told"
        )
    if any(name.lower() == "link" for name in call.answer_headers):
        return Line("paging", {"style": "link", **total, **size}, 0.8, "the answer has a Link header")
    if "page" in asked.roles and total:
        return Line("paging", {"style": "page", **total, **size, "first": asked.first()}, 0.8, "numbered pages")
    if "next" in roles and ADDRESS.search(f"{roles['next'][1].name} {roles['next'][1].label}"):
        return Line(
            "paging", {"style": "next", "next": roles["next"][0], **total, **size}, 0.7, "the next page's URL is told"
        )
    for style, words in (("offset", "so many records from the n-th on"), ("page", "numbered pages")):
        if style in asked.roles:
            return _counted(style, words, total, size | _first(style, asked))
    return Line("paging", {"style": "none", **total}, 0.4, "no page and no cursor is asked for")


def _counted(style: str, words: str, total: dict[str, str], more: dict[str, Any]) -> Line:
    if total:
        return Line("paging", {"style": style, **total, **more}, 0.8, words)
    why = f"{words}; where the answer tells the total is not known; if nowhere, write `end` instead"
    return Line("paging", {"style": style, "total": TO_FILL_IN, **more}, 0.3, why)


def _first(style: str, asked: Asked) -> dict[str, int]:
    if style == "page":
        return {"first": asked.first()}
    label = asked.roles["offset"].label
    return (
        {"first": 1} if re.search(r"从\s*[1一]|1\s*开始|start\w* (?:at|from) 1|one-based", label, re.IGNORECASE) else {}
    )


def _total(call: Call, roles: dict[str, tuple[str, Node]], *, counted: bool) -> dict[str, str]:
    """Return where the total is told; where pages are not counted by it, a count may be that of one page."""
    if "total" in roles:
        path, node = roles["total"]
        is_whole = WHOLE.search(f"{node.name} {node.label}") or counted
        return {"total": path} if is_whole else {}
    header = next((name for name in call.answer_headers if TOTAL.fullmatch(name)), "")
    return {"total_header": header} if header else {}
