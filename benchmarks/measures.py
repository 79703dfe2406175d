"""What is measured of a run besides time, and of the machine it ran on. Names no path and no host."""

from __future__ import annotations

import json
import os
import platform
import resource
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any


@contextmanager
def metered(postmaster: int) -> Iterator[dict[str, float]]:
    """Fill in wall seconds and CPU seconds, ours and the database server's, when the block ends."""
    told: dict[str, float] = {}
    began, client, server = time.perf_counter(), own_cpu(), server_cpu(postmaster)
    yield told
    told |= {
        "seconds": time.perf_counter() - began,
        "client_cpu": own_cpu() - client,
        "server_cpu": server_cpu(postmaster) - server,
    }


@contextmanager
def changed(job: dict[str, Any], days: int = 2) -> Iterator[None]:
    """Let the fake move on by some days, half of one record in a hundred changing on each, and back again."""
    _set_day(job, job["day"] + days)
    yield
    _set_day(job, job["day"])


def _set_day(job: dict[str, Any], day: int) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    body = json.dumps({"day": day}).encode()
    opener.open(urllib.request.Request(f"{job['control']}/_fake/day", body, method="POST"), timeout=60).close()


def own_cpu() -> float:
    """Return the CPU seconds of this process and the children it has waited for."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def server_cpu(postmaster: int) -> float:
    """Return the CPU seconds of a PostgreSQL server: the living backends, and those the postmaster has waited for."""
    ticks = 0
    for process in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = process.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        if int(process.parent.name) == postmaster:
            ticks += sum(map(int, fields[11:15]))
        elif int(fields[1]) == postmaster:
            ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def peaks() -> dict[str, float]:
    """Return this process's and its children's largest resident memory so far, in MiB."""
    own, children = (
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {"peak_mb": own, "peak_children_mb": children}


def machine() -> dict[str, str | int | float]:
    """Describe the machine: cores, memory, system, Python; the load says whether it was quiet."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    release = Path("/etc/os-release").read_text(encoding="utf-8").split('PRETTY_NAME="')[1].split('"')[0]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory),
        "system": release,
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }


def middle(values: list[float]) -> float:
    """Return the median."""
    return float(median(values))
