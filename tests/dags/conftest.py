"""One Airflow for all tests of the DAGs: its metadata lives in the session's PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from dag_runner import AirflowForTests, airflow_standing_by

from hub.airflow.home import prepare_airflow_home
from hub.airflow.servers import migrate_airflow
from license_library.storage.embedded import database_url


@pytest.fixture(scope="session")
def airflow(postgres_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AirflowForTests]:
    """Give an Airflow whose metadata database is migrated, ready to run DAGs."""
    folder = tmp_path_factory.mktemp("airflow")
    home = prepare_airflow_home(folder / "home", folder / "log", database_url(postgres_home, "airflow"))
    migrate_airflow(home, os.environ)
    with airflow_standing_by(home, folder) as standing_by:
        yield standing_by
