"""A department that was just scaffolded has a fake, and a whole exchange with it brings every record, judged by its contract."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_makers import pull, serving
from file_makers import dropping, fetch, file_department, rows
from msgspec.structs import replace
from scaffold_makers import expected, fill_in, make

from connectors.declarations.declaration import load_department
from connectors.declarations.declared import Department
from connectors.fake.rows.truth import Plot

STACKS = {  # pages that 230 records make
    "cxf_fire": 2,  # document/literal, a bean as argument, schemas in files
    "dotnet_food": 1,  # three ports, a DataSet beside
    "php_water": 1,  # rpc/literal
    "rpc_fleet": 1,  # rpc/literal in two parts, qualified types in imported schemas, lists within lists
    "dotnet_harbor": 1,  # any element where the records stand, told by a sample; an account in a header
    "exchange_hukou": 1,  # XML as text
    "openapi_marriage": 3,  # a nested request and Chinese names
    "openapi_forestry": 3,  # a bare list, paged by Link, behind OAuth 2
    "swagger_school": 1,  # a form, pages from 0
    "sample_environment": 1,
}


def eager(name: str, root: Path) -> Department:
    """Scaffold a department, fill in what is open, and have its answers judged strictly."""
    fill_in(make(name, root), name)
    department = load_department(name, root)
    limits = replace(department.transport.limits, requests_per_second=1000)
    return replace(department, transport=replace(department.transport, limits=limits, strictness="enforce"))


@pytest.mark.parametrize("name", STACKS)
def test_a_scaffolded_department_is_faked_and_pulled_whole(name: str, tmp_path: Path) -> None:
    department = eager(name, tmp_path)
    with serving(department, Plot(scale=230, bad_share=0.0)) as server:
        pulled = pull(department, server)
    assert (pulled.frame.height, pulled.bad, len(pulled.bodies)) == (230, 0, STACKS[name])
    assert pulled.frame["record_id"].n_unique() == 230
    assert set(pulled.frame["status"]) <= set(expected(name).get("codes", {}).get("status", {}).values()) | {
        "valid",
        "cancelled",
    }
    assert pulled.frame["source_updated_at"].null_count() == 0


@pytest.mark.parametrize("name", ["sample_forest", "sample_social"])
def test_a_scaffolded_file_drop_is_faked_and_read_whole(name: str, tmp_path: Path) -> None:
    fill_in(make(name, tmp_path), name)
    department = file_department(name, tmp_path)
    with dropping(department, Plot(scale=230, bad_share=0.0)) as drop:
        pages = fetch(drop)
    assert {len(values) for values in rows(drop, pages).values()} == {230}
    assert len(set(rows(drop, pages)[drop.feed.key[0]])) == 230
