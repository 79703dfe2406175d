"""How a holder's code is shown: first and last four characters, stars between; and a name where it is masked.

Knows what a resident number looks like; refuses to know who asks. A reveal is another act, elsewhere.
"""

from __future__ import annotations

import re
from unicodedata import normalize

from schemas.identifiers.resident_identity import forms_of

_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_NAME = re.compile(r"[A-Za-z][A-Za-z_.]{0,59}", re.ASCII)
# With a plausible birthday inside, as 18 characters or the 15 they replaced, in one piece or in the three that people write:
# an organisation's digits rarely have one.
_RESIDENT_NUMBER = re.compile(
    rf"(?<!\d)\d{{6}}[ -]?(?:(?:18|19|20)\d\d{_DAY}[ -]?\d{{3}}[\dX]|\d\d{_DAY}[ -]?\d{{3}})(?!\d)", re.ASCII
)
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
    for known in filter(None, known_codes):
        for form in forms_of(_plain(known)):
            masked = masked.replace(form, mask_code(form))
    # Masking keeps every character in its place: what is shown is shown as it was written.
    return "".join("*" if seen == "*" else written for seen, written in zip(masked, text, strict=True))


def _plain(text: str) -> str:
    """The text as identifiers are compared, character by character, so that each keeps its place."""
    return text.upper() if text.isascii() else "".join(map(_plain_character, text))


def _plain_character(written: str) -> str:
    plain = normalize("NFKC", written).upper()
    return plain if len(plain) == 1 else written


def shown_name(typed: str) -> str:
    """Return a name that was sent where it is one by its shape; anything else may be a person's number, and is not repeated."""
    return typed if _NAME.fullmatch(typed) else "…"
