"""The definitions of license types: whole, of the catalogue, and refused by name where they are wrong."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from schemas.catalogue.catalogue import load_catalogue
from schemas.catalogue.license_types import face_labels, face_name, load_license_types
from schemas.errors import DeclarationError

CONNECTORS = Path(__file__).parents[2] / "connectors"
FIELD = '[fields.scope]\nzh = "范围"\nen = "Scope"\n'


def declared() -> list[tuple[set[str], set[str]]]:
    """Return the license types and the face fields of every declared feed."""
    found = []
    for path in CONNECTORS.glob("*/department.toml"):
        for feed in tomllib.loads(path.read_text("utf-8"))["feeds"].values():
            kind = feed.get("fields", {}).get("license_type", {})
            found.append((set(kind.get("codes", {}).values()) or {kind.get("value")}, set(feed.get("face", {}))))
    return found


def test_every_type_that_a_department_delivers_is_defined_and_so_is_every_face_field_that_it_does() -> None:
    types = load_license_types()
    assert declared()
    for delivered, face in declared():
        assert delivered <= types.keys()
        assert face <= {field.name for kind in delivered for field in types[kind].face}


def test_every_type_of_the_catalogue_has_a_face() -> None:
    defined = {kind for kind, one in load_license_types().items() if one.face}
    assert load_catalogue().license_names().keys() - defined == set()


def test_a_label_stands_for_one_field() -> None:
    labels = [field.zh for field in face_labels().values()]
    assert len(set(labels)) == len(labels)
    assert (face_name("成立日期"), face_name("founded_on"), face_name("别的")) == ("founded_on", "founded_on", "别的")


def test_what_ended_names_its_successor_and_the_day() -> None:
    types = load_license_types()
    assert (types["orgcode_cert"].replaced_by, types["orgcode_cert"].ended_on) == ("bizlic", date(2015, 10, 1))
    assert types["house_cert"].replaced_by == types["land_cert"].replaced_by == "realestate"
    assert all(types[one.replaced_by].ended_on is None for one in types.values() if one.replaced_by)


def test_a_term_is_taken_from_the_catalogue_where_none_is_given() -> None:
    types = load_license_types()
    assert (types["foodbiz"].term, types["foodbiz"].longest_years) == ("has_end", 5)
    assert (types["idcard"].term, types["idcard"].longest_years) == ("either", 20)
    assert (types["marriage"].term, types["marriage"].longest_years) == ("open_ended", None)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[", "wrong.toml, the file"),
        (FIELD, "tables `fields` and `types`"),
        ('[fields.scope]\nzh = "范围"\n[types]', "fields.scope"),
        (FIELD + 'kind = "code"\n[types]', r"fields.scope.codes"),
        (FIELD + 'colour = "red"\n[types]', "fields.scope.*colour"),
        (FIELD + "[types]\n[type.bizlic]", "type; expected no tables but"),
        (FIELD + "[types.bizlic]\nface = []", "wrong.toml, types.bizlic.*`sensitivity`"),
        (FIELD + '[types.bizlic]\nsensitivity = "public"\ncolour = 1', "wrong.toml, types.bizlic.*`colour`"),
        (FIELD + '[types.nothing]\nsensitivity = "public"', "types.nothing; expected a license type of the catalogue"),
        (FIELD + '[types.bizlic]\nsensitivity = "secret"', "types.bizlic.*secret"),
        (FIELD + '[types.bizlic]\nsensitivity = "public"\nface = ["scop"]', "types.bizlic.face; .* got scop"),
        (FIELD + '[types.bizlic]\nsensitivity = "public"\nface = ["scope", "scope"]', "types.bizlic.face"),
        (FIELD + '[types.bizlic]\nsensitivity = "public"\nrequired = ["scope"]', "types.bizlic.required"),
        (FIELD + '[types.taxreg]\nsensitivity = "public"\nreplaced_by = "nothing"', "types.taxreg.replaced_by"),
        (FIELD + '[types.taxreg]\nsensitivity = "public"\nreplaced_by = "taxreg"', "types.taxreg.replaced_by"),
        (FIELD + '[types.taxreg]\nsensitivity = "public"\nreplaced_by = "bizlic"', "types.taxreg.ended_on"),
    ],
)
def test_a_wrong_definition_is_refused_with_file_table_and_key(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DeclarationError, match=said):
        load_license_types(path)
