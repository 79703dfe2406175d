"""The lists of elements and forms are read strictly, and one value has one normal form."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.catalogue.catalogue import load_catalogue
from schemas.catalogue.element_values import normal_form, normal_forms, told_by_code
from schemas.catalogue.elements import ELEMENTS_FILE, load_elements
from schemas.catalogue.forms import FORMS_FILE, form_of, load_forms
from schemas.errors import DeclarationError

ELEMENTS = load_elements()


def element_of(**changes: object) -> str:
    """Write one element."""
    entry = {
        "zh": '"名"',
        "en": '"name"',
        "kind": '"text"',
        "of": '["person"]',
        "masters": '["idcard.holder_name"]',
        **changes,
    }
    return "[one]\n" + "\n".join(f"{key} = {value}" for key, value in entry.items())


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": '"colour"'},
        {"masters": "[]"},
        {"of": "[]"},
        {"masters": '["idcards.holder_name"]'},
        {"masters": '["idcard.holder_names"]'},
        {"masters": '["idcard.face.A"]'},
        {"others": '["idcard.holder_name"]'},
        {"masters": '["marriage.held"]'},
        {"held_as": '"yes"'},
        {"unknown": "1"},
        {"zh": "1"},
        {"many": '"yes"'},
        {"codes": '"1"'},
    ],
)
def test_a_wrong_element_is_refused(tmp_path: Path, wrong: dict[str, str]) -> None:
    file = tmp_path / "elements.toml"
    file.write_text(element_of(), encoding="utf-8")
    assert list(load_elements(file)) == ["one"]
    bad = tmp_path / "bad.toml"
    bad.write_text(element_of(**wrong), encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"elements: bad.toml, one; expected .*nothing loaded"):
        load_elements(bad)


@pytest.mark.parametrize("key", ["zh", "en", "kind", "of", "masters", "colour"])
def test_an_element_with_a_key_too_few_or_too_many_is_told_with_that_key(tmp_path: Path, key: str) -> None:
    file, whole = tmp_path / "elements.toml", element_of().splitlines()
    said = [line for line in whole if not line.startswith(f"{key} =")]
    file.write_text("\n".join(said if len(said) < len(whole) else [*whole, f"{key} = 1"]), encoding="utf-8")
    with pytest.raises(DeclarationError, match=rf"elements: elements.toml, one; .*`{key}`"):
        load_elements(file)


def test_a_list_of_elements_or_forms_that_is_no_toml_or_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("[", encoding="utf-8")
    (tmp_path / "gbk.toml").write_bytes("名".encode("gbk"))
    (tmp_path / "short.toml").write_text("[fields]", encoding="utf-8")
    for name in ("broken.toml", "gbk.toml", "nowhere.toml", "short.toml"):
        with pytest.raises(DeclarationError, match=f"forms: {name}, the file; .*nothing loaded"):
            load_forms(tmp_path / name)
        if name != "short.toml":
            with pytest.raises(DeclarationError, match=f"elements: {name}, the file; .*nothing loaded"):
                load_elements(tmp_path / name)


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ('PD-E-012 = { person = ["person", "driver", "contact"] }', 'PD-X-999 = { person = ["person"] }'),
        ('PD-E-012 = { person = ["person", "driver", "contact"] }', 'PD-E-012 = { person = ["persons"] }'),
        ('PD-E-012 = { person = ["person", "driver", "contact"] }', 'PD-E-012 = { person = ["person", "person"] }'),
        ('PD-E-012 = { person = ["person", "driver", "contact"] }', 'PD-E-012 = { person = ["organisation"] }'),
        ('PD-E-012 = { person = ["person", "driver", "contact"] }', 'PD-E-012 = { people = ["person"] }'),
        ('fields = ["staff_category"]', 'fields = ["nobody_knows"]'),
    ],
)
def test_a_wrong_form_is_refused(tmp_path: Path, written: str, wrong: str) -> None:
    said = FORMS_FILE.read_text(encoding="utf-8")
    assert written in said
    file = tmp_path / "forms.toml"
    file.write_text(said.replace(written, wrong), encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"forms: forms.toml, (items|PD-).*; expected .*nothing loaded"):
        load_forms(file)


def test_every_item_has_a_form_for_its_kind_of_applicant() -> None:
    asked = {"法人或其他组织": {"organisation"}, "自然人": {"person"}, "自然人或法人": {"organisation", "person"}}
    for item in load_catalogue().items:
        offered = {kind for kind in ("organisation", "person") if form_of(item.item_code, item.applicant_kind, kind)}
        assert offered, item.item_code
        assert offered <= asked[item.applicant_kind] | {"person"}, (
            item.item_code
        )  # a founder asks for what is not founded yet


def test_every_element_is_asked_for_somewhere() -> None:
    parts = {name for part in load_forms().parts.values() for name in part.fields}
    assert ELEMENTS.keys() - parts == set()
    used = {
        part for form in (load_forms().kinds | load_forms().items).values() for parts in form.values() for part in parts
    }
    assert load_forms().parts.keys() - used == set()


@pytest.mark.parametrize(
    ("element", "one", "other", "same"),
    [
        ("founded_on", "2016-05-04", "2016年5月4日", True),
        ("founded_on", "20160504", "2016/05/04 00:00:00", True),
        ("founded_on", "2016115", "2016-11-05", False),  # it may as well be January
        ("founded_on", "2016-13-40", "2016-13-40", True),
        ("registered_capital", "50万元人民币", "人民币５００，０００元整", True),
        ("registered_capital", "50.55万元", "505500元", True),
        ("registered_capital", "0.5亿元", "5000万", True),
        ("registered_capital", "50", "50元", False),  # nobody says of what
        ("registered_capital", "50万美元", "50万元", False),
        ("building_area", "80.50㎡", "80.5", True),
        ("building_area", "100", "10", False),
        ("legal_representative", "买买提·依明", "买买提.依明", True),
        ("registered_address", "人民路1号（东）", "人民路 １号(东)", True),
        ("registered_address", "3.5号", "35号", False),
        ("sex", "1", "男性", True),
        ("sex", "男", "女", False),
    ],
)
def test_spellings_of_one_value_are_one_value(element: str, one: str, other: str, same: bool) -> None:
    assert (normal_form(ELEMENTS[element], one) == normal_form(ELEMENTS[element], other)) is same


@given(st.lists(st.text()), st.sampled_from(sorted(ELEMENTS)))
def test_many_normal_forms_are_those_of_each(values: list[str], code: str) -> None:
    assert normal_forms(ELEMENTS[code], values) == {value: normal_form(ELEMENTS[code], value) for value in values}


@given(st.text(), st.sampled_from(sorted(ELEMENTS)))
def test_a_normal_form_is_normal_already(text: str, code: str) -> None:
    once = normal_form(ELEMENTS[code], text)
    assert normal_form(ELEMENTS[code], once) == once


def test_a_resident_number_says_sex_and_birth_and_other_codes_say_nothing() -> None:
    assert told_by_code("holder_code.sex", "370283199003077211", "111") == "男"
    assert told_by_code("holder_code.birth_date", "370283199003077211", "111") == "1990-03-07"
    assert told_by_code("holder_code.sex", "E12345678", "414") is None
    assert told_by_code("holder_code", "370283199003077211", "111") == "370283199003077211"
    assert told_by_code("holder_code", "91370283MA3N0A9C6Y", "001") == "91370283MA3N0A9C6Y"
    assert told_by_code("holder_code", "E12345678", "414") is None  # no resident number
    assert told_by_code("holder_code", "MA3N0A9C6", "099") is None  # no credit code


def test_the_reference_page_lists_every_element() -> None:
    page = (ELEMENTS_FILE.parents[2] / "docs/reference/elements.md").read_text(encoding="utf-8")
    for element in ELEMENTS.values():
        masters = " ".join(f"`{source.name}`" for source in element.sources if source.is_master)
        assert f"| `{element.code}` | {element.zh} | {element.kind} | {masters} |" in page, element.code
