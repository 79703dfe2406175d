"""The words of the pages, Chinese first: one file of texts, each in both languages.

Knows neither requests nor templates. What an answer says itself comes as `Words` and needs no text here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@cache
def load_texts() -> Mapping[str, Mapping[str, str]]:
    """Return every text by its dotted key, then by language."""
    tables = tomllib.loads((files(__package__) / "texts.toml").read_text(encoding="utf-8"))
    return {f"{table}.{name}": texts for table, names in tables.items() for name, texts in names.items()}


def choose_language(*wishes: str | None) -> Language:
    """Return the first wish that is a language of ours; Chinese otherwise."""
    return next((wish for wish in wishes if wish in LANGUAGES), "zh")


def say(language: Language, key: str, /, **values: object) -> str:
    """Return one text with its values set in, of one thing where `count` is one; KeyError for an unknown key."""
    texts = load_texts()[key]
    of_one = texts.get(f"{language}_one") if str(values.get("count")) == "1" else None
    return (of_one or texts[language]).format(**values)


def say_or(language: Language, key: str, otherwise: str) -> str:
    """Return one text, or what to say where there is none."""
    return load_texts()[key][language] if key in load_texts() else otherwise
