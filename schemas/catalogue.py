"""The catalogue of authorities, license types and approval items with their materials, as plain values.

Reads the sample that ships with the project, and the old types beside it; knows no table and no department's declaration.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from schemas.errors import DeclarationError
from schemas.struct_readers import build_readers

CATALOGUE_FILE = Path(__file__).parent / "data" / "catalogue.yaml"
LICENSE_TYPES_FILE = Path(__file__).parent / "data" / "license_types.toml"


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


@cache
def load_catalogue(path: Path = CATALOGUE_FILE) -> Catalogue:
    """Read the catalogue; DeclarationError names the entry that cannot be read."""
    try:
        raw = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  both are safe loaders
        return _catalogue(raw)
    except (yaml.YAMLError, tomllib.TOMLDecodeError, KeyError, TypeError, msgspec.ValidationError) as error:
        message = (
            f"catalogue: {path.name} cannot be read; expected its sections and keys, got {error!r}; nothing loaded"
        )
        raise DeclarationError(message) from error


def _catalogue(raw: dict[str, Any]) -> Catalogue:
    own = [_authority(entry, "department") for entry in raw["departments"]]
    others = [_authority(entry, entry["kind"]) for entry in raw["external_authorities"]]
    types = (*(_license_type(entry) for entry in raw["license_types"]), *_old_types())
    names = {entry.license_type: entry.name for entry in types}
    return Catalogue((*own, *others), types, tuple(_item(entry, names) for entry in raw["items"]))


def _authority(entry: dict[str, Any], kind: str) -> Authority:
    values = {"authority_id": entry["id"], "name": entry["name"], "kind": kind}
    return msgspec.convert(values | {"uscc": entry.get("uscc"), "line": entry.get("line")}, Authority)


def _license_type(entry: dict[str, Any]) -> LicenseType:
    kept = {key: entry[key] for key in ("name", "kind", "holder_code_type", "validity_years", "type_code")}
    return msgspec.convert(kept | {"license_type": entry["id"], "issuer_id": entry["issuer"]}, LicenseType)


def _old_types() -> list[LicenseType]:
    """Return the types that nobody issues any more, of which the sample knows nothing."""
    old = tomllib.loads(LICENSE_TYPES_FILE.read_text(encoding="utf-8")).get("old", {})
    return [
        LicenseType(name, entry["name"], "旧证", entry["issuer"], entry["holder_code_type"], None, None)
        for name, entry in old.items()
    ]


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
        raise KeyError(limit["unit"])
    return int(limit["value"])


def _material(ordinal: int, entry: dict[str, Any], names: dict[str, str]) -> Material:
    origin = next(kind for kind in ("license", "self", "agency") if kind in entry)
    license_type = entry[origin] if origin == "license" else None
    name = names[license_type] if license_type else entry[origin]
    return Material(ordinal, name, origin, license_type, entry["required"], entry.get("note"))


build_readers(Catalogue)
