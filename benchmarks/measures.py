"""What is measured of a run besides time, and of the machine it ran on. Names no path and no host."""

from __future__ import annotations

import os
import platform
import resource
from datetime import UTC, datetime
from pathlib import Path
from statistics import median


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
