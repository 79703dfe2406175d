"""A service of several processes answers through all of them, goes on when one dies, and leaves none behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Connection, make_url

from hub.context import HubContext

PROJECT = Path(__file__).parents[2]
Served = tuple[subprocess.Popen[bytes], str]


@pytest.fixture
def environment(hub: HubContext, database_address: str, tmp_path: Path) -> dict[str, str]:
    """Give the environment of a service over a library of its own."""
    return {
        **os.environ,
        "HUB_HOME": str(tmp_path),
        "HUB_DATABASE_URL": database_address,
        "HUB_SECRET_KEY": b"a secret of thirty-two bytes, ok".hex(),
    }


def start(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a service of two processes."""
    command = [sys.executable, "-c", "from hub.command import app; app()", "serve", "--port", "0", "--processes", "2"]
    return subprocess.Popen(
        command, env=environment, cwd=PROJECT, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )


@pytest.fixture
def served(environment: dict[str, str]) -> Iterator[Served]:
    """Give a service of two processes, and its address."""
    service = start(environment)
    assert service.stderr is not None
    with service.stderr as said:
        address = said.readline().split()[0].decode()
        try:
            until(lambda: len(servers(service.pid)) == 2 and is_healthy(address))
            yield service, address
        finally:
            service.kill()
            service.wait(30)


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    for _ in range(300):
        if is_so():
            return
        time.sleep(0.1)
    raise AssertionError("it never was")


def is_healthy(address: str) -> bool:
    """Tell whether the service answers."""
    try:
        return httpx.get(f"{address}/api/health", trust_env=False, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def servers(parent: int) -> set[int]:
    """Return the processes that a process started, but for the one that counts what they share."""
    found = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(parent)], capture_output=True, text=True, check=False
    )
    lines = [line.split(maxsplit=1) for line in found.stdout.splitlines()]
    return {int(pid) for pid, command in lines if "spawn_main" in command}


def is_alive(pid: int) -> bool:
    """Tell whether a process runs."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_what_no_process_can_start_with_ends_the_service(environment: dict[str, str]) -> None:
    """Started anew again and again it would look like one that serves."""
    service = start(environment | {"HUB_FILES_URL": "nosuch://place"})
    try:
        said = service.communicate(timeout=120)[1].decode()
    finally:
        service.kill()
    assert service.returncode == 1
    assert "HUB_FILES_URL" in said
    assert "Traceback" not in said


def test_none_is_left_of_a_service_that_is_killed_while_its_processes_start(environment: dict[str, str]) -> None:
    service = start(environment)
    until(lambda: len(servers(service.pid)) == 2)
    started = servers(service.pid)
    service.kill()
    service.communicate(timeout=30)
    until(lambda: not any(map(is_alive, started)))


def test_one_that_dies_is_started_again_and_nobody_waits_for_it(served: Served) -> None:
    service, address = served
    first = min(servers(service.pid))
    os.kill(first, signal.SIGKILL)
    assert is_healthy(address)
    until(lambda: len(servers(service.pid) - {first}) == 2)
    assert is_healthy(address)
    service.send_signal(signal.SIGTERM)
    assert service.wait(60) == 130


@pytest.mark.crash
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_however_it_ends_none_is_left(served: Served, number: signal.Signals) -> None:
    service, address = served
    started = servers(service.pid)
    service.send_signal(number)
    assert service.wait(60) in {130, -signal.SIGKILL}
    until(lambda: not any(is_alive(pid) for pid in started))
    assert not is_healthy(address)


@pytest.mark.crash
def test_one_that_dies_while_the_database_is_away_waits_for_it(
    served: Served, database_address: str, administrator: Connection
) -> None:
    service, address = served
    name = make_url(database_address).database
    administrator.exec_driver_sql(f'alter database "{name}" allow_connections false')
    try:
        first = min(servers(service.pid))
        os.kill(first, signal.SIGKILL)
        until(lambda: len(servers(service.pid) - {first}) == 2)
        time.sleep(5)
        assert service.poll() is None
    finally:
        administrator.exec_driver_sql(f'alter database "{name}" allow_connections true')
    until(lambda: all(is_healthy(address) for _ in range(6)))
