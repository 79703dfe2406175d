"""Airflow's home on this machine: its folder, its environment, who may sign in.

Knows which settings make Airflow quick and private here; starts nothing and does not import Airflow.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
USER = "demo"

# Tasks are forked from the scheduler, so what it has imported they get for free: a task that needs the expectation
# engine starts in a tenth of a second instead of four. Polars starts threads, which do not survive a fork: not here.
LOCAL_SETTINGS = """\
import sys

if {"scheduler", "worker"} & set(sys.argv):
    import alembic.command
    import great_expectations
    import lxml.etree
    import pandas
    import psycopg
    import pydantic_settings
    import requests
    import sqlalchemy.dialects.postgresql
    import yaml
    import zeep
    import zstandard
"""


@dataclass(frozen=True)
class AirflowHome:
    """Where one Airflow keeps its things and on which loopback port it answers."""

    folder: Path
    log_folder: Path
    dags_folder: Path
    database_url: str
    port: int
    password: str

    @property
    def url(self) -> str:
        """Return the address of its pages and its API."""
        return f"http://127.0.0.1:{self.port}"

    def environ(self, base: Mapping[str, str]) -> dict[str, str]:
        """Return the environment of every Airflow process; no setting of another Airflow leaks in."""
        kept = {key: value for key, value in base.items() if not key.startswith("AIRFLOW_") or _is_connection(key)}
        return {**kept, **self._settings(), "PYTHONPATH": _python_path(base)}

    def _settings(self) -> dict[str, str]:
        return {
            "AIRFLOW_HOME": str(self.folder),
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.dags_folder),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(self.folder / "plugins"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "4",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(self.folder / "passwords.json"),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": self.database_url,
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__BASE_URL": self.url,
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.1",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
            "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "30",
            "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
            "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300",
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(self.log_folder / "airflow"),
            "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
            "GX_ANALYTICS_ENABLED": "False",
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
        }


def prepare_airflow_home(folder: Path, log_folder: Path, database_url: str) -> AirflowHome:
    """Lay out Airflow's home (safe to repeat) and choose a free port for this run."""
    password_file = folder / "passwords.json"
    (folder / "config").mkdir(parents=True, exist_ok=True)
    (folder / "plugins").mkdir(exist_ok=True)
    (folder / "config" / "airflow_local_settings.py").write_text(LOCAL_SETTINGS)
    password = _read_password(password_file) or _write_password(password_file)
    return AirflowHome(folder, log_folder, PROJECT / "dags", database_url, free_port(), password)


def free_port() -> int:
    """Return a loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_connection(key: str) -> bool:
    return key.startswith("AIRFLOW_CONN_")


def _python_path(base: Mapping[str, str]) -> str:
    return os.pathsep.join(filter(None, [str(PROJECT), base.get("PYTHONPATH", "")]))


def _read_password(file: Path) -> str | None:
    try:
        return str(json.loads(file.read_text())[USER])
    except (OSError, ValueError, KeyError):
        return None


def _write_password(file: Path) -> str:
    """The file holds a secret: it is created closed, not closed afterwards."""
    password = secrets.token_urlsafe(18)
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
        json.dump({USER: password}, output)
    return password
