"""A service of several processes answers through all of them, goes on when one dies, and leaves none behind."""

from __future__ import annotations

import os
import signal
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


def start(environment: dict[str, str], before: str = "") -> subprocess.Popen[bytes]:
    """Start a service of two processes."""
    code = f"{before}from hub.command import app; app()"
    command = [sys.executable, "-c", code, "serve", "--port", "0", "--processes", "2"]
    return subprocess.Popen(
        command, env=environment, cwd=PROJECT, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )


@pytest.fixture
def served(environment: dict[str, str]) -> Iterator[Served]:
    """Give a service of two processes, and its address."""
    with serving(start(environment)) as given:
        yield given


@contextmanager
def serving(service: subprocess.Popen[bytes]) -> Iterator[Served]:
    """Wait until both of its processes serve; end it after the block."""
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


class Welcoming(socketserver.StreamRequestHandler):
    """A file server that lets everybody in, and says no more."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while self.rfile.readline():
            self.wfile.write(b"230 come in\r\n")


def test_a_file_store_that_is_away_at_the_start_is_waited_for(environment: dict[str, str]) -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Welcoming, bind_and_activate=False) as store:
        store.daemon_threads = True
        store.server_bind()  # and listens to nobody yet
        welcoming = threading.Thread(target=store.serve_forever, daemon=True)
        service = start(environment | {"HUB_FILES_URL": f"ftp://127.0.0.1:{store.server_address[1]}/files"})
        assert service.stderr is not None
        try:
            address = service.stderr.readline().split()[0].decode()
            for _ in range(4):  # of two processes: each tries again
                assert service.stderr.readline().startswith(b"[hub.file_store_unavailable] files: ")
            store.server_activate()
            welcoming.start()
            until(lambda: is_healthy(address))
            assert len(servers(service.pid)) == 2
        finally:
            service.kill()
            service.communicate(timeout=30)
            if welcoming.is_alive():
                store.shutdown()


def test_one_that_is_silent_for_a_while_is_let_live_and_the_others_heed_signals_meanwhile(served: Served) -> None:
    service, address = served
    started = servers(service.pid)
    silent = min(started)
    os.kill(silent, signal.SIGSTOP)
    try:
        time.sleep(8)
        assert servers(service.pid) == started
        service.send_signal(signal.SIGTERM)
        until(lambda: not is_alive(max(started)))
    finally:
        os.kill(silent, signal.SIGCONT)
    assert service.wait(60) == 130
    assert not is_healthy(address)


def test_one_that_stays_silent_is_replaced(environment: dict[str, str]) -> None:
    with serving(start(environment, "import hub.serving_processes as s; s._SILENT = 30; ")) as (service, address):
        silent = min(servers(service.pid))
        os.kill(silent, signal.SIGSTOP)
        until(lambda: len(servers(service.pid) - {silent}) == 2)
        assert not is_alive(silent)
        until(lambda: is_healthy(address))


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


def test_one_that_hears_nothing_does_not_keep_the_service_from_ending(environment: dict[str, str]) -> None:
    with serving(start(environment, "import hub.serving_processes as s; s._ENDING = 3; ")) as (service, address):
        started = servers(service.pid)
        os.kill(min(started), signal.SIGSTOP)
        service.send_signal(signal.SIGTERM)
        assert service.wait(60) == 130
        assert not any(map(is_alive, started))
        assert not is_healthy(address)


@pytest.mark.crash
def test_one_that_dies_while_the_tables_are_another_version_s_waits_for_its_own(
    served: Served, hub: HubContext
) -> None:
    service, address = served
    with hub.engine.begin() as conn:
        conn.exec_driver_sql("alter table library_key rename to another")
    first = min(servers(service.pid))
    os.kill(first, signal.SIGKILL)
    assert service.stderr is not None
    for _ in range(2):
        assert service.stderr.readline().startswith(b"[hub.database_unavailable] service: the database is not as this")
    assert service.poll() is None
    with hub.engine.begin() as conn:
        conn.exec_driver_sql("alter table another rename to library_key")
    until(lambda: all(is_healthy(address) for _ in range(6)))


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
