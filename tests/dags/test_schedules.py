"""Whether the DAGs run by their own schedules is one setting, read as every other is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

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
