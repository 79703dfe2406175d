"""Exchanges and reconciliations that are killed wherever and however often, and what the next one, by itself, makes of them.

Real processes die by SIGKILL while they talk to a department in a process of its own; what is left is compared with a
library whose pull nobody killed.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from front_makers import MARIADB_URL
from hub_makers import column, count
from sqlalchemy.pool import NullPool

from connectors.fake.process import FakeProcess, start_fake
from connectors.fake.rows.truth import Plot
from connectors.wire.connection import parse_connection
from hub.conformance.impatience import LEASE, SECRET, impatient
from hub.conformance.scratch import Scratch
from hub.conformance.victims import Order
from hub.context import Bounds, HubContext, utc_now
from hub.pulling import pull as steps
from hub.pulling import task_steps
from hub.reconciling.reconcile import reconcile
from license_library.reconciliation.holdings import list_holdings, list_waiting
from license_library.storage.database import open_database
from license_library.storage.keyring import Keyring

PLOT = Plot(scale=105, bad_share=0.05)  # six pages
LATER = 75  # days of updates, which the exchange to be killed has to bring
KILLS = [1, 2, 5]
PULL_POINTS = ["before_fetch", "after_fetch", "after_landing", "mid_check", "before_merge_commit", "after_merge_commit"]
ANSWER_POINTS = ["before_send", "after_mark"]
EACH_PAGE = {"after_fetch", "after_landing", "before_send", "after_mark"}
WHO = {"soap": "market_regulation", "rest": "transport", "postgresql": "work_safety", "mariadb": "work_safety"}
TABLE = "EX_AJ_XKZ"
VERSIONS = sa.text(
    "select l.record_id, v.version_count, v.status, v.holder_name, v.valid_to, v.source_updated_at "
    "from license_versions v join licenses l using (license_id)"
)
SUBJECTS = sa.text(
    "select holder_hash, name, count(k) from subjects left join subject_keys k using (subject_id) group by 1, 2"
)
UNEVEN = "received_count <> merged_count + unchanged_count + quarantined_count + held_count"
LOSE = sa.text("delete from licenses where record_id = any(:lost)")
EVIDENCE = ["reconciliations", "reconciliation_buckets", "reconciliation_differences"]


@dataclass
class Side:
    """One department, the library as it was before, and all that a pull which nobody kills makes of it."""

    name: str
    process: FakeProcess
    scratch: Scratch
    front: str
    template: str = ""  # the database to copy
    expected: dict[str, Any] = field(default_factory=dict)

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement in the front database, where there is one."""
        if not self.front:
            return []
        engine = sa.create_engine(self.front, poolclass=NullPool)
        with engine.begin() as conn:
            found = conn.execute(sa.text(statement.replace('"', "`" if engine.dialect.name == "mysql" else '"')))
            return [tuple(row) for row in found] if found.returns_rows else []

    def flags(self) -> list[tuple[Any, ...]]:
        """Return record id and mark of every row."""
        return self.execute(f'select "YWLSH", "GTSYNC" from "{TABLE}" order by "XH"')

    @contextmanager
    def library(self) -> Iterator[tuple[str, HubContext]]:
        """Give a library as it was before the news, and a hub over it; no row of a front table is marked."""
        self.execute(f'update "{TABLE}" set "GTSYNC" = null, "CWXX" = null, "DQSJ" = null')
        with self.scratch.library(self.template) as address, opened(address) as hub:
            yield address, hub

    def content(self, hub: HubContext) -> dict[str, Any]:
        """Return what the library holds: licenses, their history, what waits, whom it knows, and what the department was told.

        A wrong row of a record that a later row put right waits, or not, by whether both came with one exchange.
        """
        with hub.engine.connect() as conn:
            licenses = list_holdings(conn, self.name, "licenses")
            waiting = [one for one in list_waiting(conn, self.name, "licenses") if one[0] not in licenses]
            return {
                "licenses": licenses,
                "versions": sorted(map(tuple, conn.execute(VERSIONS))),
                "waiting": sorted(waiting, key=str),
                "subjects": sorted(map(tuple, conn.execute(SUBJECTS))),
                "answers": self.flags(),
            }

    def kill(self, address: str, point: str, work: str = "pull") -> None:
        """Run one exchange or reconciliation that dies there."""
        order = Order(address, self.process.connection_value, self.name, "licenses", "", utc_now(), point, work)  # type: ignore[arg-type]
        assert self.scratch.victims.run(order) == -signal.SIGKILL, f"{work} was not killed at {point}"

    def go_on(self, hub: HubContext) -> None:
        """Run the next exchange as the DAG does, its steps one after the other."""
        connection = parse_connection(self.process.connection_value)
        exchange_id = steps.land(hub, self.name, "licenses", connection)
        task_steps.check(hub, exchange_id)
        task_steps.merge(hub, exchange_id)
        steps.acknowledge(hub, exchange_id, connection)


@contextmanager
def opened(address: str) -> Iterator[HubContext]:
    """Give a hub over a library, with pages of twenty records."""
    engine = open_database(address)
    try:
        yield HubContext(engine, Keyring(SECRET), utc_now, None, Bounds(lease=LEASE), amend=impatient)
    finally:
        engine.dispose()


@contextmanager
def mariadb_database() -> Iterator[str]:
    """Give an empty database of the machine's own MariaDB."""
    name, engine = f"front_{os.getpid()}_matrix", sa.create_engine(f"{MARIADB_URL}/mysql", poolclass=NullPool)
    with engine.begin() as conn:
        conn.execute(sa.text(f"create database {name}"))
    yield f"{MARIADB_URL}/{name}"
    with engine.begin() as conn:
        conn.execute(sa.text(f"drop database {name}"))


@contextmanager
def opened_side(kind: str, scratch: Scratch) -> Iterator[Side]:
    """Give the department of one transport, that was pulled once and has news since."""
    with ExitStack() as stack:
        fronts = {"postgresql": scratch.empty, "mariadb": mariadb_database}
        front = stack.enter_context(fronts[kind]()) if kind in fronts else ""
        process = stack.enter_context(start_fake(WHO[kind], PLOT, database=front))
        made = Side(WHO[kind], process, scratch, front)
        address = stack.enter_context(scratch.library())
        with opened(address) as hub:
            made.go_on(hub)
        made.template = str(sa.make_url(address).database)
        process.set_day(LATER)
        with made.library() as (_, hub):
            made.go_on(hub)
            made.expected = made.content(hub)
        yield made


def passes(point: str, kills: int) -> list[str]:
    """Return where each of the kills happens: one page later each time, where pages pass."""
    return [f"{point}:{number if point in EACH_PAGE else 1}" for number in range(1, kills + 1)]


def require_answered_is_kept(side: Side, hub: HubContext) -> None:
    """Whoever was told "read" is in the library as the department has it, whoever was told "wrong" is in quarantine."""
    kept = side.content(hub)
    waiting = set(column(hub, "select record_id from quarantined_records"))
    for record, flag in side.flags():
        assert flag != "1" or kept["licenses"].get(record) == side.expected["licenses"][record]
        assert flag != "3" or record in waiting


def survive_pulls(side: Side, point: str, kills: int) -> None:
    """Die there again and again; the next exchange finds everything, and the one after it nothing more."""
    with side.library() as (address, hub):
        for one in passes(point, kills):
            side.kill(address, one)
            require_answered_is_kept(side, hub)
        side.go_on(hub)
        assert side.content(hub) == side.expected
        assert count(hub, "exchanges", "state in ('landing', 'landed', 'checked')") == 0
        assert count(hub, "exchanges", f"state = 'merged' and {UNEVEN}") == 0
        again = steps.pull(hub, side.name, "licenses", parse_connection(side.process.connection_value), full=True)
        assert (again.state, again.merged) == ("merged", 0)


def survive_reconciliations(side: Side, kills: int) -> None:
    """Die with everything found and nothing committed; no half of it stays, and the next one names what is missing."""
    with side.library() as (address, hub):
        settled = [
            name for name, held in side.content(hub)["licenses"].items() if held == side.expected["licenses"][name]
        ]
        lost = set(sorted(settled)[:3])
        with hub.engine.begin() as conn:
            conn.execute(LOSE, {"lost": list(lost)})
        for _ in range(kills):
            side.kill(address, "mid_reconcile", "reconcile")
            assert [count(hub, table) for table in EVIDENCE] == [0, 0, 0]
        reconcile(hub, side.name, "licenses", parse_connection(side.process.connection_value))
        found = column(hub, "select record_id from reconciliation_differences where kind = 'missing'")
        assert (set(found), len(found), count(hub, "reconciliations")) == (lost, 3, 1)
