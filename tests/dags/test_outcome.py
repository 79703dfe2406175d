"""Airflow tries again what may be tried again, and stops at once at everything else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from hub.airflow.home import PROJECT

SCRIPT = """
import schemas.errors
from airflow.sdk.exceptions import AirflowException
from dags.outcome import told_to_airflow
for name in ("DepartmentUnavailable", "LeaseTaken", "DatabaseUnavailable", "DataHeld", "LeaseLost"):
    try:
        with told_to_airflow():
            raise getattr(schemas.errors, name)("department: what happened")
    except AirflowException as outcome:
        print("TOLD", type(outcome).__name__, outcome)
"""


def test_an_error_becomes_the_right_outcome(tmp_path: Path) -> None:
    environ = {**os.environ, "AIRFLOW_HOME": str(tmp_path), "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, env=environ, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert [line for line in done.stdout.splitlines() if line.startswith("TOLD")] == [
        "TOLD AirflowException [department.unavailable] department: what happened",
        "TOLD AirflowException [hub.lease_taken] department: what happened",
        "TOLD AirflowException [hub.database_unavailable] department: what happened",
        "TOLD AirflowFailException [data.held] department: what happened",
        "TOLD AirflowFailException [hub.lease_lost] department: what happened",
    ]
