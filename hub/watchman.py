"""The watchman outlives us by seconds: when we are killed without a word, it ends what we left running.

Run as `python -m hub.watchman RUN_FOLDER`; its standard input is a pipe that only we hold open. Knows nothing else.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from hub.processes import end_recorded


@contextlib.contextmanager
def watched(run_folder: Path) -> Iterator[None]:
    """Keep a watchman at hand until the block ends, however it ends."""
    command = [sys.executable, "-m", "hub.watchman", str(run_folder)]
    watchman = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603 - our own module
    try:
        yield
    finally:
        if watchman.stdin:
            watchman.stdin.close()
        watchman.wait()


def main(run_folder: Path) -> None:
    """Wait until nobody holds our standard input any more, then end what is still recorded."""
    sys.stdin.buffer.read()
    end_recorded(run_folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
