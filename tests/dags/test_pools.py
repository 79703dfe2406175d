"""The pools of a server's own Airflow are made by one command."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from dag_runner import AirflowForTests

from connectors.declaration import list_departments
from hub.airflow_home import PROJECT


def test_the_pools_of_a_server_are_made_and_corrected(airflow: AirflowForTests) -> None:
    environ = airflow.home.environ(os.environ)
    airflow_itself = [sys.executable, "-m", "airflow", "pools"]
    subprocess.run([*airflow_itself, "set", "transport", "9", "by hand"], env=environ, check=True, capture_output=True)
    subprocess.run([*airflow_itself, "set", "others", "3", "not ours"], env=environ, check=True, capture_output=True)
    command = [sys.executable, "-c", "from hub.command import app; app()", "airflow", "pools", "--json"]
    made = subprocess.run(command, env=environ, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert sorted(json.loads(made.stdout)["pools"]) == sorted([*list_departments(), "incidents"])
    listed = subprocess.run(
        [*airflow_itself, "list", "-o", "json"], env=environ, capture_output=True, text=True, check=True
    )
    slots = {one["pool"]: int(one["slots"]) for one in json.loads(listed.stdout[listed.stdout.index("[") :])}
    assert {"transport": slots["transport"], "others": slots["others"]} == {"transport": 1, "others": 3}
    assert set(list_departments()) <= set(slots)
