"""The pools that the DAGs' tasks run in: one for each department, made in an Airflow that is configured here.

Hands a list to Airflow's own command; does not import Airflow.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from connectors.declarations.declaration import Department
from hub.airflow.servers import airflow_command
from schemas.errors import ProcessFailed


def pools_of(departments: Sequence[Department]) -> dict[str, dict[str, object]]:
    """Return the pools as Airflow imports them: a department is never asked by more tasks than it allows."""
    return {"incidents": {"slots": 1, "description": "Alerts, one run at once", "include_deferred": False}} | {
        one.department: {
            "slots": one.transport.limits.concurrency,
            "description": f"At most {one.transport.limits.concurrency} tasks at once for {one.department}",
            "include_deferred": False,
        }
        for one in departments
    }


def keep_pools(departments: Sequence[Department], environ: Mapping[str, str]) -> None:
    """Make or correct the pools; those of others are left alone. ProcessFailed with Airflow's last words."""
    with tempfile.TemporaryDirectory(prefix="hub-pools-") as folder:
        file = Path(folder) / "pools.json"
        file.write_text(json.dumps(pools_of(departments)), "utf-8")
        done = subprocess.run(  # noqa: S603 - our own command
            airflow_command("pools", "import", str(file)),
            env=dict(environ),
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        words = " | ".join((done.stderr or done.stdout).strip().splitlines()[-3:])
        raise ProcessFailed(f"Airflow: making its pools failed; expected exit code 0, got {done.returncode}: {words}")
