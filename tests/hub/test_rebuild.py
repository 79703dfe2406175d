"""The raw archive makes the library again, by the declarations of its day; what it does not make is named."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hub_makers import FEW, Faked, column, count, pull_once

from connectors.declaration import load_department
from connectors.fake.process import start_fake
from hub.conformance.scratch import Scratch, scratch_server
from hub.context import HubContext
from hub.rebuild import Rebuilt, check_rebuild

NAME = "human_resources"
OTHERWISE = ('= "XZQHDM"', '= { value = "370283" }')  # what another declaration reads otherwise


@pytest.fixture(scope="module")
def scratch() -> Iterator[Scratch]:
    """Give a server that is thrown away."""
    with scratch_server() as server:
        yield server


@pytest.fixture
def pulled(hub: HubContext, tmp_path: Path) -> Iterator[tuple[HubContext, Faked]]:
    """Give a feed that was pulled by one declaration, changed, and pulled again by another."""
    shutil.copytree(load_department(NAME).folder, tmp_path / NAME)
    known = replace(hub, connectors_folder=tmp_path)
    with start_fake(NAME, FEW, connectors=tmp_path) as process:
        one = Faked(load_department(NAME, tmp_path), process, tmp_path, FEW)
        assert pull_once(known, one).state == "merged"
        file = tmp_path / NAME / "department.toml"
        file.write_text(file.read_text("utf-8").replace(*OTHERWISE), "utf-8")
        process.set_day(60)
        assert pull_once(known, one).merged > 0
        yield known, one


def rebuild(known: HubContext, scratch: Scratch) -> Rebuilt:
    return check_rebuild(known, scratch, NAME, "licenses")


def change(known: HubContext, statement: str) -> None:
    with known.engine.begin() as conn:
        conn.execute(sa.text(statement))


def test_the_archive_makes_the_library_again_and_names_what_it_does_not(
    pulled: tuple[HubContext, Faked], scratch: Scratch
) -> None:
    known, _ = pulled
    versions = column(known, "select distinct mapping_version from exchanges")
    assert len(versions) == count(known, "kept_declarations") == 2
    same = rebuild(known, scratch)
    assert (same.is_equal, same.deviations, same.not_rebuilt) == (True, [], [])
    assert same.records == same.rebuilt == count(known, "licenses") > 0

    (gone, altered, renamed, *_) = map(str, column(known, "select record_id from licenses order by record_id"))
    change(known, f"delete from licenses where record_id = '{gone}'")
    change(known, f"update licenses set digest = sha256(digest) where record_id = '{altered}'")
    change(known, f"update licenses set record_id = 'of nobody' where record_id = '{renamed}'")
    found = rebuild(known, scratch)
    assert not found.is_equal
    assert {one.record_id: one.kind for one in found.deviations} == {
        gone: "only_in_archive", altered: "different", renamed: "only_in_archive", "of nobody": "only_in_library",
    }  # fmt: skip


def test_what_retention_or_a_lost_declaration_took_is_said_and_not_blamed(
    pulled: tuple[HubContext, Faked], scratch: Scratch
) -> None:
    known, _ = pulled
    change(known, "update landed_pages set body = null where exchange_id = (select min(exchange_id) from exchanges)")
    thinned = rebuild(known, scratch)
    assert [one.reason for one in thinned.not_rebuilt] == ["retention"]
    assert thinned.is_equal
    assert 0 < thinned.unproven < thinned.records
    change(known, "delete from kept_declarations")
    lost = rebuild(known, scratch)
    assert [one.reason for one in lost.not_rebuilt] == ["retention", "declaration_gone"]
    assert (lost.rebuilt, lost.unproven) == (0, lost.records)
