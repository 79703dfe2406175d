"""`hub push` brings what it can, and says of every department that it could not speak to why."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hub_makers import Faked, StartFake
from push_makers import owe, states
from typed_commands import type_command

from hub.context import HubContext
from schemas.errors import DeclarationError


@pytest.fixture
def one(environ: dict[str, str], fake: StartFake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Faked:
    """Give a department that the command finds, and the folder in which its declaration belongs."""
    one = fake("transport")
    monkeypatch.setenv("HUB_CONNECTORS_FOLDER", str(tmp_path / "connectors"))
    monkeypatch.setenv("AIRFLOW_CONN_TRANSPORT", one.process.connection_value)
    return one


def test_a_declaration_that_cannot_be_read_stops_no_other_department(
    hub: HubContext, one: Faked, tmp_path: Path
) -> None:
    for name in ("agriculture", "transport"):
        shutil.copytree(one.department.folder.parent / name, tmp_path / "connectors" / name)
    (tmp_path / "connectors" / "agriculture" / "department.toml").write_text("[half", "utf-8")
    owe(hub, "transport")
    ended = type_command("push", "--json")
    pushed = {each["department"]: each for each in json.loads(ended.stdout)}
    assert (ended.exit_code, sorted(pushed)) == (1, ["agriculture", "transport"])
    assert (pushed["agriculture"]["error_code"], pushed["transport"]["counts"]) == (
        "declaration.wrong",
        {"acknowledged": 1},
    )
    assert "agriculture/department.toml: is not TOML" in ended.stderr
    assert states(hub) == ["acknowledged"]


def test_what_was_brought_is_told_though_something_was_wrong_in_the_end(
    hub: HubContext, one: Faked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(one.department.folder, tmp_path / "connectors" / "transport")
    owe(hub, "transport")
    monkeypatch.setattr("hub.pushing.push_pass.PushPass.poll", broken)
    ended = type_command("push", "transport", "--json")
    told = json.loads(ended.stdout)
    assert (ended.exit_code, told["counts"]) == (1, {"acknowledged": 1})
    assert (told["error_code"], told["error_message"]) == ("declaration.wrong", "transport: no such operation")
    assert "[declaration.wrong] transport: no such operation" in ended.stderr


def broken(*_: object) -> None:
    """Find in the middle of a pass that the declaration is wrong."""
    raise DeclarationError("transport: no such operation")
