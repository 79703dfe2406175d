"""Airflow's home is private to this machine and to its owner, and no setting of another Airflow leaks into it."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hub.airflow.home import LOCAL_SETTINGS, AirflowHome, free_port, prepare_airflow_home


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


@pytest.mark.parametrize(
    ("component", "imports"), [("api-server", "False"), ("dag-processor", "False"), ("scheduler", "True")]
)
def test_only_the_process_that_forks_tasks_imports_the_heavy_parts(component: str, imports: str) -> None:
    script = f"{LOCAL_SETTINGS}\nprint('great_expectations' in sys.modules, 'polars' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script, component], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [imports, "False"]


def test_a_free_port_can_be_listened_on() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", free_port()))
