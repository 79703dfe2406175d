"""The watchman outlives us by seconds: when we are killed without a word, it ends what we left running.

Run as `python -m hub.children.watchman RUN_FOLDER`; its standard input is a pipe that only we hold open. Knows nothing else.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from hub.children.processes import end_recorded


@contextlib.contextmanager
def watched(run_folder: Path, home: Path | None = None) -> Iterator[None]:
    """Keep a watchman at hand until the block ends, however it ends; `home` is that of an embedded database."""
    command = [sys.executable, "-m", "hub.children.watchman", str(run_folder), *([str(home)] if home else [])]
    watchman = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603 - our own module
    try:
        yield
    finally:
        if watchman.stdin:
            watchman.stdin.close()
        watchman.wait()


def main(run_folder: Path, home: Path | None) -> None:
    """Wait until nobody holds our standard input any more, then end what is still recorded, and its database."""
    sys.stdin.buffer.read()
    if end_recorded(run_folder) and home:
        leave_database(home)


def leave_database(home: Path) -> None:
    """Stop the embedded server, unless somebody else uses it or asked it to stay."""
    # Rarely needed, and costly to import for a process that only waits.
    from license_library.storage import embedded  # noqa: PLC0415

    if embedded.status(home).running:
        with embedded.running(home):
            pass


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
