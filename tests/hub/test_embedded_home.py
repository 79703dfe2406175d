"""On a fresh machine a command needs nothing but a folder: the database comes up, is made, and goes down again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hub_makers import StartFake
from typer.testing import CliRunner

from hub.airflow.home import PROJECT
from hub.command import app
from license_library.storage import embedded


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a fresh home folder; its server, if any, is stopped after the test."""
    folder = Path(tempfile.mkdtemp(prefix="hub-home-"))
    folder.chmod(0o711)  # as root the server runs as another user, who must be able to walk in
    monkeypatch.setenv("HUB_HOME", str(folder))
    yield folder
    embedded.erase(folder)
    shutil.rmtree(folder)


def typed(*words: str) -> Any:
    result = CliRunner().invoke(app, [*words, "--json"], prog_name="hub")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_the_database_is_started_migrated_kept_and_stopped(home: Path) -> None:
    assert typed("db", "status")["running"] is False
    up = typed("db", "up")
    assert (up["kind"], up["running"], up["kept"], up["migrated"]) == ("embedded", True, True, True)
    assert typed("exchange", "list")["exchanges"] == []
    assert typed("db", "status")["running"] is True
    assert typed("db", "down")["running"] is False


def test_a_pull_needs_no_preparation_and_leaves_no_server(
    home: Path, fake: StartFake, connectors_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_CONNECTORS_FOLDER", str(connectors_folder))
    monkeypatch.setenv("AIRFLOW_CONN_TRANSPORT", fake("transport").process.connection_value)
    assert typed("pull", "transport")["merged"] == fake("transport").truth().good
    assert embedded.status(home).running is False
    assert (home / "secret.key").stat().st_mode & 0o777 == 0o600
    assert typed("pull", "transport")["merged"] == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_service_that_is_ended_leaves_no_server(home: Path, number: signal.Signals) -> None:
    service = subprocess.Popen(
        [sys.executable, "-c", "from hub.command import app; app()", "serve", "--port", "0"],
        env={**os.environ, "HUB_HOME": str(home)},
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert service.stderr is not None
    with service.stderr as said:
        assert b"http://127.0.0.1:" in said.readline()
        service.send_signal(number)
        assert service.wait(60) in {0, 130}
    assert embedded.status(home).running is False
