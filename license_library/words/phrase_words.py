"""What a problem expected and what came instead, in the reader's language: the sentence of each code, its values filled in.

One code that is not in the table stands for itself.
"""

from __future__ import annotations

from license_library.answers import Words
from license_library.words.wording import field_words
from schemas.phrases import PHRASES, Told


def phrase_words(told: Told) -> Words:
    """Return what was expected, or what came, in both languages."""
    said = PHRASES.get(told.code)
    if said is None:
        return Words(told.code, told.code)
    named = {"field": field_words(told.values["field"]).zh} if "field" in told.values else {}
    return Words(said.zh.format(**told.values | named), said.en.format(**told.values))
