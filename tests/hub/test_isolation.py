"""One bad department stays alone with its trouble: the others end well, memory stays bounded, and nothing is left open."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hub_makers import FEW, Faked, column, count, pull_once
from msgspec import structs
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from connectors.declarations.declaration import Department, load_department
from connectors.fake.process import start_fake, start_fakes
from hub.context import HubContext
from hub.pulling.statement_limits import limited_for
from license_library.storage.database import limit_statements

BAD = {"transport": "never_ends", "marriage": "drip_body", "commerce": "hang_forever"}
STUCK = "commerce"
GOOD = ["agriculture", "culture", "industry", "livestock"]
MIB = 1024 * 1024


@pytest.fixture
def few(connectors_folder: Path) -> Iterator[dict[str, Faked]]:
    """Start seven departments in one process."""
    with start_fakes([*BAD, *GOOD], FEW, connectors=connectors_folder) as started:
        yield {
            name: Faked(load_department(name, connectors_folder), process, connectors_folder, FEW)
            for name, process in started.items()
        }


def test_departments_that_drip_hang_or_never_end_stop_no_other(hub: HubContext, few: dict[str, Faked]) -> None:
    for name, mode in BAD.items():
        few[name].process.set_mode(mode)
    pull_once(hub, few["agriculture"])  # what every first pull imports
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    with ThreadPoolExecutor(len(few)) as pool:
        summaries = dict(zip(few, pool.map(lambda one: pull_once(hub, one), few.values()), strict=True))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    assert {name: summaries[name].state for name in GOOD} == dict.fromkeys(GOOD, "merged")
    assert {summaries[name].error_code for name in BAD} <= {"department.timeout", "department.broke_promise"}
    assert {summaries[name].state for name in BAD} == {"failed"}
    assert grown < 20 * 20 * MIB  # a never-ending answer is cut at 20 MB, and an answer costs at most 16 times its size
    assert count(hub, "exchanges", "state in ('landing', 'landed', 'checked')") == 0
    for name in BAD:
        few[name].process.set_mode("ok")
        assert pull_once(hub, few[name]).state == "merged"


def patient(department: Department) -> Department:
    """Let a department be waited for longer than any test takes: the `amend` of a hub."""
    limits = structs.replace(department.transport.limits, deadline_seconds=600)
    return structs.replace(department, transport=structs.replace(department.transport, limits=limits))


@pytest.mark.parametrize("mode", ["hang_forever", "drip_body"])
def test_the_others_are_done_while_one_is_still_waited_for(
    hub: HubContext, few: dict[str, Faked], connectors_folder: Path, mode: str
) -> None:
    with start_fake(STUCK, FEW, mode=mode, connectors=connectors_folder) as process, ThreadPoolExecutor(1) as pool:
        stuck = Faked(load_department(STUCK, connectors_folder), process, connectors_folder, FEW)
        waiting = pool.submit(pull_once, replace(hub, amend=patient), stuck)
        try:
            while not process.state()["served"].get(mode):
                assert not waiting.done(), waiting.result()
            assert [pull_once(hub, few[name]).state for name in GOOD] == ["merged"] * len(GOOD)
            assert (waiting.done(), count(hub, "exchanges", "state = 'landing'")) == (False, 1)
        finally:
            os.kill(process.process_id, signal.SIGKILL)
        assert waiting.result().state == "failed"


def test_a_departments_statements_end_at_its_own_limit_and_no_others_do(database: Engine) -> None:
    limited = limit_statements(database, 0.05)
    with pytest.raises(OperationalError, match="statement timeout"), limited.begin() as conn:
        conn.execute(text("select pg_sleep(3)"))
    with database.begin() as conn:
        assert conn.scalar(text("show statement_timeout")) == "0"
    with limited.begin() as conn:
        assert conn.scalar(text("show statement_timeout")) == "50ms"
    with database.begin() as conn:  # the same connection, from the same pool
        assert conn.scalar(text("show statement_timeout")) == "0"


def test_the_limit_is_the_declared_one(hub: HubContext) -> None:
    with limited_for(hub, "transport").engine.begin() as conn:
        assert conn.scalar(text("show statement_timeout")) == "30min"
    with limited_for(hub, "no_such_department").engine.begin() as conn:
        assert conn.scalar(text("show statement_timeout")) == "30min"
    assert column(hub, "show statement_timeout") == ["0"]
