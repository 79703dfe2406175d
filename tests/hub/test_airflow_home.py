"""Airflow's home is private to this machine and to its owner, and no setting of another Airflow leaks into it."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from hub.airflow_home import LOCAL_SETTINGS, AirflowHome, free_port, prepare_airflow_home


@pytest.fixture
def home(tmp_path: Path) -> AirflowHome:
    return prepare_airflow_home(tmp_path / "airflow", tmp_path / "log", "postgresql+psycopg://x@127.0.0.1/airflow")


def test_it_listens_on_loopback_only(home: AirflowHome) -> None:
    environ = home.environ({})
    assert environ["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert environ["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == f"http://127.0.0.1:{home.port}/execution/"


def test_connections_reach_the_tasks_and_foreign_settings_do_not(home: AirflowHome) -> None:
    environ = home.environ({"AIRFLOW_CONN_ROADS": "http://x", "AIRFLOW__CORE__EXECUTOR": "Other", "PATH": "/bin"})
    assert environ["AIRFLOW_CONN_ROADS"] == "http://x"
    assert environ["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert environ["PATH"] == "/bin"


def test_the_password_is_made_once_and_readable_by_its_owner_only(home: AirflowHome, tmp_path: Path) -> None:
    again = prepare_airflow_home(tmp_path / "airflow", tmp_path / "log", "postgresql+psycopg://x@127.0.0.1/airflow")
    assert again.password == home.password
    assert len(home.password) >= 20
    assert (home.folder / "passwords.json").stat().st_mode & 0o777 == 0o600


def test_not_everybody_is_an_administrator(home: AirflowHome) -> None:
    assert "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS" not in home.environ({})


def test_only_processes_that_fork_tasks_import_the_heavy_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    imported: list[str] = []
    monkeypatch.setattr("builtins.__import__", _remembering(imported))
    monkeypatch.setattr("sys.argv", ["airflow", "api-server"])
    exec(LOCAL_SETTINGS, {})
    assert "great_expectations" not in imported
    assert "import polars" not in LOCAL_SETTINGS


def test_a_free_port_can_be_listened_on() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", free_port()))


def _remembering(names: list[str]) -> object:
    original = __import__

    def remember(name: str, *rest: object, **more: object) -> object:
        names.append(name)
        return original(name, *rest, **more)  # type: ignore[arg-type]

    return remember
