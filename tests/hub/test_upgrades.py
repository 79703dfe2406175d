"""An upgrade under real load loses nothing: pulls, deliveries and questions go on while revisions go down and up again."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from database_clones import Cloned
from hub_makers import Faked, StartFake, column, count, pull_once
from push_departments import make_departments
from push_makers import NO_CHANCE, StillClock, at, owe, push_once, states
from sqlalchemy import Engine, text

from connectors.declarations.declaration import load_department
from connectors.fake.process import start_fake
from connectors.fake.rows.truth import Plot
from hub.context import HubContext, utc_now
from hub.serving import planning_once, service_settings
from hub.settings import Settings
from license_library.service.app import create_app
from license_library.storage.database import migrate
from schemas.errors import DatabaseUnavailable, HubError, LeaseLost
from tests.service.service_makers import calling, serving

SOME, STILL = Plot(scale=120, day=0, bad_share=0.05), Plot(scale=60, day=0, bad_share=0)
# Holds, then number_key() and its indexes, then the column of reasons to hold a batch, then the seals are not there.
DOWN = ["-1", "-3", "-5", "-4"]
LOWER, UPPER = 0.6, 0.8  # seconds in which everybody meets the one schema, and works over the other
DONE = [("pull", "merged"), ("push", "brought"), ("ask", "right"), ("ask too", "right")]
OFTEN, PATIENCE = 3, 120  # each is done as often as this, however long a slow machine takes: at most as many seconds
COUNTED = "received_count = merged_count + unchanged_count + quarantined_count + held_count"
TOLD = """
select record_id, license_number, license_identifier, status, issued_on, valid_from, valid_to, holder_name, face, digest,
  source_updated_at from licenses where department = :department order by record_id
"""
PURPOSE, AWAY = "370283-UPGRADE", DatabaseUnavailable.code
Step = Callable[[], str]


@dataclass
class Load:
    """Let works be done again and again, each in a thread, and keep what became of them."""

    is_over: threading.Event = field(default_factory=threading.Event)
    became: Counter[tuple[str, str]] = field(default_factory=Counter)
    unmeant: list[str] = field(default_factory=list)

    @contextmanager
    def of(self, works: dict[str, Step]) -> Iterator[None]:
        """Run them for as long as the block, and to the end of what each is at."""
        threads = [threading.Thread(target=self._again_and_again, args=work) for work in works.items()]
        for one in threads:
            one.start()
        try:
            yield
        finally:
            self.is_over.set()
            for one in threads:
                one.join(150)

    def until_everybody_was_busy(self) -> None:
        """Wait until each work was done often enough, or somebody met what nobody means."""
        ends = time.monotonic() + PATIENCE
        while min(self.became[done] for done in DONE) < OFTEN and not self.unmeant and time.monotonic() < ends:
            time.sleep(0.1)

    def _again_and_again(self, name: str, step: Step) -> None:
        while not self.is_over.is_set():
            try:
                became = step()
            except HubError as error:
                became = error.code
                time.sleep(0.05)
            except BaseException as error:  # noqa: BLE001 - whatever it is, the test tells it
                self.unmeant.append(f"{name}: {type(error).__name__}: {error}")
                return
            self.became[name, became] += 1


def pulling(hub: HubContext, one: Faked, days: Iterator[int]) -> Step:
    """Pull day after day."""

    day = [next(days)]

    def pull_a_day() -> str:
        one.process.set_day(day[0])
        summary = pull_once(hub, one)
        if summary.state == "merged":  # what is told of many days at once would wait for the steward
            day[0] = next(days)
        return summary.error_code or summary.state

    return pull_a_day


def pushing(hub: HubContext, one: Faked) -> Step:
    """Hand a delivery in until it is taken, then bring what is due."""
    numbers, open_number = itertools.count(1), [0]

    def push_one_more() -> str:
        open_number[0] = open_number[0] or next(numbers)
        owe(hub, one.name, case=f"load-{open_number[0]}", delivery_key=f"load-{open_number[0]:06}")
        open_number[0] = 0
        failure = push_once(hub, one).failure
        return failure.code if failure else "brought"

    return push_one_more


def asking(questions: dict[str, Callable[[], Any]]) -> Step:
    """Ask them in turn; each answer is what it was before the load, or says that the database is of another version."""
    before = {name: ask() for name, ask in questions.items()}
    assert all(status == 200 for status, _ in before.values()), before
    turns = itertools.cycle(questions.items())

    def ask_next() -> str:
        name, ask = next(turns)
        status, told = ask()
        if status == 503:
            assert told["code"] == AWAY, told
            return AWAY
        assert status == 200, (name, status, told)
        assert {
            key: (before[name][1][key], value) for key, value in told.items() if value != before[name][1][key]
        } == {}, name
        return "right"

    return ask_next


@contextmanager
def asked_over_http(hub: HubContext, quiet: str, lively: str) -> Iterator[dict[str, Callable[[], Any]]]:
    """Serve the library, and give questions whose answers do not change: about what does not, or as known before."""
    with planning_once(hub.engine) as engine, ExitStack() as stack:
        settings = replace(service_settings(hub, Settings()), questions=engine)
        address = stack.enter_context(serving(create_app(settings)))
        headers = {"Authorization": f"Bearer {settings.token}", "X-Purpose": PURPOSE}
        client = stack.enter_context(calling(address, **headers))
        number, kind = one_row(hub, quiet, "license_number, license_type")
        code = hub.keyring.decrypt(one_row(hub, quiet, "code_encrypted")[0]).decode()
        license_id, known_from = one_row(hub, lively, "license_id, licenses.known_from")
        then = {"known_at": (known_from + timedelta(milliseconds=1)).isoformat()}
        asked: dict[str, dict[str, Any]] = {
            "search": {"number": number},
            "verify": {"license_type": kind, "license_number": number},
            "checklist": {"item_code": "PD-E-002", "holder_code": code},
        }

        def post(path: str) -> Any:
            return shown(client.post(f"/api/{path}", json={**asked[path], "purpose": PURPOSE}))

        yield {path: lambda path=path: post(path) for path in asked} | {
            "as-of": lambda: shown(client.get(f"/api/licenses/{license_id}/as-of", params=then))
        }


def one_row(hub: HubContext, department: str, columns: str) -> Any:
    """Return some columns of the first license of a department."""
    with hub.engine.connect() as conn:
        statement = text(
            f"select {columns} from licenses join subjects using (subject_id) where department = :name order by license_id limit 1"
        )
        return conn.execute(statement, {"name": department}).one()


def shown(answer: Any) -> tuple[int, Any]:
    """Return the status and the answer without the instant at which it was given."""
    told = answer.json()
    return answer.status_code, {name: value for name, value in told.items() if name != "asked_at"}


def contents(engine: Engine, department: str) -> list[tuple[Any, ...]]:
    """Return what a library says of the licenses of a department."""
    with engine.connect() as conn:
        return [tuple(row) for row in conn.execute(text(TOLD), {"department": department})]


@pytest.fixture
def fresh(cloned: Cloned, catalogue_template: str) -> Iterator[Engine]:
    """Give another library, which saw no upgrade."""
    with cloned(catalogue_template) as engine:
        yield engine


@pytest.fixture
def class_c(tmp_path: Path) -> Iterator[Faked]:
    """Give a department that nothing may be sent to twice."""
    make_departments(tmp_path / "classes")
    with start_fake("class_c", SOME, connectors=tmp_path / "classes") as process:
        yield Faked(load_department("class_c", tmp_path / "classes"), process, tmp_path / "classes")


@pytest.mark.crash
def test_an_upgrade_under_load_loses_nothing_and_everybody_is_told_what_is_so(
    hub: HubContext,
    fake: StartFake,
    class_c: Faked,
    fresh: Engine,
    database_address: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    one, quiet, days, load = fake("transport", SOME), fake("agriculture", STILL), itertools.count(1), Load()
    for each in (quiet, one):
        assert pull_once(hub, each).state == "merged"
    owing = replace(hub, connectors_folder=class_c.folder)
    with asked_over_http(hub, quiet.name, one.name) as questions:
        works = {
            "pull": pulling(hub, one, days),
            "push": pushing(owing, class_c),
            "ask": asking(questions),
            "ask too": asking(dict(reversed(questions.items()))),
        }
        with load.of(works):
            for revision in DOWN:
                time.sleep(UPPER)
                migrate(database_address, revision)
                time.sleep(LOWER)
                migrate(database_address)
            load.until_everybody_was_busy()
    assert load.unmeant == []
    require_only_what_is_meant(load)
    require_no_loss(hub, one, fresh)
    require_each_brought_once(owing, class_c)


# An exchange that an upgrade overtook, and one that could not even note how it ended: the next one takes either over.
OVERTAKEN = {("pull", became) for became in (LeaseLost.code, "landing", "landed", "checked")}


def require_only_what_is_meant(load: Load) -> None:
    """Everybody was busy, met another version's tables, and was told that."""
    assert set(load.became) - OVERTAKEN == {*DONE, *((name, AWAY) for name, _ in DONE)}
    assert min(load.became[done] for done in DONE) >= OFTEN


def require_no_loss(hub: HubContext, one: Faked, fresh: Engine) -> None:
    """Everything adds up, nothing stands in the way, and one more pull makes the library what one pull alone makes."""
    assert count(hub, "exchanges", f"state = 'merged' and not ({COUNTED})") == 0
    assert pull_once(hub, one, full=True).state == "merged"
    assert count(hub, "exchanges", "state in ('landing', 'landed', 'checked')") == count(hub, "staged_licenses") == 0
    assert set(column(hub, "select distinct state from exchanges")) <= {"merged", "failed"}
    assert pull_once(replace(hub, engine=fresh), one, full=True).state == "merged"
    assert contents(hub.engine, one.name) == contents(fresh, one.name)


def require_each_brought_once(owing: HubContext, one: Faked) -> None:
    """Whatever was handed in was done once, as soon as the leases of passes that were refused have ended."""
    clock = StillClock(utc_now() + timedelta(hours=1))
    push_once(at(owing, clock), one, NO_CHANCE)
    cases = column(owing, "select case_number from deliveries order by delivery_id")
    assert set(states(owing)) == {"acknowledged"}
    done = Counter({each["values"]["ajbh"]: each["times"] for each in one.process.inbox()})
    assert done == dict.fromkeys(cases, 1)
    assert len(cases) > 5
