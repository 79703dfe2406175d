"""What was edited is never overwritten: the difference of three is told, and a changed contract waits to be accepted."""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from scaffold_makers import CONTRACTS

from connectors.declarations.declaration import load_department
from connectors.scaffold.folder import Scaffolded, Source, scaffold_department
from schemas.errors import RequestError

MORE = '<xsd:element name="area_code" type="xsd:string"/></xsd:all>'


@pytest.fixture
def wsdl(tmp_path: Path) -> Path:
    return Path(shutil.copy(CONTRACTS / "php_water" / "water.wsdl", tmp_path / "water.wsdl"))


def scaffold(wsdl: Path, *, accept: bool = False) -> Scaffolded:
    """Make or remake the department `water` beside the contract."""
    return scaffold_department("water", Source("wsdl", wsdl), wsdl.parent / "departments", accept=accept)


def edit(wsdl: Path) -> Path:
    """Edit the declaration as an engineer would."""
    path = scaffold(wsdl).folder / "department.toml"
    path.write_text(path.read_text("utf-8").replace('network    = "?"', 'network    = "水利专网"  # by phone'), "utf-8")
    return path


def change(wsdl: Path) -> None:
    """Let the department add a field."""
    wsdl.write_text(wsdl.read_text("utf-8").replace("</xsd:all>", MORE), "utf-8")


def test_a_second_time_changes_nothing(wsdl: Path) -> None:
    path = scaffold(wsdl).folder / "department.toml"
    before = path.read_bytes()
    assert scaffold(wsdl).outcome == "same"
    assert path.read_bytes() == before


def test_what_nobody_edited_is_made_again_from_a_changed_contract(wsdl: Path) -> None:
    scaffold(wsdl)
    change(wsdl)
    done = scaffold(wsdl)
    assert (done.outcome, done.changed_files) == ("renewed", ["water.wsdl"])
    assert load_department("water", done.folder.parent).feeds["licenses"].fields["area_code"].from_ == "area_code"


def test_an_edit_is_never_overwritten_and_the_difference_of_three_is_told(wsdl: Path) -> None:
    path = edit(wsdl)
    before, contract = path.read_bytes(), (path.parent / "contract/water.wsdl").read_bytes()
    change(wsdl)
    done = scaffold(wsdl)
    assert (done.outcome, done.changed_files) == ("kept", ["water.wsdl"])
    assert path.read_bytes() == before
    assert (path.parent / "contract/water.wsdl").read_bytes() == contract
    told = {one.key: (one.who, one.generated, one.edited, one.suggested) for one in done.differences}
    assert told["network"] == ("you", "?", "水利专网", "?")
    assert told["feeds.licenses.fields.area_code"] == ("contract", None, None, "area_code")


def test_an_accepted_contract_is_pinned_beside_the_edited_declaration(wsdl: Path) -> None:
    path = edit(wsdl)
    before = path.read_bytes()
    change(wsdl)
    assert scaffold(wsdl, accept=True).outcome == "accepted"
    assert path.read_bytes() == before
    assert (path.parent / "contract/water.wsdl").read_bytes() == wsdl.read_bytes()
    assert load_department("water", path.parents[1]).network == "水利专网"
    assert [one.who for one in scaffold(wsdl).differences if one.key == "network"] == ["you"]


def test_what_lies_in_folders_beside_the_contract_stays_pinned(wsdl: Path) -> None:
    folder = scaffold(wsdl).folder
    sums, more = folder / "contract/SHA256SUMS", folder / "contract/codes/areas.csv"
    more.parent.mkdir()
    more.write_text("code,name\n", "utf-8")
    sums.write_text(f"{sha256(more.read_bytes()).hexdigest()}  codes/areas.csv\n{sums.read_text('utf-8')}", "utf-8")
    change(wsdl)
    assert scaffold(wsdl, accept=True).outcome == "accepted"
    load_department("water", folder.parent)
    assert [line.split()[1] for line in sums.read_text("utf-8").splitlines()] == ["codes/areas.csv", "water.wsdl"]


def test_a_declaration_written_by_hand_is_an_edit(wsdl: Path) -> None:
    path = edit(wsdl)
    (path.parent / ".generated.toml").unlink()
    before = path.read_bytes()
    assert scaffold(wsdl).outcome == "kept"
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["fake", "Water", "../water", "scaffold"])
def test_a_name_that_is_taken_or_no_name_is_refused(name: str, wsdl: Path, tmp_path: Path) -> None:
    for room in ("fake", "scaffold"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").touch()
    expected = r"expected (a letter.*; |one that no room of ours has, )got '"
    with pytest.raises(RequestError, match=expected):
        scaffold_department(name, Source("wsdl", wsdl), tmp_path)
