"""Airflow for tests: its metadata in the session's PostgreSQL, each DAG run by `dag.test()` in a process of its own.

A process of its own, because Airflow changes logging, warnings and settings of whoever imports it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.airflow_home import PROJECT, AirflowHome

RUN = """
import json, sys
import dags.drift, dags.pull, dags.push, dags.reconcile
dag = {**vars(dags.pull), **vars(dags.push), "drift": dags.drift.dag, "reconcile": dags.reconcile.dag}[sys.argv[1]]
run = dag.test()
from airflow.models.asset import AssetEvent
from airflow.utils.session import create_session
from airflow.models.xcom import XComModel
with create_session() as session:
    events = [event.extra for event in session.query(AssetEvent).filter(AssetEvent.source_run_id == run.run_id)]
    kept = session.query(XComModel).filter(XComModel.run_id == run.run_id, XComModel.key == "return_value")
    returned = {one.task_id: json.loads(one.value) if isinstance(one.value, str) else one.value for one in kept}
tasks = run.get_task_instances()
told = {
    "state": str(run.state), "events": events, "returned": returned,
    "tasks": {one.task_id: str(one.state) for one in tasks}, "tries": {one.task_id: one.try_number for one in tasks},
}
print("TOLD" + json.dumps(told))
"""


@dataclass(frozen=True)
class AirflowForTests:
    """Airflow's home and how to run one DAG of it."""

    home: AirflowHome

    def run(self, dag_id: str, environ: Mapping[str, str]) -> dict[str, Any]:
        """Run a DAG to its end; return its state, its tasks' states, and what its asset events carried."""
        done = self._python(RUN, dag_id, environ)
        assert "TOLD" in done.stdout, done.stdout[-2000:] + done.stderr[-4000:]
        told: dict[str, Any] = json.loads(done.stdout.split("TOLD")[-1])
        return {**told, "output": done.stdout + done.stderr}

    def _python(self, script: str, argument: str, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        whole = self.home.environ({**os.environ, **environ})
        command = [sys.executable, "-c", script, argument]
        return subprocess.run(command, cwd=PROJECT, env=whole, capture_output=True, text=True, check=False)
