"""Airflow for tests: its metadata in the session's PostgreSQL, each DAG run by `dag.test()` in a process of its own.

A process of its own, because Airflow changes logging, warnings and settings of whoever imports it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.airflow_home import PROJECT, AirflowHome

RUN = """
import json, sys
import dags.drift, dags.incidents, dags.mend, dags.pull, dags.push, dags.reconcile, dags.retention, dags.subjects, dags.sweep
named = {"drift": dags.drift, "incidents": dags.incidents, "mend": dags.mend, "reconcile": dags.reconcile, "retention": dags.retention}
named["subjects"] = dags.subjects
known = {**vars(dags.pull), **vars(dags.push), **vars(dags.sweep)} | {name: one.dag for name, one in named.items()}
from airflow.models.asset import AssetEvent
from airflow.utils.session import create_session
from airflow.models.xcom import XComModel
def tell(run):
    with create_session() as session:
        events = [event.extra for event in session.query(AssetEvent).filter(AssetEvent.source_run_id == run.run_id)]
        kept = session.query(XComModel).filter(XComModel.run_id == run.run_id, XComModel.key == "return_value")
        returned = {one.task_id: json.loads(one.value) if isinstance(one.value, str) else one.value for one in kept}
    tasks = run.get_task_instances()
    return {
        "state": str(run.state), "events": events, "returned": returned,
        "tasks": {one.task_id: str(one.state) for one in tasks}, "tries": {one.task_id: one.try_number for one in tasks},
    }
print("TOLD" + json.dumps([tell(known[name].test()) for name in sys.argv[1:]]))
"""


@dataclass(frozen=True)
class AirflowForTests:
    """Airflow's home and how to run one DAG of it."""

    home: AirflowHome

    def run(self, dag_id: str, environ: Mapping[str, str]) -> dict[str, Any]:
        """Run a DAG to its end; return its state, its tasks' states, and what its asset events carried."""
        (told,) = self.run_all([dag_id], environ)
        return told

    def run_all(self, dag_ids: Sequence[str], environ: Mapping[str, str]) -> list[dict[str, Any]]:
        """Run DAGs one after the other in one process, which starts but once."""
        done = self._python(RUN, dag_ids, environ)
        assert "TOLD" in done.stdout, done.stdout[-2000:] + done.stderr[-4000:]
        told: list[dict[str, Any]] = json.loads(done.stdout.split("TOLD")[-1])
        return [{**one, "output": done.stdout + done.stderr} for one in told]

    def _python(
        self, script: str, arguments: Sequence[str], environ: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        whole = self.home.environ({**os.environ, **environ})
        command = [sys.executable, "-c", script, *arguments]
        return subprocess.run(command, cwd=PROJECT, env=whole, capture_output=True, text=True, check=False)
