"""How a holder's code is shown: first and last four characters, stars between; and a name where it is masked.

Knows what a resident number looks like; refuses to know who asks. A reveal is another act, elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import normalize

from schemas.identifiers.resident_identity import forms_of, resident_identity_check

_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_NAME = re.compile(r"[A-Za-z][A-Za-z_.]{0,59}", re.ASCII)
# With a plausible birthday inside, as 18 characters or the 15 they replaced, in one piece or in the three that people write:
# an organisation's digits rarely have one.
_RESIDENT_NUMBER = re.compile(
    rf"(?<!\d)\d{{6}}[ -]?(?:(?:18|19|20)\d\d{_DAY}[ -]?\d{{3}}[\dX]|\d\d{_DAY}[ -]?\d{{3}})(?!\d)", re.ASCII
)
# What people set between the groups of a long number; and what is not seen, or ends a line, inside one that was pasted.
_UNSEEN = "\t\n\r\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
_GAPS = frozenset(f" ._·-/、\u2010\u2011\u2012\u2013\u2014\u2015\u2212{_UNSEEN}")
_GAP = f"[{re.escape(''.join(sorted(_GAPS)))}]"
# The same 18 in any other groups, and before the two digits that a disability certificate adds: kind and grade. Numbers of
# offices look so more often, dates among them, so the province and the check character must be right, too. Behind a dot
# stand the parts of a license identifier, which are no groups.
_PROVINCE = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
_IN_GROUPS = re.compile(
    rf"(?<![\d.])(?=(\d(?:{_GAP}{{0,3}}\d){{16}}{_GAP}{{0,3}}[\dX])(?:{_GAP}?[1-7][1-4])?(?!\d))", re.ASCII
)
_DISABILITY_NUMBER = re.compile(r"(?<!\d)(?=(\d{17}[\dX])[1-7][1-4](?!\d))", re.ASCII)
_LIKELY = re.compile(rf"{_PROVINCE}\d{{4}}(?:19|20)\d\d{_DAY}\d{{3}}[\dX]", re.ASCII)
_SHORTEST_IN_GROUPS = 9  # what is shorter is a day as often
_SHOWN = 4


def mask_code(code: str) -> str:
    """Return the code with its middle starred; a short code shows a quarter of itself at each end."""
    shown = min(_SHOWN, len(code) // 4)
    if not shown:
        return "*" * len(code)
    return code[:shown] + "*" * (len(code) - 2 * shown) + code[-shown:]


def mask_name(name: str) -> str:
    """Return a person's name with all but its first character starred."""
    return name[:1] + "*" * max(len(name) - 1, 1)


def mask_text(text: str, *known_codes: str) -> str:
    """Return the text with every resident number in it masked, and the known codes too, in every form and width."""
    masked = _RESIDENT_NUMBER.sub(lambda found: mask_code(found.group()), _plain(text))
    masked = _mask_spans(masked, _numbers_in_groups(masked))
    for known in filter(None, known_codes):
        for form in forms_of(_plain(known)):
            masked = masked.replace(form, mask_code(form))
            masked = _mask_spans(masked, _code_in_groups(masked, form))
    # Masking keeps every character in its place: what is shown is shown as it was written.
    return "".join("*" if seen == "*" else written for seen, written in zip(masked, text, strict=True))


def _mask_spans(text: str, spans: Iterator[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + mask_code(text[start:end]) + text[end:]
    return text


def _numbers_in_groups(text: str) -> Iterator[tuple[int, int]]:
    """Give where a resident number stands that is judged by its check character."""
    for pattern in (_IN_GROUPS, _DISABILITY_NUMBER):
        for found in pattern.finditer(text):
            number = "".join(seen for seen in found.group(1) if seen not in _GAPS)
            if _LIKELY.fullmatch(number) and resident_identity_check(number[:17]) == number[17]:
                yield found.span(1)


def _code_in_groups(text: str, code: str) -> Iterator[tuple[int, int]]:
    """Give where a known code stands in groups."""
    wanted = "".join(seen for seen in code if seen not in _GAPS)
    if len(wanted) < _SHORTEST_IN_GROUPS:
        return
    places = [place for place, seen in enumerate(text) if seen not in _GAPS]
    closed = "".join(text[place] for place in places)
    start = closed.find(wanted)
    while start >= 0:
        yield places[start], places[start + len(wanted) - 1] + 1
        start = closed.find(wanted, start + len(wanted))


def _plain(text: str) -> str:
    """The text as identifiers are compared, character by character, so that each keeps its place."""
    return text.upper() if text.isascii() else "".join(map(_plain_character, text))


def _plain_character(written: str) -> str:
    plain = normalize("NFKC", written).upper()
    return plain if len(plain) == 1 else written


def shown_name(typed: str) -> str:
    """Return a name that was sent where it is one by its shape; anything else may be a person's number, and is not repeated."""
    return typed if _NAME.fullmatch(typed) else "…"
