"""No process of ours outlives us: not when it is stubborn, not when we are killed without a word."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.children.processes import Children, Recorded, end_recorded, is_running, process_mark, record_process
from schemas.errors import ProcessFailed

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    open("{place}", "w").write(str(os.getpid()))
time.sleep(600)
"""


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    started = Children(tmp_path / "run", tmp_path / "log")
    yield started
    started.stop(1)


def eventually(is_true: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not is_true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_true()


def is_alive(pid: int) -> bool:
    return process_mark(pid) is not None


def test_stopping_ends_every_child_and_forgets_it(children: Children, tmp_path: Path) -> None:
    pids = [children.start(name, SLEEP, os.environ).process.pid for name in ("one", "two")]
    assert len(list((tmp_path / "run").glob("*.json"))) == 2
    children.stop()
    assert [is_alive(pid) for pid in pids] == [False, False]
    assert list((tmp_path / "run").glob("*.json")) == []


def test_a_child_that_ignores_the_signal_is_killed_with_its_group(children: Children, tmp_path: Path) -> None:
    place = tmp_path / "grandchild"
    child = children.start("stubborn", [sys.executable, "-c", STUBBORN.format(place=place)], os.environ)
    assert eventually(lambda: place.exists() and place.read_text().isdigit())
    children.stop(0.3)
    assert eventually(lambda: not is_alive(int(place.read_text())))
    assert not is_alive(child.process.pid)


def test_a_child_that_ended_by_itself_is_named_with_its_last_words(children: Children) -> None:
    script = "import sys; print('no room left'); sys.exit(3)"
    children.start("worker", [sys.executable, "-c", script], os.environ).process.wait()
    with pytest.raises(ProcessFailed, match=r"worker: .*exit code 3.*no room left"):
        children.assert_running()


def test_running_children_are_no_trouble(children: Children) -> None:
    children.start("one", SLEEP, os.environ)
    children.assert_running()


def test_what_a_killed_run_left_is_ended_at_the_next_start(tmp_path: Path) -> None:
    left = Children(tmp_path, tmp_path).start("left", SLEEP, os.environ)
    assert end_recorded(tmp_path) == ["left"]
    left.process.wait()
    assert end_recorded(tmp_path) == []


def test_a_pid_that_now_belongs_to_somebody_else_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen(SLEEP)
    try:
        record_process(tmp_path, "ours", stranger.pid)
        other = Recorded(stranger.pid, "another boot:1")
        (tmp_path / "ours.json").write_text(f'{{"pid": {other.pid}, "mark": "{other.mark}"}}')
        assert not is_running(other)
        assert end_recorded(tmp_path) == []
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_damaged_record_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")
    assert end_recorded(tmp_path) == []


@pytest.mark.crash
def test_the_watchman_ends_what_a_killed_run_left(tmp_path: Path) -> None:
    script = f"""
import os, sys, time
from pathlib import Path
from hub.children.processes import Children
from hub.children.watchman import watched
with watched(Path({str(tmp_path)!r})):
    child = Children(Path({str(tmp_path)!r}), Path({str(tmp_path)!r})).start("left", {SLEEP!r}, os.environ)
    print(child.process.pid, flush=True)
    time.sleep(600)
"""
    run = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert run.stdout is not None
    pid = int(run.stdout.readline())
    assert is_alive(pid)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    run.stdout.close()
    assert eventually(lambda: not is_alive(pid))
