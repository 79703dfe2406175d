"""How a holder's code is shown: first and last four characters, stars between; and a name where it is masked.

Knows what a resident number looks like; refuses to know who asks. A reveal is another act, elsewhere.
"""

from __future__ import annotations

import re

from schemas.identifiers.resident_identity import written_forms

# 18 characters with a plausible birthday inside: an organisation's 18 digits rarely have one.
_RESIDENT_NUMBER = re.compile(
    r"(?<!\d)\d{6}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)", re.ASCII
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
    """Return the text with every resident number in it masked, and the known codes too, however they are written."""
    for known in filter(None, known_codes):
        for form in written_forms(known):
            text = _mask_known(text, form)
    return _RESIDENT_NUMBER.sub(lambda found: mask_code(found.group()), text)


def _mask_known(text: str, known: str) -> str:
    """Mask a code also in small letters: it was kept in capitals, a face is kept as its department wrote it."""
    if known.lower() not in text.lower():
        return text
    return re.sub(re.escape(known), lambda found: mask_code(found.group()), text, flags=re.IGNORECASE | re.ASCII)
