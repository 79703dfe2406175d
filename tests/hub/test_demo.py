"""The whole hub on this machine: one cycle through Airflow, a second that changes nothing, and nothing left running."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.declarations.declaration import load_department
from connectors.fake.city.subjects import Subjects
from connectors.fake.rows.truth import Plot, tell_truth
from hub.airflow.home import PROJECT
from hub.demo.demo import LENT, SHOWN

DEMO = [sys.executable, "-c", "from hub.command import app; app()", "demo"]
PLOT = Plot(scale=400)
pytestmark = [pytest.mark.demo, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """Give a home folder that the embedded server's user can walk into."""
    folder = Path(tempfile.mkdtemp(prefix="hub-demo-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def environ(home: Path) -> dict[str, str]:
    return {**os.environ, "HUB_HOME": str(home), "PYTHONPATH": str(PROJECT), "HUB_PORT": "0"}


def run_once(home: Path) -> dict[str, Any]:
    """Run one cycle; return its summary."""
    command = [*DEMO, "--once", "--json", "--scale", str(PLOT.scale)]
    done = subprocess.run(command, env=environ(home), cwd=PROJECT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-4000:]
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


def processes_of(home: Path) -> list[str]:
    """List the running processes that know the home folder, by environment or command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
            name = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if str(home).encode() in words and int(folder.name) != os.getpid() and name:
            found.append(name)
    return found


def none_left(home: Path, seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while processes_of(home) and time.monotonic() < deadline:
        time.sleep(0.2)
    return not processes_of(home)


@pytest.fixture(scope="module")
def first(home: Path) -> dict[str, Any]:
    """Give the summary of the first cycle."""
    return run_once(home)


def start_until(home: Path, words: str, *options: str) -> subprocess.Popen[bytes]:
    """Start a demo and return when its notes have said some words."""
    log, command = home / "demo.log", [*DEMO, "--scale", str(PLOT.scale), *options]
    with log.open("wb") as notes, (home / "demo.json").open("wb") as summary:
        demo = subprocess.Popen(command, env=environ(home), cwd=PROJECT, stdout=summary, stderr=notes)
    deadline = time.monotonic() + 300
    while words.encode() not in log.read_bytes():
        if demo.poll() is not None or time.monotonic() > deadline:
            end(demo)
            pytest.fail(f"a demo never said {words!r}: {log.read_text()[-4000:]}")
        time.sleep(0.1)
    return demo


def end(demo: subprocess.Popen[bytes]) -> None:
    demo.terminate()
    demo.wait(90)


@pytest.fixture(scope="module")
def served(home: Path, first: dict[str, Any]) -> Iterator[subprocess.Popen[bytes]]:
    """Give a demo over the same folder that ran its cycle, and serves the pages until a signal."""
    demo = start_until(home, "Ctrl-C ends it", "--json")
    yield demo
    end(demo)


def test_airflow_pulls_every_department_to_the_end(first: dict[str, Any]) -> None:
    assert set(first) == {"departments", "library", "checklist"}
    assert [line["name"] for line in first["departments"]] == list(SHOWN)
    for line in first["departments"]:
        assert set(line) == {"name", "received", "merged", "unchanged", "quarantined", "held", "seconds"}
        declared = load_department(line["name"])
        truths = [tell_truth(declared, PLOT, feed) for feed in declared.feeds]
        told = [(truth.received, truth.good, truth.bad) for truth in truths]
        assert (line["received"], line["merged"], line["quarantined"]) == tuple(map(sum, zip(*told, strict=True)))
        assert line["unchanged"] == line["held"] == 0


def test_the_library_holds_what_was_merged(first: dict[str, Any]) -> None:
    assert first["library"]["licenses"] == sum(line["merged"] for line in first["departments"])
    assert 0 < first["library"]["subjects"] <= first["library"]["licenses"]
    assert first["library"]["versions"] == first["library"]["licenses"]


def test_the_invented_applicant_is_told_whole_so_that_anybody_can_ask_on(served: object, home: Path) -> None:
    assert f"applicant {Subjects(PLOT.seed).organisation(0).code}, who is made up" in (home / "demo.log").read_text()


def test_one_checklist_is_answered(first: dict[str, Any]) -> None:
    verdicts = {line["verdict"] for line in first["checklist"]["materials"]}
    assert {"held", "applicant_brings"} <= verdicts


def test_a_second_cycle_merges_nothing_new(home: Path, first: dict[str, Any], served: subprocess.Popen[bytes]) -> None:
    second = json.loads((home / "demo.json").read_text())
    assert {line["merged"] for line in second["departments"]} == {0}
    assert second["library"] == first["library"]


def test_the_pages_are_served(home: Path, served: subprocess.Popen[bytes]) -> None:
    found = re.search(r"pages: (http://127\.0\.0\.1:\d+)", (home / "demo.log").read_text())
    assert found is not None
    assert urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{found[1]}/sign-in").status == 200


def test_another_terminal_pulls_from_its_departments(home: Path, served: subprocess.Popen[bytes]) -> None:
    lent = home / LENT
    assert stat.S_IMODE(lent.stat().st_mode) == 0o600
    pull = f". {shlex.quote(str(lent))} && exec {shlex.join([*DEMO[:-1], 'pull', 'transport', '--json'])}"
    elsewhere = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "AIRFLOW_"))}
    done = subprocess.run(["sh", "-c", pull], env=elsewhere, cwd=PROJECT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    told = json.loads(done.stdout)
    assert (told["department"], told["merged"]) == ("transport", 0)


def test_two_demos_do_not_share_a_folder(home: Path, served: subprocess.Popen[bytes]) -> None:
    other = subprocess.run([*DEMO, "--once"], env=environ(home), cwd=PROJECT, capture_output=True, check=False)
    assert other.returncode == 1
    assert b"another one runs" in other.stderr


def test_no_log_names_a_person_or_a_secret(home: Path, first: dict[str, Any]) -> None:
    subjects = Subjects(PLOT.seed)
    people = [subject for number in range(2000) for subject in (subjects.person(number), subjects.organisation(number))]
    words = {person.code for person in people} | {person.name for person in people if len(person.name) > 3}
    secrets = {(home / name).read_text().strip() for name in ("secret.key", "token")}
    secrets |= set(json.loads((home / "airflow" / "passwords.json").read_text()).values())
    logs = {path: path.read_text(errors="replace") for path in (home / "log").rglob("*.log")}
    assert len(logs) > 12
    assert [str(path) for path, text in logs.items() if any(word in text for word in words | secrets)] == []


def test_a_signal_ends_it_and_leaves_nothing_running(home: Path, served: subprocess.Popen[bytes]) -> None:
    served.send_signal(signal.SIGINT)
    assert served.wait(90) == 0
    assert none_left(home, 1)
    assert not list((home / "run").glob("*"))
    assert not (home / LENT).exists()


@pytest.mark.crash
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_middle_leaves_nothing_running(
    home: Path, first: dict[str, Any], number: signal.Signals
) -> None:
    demo = start_until(home, "Airflow: starting")
    time.sleep(3)
    demo.send_signal(number)
    assert demo.wait(90) == 130
    assert none_left(home, 1)


@pytest.mark.crash
def test_a_demo_that_was_killed_leaves_nothing_running_and_does_not_stand_in_the_way(
    home: Path, first: dict[str, Any]
) -> None:
    demo = start_until(home, "pulling every department")
    time.sleep(2)
    demo.kill()
    demo.wait()
    assert none_left(home)
    again = run_once(home)
    assert {line["merged"] for line in again["departments"]} == {0}
    assert again["library"] == first["library"]
