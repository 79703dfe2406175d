"""One PostgreSQL cluster in one folder: made, started, found again, stopped.

Knows a folder, a port and a password. Knows nothing of who shares it, nor of what is kept in it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from license_library.storage.postgres_binaries import Account, Server, find_server, is_reachable, server_account
from license_library.storage.postgres_notes import OWNER, Cluster, clear_after_crash, server_note
from license_library.storage.secret_files import write_once
from schemas.errors import DatabaseUnavailable

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "512MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_min_messages": "warning",
    # A statement or an error in the log could carry a person's name or number.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "512MB"}
START_TRIES = 20


def open_cluster(folder: Path, reachable: Path) -> Cluster:
    """Return the cluster of `folder`, choosing its place and password at the first call."""
    folder.mkdir(parents=True, exist_ok=True)
    password = write_once(folder / "password", secrets.token_hex(24))
    # A place inside the folder is noted relative to it, so that a home can be moved.
    place = write_once(folder / "place", _choose_place(folder, reachable))
    return Cluster(folder, folder.resolve() / place, password)


def _choose_place(folder: Path, reachable: Path) -> str:
    if is_reachable(folder / "data", server_account()):
        return "data"
    return str(reachable.resolve() / f"cluster-{secrets.token_hex(8)}" / "data")


def running_port(cluster: Cluster) -> int | None:
    """Return the port on which this very cluster serves, None when it does not."""
    note = server_note(cluster)
    return note.port if note and note.is_alive and note.is_ready else None


def start_cluster(cluster: Cluster, server: Server | None, *, fast: bool) -> int:
    """Start the server, creating the cluster at the first call, and return its port."""
    version = cluster.data / "PG_VERSION"
    server = server or find_server(int(version.read_text()) if version.exists() else None)
    if not version.exists():
        _create(cluster, server, fast=fast)
    failure = "it was still starting"
    for _ in range(START_TRIES):
        note = server_note(cluster)
        if not (note and note.is_alive):
            clear_after_crash(cluster, note)
            failure = _try_start(cluster, server, _choose_port(cluster), fast=fast)
        if port := running_port(cluster):
            (cluster.folder / "port").write_text(str(port))
            return port
        time.sleep(0.5)
    log = cluster.data.parent / "log"
    raise DatabaseUnavailable(f"database: the embedded server did not start, see {log}: {failure}; nothing runs")


def _create(cluster: Cluster, server: Server, *, fast: bool) -> None:
    account, parent = server_account(), cluster.data.parent
    parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    with tempfile.TemporaryDirectory(dir=parent, prefix="new-") as scratch:
        secret, data = Path(scratch, "password"), Path(scratch, "data")
        secret.touch(mode=0o600)
        secret.write_text(cluster.password)
        data.mkdir(mode=0o700)
        _give(account, Path(scratch), secret, data)
        options = [*_locale(server.version), *(["--no-sync"] if fast else [])]
        _run(
            server,
            account,
            ["initdb", "-D", data, "-U", OWNER, "-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8", *options],
        )
        shutil.rmtree(cluster.data, ignore_errors=True)
        data.rename(cluster.data)  # whole or not at all: a kill during initdb leaves nothing that looks like a cluster


def _locale(version: int) -> list[str]:
    # Under the locale C a Chinese name has no trigram and is no word: searches would find nothing, silently.
    builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if version >= 17 else []
    return [*builtin, "--locale=C.UTF-8"]


def _give(account: Account | None, *paths: Path) -> None:
    for path in paths if account else ():
        assert account is not None  # noqa: S101 - for the type checker
        os.chown(path, account.uid, account.gid)


def _choose_port(cluster: Cluster) -> int:
    former = cluster.folder / "port"
    # The former port is kept where it can be, so that addresses handed out before a crash stay true.
    wanted = int(former.read_text()) if former.exists() else 0
    for port in (wanted, 0):
        with suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise DatabaseUnavailable("database: no free port on the loopback address; nothing was started")


def _try_start(cluster: Cluster, server: Server, port: int, *, fast: bool) -> str:
    settings = {**SETTINGS, **(FAST if fast else {}), "port": str(port)}
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    account, log = server_account(), cluster.data.parent / "log"
    log.touch(mode=0o600)
    _give(account, log)
    try:
        _run(server, account, ["pg_ctl", "-D", cluster.data, "-w", "-t", "120", "-l", log, "-o", options, "start"])
    except DatabaseUnavailable as failure:
        return str(failure)
    return ""


def stop_cluster(cluster: Cluster, how: Literal["fast", "immediate"] = "fast") -> None:
    """Stop the server and wait until it has gone; a server that does not run is no error. `immediate` writes nothing more."""
    note = server_note(cluster)
    if not (note and note.is_alive):
        clear_after_crash(cluster, note)
        return
    server = find_server(int((cluster.data / "PG_VERSION").read_text()))
    _run(server, server_account(), ["pg_ctl", "-D", cluster.data, "-w", "-t", "120", "-m", how, "stop"])


def _run(server: Server, account: Account | None, command: Sequence[str | Path]) -> None:
    program, *arguments = command
    # Files instead of pipes: the server would keep a pipe open and the wait would never end.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(  # noqa: S603 - our own arguments
            [server.folder / program, *arguments],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False, cwd="/",
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )  # fmt: skip
        output.seek(0)
        last = (output.read().strip().splitlines() or [""])[-1]
    if done.returncode != 0:
        raise DatabaseUnavailable(f"database: {program} failed with code {done.returncode}: {last}")
