"""The catalogue that ships with the project, and the short lists beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.catalogue import load_catalogue
from schemas.errors import DeclarationError
from schemas.holder_code_types import HOLDER_CODE_TYPE_CODES, HOLDER_CODE_TYPES, holder_kind
from schemas.identifiers.credit_code import is_credit_code
from schemas.states import GOOD_STATES, STATE_CODES, STATES


def test_the_catalogue_is_complete() -> None:
    catalogue = load_catalogue()
    materials = [material for item in catalogue.items for material in item.materials]
    assert (len(catalogue.authorities), len(catalogue.license_types), len(catalogue.items)) == (38, 82, 65)
    assert len(materials) == 331
    assert sum(material.origin == "license" for material in materials) == 211


def test_every_reference_of_the_catalogue_leads_somewhere() -> None:
    catalogue = load_catalogue()
    authorities = {authority.authority_id for authority in catalogue.authorities}
    types = {entry.license_type for entry in catalogue.license_types}
    assert {entry.issuer_id for entry in catalogue.license_types} <= authorities
    assert {item.department_id for item in catalogue.items} <= authorities
    assert {item.produces_type for item in catalogue.items if item.produces_type} <= types
    assert {m.license_type for item in catalogue.items for m in item.materials if m.license_type} <= types


def test_codes_of_authorities_and_defining_bodies_are_right() -> None:
    catalogue = load_catalogue()
    assert all(is_credit_code(authority.uscc) for authority in catalogue.authorities if authority.uscc)
    assert all(is_credit_code(entry.type_code[:18]) for entry in catalogue.license_types if entry.type_code)


def test_a_material_that_is_a_license_carries_its_name() -> None:
    catalogue = load_catalogue()
    food = next(item for item in catalogue.items if item.item_code == "PD-E-005")
    names = [(material.ordinal, material.name, material.origin) for material in food.materials]
    assert names[3] == (4, "营业执照", "license")
    assert (food.legal_days, food.promised_days, food.produces_type) == (20, 8, "foodbiz")
    assert catalogue.license_names()["bizlic"] == "营业执照"


@pytest.mark.parametrize("text", ["departments: []", "[", "departments: [{id: 1}]"])
def test_a_broken_catalogue_is_refused_by_name(tmp_path: Path, text: str) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"broken\.yaml"):
        load_catalogue(broken)


def test_a_license_is_good_while_valid_or_waiting_for_its_renewal() -> None:
    assert {"valid", "renewal_pending"} == GOOD_STATES
    assert GOOD_STATES <= STATE_CODES
    assert [state.code for state in STATES] == (
        [
            "draft",
            "valid",
            "renewal_pending",
            "suspended",
            "restricted",
            "expired",
            "revoked",
            "withdrawn",
            "cancelled",
            "superseded",
        ]
    )


def test_holder_code_types_are_those_of_the_standard() -> None:
    assert [kind.code for kind in HOLDER_CODE_TYPES] == (
        ["001", "099", "111", "114", "115", "118", "119", "120", "122", "411", "412", "413", "414", "511", "516", "999"]
    )
    assert {code for code in HOLDER_CODE_TYPE_CODES if holder_kind(code) == "organisation"} == {"001", "099"}
