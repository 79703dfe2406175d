"""What is known of each license type beside the catalogue: its face, its sensitivity, its term, what took its place.

Reads a file of our own and refuses what does not fit the catalogue. Judges no license.
"""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from schemas.catalogue.catalogue import LICENSE_TYPES_FILE, Catalogue, load_catalogue
from schemas.errors import DeclarationError
from schemas.struct_readers import build_readers

FaceKind = Literal["text", "date", "number", "code"]
FaceSeverity = Literal["row", "warning"]
Sensitivity = Literal["public", "restricted", "personal"]
Term = Literal["open_ended", "has_end", "either"]


class FaceDefinition(msgspec.Struct, frozen=True):
    """Define one field of a license's face; `severity` says what a bad value means for its record."""

    name: str
    zh: str
    en: str
    kind: FaceKind = "text"
    codes: tuple[str, ...] = ()
    personal: bool = False
    severity: FaceSeverity = "warning"
    required: bool = False


class TypeDefinition(msgspec.Struct, frozen=True):
    """Define one license type; one that has ended may have been replaced by another from that day."""

    license_type: str
    sensitivity: Sensitivity
    term: Term
    longest_years: float | None
    face: tuple[FaceDefinition, ...] = ()
    replaced_by: str | None = None
    ended_on: date | None = None
    basis: str | None = None
    stands_in: bool = True  # a license of it may still serve for one of the type that took its place


class FaceKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Read a table `fields.<name>` of the file."""

    zh: str
    en: str
    kind: FaceKind = "text"
    codes: tuple[str, ...] = ()
    personal: bool = False
    severity: FaceSeverity = "warning"


class TypeKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Read a table `types.<license type>` of the file."""

    sensitivity: Sensitivity
    term: Term | None = None
    face: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    replaced_by: str | None = None
    ended_on: date | None = None
    basis: str | None = None
    stands_in: bool = True


@cache
def load_license_types(path: Path = LICENSE_TYPES_FILE) -> dict[str, TypeDefinition]:
    """Return the definition of each license type that has one; DeclarationError names file, table and key."""
    fields, catalogue = face_labels(path), load_catalogue()
    types = {name: _convert(path, f"types.{name}", values, TypeKeys) for name, values in _read(path)["types"].items()}
    return {name: _definition(path, name, one, fields, catalogue) for name, one in types.items()}


def merged_types() -> frozenset[str]:
    """Return the types of which no license serves for one of the type that took their place."""
    return frozenset(name for name, one in load_license_types().items() if not one.stands_in)


@cache
def face_labels(path: Path = LICENSE_TYPES_FILE) -> dict[str, FaceDefinition]:
    """Return every face field, by name."""
    return {name: _face_field(path, name, values) for name, values in _read(path)["fields"].items()}


def face_name(label: str) -> str:
    """Return the name of the face field with that Chinese label; any other text is taken for a name."""
    return next((name for name, field in face_labels().items() if field.zh == label), label)


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _wrong(path, "the file", "readable TOML", str(error)) from error
    if not isinstance(raw.get("fields"), dict) or not isinstance(raw.get("types"), dict):
        raise _wrong(path, "the file", "tables `fields` and `types`", ", ".join(sorted(raw)) or "none")
    if strange := sorted(raw.keys() - {"fields", "types", "old"}):
        raise _wrong(path, strange[0], "no tables but `fields`, `types` and `old`", strange[0])
    return raw


def _face_field(path: Path, name: str, values: Any) -> FaceDefinition:
    one = _convert(path, f"fields.{name}", values, FaceKeys)
    if bool(one.codes) != (one.kind == "code"):
        raise _wrong(path, f"fields.{name}.codes", "codes where the kind is code, and only there", f"kind {one.kind}")
    return FaceDefinition(name, **msgspec.structs.asdict(one))


def _definition(
    path: Path, name: str, one: TypeKeys, fields: dict[str, FaceDefinition], catalogue: Catalogue
) -> TypeDefinition:
    kind = next((kind for kind in catalogue.license_types if kind.license_type == name), None)
    if kind is None:
        raise _wrong(path, f"types.{name}", "a license type of the catalogue", name)
    _require_known(path, f"types.{name}.face", one.face, fields)
    _require_known(path, f"types.{name}.required", one.required, one.face)
    _require_end(path, name, one, catalogue)
    face = tuple(msgspec.structs.replace(fields[field], required=field in one.required) for field in one.face)
    term: Term = one.term or ("has_end" if kind.validity_years else "either")
    years = None if term == "open_ended" else kind.validity_years
    ended = (one.replaced_by, one.ended_on, one.basis, one.stands_in)
    return TypeDefinition(name, one.sensitivity, term, years, face, *ended)


def _require_known(path: Path, where: str, names: tuple[str, ...], known: Any) -> None:
    unknown = [name for name in names if name not in known]
    if unknown or len(set(names)) < len(names):
        raise _wrong(path, where, f"each once, of {', '.join(known)}", ", ".join(unknown or names))


def _require_end(path: Path, name: str, one: TypeKeys, catalogue: Catalogue) -> None:
    if one.replaced_by is None:
        return
    if one.replaced_by == name or one.replaced_by not in catalogue.license_names():
        raise _wrong(path, f"types.{name}.replaced_by", "another license type of the catalogue", one.replaced_by)
    if one.ended_on is None:
        raise _wrong(path, f"types.{name}.ended_on", "the day from which it is replaced", "nothing")


def _convert(path: Path, where: str, values: Any, kind: type[Any]) -> Any:
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        raise _wrong(
            path, where, "the keys and values documented in docs/reference/license-types.md", str(error)
        ) from error


def _wrong(path: Path, where: str, expected: str, got: str) -> DeclarationError:
    return DeclarationError(f"license types: {path.name}, {where}; expected {expected}, got {got}; nothing loaded")


build_readers(TypeDefinition, FaceKeys, TypeKeys)
