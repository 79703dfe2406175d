"""The catalogue of authorities, license types and approval items with their materials, as plain values.

Reads the sample that ships with the project, and the old types beside it; knows no table and no department's declaration.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import msgspec
import yaml

from schemas.errors import DeclarationError
from schemas.struct_readers import build_readers

CATALOGUE_FILE = Path(__file__).parents[1] / "data" / "catalogue.yaml"
LICENSE_TYPES_FILE = Path(__file__).parents[1] / "data" / "license_types.toml"


class Authority(msgspec.Struct, frozen=True):
    """Name a body that issues licenses."""

    authority_id: str
    name: str
    uscc: str | None
    kind: Literal["department", "vertical", "dept_sub", "upper"]
    line: str | None


class LicenseType(msgspec.Struct, frozen=True):
    """Describe one type of license."""

    license_type: str
    name: str
    kind: str
    issuer_id: str
    holder_code_type: Literal["001", "111", "both"]
    validity_years: float | None
    type_code: str | None


class Material(msgspec.Struct, frozen=True):
    """Describe one thing an applicant must show; a license can be found, the rest is brought."""

    ordinal: int
    name: str
    origin: Literal["license", "self", "agency"]
    license_type: str | None
    required: bool
    note: str | None


class Item(msgspec.Struct, frozen=True):
    """Describe one approval item; its limits are in working days."""

    item_code: str
    name: str
    line: str
    department_id: str
    item_type: str
    applicant_kind: str
    case_type: str
    legal_days: int | None
    promised_days: int | None
    delegation: str | None
    produces_type: str | None
    materials: tuple[Material, ...]


class Catalogue(msgspec.Struct, frozen=True):
    """Hold the whole catalogue."""

    authorities: tuple[Authority, ...]
    license_types: tuple[LicenseType, ...]
    items: tuple[Item, ...]

    def license_names(self) -> dict[str, str]:
        """Return the name of each license type."""
        return {entry.license_type: entry.name for entry in self.license_types}


_Entry = dict[str, Any]
_Made = TypeVar("_Made")
# What an entry of each section may hold; the sample tells more of a type and an item than is read here.
_KEYS: Final = {
    "departments": "id name line uscc",
    "external_authorities": "id name kind",
    "license_types": "id name kind issuer holder_code_type validity_years type_code produced_by used_by_items",
    "items": "code name line department item_type subject case_type legal_limit promised_limit delegated_to_towns"
    " vertical_system produces materials",
    "old": "name issuer holder_code_type",
}


@cache
def load_catalogue(path: Path = CATALOGUE_FILE, old: Path = LICENSE_TYPES_FILE) -> Catalogue:
    """Read the catalogue, and from `old` the types that nobody issues any more; DeclarationError names file, entry and key."""
    raw, tables = _read(path, _load_yaml), _read(old, tomllib.loads)
    own = _entries(path, raw, "departments", lambda entry: _authority(entry, "department"))
    others = _entries(path, raw, "external_authorities", lambda entry: _authority(entry, entry["kind"]))
    given = {"old": [{"id": name, **entry} for name, entry in tables.get("old", {}).items()]}
    types = (*_entries(path, raw, "license_types", _license_type), *_entries(old, given, "old", _old_type))
    names = {entry.license_type: entry.name for entry in types}
    return Catalogue((*own, *others), types, tuple(_entries(path, raw, "items", lambda entry: _item(entry, names))))


def _load_yaml(text: str) -> Any:
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  both are safe loaders


def _read(path: Path, parse: Callable[[str], Any]) -> _Entry:
    try:
        raw = parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, tomllib.TOMLDecodeError) as error:
        raise _wrong(path, "the file", "what can be read", " ".join(str(error).split())) from error
    if not isinstance(raw, dict):
        raise _wrong(path, "the file", "named sections", type(raw).__name__)
    return raw


def _entries(path: Path, raw: _Entry, section: str, make: Callable[[_Entry], _Made]) -> list[_Made]:
    """Make every entry of a section; whatever is wrong with one is told with its name."""
    entries = raw.get(section)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise _wrong(path, section, "a list of entries", type(entries).__name__)
    return [_made(path, section, entry, make) for entry in entries]


def _made(path: Path, section: str, entry: _Entry, make: Callable[[_Entry], _Made]) -> _Made:
    where = f"{section}.{entry.get('id', entry.get('code', '?'))}"
    keys = {"id", *_KEYS[section].split()} if section == "old" else set(_KEYS[section].split())
    if strange := sorted(str(key) for key in entry if key not in keys):
        raise _wrong(path, where, f"no keys but {', '.join(sorted(keys))}", ", ".join(strange))
    try:
        return make(entry)
    except KeyError as error:
        raise _wrong(path, where, f"{error.args[0]!r}", "nothing of that name") from error
    except (AttributeError, TypeError, ValueError, msgspec.ValidationError) as error:
        raise _wrong(path, where, "values of their kinds", str(error)) from error


def _wrong(path: Path, where: str, expected: str, got: str) -> DeclarationError:
    return DeclarationError(f"catalogue: {path.name}, {where}; expected {expected}, got {got}; nothing loaded")


def _authority(entry: dict[str, Any], kind: str) -> Authority:
    values = {"authority_id": entry["id"], "name": entry["name"], "kind": kind}
    return msgspec.convert(values | {"uscc": entry.get("uscc"), "line": entry.get("line")}, Authority)


def _license_type(entry: dict[str, Any]) -> LicenseType:
    kept = {key: entry[key] for key in ("name", "kind", "holder_code_type", "validity_years", "type_code")}
    return msgspec.convert(kept | {"license_type": entry["id"], "issuer_id": entry["issuer"]}, LicenseType)


def _old_type(entry: _Entry) -> LicenseType:
    """Return a type that nobody issues any more, of which the sample knows nothing."""
    kept = {"license_type": entry["id"], "name": entry["name"], "kind": "旧证", "issuer_id": entry["issuer"]}
    told = {"holder_code_type": entry["holder_code_type"], "validity_years": None, "type_code": None}
    return msgspec.convert(kept | told, LicenseType)


def _item(entry: dict[str, Any], names: dict[str, str]) -> Item:
    kept = {key: entry[key] for key in ("name", "line", "item_type", "case_type")}
    renamed = {
        "item_code": entry["code"],
        "department_id": entry["department"],
        "applicant_kind": entry["subject"],
        "legal_days": _days(entry["legal_limit"]),
        "promised_days": _days(entry["promised_limit"]),
        "delegation": entry["delegated_to_towns"],
        "produces_type": entry["produces"],
        "materials": [_material(number, one, names) for number, one in enumerate(entry["materials"], 1)],
    }
    return msgspec.convert(kept | renamed, Item)


def _days(limit: dict[str, Any] | None) -> int | None:
    if limit is None:
        return None
    if limit["unit"] != "工作日":
        raise ValueError(f"a limit in {limit['unit']}; expected 工作日")
    return int(limit["value"])


def _material(ordinal: int, entry: dict[str, Any], names: dict[str, str]) -> Material:
    origins = [kind for kind in ("license", "self", "agency") if kind in entry]
    if len(origins) != 1 or (strange := sorted(entry.keys() - {*origins, "required", "note"})):
        got = ", ".join(origins if len(origins) != 1 else strange) or "none"
        raise ValueError(f"material {ordinal}: {got}; expected one of license, self, agency, with required and note")
    (origin,) = origins
    license_type = entry[origin] if origin == "license" else None
    name = names[license_type] if license_type else entry[origin]
    told = {"required": entry["required"], "note": entry.get("note")}
    return msgspec.convert(
        {"ordinal": ordinal, "name": name, "origin": origin, "license_type": license_type, **told}, Material
    )


build_readers(Catalogue)
