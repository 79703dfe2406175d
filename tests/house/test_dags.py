"""Rules of the DAG files: light and deterministic to parse, and every DAG says who owns it and how long it may take."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from connectors.declarations.declaration import list_departments, load_department
from hub.context import Bounds

from .tree import ROOT

HEAVY = [
    "great_expectations",
    "pandas",
    "polars",
    "pyarrow",
    "zeep",
    "lxml",
    "requests",
    "fastapi",
    "license_library",
    "hub",
]
# What Airflow brings in by itself is its own business; only what our file adds is counted.
PARSE = f"""
import json, sys
import airflow.sdk
from airflow.serialization.serialized_objects import DagSerialization
before = set(sys.modules)
import dags.pull, dags.drift, dags.incidents, dags.mend, dags.push, dags.reconcile, dags.retention, dags.subjects, dags.sweep
added = {{name.split(".")[0] for name in set(sys.modules) - before - {{"hub", "hub.settings"}}}}
found = {{name: value for name, value in vars(dags.pull).items() if isinstance(value, airflow.sdk.DAG)}}
found["drift"], found["incidents"] = dags.drift.dag, dags.incidents.dag
found["mend"], found["reconcile"], found["retention"] = dags.mend.dag, dags.reconcile.dag, dags.retention.dag
found |= {{name: value for name, value in vars(dags.push).items() if isinstance(value, airflow.sdk.DAG)}}
found["subjects"] = dags.subjects.dag
found |= {{name: value for name, value in vars(dags.sweep).items() if isinstance(value, airflow.sdk.DAG)}}
told = {{
    "order": list(found),
    "heavy": sorted(added & set({HEAVY!r})),
    "dags": {{
        name: {{
            "doc": dag.doc_md, "tags": sorted(dag.tags), "catchup": dag.catchup, "active": dag.max_active_runs,
            "zone": str(getattr(dag.timetable, "timetables", [dag.timetable])[0].timezone),
            "tasks": {{
                task.task_id: [task.owner, task.retries, task.pool, task.execution_timeout and task.execution_timeout.total_seconds()]
                for task in dag.tasks
            }},
        }}
        for name, dag in found.items()
    }},
    "serialized": {{name: DagSerialization.to_dict(dag) for name, dag in found.items()}},
}}
print("PARSED" + json.dumps(told, sort_keys=True, default=str))
"""


def parse(home: Path, seed: str) -> dict[str, Any]:
    """Parse the DAG file in a process of its own; return what it made."""
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "PYTHONHASHSEED": seed,
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", PARSE], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout.split("PARSED")[-1])
    return told


@pytest.fixture(scope="module")
def parsed_dags(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Give what one parse made."""
    return parse(tmp_path_factory.mktemp("airflow"), "1")


def test_every_declared_feed_has_a_dag_in_a_fixed_order(parsed_dags: dict[str, Any]) -> None:
    declared = [load_department(name) for name in list_departments()]
    wanted = [f"pull_{one.department}.{feed}" for one in declared for feed in sorted(one.feeds)]
    pushed = [f"push_{one.department}" for one in declared if one.deliveries]
    assert parsed_dags["order"] == [
        *wanted,
        "drift",
        "incidents",
        "mend",
        "reconcile",
        "retention",
        *pushed,
        "subjects",
        "sweep_weekly",
    ]


def test_each_feed_that_declares_a_rhythm_is_swept(parsed_dags: dict[str, Any]) -> None:
    declared = [load_department(name) for name in list_departments()]
    swept = [
        f"{one.department}.{name}" for one in declared for name, feed in sorted(one.feeds.items()) if feed.cursor.sweep
    ]
    assert sorted(parsed_dags["dags"]["sweep_weekly"]["tasks"]) == sorted(swept)


def test_each_department_that_shows_its_contract_is_watched(parsed_dags: dict[str, Any]) -> None:
    declared = [load_department(name) for name in list_departments()]
    watched = [one.department for one in declared if one.is_contract_watched]
    assert sorted(parsed_dags["dags"]["drift"]["tasks"]) == watched


def test_each_feed_that_can_list_or_be_asked_is_compared(parsed_dags: dict[str, Any]) -> None:
    feeds = [(one, feed) for one in map(load_department, list_departments()) for feed in one.feeds.values()]
    compared = [f"{one.department}.{feed.name}" for one, feed in feeds if not feed.files]
    assert sorted(parsed_dags["dags"]["reconcile"]["tasks"]) == sorted(compared)


def test_parsing_the_dags_imports_nothing_heavy(parsed_dags: dict[str, Any]) -> None:
    assert parsed_dags["heavy"] == []


def test_parsing_twice_makes_the_same_dags(parsed_dags: dict[str, Any], tmp_path: Path) -> None:
    assert parse(tmp_path, "2")["serialized"] == parsed_dags["serialized"]


def test_every_dag_is_described_tagged_and_runs_alone_in_our_time(parsed_dags: dict[str, Any]) -> None:
    for name, dag in parsed_dags["dags"].items():
        assert len(dag["doc"]) > 100, name
        assert len(dag["tags"]) >= 2, name
        assert dag["active"] == 1, name
        assert dag["catchup"] is False, name
        assert dag["zone"].endswith("Asia/Shanghai"), name


def test_every_task_has_an_owner_retries_a_pool_and_an_end(parsed_dags: dict[str, Any]) -> None:
    departments = set(list_departments())
    answered = {
        f"pull_{one.department}.{feed.name}"
        for one in map(load_department, list_departments())
        for feed in one.feeds.values()
        if feed.is_answered
    }
    for name, dag in parsed_dags["dags"].items():
        pulled = {"land", "check", "merge", *(["acknowledge"] if name in answered else [])}
        steps = {"deliver"} if name.startswith("push_") else pulled
        assert (
            name in {"drift", "incidents", "mend", "reconcile", "retention", "subjects", "sweep_weekly"}
            or set(dag["tasks"]) == steps
        )
        for owner, retries, pool, seconds in dag["tasks"].values():
            assert owner != "airflow"
            assert 1 <= retries <= 5
            assert pool in departments | {"incidents", "default_pool"}
            assert 0 < seconds <= (86400 if pool in departments else 3600)


def test_no_task_ends_before_the_longest_exchange_over_a_slow_line_could(parsed_dags: dict[str, Any]) -> None:
    seconds_a_page = 5
    asking = [one for name, one in parsed_dags["dags"].items() if name.startswith(("pull_", "sweep_"))]
    shortest = min(limit for dag in asking for *_, limit in dag["tasks"].values())
    assert shortest >= Bounds().pages * seconds_a_page
