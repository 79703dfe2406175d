"""Airflow for tests: its metadata in the session's PostgreSQL, each DAG run by `dag.test()` in one process of its own.

A process of its own, because Airflow changes logging, warnings and settings of whoever imports it; one for all, because
Airflow takes longer to start than a run takes. What a run finds in its environment is its own: the DAGs are parsed anew.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from hub.airflow.home import PROJECT, AirflowHome

LOOP = """
import importlib, json, os, sys
from airflow.models.asset import AssetEvent
from airflow.models.xcom import XComModel
from airflow.utils.session import create_session
OURS = ["drift", "incidents", "mend", "pull", "push", "reconcile", "retention", "seal", "subjects", "sweep"]
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
def parse():
    for name in [name for name in sys.modules if name.partition(".")[0] == "dags"]:
        del sys.modules[name]
    parsed = [importlib.import_module(f"dags.{name}") for name in OURS]
    return {dag.dag_id: dag for one in parsed for dag in vars(one).values() if hasattr(dag, "dag_id")}
answers = os.fdopen(int(sys.argv[1]), "w")
for line in sys.stdin:
    order = json.loads(line)
    os.environ.clear()
    os.environ.update(order["environ"])
    known = parse()
    told = [tell(known[name].test()) for name in order["dag_ids"]]
    print(json.dumps(told), file=answers, flush=True)
"""


@dataclass(frozen=True)
class AirflowForTests:
    """Airflow's home, and the process that runs one DAG of it after the other, with where it answers and what it logs."""

    home: AirflowHome
    process: subprocess.Popen[str]
    answers: TextIO
    log: Path

    def run(self, dag_id: str, environ: Mapping[str, str]) -> dict[str, Any]:
        """Run a DAG to its end; return its state, its tasks' states, and what its asset events carried."""
        (told,) = self.run_all([dag_id], environ)
        return told

    def run_all(self, dag_ids: Sequence[str], environ: Mapping[str, str]) -> list[dict[str, Any]]:
        """Run DAGs one after the other, in one environment."""
        before = self.log.stat().st_size
        assert self.process.stdin
        order = {"dag_ids": list(dag_ids), "environ": self.home.environ({**os.environ, **environ})}
        print(json.dumps(order), file=self.process.stdin, flush=True)
        answer = self.answers.readline()  # empty when the process has ended
        output = self.log.read_bytes()[before:].decode()
        assert answer, output[-6000:]
        told: list[dict[str, Any]] = json.loads(answer)
        return [{**one, "output": output} for one in told]


@contextmanager
def airflow_standing_by(home: AirflowHome, folder: Path) -> Iterator[AirflowForTests]:
    """Yield an Airflow that runs the DAGs it is told to until the block ends."""
    log = folder / "runs.log"
    reader, writer = os.pipe()
    command = [sys.executable, "-u", "-c", LOOP, str(writer)]
    with log.open("wb") as output, os.fdopen(reader) as answers:
        process = subprocess.Popen(
            command, cwd=PROJECT, env=home.environ(os.environ), stdin=subprocess.PIPE, stdout=output, stderr=output,
            pass_fds=[writer], text=True,
        )  # fmt: skip
        os.close(writer)
        try:
            yield AirflowForTests(home, process, answers, log)
        finally:
            process.kill()
            process.communicate()
