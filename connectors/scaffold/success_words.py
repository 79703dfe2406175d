"""Which code means that all went well, as a contract says it in a sentence, in Chinese or in English.

Knows sentences; knows no tree. A word that is no code, as in "a message on success", is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

GOOD_WORDS = ("成功", "正常", "success", "ok")
_CODE = (
    r"(?:[\"'`“‘](?P<{0}>\w{{1,12}})[\"'`”’]|(?<![\w.])(?!(?:ID|HTTP|URL|API|XML|JSON)\b)(?P<{1}>[0-9A-Z_]{{1,12}}))"
)
_GOOD = r"(?i:success(?:ful(?:ly)?)?|succeed(?:s|ed)?|ok(?:ay)?)\b"
_MEANS = r"(?i:means|indicates|denotes|signifies|represents|stands\s+for|is|for|on|if|when|in\s+case\s+of|[-–—:：=(]+)"
_BETWEEN = r"(?i:\s+(?:an?|the|it|this|that|request|call|query|operation|is|was|were|has|have|been|completed|of))*"
CHINESE = re.compile(r"(?<!\w)([0-9A-Za-z]{1,6})\s*(?:为|是|表示|代表|[-:：=])?\s*(?:成功|正常)")
ENGLISH = re.compile(rf"{_CODE.format('quoted', 'plain')}\s*{_MEANS}{_BETWEEN}\s*{_GOOD}")
TURNED = re.compile(
    rf"\b{_GOOD}\s*(?i:when|if|:|=|is)\s*(?i:the\s+|it\s+|this\s+)?(?i:(?:code|value|status|result)\s*)?"
    rf"(?i:is|equals|=+)?\s*{_CODE.format('quoted', 'plain')}(?!\w)"
)
SENTENCES = (CHINESE, ENGLISH, TURNED)


def find_good_code(name: str, own: str, around: str) -> str:
    """Return the code that means success, from what is said of the value itself, or of its operation about its name."""
    return next(_said(name, own, around), "")


def _said(name: str, own: str, around: str) -> Iterator[str]:
    for text in (own, *re.split(re.escape(name), around, flags=re.IGNORECASE)[1:]):
        yield from (_code(match) for sentence in SENTENCES if (match := sentence.search(text)))
    yield from (_code(match) for match in TURNED.finditer(around) if name.lower() in match[0].lower())


def _code(match: re.Match[str]) -> str:
    return str(next(filter(None, match.groups())))
