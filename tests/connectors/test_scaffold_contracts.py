"""Contracts as they come: large, in GBK, in many files, with addresses nobody may fetch, or in a form we do not speak."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scaffold_makers import CONTRACTS

from connectors.declarations.declaration import load_department
from connectors.scaffold.folder import Scaffolded, Source, scaffold_department
from connectors.soap.soap_contract import SoapContract
from schemas.errors import DeclarationError

REFUSED = CONTRACTS / "refused"
WATER = (CONTRACTS / "php_water" / "water.wsdl").read_text("utf-8")
FIRE = (CONTRACTS / "cxf_fire" / "FireCertService.wsdl").read_text("utf-8")


def scaffold(path: Path, form: str = "wsdl") -> Scaffolded:
    """Scaffold one file as department `new`."""
    return scaffold_department("new", Source(form, path), path.parent / "departments")  # type: ignore[arg-type]


def write(folder: Path, text: str, name: str = "a.wsdl", encoding: str = "utf-8") -> Path:
    """Write a contract file."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (
            "encoded.wsdl",
            "operation getLicenses is rpc/encoded, which is not spoken; ask the department for a literal port",
        ),
        (
            "attachments.wsdl",
            r"operation getFile is asked with attachments \(multipart/related\), which are not sent",
        ),
    ],
)
def test_what_cannot_be_spoken_is_said_in_a_sentence(file: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=message):
        scaffold(write(tmp_path, (REFUSED / file).read_text("utf-8")))
    assert not (tmp_path / "departments").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('<description xmlns="http://www.w3.org/ns/wsdl"/>', "is WSDL 2.0, which is not read; ask the department for WSDL 1.1"),
        ('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>', "is no WSDL: it begins with <schema>; give the WSDL that imports it"),
        ("<!DOCTYPE html><html></html>", r"holds a DOCTYPE \(a sign-in page\?\), which is refused"),
        ("not found", "is not XML"),
        (WATER.replace("http://schemas.xmlsoap.org/wsdl/soap/", "urn:other"), "has no SOAP port; it has 1 other ports"),
    ],
)  # fmt: skip
def test_what_is_no_wsdl_is_said_in_a_sentence(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=message):
        scaffold(write(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("CREATE VIEW a AS SELECT 1", "holds no CREATE TABLE"),
        ("", "holds no CREATE TABLE"),
    ],
)
def test_what_is_no_table_definition_is_said_in_a_sentence(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=message):
        scaffold(write(tmp_path, text, "a.sql"), "ddl")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "is no OpenAPI document"),
        ("\t- :", "is neither JSON nor YAML"),
        ('{"openapi": "3.0.0", "paths": {}}', "has no GET or POST path"),
        ('{"openapi": "3.0.0", "paths": {"/a": {"$ref": "other.yaml#/a"}}}', "refers to other.yaml#/a, another file"),
        ('{"openapi": "3.0.0", "paths": {"/a/{id}": {"get": {"parameters": [{"name": "id", "in": "path"}]}}}}', "it asks for one record"),
    ],
)  # fmt: skip
def test_what_is_no_openapi_is_said_in_a_sentence(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=message):
        scaffold(write(tmp_path, text, "a.json"), "openapi")


def test_an_export_of_sql_server_tells_its_words_and_a_counter_is_no_key(tmp_path: Path) -> None:
    ddl = load_department("farm_machinery").folder / "contract/NJ_TLJXSZ.sql"
    done = scaffold_department("tractors", Source("ddl", ddl), tmp_path)
    assert {line.key: line.value for line in done.draft.feed}["key"] == ["ZSBH"]
    assert {line.key: line.value for line in done.draft.fields}["holder_code_type"] == {
        "from": "ZJLX", "codes": {"身份证": "111", "信用代码": "001"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("industry", "paging", {"style": "offset", "total": "total_count", "size": 200}),
        ("industry", "success", {"field": "status", "values": ["ok"], "message": "message"}),
        ("culture", "paging", {"style": "link", "total_header": "X-Total-Count", "size": 100}),
        ("culture", "records", "."),
        ("health", "paging", {"style": "next", "next": "next", "total": "total", "size": 200}),
        ("agriculture", "send", "xml"),
        ("agriculture", "answer", "xml"),
        ("institutions", "records", "units/unit"),
    ],
)
def test_ways_to_page_and_to_write_are_seen_in_an_openapi(name: str, key: str, value: object, tmp_path: Path) -> None:
    declared = load_department(name)
    done = scaffold_department("again", Source("openapi", declared.folder / declared.transport.contract), tmp_path)
    assert {line.key: line.value for line in done.draft.feed}[key] == value


def test_an_address_in_an_import_is_never_fetched_but_found_beside_the_contract(tmp_path: Path) -> None:
    fire = FIRE.replace("xsd/service.xsd", "http://fire.example.invalid:8080/ws/FireCertService?xsd=service.xsd")
    path = write(tmp_path, fire)
    with pytest.raises(DeclarationError, match=r"never fetched; save it beside the contract as service\.xsd"):
        scaffold(path)
    for name in ("service.xsd", "vo.xsd"):
        write(tmp_path, (CONTRACTS / "cxf_fire/xsd" / name).read_text("utf-8"), name)
    done = scaffold(path)
    assert b"example.invalid:8080/ws/FireCertService?xsd" not in (done.folder / "contract/a.wsdl").read_bytes()
    assert SoapContract(load_department("new", done.folder.parent)).operations == ["getVersion", "queryCertList"]


def test_nothing_outside_the_contracts_folder_is_taken_in(tmp_path: Path) -> None:
    write(tmp_path, "<secret/>", "secret.xsd")
    path = write(tmp_path, FIRE.replace("xsd/service.xsd", "../secret.xsd"), "in/a.wsdl")
    with pytest.raises(DeclarationError, match=r"imports \.\./secret\.xsd from outside its folder"):
        scaffold(path)


def test_definitions_in_a_second_wsdl_are_read(tmp_path: Path) -> None:
    start, end = WATER.index("  <types>"), WATER.index("  <binding ")
    head = WATER[: WATER.index("  <documentation>")]
    write(tmp_path, head + WATER[start:end] + "</definitions>", "types.wsdl")
    path = write(tmp_path, head + '<import namespace="urn:WaterPermit" location="types.wsdl"/>' + WATER[end:])
    done = scaffold(path)
    department = load_department("new", done.folder.parent)
    assert department.feeds["licenses"].records == "permits/item"
    assert "{urn:WaterPermit}listPermits" in SoapContract(department).schema.elements


def test_a_contract_in_gbk_is_kept_in_utf_8(tmp_path: Path) -> None:
    path = write(tmp_path, WATER.replace('encoding="UTF-8"', 'encoding="GBK"'), encoding="gbk")
    done = scaffold(path)
    assert "平度市水利局" in (done.folder / "contract/a.wsdl").read_text("utf-8")
    assert "a.wsdl came in GBK; it is kept in UTF-8" in done.draft.notes
    assert SoapContract(load_department("new", done.folder.parent)).operations == ["listPermits"]


def test_a_wsdl_of_a_megabyte_loads(tmp_path: Path) -> None:
    record = '<xsd:complexType name="T{0}"><xsd:sequence><xsd:element name="F{0}" type="xsd:string"><xsd:annotation><xsd:documentation>第{0}个字段的说明</xsd:documentation></xsd:annotation></xsd:element></xsd:sequence></xsd:complexType>'
    many = "".join(record.format(number) for number in range(5000))
    path = write(tmp_path, WATER.replace("</xsd:schema>", many + "</xsd:schema>"))
    assert path.stat().st_size > 1_000_000
    done = scaffold(path)
    assert SoapContract(load_department("new", done.folder.parent)).parameters("listPermits") == [
        "updated_since",
        "page",
        "limit",
    ]


@pytest.mark.timeout(20)
def test_types_that_hold_each_other_end(tmp_path: Path) -> None:
    many = "".join(f'<xsd:element name="kin{n}" type="tns:Other{n}" minOccurs="0"/>' for n in range(12))
    kinds = "".join(f'<xsd:complexType name="Other{n}"><xsd:all>{many}</xsd:all></xsd:complexType>' for n in range(12))
    text = WATER.replace("</xsd:all>", f"{many}</xsd:all>").replace("</xsd:schema>", f"{kinds}</xsd:schema>")
    assert [line.value for line in scaffold(write(tmp_path, text)).draft.fields if line.key == "license_number"]


@pytest.mark.timeout(20)
def test_schemas_that_hold_each_other_end(tmp_path: Path) -> None:
    row = {"type": "object", "properties": {f"kin{n}": {"$ref": "#/components/schemas/Row"} for n in range(8)}}
    row["properties"]["zzbh"] = {"type": "string"}  # type: ignore[index]
    answer = {
        "schema": {
            "type": "object",
            "properties": {"rows": {"type": "array", "items": {"$ref": "#/components/schemas/Row"}}},
        }
    }
    path = {"get": {"responses": {"200": {"description": "ok", "content": {"application/json": answer}}}}}
    document = {"openapi": "3.0.0", "paths": {"/a": path}, "components": {"schemas": {"Row": row}}}
    done = scaffold(write(tmp_path, json.dumps(document), "a.json"), "openapi")
    assert [line.value for line in done.draft.fields if line.key == "license_number"] == ["zzbh"]


def test_what_a_contract_leaves_open_asks_for_a_sample(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        WATER.replace(
            '<xsd:element name="item" type="tns:Permit" minOccurs="0" maxOccurs="unbounded"/>',
            '<xsd:any maxOccurs="unbounded"/>',
        ),
    )
    done = scaffold(path)
    assert any("leaves open what permits holds; give --sample" in note for note in done.draft.notes)
    assert [line.value for line in done.draft.feed if line.key == "records"] == ["?"]
