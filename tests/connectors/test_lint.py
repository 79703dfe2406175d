"""The offline lint finds what would stop a department, before anyone calls it."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from soap_samples import TO_SOAP, TO_STRING, WSDL

from connectors.declarations.declaration import Department, list_departments, load_department
from connectors.lint.lint import Finding, check_department
from schemas.errors import DeclarationError

FIELDS = ["XKZBH", "ZZLX", "FZRQ", "YHMC", "YHDM", "DMLX", "YXQQ", "YXQZ", "ZT", "GXSJ", "JYFW", "CLXX"]
OPENAPI = {
    "paths": {"/licenses": {"get": {}}},
    "components": {"schemas": {"Row": {"properties": {name: {} for name in FIELDS}}}},
}
Lint = Callable[..., list[Finding]]


@pytest.fixture
def lint(declare: Callable[..., Department], tmp_path: Path) -> Lint:
    def run(*changes: tuple[str, str], files: dict[str, str] | None = None) -> list[Finding]:
        with contextlib.suppress(DeclarationError):  # lint reads the folder for itself
            declare(*changes, files=files or {"api.json": json.dumps(OPENAPI)})
        return check_department("roads", tmp_path)

    return run


@pytest.mark.parametrize("name", list_departments())
def test_every_declared_department_is_in_order(name: str) -> None:
    found = [finding for finding in check_department(name) if "declares no flag" not in finding.message]
    assert found == []  # a view that nobody may write to has no flag, and that is said


@pytest.mark.parametrize("name", list_departments())
def test_every_declaration_is_short(name: str) -> None:
    declared = load_department(name)
    lines = (declared.folder / "department.toml").read_text("utf-8").splitlines()
    assert len([line for line in lines if line.strip()]) < 60 + 25 * (
        len(declared.feeds) - 1 + len(declared.deliveries)
    )


def test_nothing_is_found_where_nothing_is_wrong(lint: Lint) -> None:
    assert lint() == []
    assert lint(*TO_SOAP, files={"roads.wsdl": WSDL}) == []
    assert lint(*TO_SOAP, *TO_STRING, files={"roads.wsdl": WSDL}) == []


@pytest.mark.parametrize(
    ("change", "severity", "message"),
    [
        (('uscc = "11370283MB9T00230W"', 'uscc = "11370283MB9T00230X"'), "error", "no unified social credit code: the check character at 18 does not fit"),
        (('area_code = { value = "370283" }', ""), "error", "area_code .* is required and not mapped"),
        (('"01" = "roadgoods"', '"01" = "roadgods"'), "error", "maps to 'roadgods', which is unknown"),
        (('"01" = "roadgoods"', '"01" = "roadcert"'), "warning", "plate.* on the face of every roadcert and is not mapped"),
        (('"2" = "revoked"', '"2" = "gone"'), "error", "maps to 'gone', which is unknown; there are .*revoked"),
        (('codes = { "1" = "001", "2" = "111" }', 'codes = { "1" = "01" }'), "error", "maps to '01'"),
        (('status = { from = "ZT", codes = { "1" = "valid", "2" = "revoked" } }', 'status = "ZT"'), "warning", "takes the source's code as ours"),
        (('since = "{since}", ', ""), "warning", "never asks with {since}"),
        (('page = "{page}"', 'page = "1"'), "error", "paging style page needs {page}"),
        (('success = { field = "code", values = ["0"], message = "msg" }', ""), "warning", "declares no success"),
        (('path = "/licenses"', 'path = "/permits"'), "error", "GET /permits is not in the contract; there are /licenses"),
        (('scope = "JYFW"', 'scope = "JYFWX"'), "warning", "source field 'JYFWX' is not in the contract"),
        (('kind = "rest"', 'kind = "post"'), "error", "invalid enum value"),
        (('key = ["XKZBH"]', 'key = ["GXSJ"]'), "error", "holds the time of change"),
        (('style = "page", total = "data/total"', 'style = "link"'), "warning", "declares no total"),
    ],
)  # fmt: skip
def test_a_slip_is_found(lint: Lint, change: tuple[str, str], severity: str, message: str) -> None:
    (finding,) = lint(change)
    assert finding.severity == severity
    assert re.search(message, finding.message)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('operation = "Query"', 'operation = "Find"'), "no operation 'Find' in the contract; there are Ask, Query"),
        (
            ('size = "{page_size}"', 'rows = "{page_size}"'),
            "does not fit operation Query.*its parameters are since, page, size",
        ),
    ],
)
def test_a_request_that_the_contract_does_not_know_is_found(lint: Lint, change: tuple[str, str], message: str) -> None:
    (finding,) = lint(*TO_SOAP, change, files={"roads.wsdl": WSDL})
    assert re.search(message, finding.message)


@pytest.mark.parametrize(
    ("name", "asked", "message"),
    [
        ("culture", '"/ccm/licenses/by-id"', "GET /ccm/licenses/by-number is not in the contract"),
        ("civil_affairs", '"GetCertificate"', "no operation 'GetLicense' in the contract"),
    ],
)
def test_a_question_for_one_record_that_the_contract_does_not_know_is_found(
    name: str, asked: str, message: str, tmp_path: Path
) -> None:
    shutil.copytree(load_department(name).folder, tmp_path / name)
    file = tmp_path / name / "department.toml"
    other = asked.replace("by-id", "by-number").replace("GetCertificate", "GetLicense")
    file.write_text(file.read_text("utf-8").replace(asked, other), "utf-8")
    (found,) = check_department(name, tmp_path)
    assert (found.severity, message in found.message) == ("error", True), found
    assert found.place == f"{name}/department.toml: [feeds.licenses.reconcile.ask]"


def test_a_contract_that_is_not_json_is_found(lint: Lint) -> None:
    (finding,) = lint(files={"api.json": "openapi: 3"})
    assert "contract/api.json: is not JSON" in finding.message


def test_a_sample_that_is_nothing_but_a_list_is_no_contract_to_be_compared_with(
    declare: Callable[..., Department],
) -> None:
    department = declare(files={"api.json": '[{"XKZBH": "1"}]'})
    found = [str(finding) for finding in check_department("roads", department.folder.parent)]
    assert any("is a sample, not a contract" in text for text in found)
    assert not any("source field" in text for text in found)
