"""The pools of a server's own Airflow are made by one command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from dag_runner import AirflowForTests
from sqlalchemy import text

from connectors.declarations.declaration import list_departments
from hub.airflow.home import PROJECT
from license_library.storage.database import open_database
from license_library.storage.embedded import database_url

BY_HAND = text(
    "insert into slot_pool (pool, slots, description, include_deferred) "
    "values ('transport', 9, 'by hand', false), ('others', 3, 'not ours', false)"
)


def test_the_pools_of_a_server_are_made_and_corrected(airflow: AirflowForTests, postgres_home: Path) -> None:
    engine = open_database(database_url(postgres_home, "airflow"))
    with engine.begin() as conn:
        conn.execute(BY_HAND)
    command = [sys.executable, "-c", "from hub.command import app; app()", "airflow", "pools", "--json"]
    environ = airflow.home.environ(os.environ)
    made = subprocess.run(command, env=environ, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert sorted(json.loads(made.stdout)["pools"]) == sorted([*list_departments(), "incidents"])
    with engine.connect() as conn:
        slots = dict(map(tuple, conn.execute(text("select pool, slots from slot_pool"))))
    engine.dispose()
    assert {"transport": slots["transport"], "others": slots["others"]} == {"transport": 1, "others": 3}
    assert set(list_departments()) <= set(slots)
