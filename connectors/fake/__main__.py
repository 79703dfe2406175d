"""`python -m connectors.fake NAME [NAME …]`: serve declared departments until told to stop, each at its own address.

Prints one JSON line for each when it listens: department, url, and the value of its AIRFLOW_CONN_… variable.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from connectors.declarations.declaration import list_departments, load_department
from connectors.fake.modes import refusal_of
from connectors.fake.rows.truth import Plot
from connectors.fake.server import FakeServer
from schemas.errors import DeclarationError

STOP = {signal.SIGTERM, signal.SIGINT}


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM, SIGINT or the end of the process that started us."""
    given = _read_arguments(arguments)
    # Handled, not blocked and waited for: a thread that a library began at its import would take the signal and die of it.
    stopped = threading.Event()
    for number in STOP:
        signal.signal(number, lambda *_: stopped.set())
    try:
        servers = [_open(name, place, given) for place, name in enumerate(given.names)]
    except DeclarationError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for server in servers:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    _announce(servers, given.ready_file)
    _wait(stopped, given.parent)
    for server in servers:
        server.stopping.set()
    with ThreadPoolExecutor(len(servers)) as pool:
        list(pool.map(FakeServer.shutdown, servers))
        list(pool.map(FakeServer.server_close, servers))
    return 0


def _open(name: str, place: int, given: argparse.Namespace) -> FakeServer:
    department = load_department(name, given.connectors)
    database = _database(name, given)
    if department.transport.kind == "table" and not database:
        raise DeclarationError(f"fake {name}: a front table needs a database; expected --database with its address")
    if wrong := refusal_of(given.mode, department):
        raise DeclarationError(f"fake {name}: {wrong}")
    plot = Plot(given.seed, given.scale, given.day, given.bad_share)
    port = given.port + place if given.port else 0
    kept = {"database": database, "folder": given.folder, "local": given.local}
    return FakeServer(department, plot, port=port, mode=given.mode, **kept)


def _database(name: str, given: argparse.Namespace) -> str:
    """Return the address said for this department, or the one said without a name."""
    named = [said.removeprefix(f"{name}=") for said in given.database if said.startswith(f"{name}=")]
    plain = [said for said in given.database if "=" not in said.partition("://")[0]]
    return str(next(iter(named + plain), ""))


def _read_arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m connectors.fake", description=__doc__)
    parser.add_argument(
        "names", nargs="+", metavar="NAME", help=f"a declared department: {', '.join(list_departments())}"
    )
    parser.add_argument("--connectors", type=Path, help="the folder that holds the departments (default: our own)")
    parser.add_argument("--port", type=int, default=0, help="of the first; 0 takes free ones")
    parser.add_argument("--seed", type=int, default=Plot.seed)
    parser.add_argument("--scale", type=int, default=Plot.scale, help="number of licenses")
    parser.add_argument("--day", type=int, default=Plot.day, help="days of updates that have passed")
    parser.add_argument("--bad-share", type=float, default=Plot.bad_share, help="share of bad records on day 0")
    parser.add_argument("--mode", default="ok", help="how it misbehaves; `hub department fake NAME --modes` lists how")
    parser.add_argument(
        "--database", action="append", default=[],
        help="kind table: SQLAlchemy address of a database for the front table; NAME=ADDRESS for one of several",
    )  # fmt: skip
    parser.add_argument("--folder", default="", help="kind file: where the files lie (default: a folder of its own)")
    parser.add_argument("--local", action="store_true", help="kind file: no SFTP, the connection is the folder itself")
    parser.add_argument("--ready-file", type=Path, help="write the ready line there as well")
    parser.add_argument("--parent", type=int, default=0, help="stop when this process is no longer our parent")
    return parser.parse_args(arguments)


def _announce(servers: list[FakeServer], ready_file: Path | None) -> None:
    line = "\n".join(json.dumps(server.announce()) for server in servers)
    if ready_file:
        written = ready_file.with_name(f"{ready_file.name}.writing")
        written.write_text(f"{line}\n", "utf-8")
        written.replace(ready_file)
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _wait(stopped: threading.Event, parent: int) -> None:
    while not stopped.wait(0.5):
        if parent and os.getppid() != parent:
            return


if __name__ == "__main__":
    sys.exit(main())
