"""What a running cluster notes about itself, and what a killed one leaves behind.

Reads the note the server keeps in its data folder; ends nothing but orphans of that very cluster.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

OWNER = "hub"
PROCESSES = Path("/proc")
NOBODYS_ID = "2147483647"  # no kernel gives out a process id this high


@dataclass(frozen=True)
class Cluster:
    """Point at the folders of one cluster: `folder` is ours, `data` belongs to the server's user."""

    folder: Path
    data: Path
    password: str

    def conninfo(self, port: int) -> str:
        """Return libpq's connection string to the database that every server has."""
        return f"host=127.0.0.1 port={port} user={OWNER} password={self.password} dbname=postgres connect_timeout=5"

    def url(self, port: int, database: str) -> str:
        """Return SQLAlchemy's address."""
        return f"postgresql+psycopg://{OWNER}:{self.password}@127.0.0.1:{port}/{database}"


@dataclass(frozen=True)
class ServerNote:
    """Carry the note of a server: its process, its port, whether it takes connections."""

    pid: int
    port: int
    is_ready: bool
    is_alive: bool


def server_note(cluster: Cluster) -> ServerNote | None:
    """Return what the server noted, None where there is no note or only half of one."""
    with suppress(OSError, IndexError, ValueError):
        lines = _note(cluster).read_text().splitlines()
        pid = int(lines[0])
        return ServerNote(pid, int(lines[3]), lines[7:] != [] and "ready" in lines[7], _is_ours(cluster, pid))
    return None


def _note(cluster: Cluster) -> Path:
    return cluster.data / "postmaster.pid"


def _is_ours(cluster: Cluster, pid: int) -> bool:
    # A process id is given out again: after a reboot the noted one may belong to any program.
    if PROCESSES.exists():
        with suppress(OSError):
            return str(cluster.data).encode() in (PROCESSES / str(pid) / "cmdline").read_bytes()
        return False
    with suppress(PermissionError):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
    return True


def clear_after_crash(cluster: Cluster, note: ServerNote | None) -> None:
    """Make way for a new server after the old one was killed: end its orphans, and let its note name nobody.

    The rest of the note stays: by it the new server sees whether an orphan still writes, and refuses to start.
    """
    _end_orphans(cluster)
    if note is None:
        return
    with suppress(OSError):
        lines = _note(cluster).read_text().splitlines()
        _note(cluster).write_text("\n".join([NOBODYS_ID, *lines[1:]]) + "\n")


def _end_orphans(cluster: Cluster) -> None:
    # A busy backend does not notice that its server has died; every process of a cluster lives in its data folder.
    for entry in PROCESSES.glob("[0-9]*"):
        with suppress(OSError):
            if os.readlink(entry / "cwd") == str(cluster.data):
                os.kill(int(entry.name), signal.SIGKILL)
