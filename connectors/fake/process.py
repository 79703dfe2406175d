"""Fake departments in a process of their own, for tests, the demo and benchmarks.

Leaves nothing behind: the process ends with its context, and by itself when whoever started it is gone.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.fake.rows.truth import Plot
from schemas.errors import ProcessFailed

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 180.0  # a fake of 100k licenses renders for seconds, on a busy machine for many


@dataclass(frozen=True)
class FakeProcess:
    """Hold a running fake: its name, its address, the value of its AIRFLOW_CONN_… variable, its process id."""

    name: str
    url: str
    connection_value: str
    process_id: int
    control: str

    def set_mode(self, mode: str, after: int = 0) -> None:
        """Make it misbehave, once it has given `after` more good answers."""
        self._control("mode", {"mode": mode, "after": after})

    def set_day(self, day: int) -> None:
        """Let days of updates pass."""
        self._control("day", {"day": day})

    def delete(self, count: int) -> None:
        """Let a front table say of its first good records that they are deleted."""
        self._control("delete", {"count": count})

    def inbox(self) -> list[dict[str, Any]]:
        """Return what was delivered to the department and how often each was done."""
        taken: list[dict[str, Any]] = self._control("inbox", {})["inbox"]
        return taken

    def work(self) -> None:
        """Let a front database or a file drop say of everything delivered that it is done."""
        self._control("work", {})

    def state(self) -> dict[str, Any]:
        """Return mode, day, and how many requests were served in each mode."""
        return self._control("state", {})

    def _control(self, what: str, asked: dict[str, Any]) -> dict[str, Any]:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(f"{self.control}/_fake/{what}", json.dumps(asked).encode(), method="POST")  # noqa: S310  our own loopback address
        with opener.open(request, timeout=30) as answer:
            told: dict[str, Any] = json.load(answer)
            return told


@contextmanager
def start_fake(
    name: str,
    plot: Plot | None = None,
    *,
    mode: str = "ok",
    connectors: Path | None = None,
    database: str = "",
) -> Iterator[FakeProcess]:
    """Serve department `name` in a process of its own while the context lasts; a front table is kept in `database`."""
    command = _command([name], plot or Plot(), mode, connectors, {name: database} if database else {})
    with _started(command, [name]) as fakes:
        yield fakes[name]


@contextmanager
def start_fakes(
    names: Sequence[str],
    plot: Plot | None = None,
    *,
    connectors: Path | None = None,
    databases: Mapping[str, str] | None = None,
) -> Iterator[dict[str, FakeProcess]]:
    """Serve several departments in one process while the context lasts, each at its own address, by name."""
    if not names:
        yield {}
        return
    with _started(_command(names, plot or Plot(), "ok", connectors, databases or {}), names) as fakes:
        yield fakes


@contextmanager
def _started(command: list[str], names: Sequence[str]) -> Iterator[dict[str, FakeProcess]]:
    environ = os.environ | {"PYTHONPATH": os.pathsep.join([str(PROJECT), os.environ.get("PYTHONPATH", "")])}
    process = subprocess.Popen(  # noqa: S603  our own module
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environ
    )
    try:
        ready = [json.loads(line) for line in _read_lines(process, names)]
        yield {
            one["department"]: FakeProcess(
                one["department"], one["url"], one["connection"], process.pid, one["control"]
            )
            for one in ready
        }
    finally:
        _stop(process)


def _command(
    names: Sequence[str], plot: Plot, mode: str, connectors: Path | None, databases: Mapping[str, str]
) -> list[str]:
    command = [sys.executable, "-m", "connectors.fake", *names, "--mode", mode]
    command += ["--seed", str(plot.seed), "--scale", str(plot.scale), "--day", str(plot.day)]
    command += ["--bad-share", str(plot.bad_share), "--parent", str(os.getpid())]
    command += [word for name, address in databases.items() for word in ("--database", f"{name}={address}")]
    return [*command, "--connectors", str(connectors)] if connectors else command


def _read_lines(process: subprocess.Popen[bytes], names: Sequence[str]) -> list[bytes]:
    """Wait for the ready lines; fakes that end or stay silent are an error that says so."""
    output, text, until = process.stdout, b"", time.monotonic() + PATIENCE
    with selectors.DefaultSelector() as selector:
        selector.register(output or 0, selectors.EVENT_READ)
        while output and text.count(b"\n") < len(names):
            chunk = output.read1(65536) if selector.select(max(until - time.monotonic(), 0)) else b""  # type: ignore[attr-defined]  # the pipe is buffered
            if not chunk:
                raise ProcessFailed(
                    f"fake {', '.join(names)}: did not get ready; expected {len(names)} lines of JSON, got {len(text)} bytes"
                )
            text += chunk
    return text.splitlines()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()
