"""The words the invented data is made of, read once from words.toml. Knows no record."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import msgspec


class Words(msgspec.Struct, frozen=True):
    """Hold lists of words; a string stands for its characters."""

    surnames: str
    double_surnames: list[str]
    given: str
    rare_given: list[str]
    minority_names: list[str]
    towns: list[tuple[str, str]]
    roads: list[str]
    villages: list[str]
    brands: str
    rare_brands: list[str]
    company_suffix: list[str]
    trades: list[tuple[str, str]]
    shops: list[str]
    cooperatives: list[str]
    ethnic_groups: list[str]
    change_reasons: list[str]
    right_types: list[str]
    right_natures: list[str]
    usages: list[str]
    ownership_forms: list[str]
    vehicle_models: list[str]
    staff_categories: list[str]
    repair_classes: list[str]


@cache
def load_words() -> Words:
    """Read words.toml."""
    return msgspec.convert(tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8")), Words)
