"""Fetch a large file from a drop and read it back, and print how long it took and how much memory it needed.

Run by test_file_scale.py in a process of its own, whose memory nobody else grows.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from connectors.declarations.declaration import load_department
from connectors.drops.file_parts import PART
from connectors.pages.pages import fetch_pages, read_files
from connectors.wire.connection import parse_connection


def main(connection: str, root: str, path: str) -> None:
    """Fetch, then read."""
    department = load_department("health_inspection", Path(root))
    feed, begun = department.feeds["licenses"], time.monotonic()
    requests = [(one.number, one.request) for one in fetch_pages(department, feed, parse_connection(connection), None)]
    fetched = time.monotonic()

    def part(number: int) -> bytes:
        with Path(path).open("rb") as file:
            file.seek((number - 1) * PART)
            return file.read(PART)

    rows = sum(block.count for _, blocks in read_files(department, feed, requests, part) for block in blocks)
    told = {"pages": len(requests), "rows": rows, "fetch": fetched - begun, "read": time.monotonic() - fetched}
    told["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
