"""Child processes that never outlive us: started in sessions of their own, recorded, ended in order.

Knows pids, logs and signals; refuses to know what the processes do. What is recorded in the run folder can be
ended by anyone who finds it there: by us, by the watchman, or by the next start after a crash.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from schemas.errors import ProcessFailed

STOP_SECONDS = 25.0


class Recorded(msgspec.Struct, frozen=True):
    """A process as it stands in the run folder; `mark` tells it from a later process with the same pid."""

    pid: int
    mark: str


@dataclass(frozen=True)
class Child:
    """One running process of ours."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path


def process_mark(pid: int) -> str | None:
    """Return what tells this process from any other that ever had the pid; None when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    return None if fields[0] in "ZX" else f"{boot}:{fields[19]}"


def record_process(run_folder: Path, name: str, pid: int) -> None:
    """Write down a process so that it is found after a crash."""
    run_folder.mkdir(parents=True, exist_ok=True)
    (run_folder / f"{name}.json").write_bytes(msgspec.json.encode(Recorded(pid, process_mark(pid) or "")))


def end_recorded(run_folder: Path) -> list[str]:
    """End every recorded process that still runs, with its group; return the names ended."""
    found = {file: _read_recorded(file) for file in sorted(run_folder.glob("*.json"))}
    alive = {file: child for file, child in found.items() if child and is_running(child)}
    for child in alive.values():
        _signal(child.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while any(is_running(child) for child in alive.values()) and time.monotonic() < deadline:
        time.sleep(0.1)
    for child in alive.values():
        _kill_group(child.pid)
    for file in found:
        file.unlink(missing_ok=True)
    return [file.stem for file in alive]


def is_running(child: Recorded) -> bool:
    """Tell whether exactly this process still runs."""
    return bool(child.mark) and process_mark(child.pid) == child.mark


class Children:
    """The processes of one run: started, watched and stopped together."""

    def __init__(self, run_folder: Path, log_folder: Path) -> None:
        self._run_folder = run_folder
        self._log_folder = log_folder
        self._children: list[Child] = []

    def start(self, name: str, command: Sequence[str], environ: Mapping[str, str]) -> Child:
        """Start one process with its output in `<name>.log`."""
        log = self._log_folder / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - our own commands, never a shell
                list(command),
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        child = Child(name, process, log)
        self._children.append(child)
        record_process(self._run_folder, name, process.pid)
        return child

    def assert_running(self) -> None:
        """Raise when a process ended that should still run."""
        for child in self._children:
            code = child.process.poll()
            if code is not None:
                raise ProcessFailed(
                    f"{child.name}: the process ended by itself; expected it to run, got exit code {code}; "
                    f"everything is stopped now. Its last words: {last_words(child.log)}"
                )

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Ask every process to end, newest first; kill with their groups those that do not."""
        for child in reversed(self._children):
            if child.process.poll() is None:
                _signal(child.process.pid, signal.SIGTERM)
        deadline = time.monotonic() + seconds
        for child in reversed(self._children):
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, deadline - time.monotonic()))
        for child in self._children:
            _kill_group(child.process.pid)
            child.process.wait()
            (self._run_folder / f"{child.name}.json").unlink(missing_ok=True)
        self._children.clear()


def last_words(log: Path) -> str:
    """Return the end of a log on one line, for an error message."""
    try:
        text = log.read_bytes()[-4000:].decode("utf-8", "replace")
    except OSError:
        return "(no log)"
    return f"({log}) " + " | ".join(text.strip().splitlines()[-5:])


def _read_recorded(file: Path) -> Recorded | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Recorded)
    except (OSError, msgspec.DecodeError):
        return None


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _kill_group(pid: int) -> None:
    """Every child leads a session of its own, so its pid is also the number of its group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
