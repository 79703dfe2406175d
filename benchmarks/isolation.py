"""Twenty departments pulled side by side, and again while three of them drip, hang or never end: what the others lose.

    python -m benchmarks.isolation [--scale N] [--rounds N]

Each department has a thread of its own that pulls everything again and again, as its own pool does under Airflow, but in one
process, which is harsher. The fakes of the bad three run in a process of their own. Rounds with and without trouble are
interleaved; a round lasts so many seconds. Told are merged and unchanged records a second of the seventeen, medians of the
rounds, and the largest memory of this process.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.measures import machine
from connectors.declarations.declaration import list_departments, load_department
from connectors.fake.process import FakeProcess, start_fakes
from connectors.fake.rows.truth import Plot
from connectors.wire.connection import parse_connection
from hub.context import HubContext, prepare_database, utc_now
from hub.pulling.pull import pull
from license_library.storage.database import open_database
from license_library.storage.embedded import running
from license_library.storage.keyring import Keyring

BAD = {"transport": "never_ends", "marriage": "drip_body", "commerce": "hang_forever"}
GOOD = 17


def main() -> None:
    """Measure and print one table."""
    asked = read_arguments()
    with tempfile.TemporaryDirectory() as home, fakes(asked.scale) as started, opened(Path(home)) as hub:
        names = [name for name in started if name not in BAD]
        round_of(hub, started, names, 0)  # first pulls load the library and import what is imported late
        found: dict[bool, list[float]] = {False: [], True: []}
        for _ in range(asked.rounds):
            for is_troubled in (False, True):
                for name, mode in BAD.items():
                    started[name].set_mode(mode if is_troubled else "ok")
                found[is_troubled].append(round_of(hub, started, names, asked.seconds))
    print(machine())
    well, troubled = median(found[False]), median(found[True])
    print(f"| all twenty well | {well:,.0f} records/s of the seventeen | {told(found[False])} |")
    print(f"| three drip, hang, never end | {troubled:,.0f} records/s of the seventeen | {told(found[True])} |")
    print(
        f"ratio {troubled / well:.2f}, largest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB"
    )


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=int, default=300, help="records of each department")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20)
    return parser.parse_args()


@contextmanager
def fakes(scale: int) -> Iterator[dict[str, FakeProcess]]:
    """Start the seventeen in one process and the bad three in another; front tables and files are left out."""
    spoken = [name for name in list_departments() if load_department(name).transport.kind in {"soap", "rest"}]
    good = [name for name in spoken if name not in BAD][:GOOD]
    plot = Plot(scale=scale)
    with ExitStack() as stack:
        yield stack.enter_context(start_fakes(good, plot)) | stack.enter_context(start_fakes(list(BAD), plot))


@contextmanager
def opened(home: Path) -> Iterator[HubContext]:
    """Open a hub with connections for every thread."""
    home.chmod(0o711)
    with running(home, fast=True) as url:
        engine = open_database(url, pool_size=60)
        prepare_database(url, engine)
        yield HubContext(engine, Keyring(b"a secret of thirty-two bytes, ok"), utc_now)
        engine.dispose()


@dataclass
class Round:
    """Hold one round: what the seventeen received, when each of them ended, and whether the others may go."""

    hub: HubContext
    started: dict[str, FakeProcess]
    seconds: float
    began: float = field(default_factory=time.monotonic)
    done: dict[str, int] = field(default_factory=dict)
    is_over: threading.Event = field(default_factory=threading.Event)

    def pull_again_and_again(self, name: str) -> None:
        """Pull one department until the time is over, at least once; a bad one until the others have ended."""
        feed = next(iter(load_department(name).feeds))
        connection = parse_connection(self.started[name].connection_value)
        while True:
            summary = pull(self.hub, name, feed, connection, full=True)
            if name in BAD and self.is_over.is_set():
                return
            if name not in BAD:
                assert summary.state == "merged", f"{name}: {summary.why}"
                self.done[name] = self.done.get(name, 0) + summary.received
                if time.monotonic() - self.began >= self.seconds:
                    return


def round_of(hub: HubContext, started: dict[str, FakeProcess], names: list[str], seconds: float) -> float:
    """Pull all departments side by side for so many seconds; return the seventeen's records a second."""
    one = Round(hub, started, seconds)
    threads = {name: threading.Thread(target=one.pull_again_and_again, args=(name,)) for name in started}
    for thread in threads.values():
        thread.start()
    for name in names:
        threads[name].join()
    spent = time.monotonic() - one.began
    one.is_over.set()
    for thread in threads.values():
        thread.join()
    assert one.done.keys() == set(names), "a department did not end"
    return sum(one.done.values()) / spent


def told(runs: list[float]) -> str:
    """Tell every round."""
    return ", ".join(f"{one:,.0f}" for one in runs)


if __name__ == "__main__":
    main()
