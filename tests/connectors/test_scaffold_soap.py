"""What a WSDL says beyond its messages comes into the declaration: headers, accounts, groups, carried texts, ports."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from scaffold_makers import CONTRACTS
from test_fake_soap_forms import WSDL

from connectors.scaffold.folder import Scaffolded, Source, scaffold_department
from schemas.errors import DeclarationError

WATER = (CONTRACTS / "php_water" / "water.wsdl").read_text("utf-8")


def scaffold(folder: Path, text: str = WSDL, operation: str = "", **files: str) -> Scaffolded:
    """Scaffold a contract that is written for the test."""
    for name, content in {"a.wsdl": text, **files}.items():
        path = folder / name.replace("__", "/").replace("_xsd", ".xsd")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return scaffold_department("new", Source("wsdl", folder / "a.wsdl", operation=operation), folder / "departments")


def told(done: Scaffolded) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return transport and feed as they were written."""
    table = tomllib.loads((done.folder / "department.toml").read_text("utf-8"))
    return table["transport"], table["feeds"]["licenses"]


def test_a_header_is_suggested_with_the_account(tmp_path: Path) -> None:
    _, feed = told(scaffold(tmp_path, operation="Query"))
    assert feed["headers"] == {"Auth": {"User": "{login}", "Key": "?"}}


def test_values_in_groups_and_attributes_are_suggested_by_their_path(tmp_path: Path) -> None:
    text = WSDL.replace('name="Name" type="xs:string"', 'name="creditCode" type="xs:string"').replace(
        '<xs:attribute name="id"', '<xs:attribute name="certNo"'
    )
    text = text.replace('name="XKZBH"', 'name="QT"').replace('name="YHDM"', 'name="QTE"')
    _, feed = told(scaffold(tmp_path, text, "Query"))
    assert feed["fields"]["holder_code"]["from"] == "Owner/creditCode"
    assert feed["fields"]["license_number"] == "@certNo"
    assert feed["records"] == "Result/Permit"


def test_an_answer_in_one_of_several_strings_is_carried_and_the_request_stays_plain(tmp_path: Path) -> None:
    transport, feed = told(scaffold(tmp_path, operation="Ask"))
    assert (transport["payload"], transport["payload_path"]) == ("xml-in-string", "data")
    assert feed["request"] == {"user": "{login}", "key": "?", "text": "?"}
    text = WSDL.replace('name="data" type="xs:string"', 'name="jsonData" type="xs:string"')
    assert told(scaffold(tmp_path / "json", text, "Ask"))[0]["payload"] == "json-in-string"


def test_times_of_xml_types_are_read_as_xml_writes_them(tmp_path: Path) -> None:
    _, feed = told(scaffold(tmp_path, WATER))
    assert feed["cursor"]["format"] == "xs:dateTime"
    assert feed["fields"]["issued_on"]["date"] == "xs:date"
    assert feed["fields"]["valid_to"]["open_ended"] == ["9999-12-31"]


def test_schemas_nested_in_folders_that_refer_to_each_other_are_read(tmp_path: Path) -> None:
    start, end = WATER.index('<xsd:complexType name="Permit">'), WATER.index('<xsd:complexType name="PermitList">')
    head = '<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
    chameleon = f"{head}>{WATER[start:end].replace('tns:', '')}</xsd:schema>"
    between = f'{head}xmlns:tns="urn:WaterPermit" targetNamespace="urn:WaterPermit"><xsd:include schemaLocation="../deep/permit.xsd"/></xsd:schema>'
    text = (WATER[:start] + WATER[end:]).replace(
        '<xsd:schema targetNamespace="urn:WaterPermit">',
        '<xsd:schema targetNamespace="urn:WaterPermit"><xsd:include schemaLocation="xsd/more/between.xsd"/>',
    )
    done = scaffold(tmp_path, text, xsd__more__between_xsd=between, xsd__deep__permit_xsd=chameleon)
    assert told(done)[1]["fields"]["license_number"] == "permit_no"
    assert sorted(p.name for p in (done.folder / "contract").iterdir()) == [
        "SHA256SUMS",
        "a.wsdl",
        "between.xsd",
        "permit.xsd",
    ]


def test_notes_give_way_before_a_declaration_grows_beyond_sixty_lines(tmp_path: Path) -> None:
    many = "".join(f'<port name="P{n}" binding="tns:WaterPermitBinding"/>' for n in range(5))
    fields = "".join(
        f'<xsd:element name="{n}" type="xsd:string"/>'
        for n in ("zzbs", "zzmc", "bbh", "djjgdm", "xzqh", "sxbm", "sxmc", "bgrq", "bgsy")
    )
    text = WATER.replace("</service>", f"{many}</service>").replace("</xsd:all>", f"{fields}</xsd:all>")
    done = scaffold(tmp_path, text)
    assert len((done.folder / "department.toml").read_text("utf-8").splitlines()) < 60
    assert any("port WaterPermitPort is used" in note for note in done.draft.notes)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('binding="tns:WaterPermitBinding"', 'binding="tns:Other"', "the binding of WaterPermitPort is in a file that is not imported"),
        ('type="tns:WaterPermitPort"', 'type="tns:Other"', "names a port type that no file here holds"),
    ],
)  # fmt: skip
def test_a_part_of_a_contract_is_told_from_a_whole_one(old: str, new: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=message):
        scaffold(tmp_path, WATER.replace(old, new))


def test_a_contract_without_ports_is_read_by_its_binding(tmp_path: Path) -> None:
    start, end = WATER.index("<service"), WATER.index("</definitions>")
    assert told(scaffold(tmp_path, WATER[:start] + WATER[end:]))[1]["operation"] == "listPermits"


def test_what_a_group_needs_is_asked_for_once_the_group_is_sent(tmp_path: Path) -> None:
    group = '<xs:element name="Auth" minOccurs="0"><xs:complexType><xs:sequence><xs:element name="Token" type="xs:string" minOccurs="0"/><xs:element name="Unit" type="xs:long"/></xs:sequence></xs:complexType></xs:element>'
    text = WSDL.replace(
        '<xs:element name="since" type="xs:string"/>', f'{group}<xs:element name="since" type="xs:string"/>'
    )
    _, feed = told(scaffold(tmp_path, text, "Query"))
    assert feed["request"]["Auth"] == {"Token": "{password}", "Unit": "?"}


def test_a_list_of_errors_means_success_when_it_is_empty(tmp_path: Path) -> None:
    text = WSDL.replace(
        '<xs:element name="Code" type="xs:string"/>',
        '<xs:element name="Errors" minOccurs="0"><xs:complexType><xs:sequence><xs:element name="Code" type="xs:int"/></xs:sequence></xs:complexType></xs:element>',
    )
    _, feed = told(scaffold(tmp_path, text, "Query"))
    assert (feed["success"]["field"], feed["success"]["values"]) == ("Result/Errors/Code", ["", "0"])


def test_what_stands_in_a_choice_is_not_demanded(tmp_path: Path) -> None:
    choice = '<xs:choice><xs:element name="byCode" type="xs:string"/><xs:element name="byName" type="xs:string"/></xs:choice>'
    text = WSDL.replace(
        '<xs:element name="since" type="xs:string"/>', f'{choice}<xs:element name="since" type="xs:string"/>'
    )
    _, feed = told(scaffold(tmp_path, text, "Query"))
    assert feed["request"] == {"since": "{since}", "page": "{page}", "size": "{page_size}"}
