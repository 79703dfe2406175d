"""Departments served by SOAP stacks that are not ours: scaffolded from their contract, filled in, and pulled whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from msgspec.structs import replace
from peer_servers import node_department, php_department
from scaffold_makers import CONTRACTS, fill_in, make
from soap_samples import TO_SOAP
from test_fake_soap_forms import CARRIED, HEADERS, WSDL, transport

from connectors.declarations.declaration import load_department
from connectors.declarations.declared import Department
from connectors.pages.pages import fetch_pages, map_page, read_page
from connectors.wire.connection import parse_connection
from schemas.catalogue.catalogue import load_catalogue
from schemas.errors import DepartmentFault, DepartmentRefused

COUNT = 25
WATER = str(CONTRACTS / "php_water" / "water.wsdl")
FOOD = str(CONTRACTS / "dotnet_food" / "FoodLicense.wsdl")
NODE = {"service": "FoodLicense", "port": "FoodLicenseSoap", "path": "/FoodLicense.asmx"}


def department(name: str, root: Path, *changes: tuple[str, str]) -> Department:
    """Scaffold a department, fill in what is open, change what a test changes, and judge its answers strictly."""
    done = make(name, root / "departments")
    fill_in(done, name)
    path = done.folder / "department.toml"
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, "utf-8")
    loaded = load_department(name, root / "departments")
    limits = replace(loaded.transport.limits, requests_per_second=1000)
    return replace(loaded, transport=replace(loaded.transport, limits=limits, strictness="enforce"))


def pull(one: Department, address: str) -> tuple[pl.DataFrame, list[str], int]:
    """Return records, problems and number of pages of one exchange."""
    feed, names = one.feeds["licenses"], load_catalogue().license_names()
    frames, problems, pages = [], [], 0
    for page in fetch_pages(one, feed, parse_connection(address), None):
        mapped = map_page(one, feed, read_page(one, feed, page.body, page.media_type), page.number, names)
        frames.append(mapped.frame)
        problems += mapped.problems["code"].to_list()
        pages += 1
    return pl.concat(frames), problems, pages


def permits(count: int = COUNT) -> list[dict[str, Any]]:
    """Return rows of the water department."""
    return [
        {
            "permit_id": n, "permit_no": f"取水(鲁平)字〔2024〕第{n:04}号", "company_name": f"平度<{n}>&水务", "credit_code": "91370283MA3C1XYZ0A",
            "legal_person": "甲", "water_source": "地下水", "issue_dept": "平度市水利局", "issue_date": "2024-01-05",
            "valid_from": "2024-01-05", "valid_to": "2029-01-04", "status": "1", "updated_at": "2024-01-05T08:30:00",
        }
        for n in range(1, count + 1)
    ]  # fmt: skip


def water(rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Return how a peer serves the water department."""
    operation = {"parameters": ["updated_since", "page", "limit"], "page": "page", "size": "limit", "rows": rows}
    operation["answer"] = {"total": "{total}", "permits": {"item": "{rows}"}}
    return {"wsdl": WATER, "version": 1, "operations": {"listPermits": operation | more}}


def foods(count: int = COUNT) -> list[dict[str, Any]]:
    """Return rows of the food department."""
    return [
        {
            "ID": str(n), "XKZBH": f"JY1370283{n:07}", "XKZLX": "食品经营", "JYZMC": f"平度饭店{n}", "SHXYDM": "91370283MA3C1XYZ0A", "FDDBR": "乙",
            "JYCS": "平度", "JYXM": "热食", "FZJG": "平度市市场监督管理局", "QFRQ": "2024-01-05T00:00:00", "YXQZ": "2029-01-04T00:00:00",
            "ZT": "有效", "GXSJ": "2024-01-05T08:30:00",
        }
        for n in range(1, count + 1)
    ]  # fmt: skip


def food(rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Return how a peer serves the food department."""
    operation = {"page": "ym", "size": "myts", "rows": rows}
    inside = {"Success": True, "Message": "ok", "Total": "{total}", "Rows": {"Xkz": "{rows}"}}
    operation["answer"] = {"GetXkzListResult": inside}
    return {"wsdl": FOOD, "version": 1, "operations": {"GetXkzList": operation | more}}


def test_php_rpc_literal_is_pulled_whole(tmp_path: Path) -> None:
    one = department("php_water", tmp_path, ("size = 1000", "size = 10"))
    with php_department(water(permits()), tmp_path) as address:
        frame, problems, pages = pull(one, address)
    assert (frame.height, problems, pages) == (COUNT, [], 3)
    assert frame["holder_name"][0] == "平度<1>&水务"


def fleet(count: int = COUNT) -> dict[str, Any]:
    """Return how a peer serves the fleet's registry: answers in two parts, types of an imported schema."""
    rows = [
        {
            "recordId": f"R{n}", "lastModified": "2024-01-05T08:30:00+08:00", "permitNumber": f"P-{n:05}", "category": "GOODS",
            "operator": {"name": f"平度<{n}>&运输", "registrationCode": "91370283MA34A2R83H", "businessScope": "货运"},
            "issuingOffice": "平度市交通运输局", "issueDate": "2024-01-05", "validity": {"from": "2024-01-05", "until": "2028-01-04"},
            "state": "ACTIVE", "vehicle": [{"plateNumber": "鲁B1"}, {"plateNumber": "鲁B2"}],
        }
        for n in range(1, count + 1)
    ]  # fmt: skip
    answer = {"status": {"code": "OK"}, "page": {"totalCount": "{total}", "permit": "{rows}"}}
    asked = {"parameters": ["session", "criteria"], "page": "criteria/pageNumber", "size": "criteria/pageSize"}
    return {"version": 1, "operations": {"findPermits": asked | {"rows": rows, "answer": answer}}}


def test_php_rpc_literal_with_imported_schemas_is_pulled_whole(tmp_path: Path) -> None:
    one = department("rpc_fleet", tmp_path, ("size = 1000", "size = 10"))
    wsdl = str(one.folder / "contract" / "FleetPermitRegistry.wsdl")
    with php_department(fleet() | {"wsdl": wsdl}, tmp_path) as address:
        frame, problems, pages = pull(one, address)
    assert (frame.height, problems, pages) == (COUNT, [], 3)
    assert set(frame["valid_to"]) == {date(2028, 1, 4)}
    assert frame["holder_name"][0] == "平度<1>&运输"


def test_node_sends_what_a_contract_leaves_open(tmp_path: Path) -> None:
    row = {
        "LicenseNo": "食许0001", "LicenseClass": "1", "HolderName": "平度<店>&", "HolderCode": "91370283MA34A2R83H", "IssuedBy": "平度市某局",
        "IssueDate": "2024-01-05", "ExpiryDate": "2029-01-04", "Status": "A", "ModifiedOn": "2024-01-05 08:30:00",
    }  # fmt: skip
    answer = {"ResultCode": "00", "RowCount": "{total}", "Rows": {"License": "{rows}"}}
    rows = [{"LicenseId": f"L{n}", **row} for n in range(COUNT)]
    asked = {"page": "PageIndex", "size": "RowsPerPage", "rows": rows, "answer": {"GetChangesResult": answer}}
    served = {
        "service": "Licensing",
        "port": "LicensingSoap",
        "path": "/Licensing.svc",
        "operations": {"GetChanges": asked},
    }
    data = {"wsdl": str(CONTRACTS / "dotnet_harbor" / "harbor.wsdl"), **served}
    one = department("dotnet_harbor", tmp_path, ("size = 1000", "size = 10"))
    with node_department(data, tmp_path) as address:
        frame, problems, pages = pull(one, address)
    assert (frame.height, problems, pages) == (COUNT, [], 3)
    assert frame["record_id"].n_unique() == COUNT
    assert frame["holder_name"][0] == "平度<店>&"


@pytest.mark.parametrize("count", [0, 1])
def test_php_sends_no_record_and_one(count: int, tmp_path: Path) -> None:
    with php_department(water(permits(count)), tmp_path) as address:
        frame, problems, _ = pull(department("php_water", tmp_path), address)
    assert (frame.height, problems) == (count, [])


@pytest.mark.parametrize(("port", "version"), [("FoodLicenseSoap", 1), ("FoodLicenseSoap12", 2)])
def test_php_document_literal_is_pulled_over_soap_1_1_and_1_2(port: str, version: int, tmp_path: Path) -> None:
    one = department("dotnet_food", tmp_path, ('kind = "soap"', f'kind = "soap"\nport = "{port}"'))
    with php_department(food(foods()) | {"version": version}, tmp_path) as address:
        frame, problems, _ = pull(one, address)
    assert (frame.height, problems) == (COUNT, [])


@pytest.mark.parametrize(
    ("code", "family", "words"),
    [("Server", DepartmentFault, "…"), ("Client", DepartmentRefused, "…")],
)
@pytest.mark.parametrize("version", [1, 2])
def test_a_fault_of_php_is_told(code: str, family: type[Exception], words: str, version: int, tmp_path: Path) -> None:
    port = "FoodLicenseSoap12" if version == 2 else "FoodLicenseSoap"
    one = department("dotnet_food", tmp_path, ('kind = "soap"', f'kind = "soap"\nport = "{port}"'))
    told = {"code": code, "text": "库忙 37028319900307721X", "detail": {"errorCode": "E7"}}
    with (
        php_department(food([], fault=told) | {"version": version}, tmp_path) as address,
        pytest.raises(family, match=f"{words}'; errorCode 'E7'"),
    ):
        pull(one, address)


def test_node_document_literal_is_pulled_whole(tmp_path: Path) -> None:
    one = department("dotnet_food", tmp_path, ("size = 1000", "size = 10"))
    data = food(foods()) | NODE
    with node_department(data, tmp_path) as address:
        frame, problems, pages = pull(one, address)
    assert (frame.height, problems, pages) == (COUNT, [], 3)


def test_a_fault_of_node_is_told(tmp_path: Path) -> None:
    one = department("dotnet_food", tmp_path)
    told = {"code": "soap:Server", "text": "busy"}
    data = food([], fault=told) | NODE
    with node_department(data, tmp_path) as address, pytest.raises(DepartmentFault, match="busy"):
        pull(one, address)


def carried(declare: Callable[..., Department]) -> Department:
    """Declare a department that answers with JSON in one of two strings and wants an account in a header."""
    lines = ('payload = "json-in-string"', 'payload_path = "data"')
    paths = (('"Result/Code"', '"soap:Body/code"'), ('"Result/Item"', '"rows"'), ('"Result/Total"', '"total"'))
    headers = (CARRIED[1][0], f"{CARRIED[1][1]}\n{HEADERS}")
    changes = (*TO_SOAP, CARRIED[0], headers, *paths, transport(*lines))
    return declare(*changes, files={"roads.wsdl": WSDL})


def carrying(tmp_path: Path) -> dict[str, Any]:
    """Return how a peer serves it."""
    row = {
        "XKZBH": "A1", "ZZLX": "01", "FZRQ": "20240105", "YHMC": "平度<运输>&公司", "YHDM": "91370283MA34A2R83H", "DMLX": 1,
        "YXQQ": "20240105", "YXQZ": "长期", "ZT": "1", "GXSJ": "2024-01-05 08:30:00", "JYFW": None,
    }  # fmt: skip
    (tmp_path / "forms.wsdl").write_text(WSDL, "utf-8")
    operation = {"rows": [row, row | {"XKZBH": "A2"}], "answer": {"code": "0", "data": "{json}"}}
    return {"wsdl": str(tmp_path / "forms.wsdl"), "version": 1, "operations": {"Ask": operation}}


def test_php_sends_json_in_a_string_to_whoever_has_an_account_in_the_header(
    declare: Callable[..., Department], tmp_path: Path
) -> None:
    one = carried(declare)
    data = carrying(tmp_path) | {"header": "Auth", "account": {"User": "hub", "Key": "secret"}}
    with php_department(data, tmp_path) as address:
        frame, problems, _ = pull(one, address)
        with pytest.raises(DepartmentRefused, match="wrong account"):
            pull(one, address.replace("secret", "other"))
    assert (frame["record_id"].to_list(), problems) == (["A1", "A2"], [])
    assert frame["holder_name"][0] == "平度<运输>&公司"


def test_node_sends_json_in_a_string(declare: Callable[..., Department], tmp_path: Path) -> None:
    data = carrying(tmp_path) | {"service": "Forms", "port": "Port", "path": "/"}
    with node_department(data, tmp_path) as address:
        frame, problems, _ = pull(carried(declare), address)
    assert (frame["record_id"].to_list(), problems) == (["A1", "A2"], [])


def test_times_of_php_with_fraction_and_zone_are_read(tmp_path: Path) -> None:
    rows = [
        row | {"updated_at": "2024-01-05T08:30:00.25+08:00", "issue_date": "2024-01-05+08:00"} for row in permits(2)
    ]
    with php_department(water(rows), tmp_path) as address:
        frame, problems, _ = pull(department("php_water", tmp_path), address)
    assert problems == []
    assert frame["source_updated_at"][0] == datetime(2024, 1, 5, 0, 30, 0, 250_000, tzinfo=UTC)
    assert frame["issued_on"][0] == date(2024, 1, 5)


def test_php_rpc_literal_takes_headers_that_are_a_group_or_a_plain_text(tmp_path: Path) -> None:
    contract = Path(WATER).read_text("utf-8")
    for before, added in (
        ("<xsd:complexType", '<xsd:element name="Ticket" type="xsd:string"/>'),
        ("<portType", '<message name="Heads"><part name="ticket" element="tns:Ticket"/></message>'),
        ("<soap:body", '<soap:header message="tns:Heads" part="ticket" use="literal"/>'),
    ):
        contract = contract.replace(before, added + before, 1)
    (tmp_path / "water.wsdl").write_text(contract, "utf-8")
    one = department("php_water", tmp_path)
    (one.folder / "contract" / "water.wsdl").write_text(contract, "utf-8")
    text = (one.folder / "department.toml").read_text("utf-8")
    (one.folder / "department.toml").write_text(
        text.replace("records =", 'headers = { Ticket = "{password}" }\nrecords =', 1)
    )
    digest = sha256(contract.encode()).hexdigest()
    (one.folder / "contract" / "SHA256SUMS").write_text(f"{digest}  water.wsdl\n")
    one = load_department("php_water", tmp_path / "departments")
    data = water(permits()) | {"wsdl": str(tmp_path / "water.wsdl"), "header": "Ticket", "account": "secret"}
    with php_department(data, tmp_path) as address:
        frame, problems, _ = pull(one, address)
        with pytest.raises(DepartmentRefused, match="wrong account"):
            pull(one, address.replace("secret", "other"))
    assert (frame.height, problems) == (COUNT, [])
