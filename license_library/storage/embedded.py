"""The database that comes with the hub: one PostgreSQL server per home folder, shared by every process that asks.

The last one out stops it, unless somebody asked for it to stay. Knows nothing of tables.
"""

from __future__ import annotations

import fcntl
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from license_library.storage import postgres_binaries
from license_library.storage.postgres_binaries import Server
from license_library.storage.postgres_cluster import open_cluster, running_port, start_cluster, stop_cluster
from license_library.storage.postgres_notes import Cluster
from schemas.errors import DatabaseUnavailable

DATABASE = "hub"
CONNECT_TRIES = 10


@dataclass(frozen=True)
class Status:
    """Say whether the server of a home runs, where, and whether it stays without users."""

    running: bool
    port: int | None
    kept: bool
    data: Path


@contextmanager
def running(home: Path, *, fast: bool = False, server: Server | None = None) -> Iterator[str]:
    """Yield the address of the hub's database, with the server running for as long as anyone is inside.

    `fast` gives up durability (for tests). `server` forces given server programs.
    """
    folder = _folder(home)
    users = (folder / "users.lock").open("a")
    try:
        with _changing(folder):
            fcntl.flock(users, fcntl.LOCK_SH)
            address = _ensure_served(home, server, fast=fast)
        yield address
    finally:
        with _changing(_folder(home)):  # somebody inside may have erased it
            _leave(home, users)
        users.close()


def start(home: Path, *, fast: bool = False, server: Server | None = None) -> str:
    """Start the server, let it stay without users, and return the address of the hub's database."""
    with _changing(_folder(home)):
        (_folder(home) / "keep").touch()
        return _ensure_served(home, server, fast=fast)


def stop(home: Path) -> None:
    """Stop the server whoever uses it; a later user starts it again."""
    with _changing(_folder(home)):
        (_folder(home) / "keep").unlink(missing_ok=True)
        stop_cluster(_cluster(home))


def status(home: Path) -> Status:
    """Say how the server of `home` is, without starting it."""
    cluster = _cluster(home)
    port = running_port(cluster)
    return Status(port is not None, port, (_folder(home) / "keep").exists(), cluster.data)


def database_url(home: Path, name: str) -> str:
    """Return the address of another database on the running server, created at the first call."""
    cluster = _cluster(home)
    port = running_port(cluster)
    if port is None:
        raise DatabaseUnavailable(
            f"database: asked for {name}, but the embedded server of {home} does not run; start it first"
        )
    return _ensure_database(cluster, port, name)


def erase(home: Path) -> None:
    """Stop the server at once, however much it has not written yet, and delete everything it kept."""
    cluster = _cluster(home)
    with _changing(_folder(home)):
        (_folder(home) / "keep").unlink(missing_ok=True)
        stop_cluster(cluster, "immediate")
    shutil.rmtree(cluster.data, ignore_errors=True)
    if cluster.data.parent != cluster.folder.resolve():
        shutil.rmtree(cluster.data.parent, ignore_errors=True)
    shutil.rmtree(cluster.folder, ignore_errors=True)


def _cluster(home: Path) -> Cluster:
    return open_cluster(_folder(home), postgres_binaries.REACHABLE)


def _folder(home: Path) -> Path:
    folder = home / "postgres"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _changing(folder: Path) -> Iterator[None]:
    # One at a time starts or stops; users hold the other lock, which the kernel frees even after kill -9.
    with (folder / "change.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _ensure_served(home: Path, server: Server | None, *, fast: bool) -> str:
    cluster = _cluster(home)
    for _ in range(CONNECT_TRIES):
        port = running_port(cluster) or start_cluster(cluster, server, fast=fast)
        try:
            return _ensure_database(cluster, port, DATABASE)
        except psycopg.OperationalError:  # killed a moment ago, and its note still looks well
            time.sleep(0.5)
    raise DatabaseUnavailable(f"database: the embedded server of {home} runs but lets nobody in; nothing was done")


def _leave(home: Path, users: IO[str]) -> None:
    fcntl.flock(users, fcntl.LOCK_UN)
    if (_folder(home) / "keep").exists():
        return
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # someone else is still inside
    stop_cluster(_cluster(home))


def _ensure_database(cluster: Cluster, port: int, name: str) -> str:
    with psycopg.connect(cluster.conninfo(port), autocommit=True) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
        if not found:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    return cluster.url(port, name)
