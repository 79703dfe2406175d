"""Forms (表单) of approval items: which fields each asks for, and which of them a data element answers.

Reads the list that ships with the project, strictly. An item without a form of its own has that of its kind of applicant.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from schemas.catalogue.catalogue import load_catalogue
from schemas.catalogue.elements import Element, load_elements
from schemas.errors import DeclarationError
from schemas.identifiers.holder_code_types import HolderKind
from schemas.struct_readers import build_readers

FORMS_FILE = Path(__file__).parents[1] / "data" / "forms.toml"


class Field(msgspec.Struct, frozen=True):
    """Describe one field of a form; without an element only the applicant can fill it."""

    name: str
    zh: str
    en: str
    part_zh: str
    part_en: str
    element: Element | None


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zh: str
    en: str


class _Part(_Words, frozen=True, forbid_unknown_fields=True):
    fields: tuple[str, ...]


class _Forms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    fields: dict[str, _Words]
    parts: dict[str, _Part]
    kinds: dict[str, dict[HolderKind, tuple[str, ...]]]
    items: dict[str, dict[HolderKind, tuple[str, ...]]]


_Parts = dict[HolderKind, tuple[str, ...]]
_TABLES: Final[dict[str, Any]] = {"fields": _Words, "parts": _Part, "kinds": _Parts, "items": _Parts}


@cache
def load_forms(path: Path = FORMS_FILE) -> _Forms:
    """Return the forms as they are written; DeclarationError names the file and the entry that is wrong in it."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(path, "the file", "readable TOML", str(error)) from error
    if raw.keys() != _TABLES.keys() or not all(isinstance(table, dict) for table in raw.values()):
        raise _wrong(path, "the file", f"the tables {', '.join(_TABLES)}", sorted(raw))
    forms = _Forms(**{table: _entries(path, table, raw[table]) for table in _TABLES})
    known = {item.item_code for item in load_catalogue().items}
    if strange := sorted(forms.items.keys() - known):
        raise _wrong(path, "items", "codes of the item catalogue", strange)
    for name, form in (forms.kinds | forms.items).items():
        for kind, parts in form.items():
            _check(path, forms, f"{name}.{kind}", kind, parts)
    return forms


def _entries(path: Path, table: str, entries: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name, entry in entries.items():
        try:
            found[name] = msgspec.convert(entry, _TABLES[table])
        except msgspec.ValidationError as error:
            raise _wrong(path, f"{table}.{name}", "the keys and values of its neighbours", str(error)) from error
    return found


def form_of(item_code: str, applicant_kind: str, kind: HolderKind) -> tuple[Field, ...]:
    """Return the fields that an item's form asks of a person or an organisation; none where it is not for them."""
    forms = load_forms()
    form = forms.items.get(item_code) or forms.kinds.get(applicant_kind, {})
    return tuple(_field(forms, part, name) for part in form.get(kind, ()) for name in forms.parts[part].fields)


def _field(forms: _Forms, part: str, name: str) -> Field:
    said: _Part = forms.parts[part]
    element = load_elements().get(name)
    words = element or forms.fields[name]
    return Field(name, words.zh, words.en, said.zh, said.en, element)


def _check(path: Path, forms: _Forms, where: str, kind: HolderKind, parts: tuple[str, ...]) -> None:
    elements = load_elements()
    if strange := [part for part in parts if part not in forms.parts]:
        raise _wrong(path, where, "names of parts", strange)
    names = [name for part in parts for name in forms.parts[part].fields]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise _wrong(path, where, "each field once", twice)
    if strange := [name for name in names if (name in elements) == (name in forms.fields)]:
        raise _wrong(path, where, "names of elements or of fields that the applicant fills", strange)
    if strange := [name for name in names if name in elements and kind not in elements[name].of]:
        raise _wrong(path, where, f"elements of a {kind}", strange)


def _wrong(path: Path, where: str, expected: str, got: Any) -> DeclarationError:
    return DeclarationError(f"forms: {path.name}, {where}; expected {expected}, got {got!r}; nothing loaded")


build_readers(_Forms)
