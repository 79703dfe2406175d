"""`hub push` brings what it can, and says of every department that it could not speak to why."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hub_makers import StartFake
from push_makers import owe, states
from typer.testing import CliRunner

from hub.command import app
from hub.context import HubContext


def test_a_declaration_that_cannot_be_read_stops_no_other_department(
    hub: HubContext, fake: StartFake, database_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = fake("transport")
    for name in ("agriculture", "transport"):
        shutil.copytree(one.department.folder.parent / name, tmp_path / "connectors" / name)
    (tmp_path / "connectors" / "agriculture" / "department.toml").write_text("[half", "utf-8")
    told = {
        "HUB_HOME": str(tmp_path),
        "HUB_DATABASE_URL": database_address,
        "HUB_SECRET_KEY": b"a secret of thirty-two bytes, ok".hex(),
        "HUB_CONNECTORS_FOLDER": str(tmp_path / "connectors"),
        "AIRFLOW_CONN_TRANSPORT": one.process.connection_value,
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    owe(hub, "transport")
    ended = CliRunner().invoke(app, ["push", "--json"], prog_name="hub")
    pushed = {each["department"]: each for each in json.loads(ended.stdout)}
    assert (ended.exit_code, sorted(pushed)) == (1, ["agriculture", "transport"])
    assert (pushed["agriculture"]["error_code"], pushed["transport"]["counts"]) == (
        "declaration.wrong",
        {"acknowledged": 1},
    )
    assert "agriculture/department.toml: is not TOML" in ended.stderr
    assert states(hub) == ["acknowledged"]
