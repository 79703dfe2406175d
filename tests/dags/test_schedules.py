"""Whether the DAGs run by their own schedules is one setting, read as every other is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from hub.airflow.home import PROJECT

ASKED = """
import importlib, json, os, sys
import dags.surroundings as surroundings
told = {}
for value in json.loads(sys.argv[1]):
    os.environ["HUB_SCHEDULES"] = value
    told[value] = importlib.reload(surroundings).timetable("0 3 * * *") is not None
print("TOLD" + json.dumps(told))
"""


def test_schedules_are_turned_off_by_any_word_for_no(tmp_path: Path) -> None:
    expected = {"": True, "on": True, "true": True, "1": True, "off": False, "no": False, "0": False, "false": False}
    environ = {**os.environ, "AIRFLOW_HOME": str(tmp_path)}
    command = [sys.executable, "-c", ASKED, json.dumps(list(expected))]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout.split("TOLD")[-1]) == expected


def test_a_folder_of_departments_that_is_not_there_breaks_what_reads_it(tmp_path: Path) -> None:
    parse = "import importlib, sys\ntry: importlib.import_module(sys.argv[1])\nexcept Exception as error: print('TOLD', error)"
    environ = {
        "HUB_CONNECTORS_FOLDER": str(tmp_path / "mistyped"),
        "AIRFLOW_HOME": str(tmp_path),
        "PYTHONPATH": str(PROJECT),
    }
    for name in ("pull", "push", "sweep"):
        command = [sys.executable, "-c", parse, f"dags.{name}"]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
        assert "mistyped is no folder; expected one with a folder per department" in done.stdout, name
