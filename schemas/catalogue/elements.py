"""Data elements (数据元): what can be known of a person or an organisation, and which licenses say it, the master first.

Reads the list that ships with the project, strictly. Knows license types by name, no table and no value.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from schemas.catalogue.catalogue import load_catalogue
from schemas.errors import DeclarationError
from schemas.identifiers.holder_code_types import HolderKind
from schemas.struct_readers import build_readers

ELEMENTS_FILE = Path(__file__).parents[1] / "data" / "elements.toml"
ValueKind = Literal["text", "name", "code", "date", "money", "number"]
HELD = "held"
# What the holder code itself says, without any license.
CODE_FIELDS = ("holder_code", "holder_code.sex", "holder_code.birth_date")
_PRINTED = re.compile(r"holder_name|license_number|issuer_name|held|face\.[a-z][a-z0-9_]*", re.ASCII)


class ElementSource(msgspec.Struct, frozen=True):
    """Name one place that tells an element; without a license type it is the holder code."""

    name: str
    license_type: str | None
    field: str
    is_master: bool


class Element(msgspec.Struct, frozen=True):
    """Describe one data element; `sources` in order, the masters before the others."""

    code: str
    zh: str
    en: str
    kind: ValueKind
    of: tuple[HolderKind, ...]
    personal: bool
    many: bool
    held_as: str
    codes: Mapping[str, str]
    sources: tuple[ElementSource, ...]

    def source(self, name: str) -> ElementSource | None:
        """Return the source of that name, or None."""
        return next((source for source in self.sources if source.name == name), None)


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zh: str
    en: str
    kind: ValueKind
    of: tuple[HolderKind, ...]
    masters: tuple[str, ...]
    others: tuple[str, ...] = ()
    personal: bool = False
    many: bool = False
    held_as: str = ""
    codes: dict[str, str] = {}


@cache
def load_elements(path: Path = ELEMENTS_FILE) -> Mapping[str, Element]:
    """Return the elements by code, in the order of the file; DeclarationError names the file and the entry that is wrong."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(path, "the file", "readable TOML", str(error)) from error
    return {code: _element(path, code, _written(path, code, entry)) for code, entry in raw.items()}


def _written(path: Path, code: str, entry: Any) -> _Written:
    try:
        return msgspec.convert(entry, _Written)
    except msgspec.ValidationError as error:
        raise _wrong(path, code, "the keys and values that the head of the file tells", str(error)) from error


def wanted_types(elements: Mapping[str, Element]) -> list[str]:
    """Return the license types that tell any of these elements."""
    told = {source.license_type for element in elements.values() for source in element.sources}
    return sorted(kind for kind in told if kind is not None)


def _element(path: Path, code: str, entry: _Written) -> Element:
    names = (*entry.masters, *entry.others)
    if not entry.masters or not entry.of or len(set(names)) < len(names):
        raise _wrong(path, code, "at least one master and one kind of holder, and each source once", names)
    sources = tuple(_source(path, code, name, name in entry.masters) for name in names)
    if bool(entry.held_as) != any(source.field == HELD for source in sources):
        raise _wrong(path, code, f"held_as where a source is TYPE.{HELD}, and only there", entry.held_as)
    facts = {name: getattr(entry, name) for name in ("zh", "en", "kind", "of", "personal", "many", "held_as", "codes")}
    return Element(code=code, sources=sources, **facts)


def _source(path: Path, code: str, name: str, is_master: bool) -> ElementSource:
    if name in CODE_FIELDS:
        return ElementSource(name, None, name, is_master)
    license_type, _, field = name.partition(".")
    if license_type not in load_catalogue().license_names() or not _PRINTED.fullmatch(field):
        raise _wrong(path, code, "a license type of the catalogue and a field of its licenses", name)
    return ElementSource(name, license_type, field, is_master)


def _wrong(path: Path, where: str, expected: str, got: Any) -> DeclarationError:
    return DeclarationError(f"elements: {path.name}, {where}; expected {expected}, got {got!r}; nothing loaded")


build_readers(_Written)
