"""The catalogue that ships with the project, and the short lists beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.catalogue.catalogue import load_catalogue
from schemas.errors import DeclarationError
from schemas.identifiers.credit_code import is_credit_code
from schemas.identifiers.holder_code_types import HOLDER_CODE_TYPE_CODES, HOLDER_CODE_TYPES, holder_kind
from schemas.license.states import GOOD_STATES, STATE_CODES, STATES


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


WHOLE = """
departments: [{id: scj, name: 市监局, line: 经济, uscc: null}]
external_authorities: [{id: qd, name: 青岛, kind: upper}]
license_types: [{id: bizlic, name: 营业执照, kind: 证照, issuer: scj, holder_code_type: both, validity_years: null, type_code: null}]
items:
- {code: PD-1, name: 事项, line: 经济, department: scj, item_type: 许可, subject: 自然人, case_type: 承诺件, delegated_to_towns: null,
   legal_limit: {value: 20, unit: 工作日}, promised_limit: null, produces: bizlic, materials: [{license: bizlic, required: true}]}
"""


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (WHOLE, "[", "broken.yaml, the file"),
        (WHOLE, "- 1", "broken.yaml, the file; expected named sections, got list"),
        ("departments:", "departement:", "broken.yaml, departments; expected a list"),
        ("[{id: scj, name: 市监局, line: 经济, uscc: null}]", "[scj]", "broken.yaml, departments; expected a list"),
        ("uscc: null}", "uscc: null, colour: red}", "departments.scj; expected no keys but .* got colour"),
        ("name: 市监局, ", "", "departments.scj; expected 'name'"),
        ("name: 市监局", "name: 5", r"departments.scj; .*name"),
        ("kind: upper", "kind: lower", r"external_authorities.qd; .*lower.*kind"),
        ("validity_years: null, ", "", "license_types.bizlic; expected 'validity_years'"),
        ("holder_code_type: both", "holder_code_type: '7'", "license_types.bizlic; .*holder_code_type"),
        ("case_type: 承诺件, ", "", "items.PD-1; expected 'case_type'"),
        ("unit: 工作日", "unit: 日", "items.PD-1; .*a limit in 日"),
        ("value: 20", "value: soon", "items.PD-1; .*soon"),
        ("{license: bizlic, ", "{license: nothing, ", "items.PD-1; expected 'nothing'"),
        ("{license: bizlic, ", "{", "items.PD-1; .*material 1: none"),
        ("{license: bizlic, ", "{license: bizlic, self: 申请表, ", "items.PD-1; .*material 1: license, self"),
        ("required: true", "require: true", "items.PD-1; .*material 1: require"),
        ("required: true", "required: perhaps", "items.PD-1; .*required"),
    ],
)
def test_a_broken_catalogue_is_refused_with_file_entry_and_key(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    whole, broken = tmp_path / "whole.yaml", tmp_path / "broken.yaml"
    whole.write_text(WHOLE, encoding="utf-8")
    assert [item.item_code for item in load_catalogue(whole).items] == ["PD-1"]
    assert right in WHOLE
    broken.write_text(WHOLE.replace(right, wrong), encoding="utf-8")
    with pytest.raises(DeclarationError, match=rf"^catalogue: .*{said}.*; nothing loaded$"):
        load_catalogue(broken)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[", "old.toml, the file"),
        ('[old.house]\nname = "房证"\nissuer = "fcj"', "old.toml, old.house; expected 'holder_code_type'"),
        (
            '[old.house]\nname = "房证"\nissuer = "fcj"\nholder_code_type = "all"',
            "old.toml, old.house; .*holder_code_type",
        ),
        (
            '[old.house]\nname = "房证"\nissuer = "fcj"\nholder_code_type = "both"\ncolour = 1',
            "old.toml, old.house; .*colour",
        ),
    ],
)
def test_a_broken_old_type_is_refused_with_its_own_file(tmp_path: Path, content: str, said: str) -> None:
    old = tmp_path / "old.toml"
    old.write_text(content, encoding="utf-8")
    with pytest.raises(DeclarationError, match=said):
        load_catalogue(old=old)


def test_a_catalogue_that_is_not_there_or_is_no_text_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "gbk.yaml").write_bytes("部门".encode("gbk"))
    for name in ("gbk.yaml", "nowhere.yaml"):
        with pytest.raises(DeclarationError, match=f"{name}, the file"):
            load_catalogue(tmp_path / name)


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
