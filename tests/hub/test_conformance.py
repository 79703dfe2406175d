"""Every declared department passes the kit on its own fake, and what is wrong with one is found and told."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from connectors.declaration import list_departments, load_department
from connectors.fake.modes import MODES
from hub.command import app
from hub.conformance.expected import LASTING, SHAPES, TROUBLE
from hub.conformance.outcome import LEVELS, Outcome, Report
from hub.conformance.report import write_report
from hub.conformance.run import checks_of, quick_checks
from hub.conformance.scratch import Scratch
from hub.conformance.stand import try_feed
from hub.conformance.victims import standing_by

# One of each kind of transport, payload and paging.
EACH_KIND = ["market_regulation", "public_security", "real_estate", "transport", "work_safety"]
ABOUT_DELIVERIES = {"500_after_commit", "applies_twice"}


@pytest.fixture(scope="module")
def scratch(postgres_home: Path) -> Iterator[Scratch]:
    """Give databases on the session's server, and somebody to be killed on them."""
    with standing_by() as victims:
        given = Scratch(postgres_home, victims)
        given.prepare()
        yield given


def words(report: Report) -> list[str]:
    """Return what failed."""
    return [f"{one.name}: {one.found}" for one in report.failed]


@pytest.mark.parametrize("name", list_departments())
def test_every_declared_department_passes_the_kit(scratch: Scratch, name: str) -> None:
    for feed in load_department(name).feeds:
        report = try_feed(scratch, name, feed, None, quick_checks())
        assert words(report) == []
        assert sum(one.state == "passed" for one in report.outcomes) >= 10


@pytest.mark.crash
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", EACH_KIND)
def test_in_every_mode_and_killed_anywhere_nothing_is_wrong_missing_or_twice(scratch: Scratch, name: str) -> None:
    report = try_feed(scratch, name, "licenses", None, checks_of(["L0", "L1", "L2", "L3", "L4", "L5"]))
    assert words(report) == []


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_that_can_be_asked_for_checks_something(level: str) -> None:
    assert any(check.level == level for check in checks_of([level]))


def test_every_mode_is_tried_by_some_check() -> None:
    tried = {check.name for check in checks_of(["L2", "L3", "L4", "L5"])}
    assert MODES.keys() - {"ok"} - tried == ABOUT_DELIVERIES
    assert SHAPES.keys() | TROUBLE.keys() | LASTING <= MODES.keys()


def test_a_department_that_cannot_say_it_failed_is_found_out(scratch: Scratch, tmp_path: Path) -> None:
    folder = declare_without_success(tmp_path)
    wanted = [check for check in quick_checks() if check.name in {"first_pull", "200_with_fault"}]
    report = try_feed(scratch, "transport", "licenses", folder, wanted)
    assert [one.name for one in report.failed] == ["200_with_fault"]
    assert report.failed[0].advice
    assert "## What failed, and what to do" in write_report([report])


def declare_without_success(root: Path) -> Path:
    """Copy a declaration and take away the place where an answer says that it is one."""
    shutil.copytree(load_department("transport").folder, root / "transport")
    file = root / "transport" / "department.toml"
    text, _, _ = file.read_text("utf-8").partition("[deliveries.")
    text = re.sub(r"(?m)^success .*$", "", text)
    text = text.replace('total = "data/total"', 'total = ""').replace('style = "page"', 'style = "none"')
    file.write_text(re.sub(r'pageNo = "\{page\}", ', "", text), "utf-8")
    return root


def test_a_report_tells_every_check_in_words() -> None:
    outcomes = [
        Outcome("L1", "first_pull", "passed", "the library is right", 1.0, "43 merged"),
        Outcome("L2", "bom", "failed", "a mark", 1.0, "ended as a | b", "look there"),
        Outcome("L2", "nan", "not_applicable", "NaN", 0.0, "only JSON can carry it"),
    ]
    text = write_report([Report("transport", "licenses", "rest", "d" * 64, outcomes)])
    assert "1 checks passed, 1 failed, 1 do not apply." in text
    assert "To do: look there" in text
    assert "| ✘ | `bom` | a mark | ended as a \\| b |" in text
    assert "| – | `nan` | NaN | only JSON can carry it |" in text


def test_the_command_writes_a_report_and_ends_with_a_code(tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    done = CliRunner().invoke(
        app, ["department", "conform", "transport", "--level", "L0", "--report", str(report), "--json"]
    )
    assert done.exit_code == 0, done.output
    assert [one["name"] for one in json.loads(done.stdout)["outcomes"]] == ["lint"]
    assert "| ✔ | `lint` |" in report.read_text("utf-8")
    assert CliRunner().invoke(app, ["department", "conform", "transport", "--level", "L9"]).exit_code == 2
