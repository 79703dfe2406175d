"""How each way of pulling is started: a process of its own, a fresh database, a JSON job on its standard input."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from psycopg import connect, sql
from sqlalchemy import make_url

from connectors.declarations.declaration import load_department
from connectors.fake.process import FakeProcess
from connectors.wire.connection import parse_connection
from license_library.storage import embedded
from license_library.storage.database import migrate
from license_library.storage.embedded import database_url

ROOT = Path(__file__).parents[1]
DLT = ROOT / "var/benchmarks/dlt"
DLT_PYTHON = DLT / "bin/python"


@dataclass(frozen=True)
class Bench:
    """What a measurement needs: a server, declarations, and the fakes' connections."""

    home: Path
    connectors: Path
    fakes: dict[str, FakeProcess]
    day: int  # at which the fakes began
    numbers: Any = field(default_factory=count)


def prepare_dlt() -> None:
    """Make dlt an environment of its own, once; the project never depends on it."""
    if not DLT_PYTHON.exists():
        uv = [sys.executable, "-m", "uv"]
        subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, DLT], check=True)
        lock = ROOT / "benchmarks/requirements-dlt.txt"
        install = ["pip", "install", "--quiet", "--require-hashes", "--compile-bytecode", "--python", DLT_PYTHON]
        subprocess.run([*uv, *install, "-r", lock], check=True)


def measure(bench: Bench, way: str, department: str) -> dict[str, Any]:
    """Run one way once over a fresh migrated database; return what it told."""
    url = database_url(bench.home, f"bench_{next(bench.numbers)}")
    migrate(url)
    fake = bench.fakes[department]
    job: dict[str, Any] = {"department": department, "connection": fake.connection_value, "url": url}
    job |= {"control": fake.control, "day": bench.day}
    job["postmaster"] = int((embedded.status(bench.home).data / "postmaster.pid").read_text().split()[0])
    job |= {"connectors": str(bench.connectors), "database": url.replace("postgresql+psycopg", "postgresql")}
    with tempfile.TemporaryDirectory() as folder:
        command, told = _command(way), job | _dlt_job(way, job, folder)
        done = subprocess.run(command, input=json.dumps(told), capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        raise SystemExit(f"{way}, {department}: ended with {done.returncode}\n{done.stderr[-4000:]}")
    _drop(bench, url)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _command(way: str) -> list[str | Path]:
    if way.startswith("dlt"):
        return [DLT_PYTHON, "-m", "benchmarks.dlt_way"]
    return [sys.executable, "-m", f"benchmarks.{way}_way"]


def _dlt_job(way: str, job: dict[str, Any], folder: str) -> dict[str, Any]:
    """Tell dlt in its own words what the declaration says."""
    if not way.startswith("dlt"):
        return {}
    connection, feed = parse_connection(job["connection"]), load_department("transport").feeds["licenses"]
    return {
        "url": connection.origin + connection.path,
        "login": connection.login,
        "password": connection.password,
        "path": feed.path.lstrip("/"),
        "records": feed.records.replace("/", "."),
        "key": feed.key[0],
        "params": {"gxsjStart": "1970/01/01 08:00:00", "pageSize": 1000},
        "page_param": "pageNo",
        "strategy": {"dlt-merge": "delete-insert"}.get(way, way.removeprefix("dlt-")),
        "folder": folder,
    }


def _drop(bench: Bench, url: str) -> None:
    name = make_url(url).database or ""
    with connect(database_url(bench.home, "hub").replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
