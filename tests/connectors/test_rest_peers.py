"""A department served over REST by a server that is not ours, by a contract that was not written for us: pulled whole."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from msgspec.structs import replace
from peer_servers import php_department

from connectors.declarations.declaration import load_department
from connectors.declarations.declared import Department
from connectors.lint.lint import check_department
from connectors.pages.pages import fetch_pages, map_page, read_page
from connectors.scaffold.folder import Source, scaffold_department
from connectors.wire.connection import parse_connection
from schemas.catalogue.catalogue import load_catalogue
from schemas.errors import DepartmentRefused

PATH = "/api/v2/eventLogs"
OPENAPI = files("airflow.api_fastapi.core_api.openapi") / "v2-rest-api-generated.yaml"
COUNT = 25
FILLED = {  # what the contract does not tell, and what was guessed wrong: all that an engineer writes
    'name       = "?"': 'name       = "流程日志"', 'uscc       = "?"': 'uscc       = "11370283MB9T00230W"', 'network    = "?"': 'network    = "专网"',
    'contact    = "?"': 'contact    = "数据科"', 'catalogue    = "?"': 'catalogue    = "370283/x/0001"', 'basis        = "?"': 'basis        = "依据"',
    'purpose      = "?"': 'purpose      = "核验"', 'key          = ["?"]': 'key          = ["event_log_id"]',
    'field = "?", format = "%Y-%m-%d %H:%M:%S"': 'field = "when", format = "xs:dateTime"', 'license_type     = { value = "?" }': 'license_type     = { value = "outad" }',
    'license_number   = "?"': 'license_number   = "run_id"', 'issuer_name      = "?"': 'issuer_name      = { value = "流程日志" }',
    'issued_on        = { from = "?", date = "%Y-%m-%d" }': 'issued_on        = { from = "logical_date", date = "xs:dateTime" }',
    'holder_code      = "?"': 'holder_code      = "dag_id"', 'holder_code_type = { value = "?" }': 'holder_code_type = { value = "999" }',
    'status           = { value = "?" }': 'status           = { value = "valid" }',
}  # fmt: skip


@pytest.fixture
def event_log(tmp_path: Path) -> Department:
    """Scaffold the event log of Airflow's own OpenAPI document, and fill in what is open."""
    contract = yaml.safe_load(OPENAPI.read_text("utf-8"))
    contract["paths"] = {
        PATH: contract["paths"][PATH]
    }  # the other 140 paths cost the scaffold seconds and say nothing here
    (tmp_path / "airflow.json").write_text(json.dumps(contract))
    done = scaffold_department("flow", Source("openapi", tmp_path / "airflow.json"), tmp_path / "departments")
    path = done.folder / "department.toml"
    text = path.read_text("utf-8")
    for old, new in FILLED.items():
        assert old in text, old
        text = text.replace(old, new, 1)
    assert len(text.splitlines()) < 60
    path.write_text(text, "utf-8")
    assert [one for one in check_department("flow", tmp_path / "departments") if one.severity == "error"] == []
    loaded = load_department("flow", tmp_path / "departments")
    limits = replace(loaded.transport.limits, requests_per_second=1000)
    feed = loaded.feeds["licenses"]
    feeds = {"licenses": replace(feed, paging=replace(feed.paging, size=10))}
    return replace(loaded, transport=replace(loaded.transport, limits=limits), feeds=feeds)


def events() -> list[dict[str, Any]]:
    """Return rows as Airflow writes them."""
    return [
        {
            "event_log_id": n, "when": f"2024-01-{n + 1:02}T00:30:00.250Z", "dag_id": f"d{n}", "task_id": None, "run_id": f"r{n}",
            "logical_date": "2024-01-05T00:00:00Z", "owner": f"平度<{n}>&", "event": "trigger", "extra": None, "try_number": n,
        }
        for n in range(COUNT)
    ]  # fmt: skip


def served(**more: Any) -> dict[str, Any]:
    """Return how the peer serves them."""
    names = {"limit": "limit", "offset": "offset", "since": "after", "records": "event_logs", "total": "total_entries"}
    return {"path": PATH, "changed": "when", "token": "secret", "rows": events(), **names, **more}


def pull(department: Department, address: str) -> tuple[pl.DataFrame, list[str], int]:
    """Return records, problems and number of pages of one exchange."""
    feed, names = department.feeds["licenses"], load_catalogue().license_names()
    pages = list(fetch_pages(department, feed, parse_connection(address), None))
    mapped = [
        map_page(department, feed, read_page(department, feed, page.body, page.media_type), page.number, names)
        for page in pages
    ]
    problems = [code for one in mapped for code in one.problems["code"].to_list()]
    return pl.concat([one.frame for one in mapped]), problems, len(pages)


def test_a_stranger_s_openapi_is_pulled_whole_from_a_stranger_s_server(event_log: Department, tmp_path: Path) -> None:
    with php_department(served(), tmp_path, script="rest.php") as address:
        frame, problems, pages = pull(event_log, address)
        with pytest.raises(DepartmentRefused):
            pull(event_log, address.replace("secret", "other"))
    assert (frame.height, problems, pages) == (COUNT, [], 3)
    assert frame["holder_name"][1] == "平度<1>&"
    assert frame["source_updated_at"].n_unique() == COUNT
