"""One Airflow for all tests of the DAGs: its metadata lives in the session's PostgreSQL."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from dag_runner import AirflowForTests

from hub.airflow_home import prepare_airflow_home
from hub.airflow_processes import migrate_airflow
from license_library.embedded import database_url


@pytest.fixture(scope="session")
def airflow(postgres_home: Path, tmp_path_factory: pytest.TempPathFactory) -> AirflowForTests:
    """Give an Airflow whose metadata database is migrated."""
    folder = tmp_path_factory.mktemp("airflow")
    home = prepare_airflow_home(folder / "home", folder / "log", database_url(postgres_home, "airflow"))
    migrate_airflow(home, os.environ)
    return AirflowForTests(home)
