"""A fake in a process of its own says when it is ready, can be steered, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from connectors.fake.process import PROJECT, start_fake, start_fakes
from connectors.fake.rows.truth import Plot
from connectors.wire.connection import parse_connection
from schemas.errors import ProcessFailed

FEW = Plot(scale=20, day=0)
PARENT = """
import sys, time
from connectors.fake.process import start_fake
from connectors.fake.rows.truth import Plot
with start_fake("transport", Plot(scale=20)) as fake:
    print(fake.process_id, flush=True)
    time.sleep(60)
"""


def is_alive(process_id: int) -> bool:
    """Tell whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until_gone(process_id: int, seconds: float = 10) -> bool:
    """Wait for a process to end."""
    until = time.monotonic() + seconds
    while is_alive(process_id) and time.monotonic() < until:
        time.sleep(0.05)
    return not is_alive(process_id)


def test_a_fake_ends_with_its_context_and_leaves_no_zombie() -> None:
    with start_fake("transport", FEW) as fake:
        assert is_alive(fake.process_id)
        assert parse_connection(fake.connection_value).origin in fake.url
    assert not Path(f"/proc/{fake.process_id}").exists()


def test_several_fakes_share_a_process_and_nothing_else() -> None:
    with start_fakes(["real_estate", "transport"], FEW) as fakes:
        assert len({fake.process_id for fake in fakes.values()}) == 1
        fakes["transport"].set_mode("503")
        assert {name: fake.state()["mode"] for name, fake in fakes.items()} == {"real_estate": "ok", "transport": "503"}
    assert not is_alive(fakes["transport"].process_id)


def test_mode_and_day_can_be_changed_while_it_runs() -> None:
    with start_fake("transport", FEW, mode="503") as fake:
        assert fake.state() == {"mode": "503", "day": 0, "served": {}}
        fake.set_mode("ok")
        fake.set_day(12)
        assert fake.state() == {"mode": "ok", "day": 12, "served": {}}


def test_a_fake_that_hangs_still_ends() -> None:
    started = time.monotonic()
    with start_fake("real_estate", FEW, mode="hang_forever"):
        pass
    assert time.monotonic() - started < 10


def test_a_department_that_is_not_declared_cannot_be_faked() -> None:
    with pytest.raises(ProcessFailed, match="did not get ready"), start_fake("nobody"):
        pytest.fail("nobody must not get ready")


@pytest.mark.crash
def test_a_fake_ends_when_whoever_started_it_is_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, cwd=PROJECT)
    assert parent.stdout is not None
    with parent.stdout as output:
        fake = int(output.readline())
    assert is_alive(fake)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert wait_until_gone(fake)


def test_the_ready_line_is_also_written_to_a_file_and_sigterm_ends_well(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-m", "connectors.fake", "transport", "--scale", "5", "--ready-file", str(ready)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=PROJECT, env=os.environ)
    assert process.stdout is not None
    with process.stdout as output:
        line = output.readline()
    process.terminate()
    assert process.wait(10) == 0
    assert json.loads(ready.read_text("utf-8")) == json.loads(line)
    assert json.loads(line)["department"] == "transport"
