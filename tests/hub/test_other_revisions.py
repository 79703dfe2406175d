"""Whoever meets tables of another version is told so, applies nothing, and goes on once the database is his own again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from hub_makers import FEW, PLOT, Faked, StartFake, count, pull_once
from push_departments import make_departments
from push_makers import StillClock, at, owe, push_once, states
from sqlalchemy import text
from typed_commands import type_command

from connectors.declarations.declaration import load_department
from connectors.fake.process import start_fake
from hub.context import HubContext, utc_now
from hub.failures import plain_database_errors_at
from hub.progress import Step
from hub.pulling import pull as steps
from hub.pushing.push import PushBounds, push
from license_library.exchange.exchanges import get_exchange
from license_library.storage.database import migrate
from schemas.errors import DatabaseUnavailable, HubError, LeaseLost

TOLD = "the database is not as this version expects it"
IMPATIENT = PushBounds(chance=lambda: 1.0, grace=timedelta(seconds=0), patience_seconds=0.2)


@contextmanager
def as_another_version(hub: HubContext, table: str, name: str) -> Iterator[None]:
    """Let a column be called otherwise, as before or after an upgrade."""
    rename(hub, table, name, "of_another_version")
    try:
        yield
    finally:
        rename(hub, table, "of_another_version", name)


def rename(hub: HubContext, table: str, old: str, new: str) -> None:
    with hub.engine.begin() as conn:
        conn.exec_driver_sql(f"alter table {table} rename column {old} to {new}")


@pytest.fixture
def class_c(tmp_path: Path) -> Iterator[Faked]:
    """Give a department that nothing may be sent to twice."""
    make_departments(tmp_path / "connectors")
    with start_fake("class_c", PLOT, connectors=tmp_path / "connectors") as process:
        yield Faked(load_department("class_c", tmp_path / "connectors"), process, tmp_path / "connectors")


def pushing(hub: HubContext, one: Faked) -> HubContext:
    """Return the hub that knows this department, a minute later: all that is owed is due."""
    return at(replace(hub, connectors_folder=one.folder), StillClock(utc_now() + timedelta(minutes=1)))


@pytest.mark.parametrize(
    ("table", "name"),
    [("feeds", "epoch"), ("landed_pages", "body"), ("staged_licenses", "digest"), ("licenses", "digest")],
)
def test_a_pull_is_told_plainly_applies_nothing_and_the_next_one_brings_all(
    hub: HubContext, fake: StartFake, table: str, name: str
) -> None:
    one = fake("transport", FEW)
    with as_another_version(hub, table, name):
        try:
            summary = pull_once(hub, one)
            told = summary.error_code, summary.error_message or ""
        except HubError as error:
            told = error.code, str(error)
    assert told[0] == DatabaseUnavailable.code
    assert TOLD in told[1]
    assert (count(hub, "licenses"), count(hub, "staged_licenses")) == (0, 0)
    assert (pull_once(hub, one).state, count(hub, "licenses")) == ("merged", one.truth().good)


def test_a_merge_that_met_other_tables_is_left_open_and_repeated(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport", FEW)
    number = steps.land(hub, one.name, "licenses", one.connection)
    steps.check(hub, number)
    with as_another_version(hub, "licenses", "digest"), pytest.raises(DatabaseUnavailable, match=TOLD):
        steps.merge(hub, number)
    assert get_exchange(hub.engine, number).state == "checked"
    assert steps.merge(hub, number).merged == one.truth().good


def test_an_exchange_that_an_upgrade_came_over_writes_nothing_more_and_the_next_one_brings_all(
    hub: HubContext, fake: StartFake, database_address: str
) -> None:
    """What the older version began it would end as the older version does, without what only the newer one knows of."""
    one = fake("transport", FEW)
    migrate(database_address, "-1")
    with pytest.raises(DatabaseUnavailable, match=r"expected revision \d+, got \d+; nothing of this step was applied"):
        pull_once(hub, one)
    assert count(hub, "exchanges") == 0
    migrate(database_address)
    number = steps.land(hub, one.name, "licenses", one.connection)
    steps.check(hub, number)
    migrate(database_address, "-1")
    migrate(database_address)
    with pytest.raises(LeaseLost):
        steps.merge(hub, number)
    assert (get_exchange(hub.engine, number).state, count(hub, "licenses")) == ("failed", 0)
    assert (pull_once(hub, one).state, count(hub, "licenses")) == ("merged", one.truth().good)


def test_a_migration_that_has_nothing_to_do_overtakes_nobody_and_waits_for_nobody(
    hub: HubContext, fake: StartFake, database_address: str
) -> None:
    one = fake("transport", FEW)
    number = steps.land(hub, one.name, "licenses", one.connection)
    steps.check(hub, number)
    with hub.engine.begin() as conn:
        conn.exec_driver_sql("lock table feeds in exclusive mode")
        migrate(database_address, patience_seconds=0.1)
    assert steps.merge(hub, number).merged == one.truth().good


def test_a_pass_of_another_version_claims_nothing_more(hub: HubContext, class_c: Faked, database_address: str) -> None:
    known = pushing(hub, class_c)
    for number in range(3):
        owe(known, class_c.name, case=f"older-{number}")

    def upgrade(_step: Step, done: int) -> None:
        if done == 1:
            with hub.engine.begin() as conn:
                conn.exec_driver_sql("update alembic_version set version_num = 'of a newer version'")

    failure = push(known, class_c.name, class_c.connection, progress=upgrade).failure
    assert isinstance(failure, DatabaseUnavailable)
    assert "got of a newer version" in str(failure)
    assert states(known) == ["acknowledged", "waiting", "waiting"]


def test_a_pass_is_told_plainly_and_what_it_had_claimed_is_done_once(hub: HubContext, class_c: Faked) -> None:
    known = pushing(hub, class_c)
    for number in range(3):
        owe(known, class_c.name, case=f"other-{number}")

    def upgrade(_step: Step, done: int) -> None:
        if done == 1:
            rename(hub, "deliveries", "epoch", "of_another_version")

    failure = push(known, class_c.name, class_c.connection, bounds=IMPATIENT, progress=upgrade).failure
    assert isinstance(failure, DatabaseUnavailable)
    assert TOLD in str(failure)
    rename(hub, "deliveries", "of_another_version", "epoch")
    assert states(known) == ["acknowledged", "waiting", "waiting"]
    assert push_once(known, class_c).counts == {"acknowledged": 2}
    assert [each["times"] for each in class_c.process.inbox()] == [1, 1, 1]


def test_a_pass_whose_statements_were_prepared_before_a_column_came_goes_on(
    hub: HubContext, class_c: Faked, database_address: str
) -> None:
    known = pushing(hub, class_c)
    for number in range(12):
        owe(known, class_c.name, case=f"prepared-{number}")

    def upgrade(_step: Step, done: int) -> None:
        if done == 9:  # every statement of a pass is prepared by then; over its own connection it would be forgotten
            with psycopg.connect(database_address.replace("+psycopg", "")) as conn:
                conn.execute("alter table deliveries add column of_a_newer_version text")

    summary = push(known, class_c.name, class_c.connection, progress=upgrade)
    assert (summary.failure, summary.counts) == (None, {"acknowledged": 12})
    assert [each["times"] for each in class_c.process.inbox()] == [1] * 12


def test_a_mark_waits_until_the_tables_are_there_again(hub: HubContext, class_c: Faked) -> None:
    """What was sent is noted, not doubted, where the upgrade ends within the pass's patience."""
    known = pushing(hub, class_c)
    owe(known, class_c.name, case="a-mark")
    mending = threading.Timer(2.0, rename, (hub, "deliveries", "of_another_version", "answer"))

    def upgrade() -> None:
        rename(hub, "deliveries", "answer", "of_another_version")
        mending.start()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("hub.pushing.push_pass.pass_by", lambda point: upgrade() if point == "before_send" else None)
        assert push_once(known, class_c).counts == {"acknowledged": 1}
    mending.join()
    assert states(known) == ["acknowledged"]


def test_a_command_is_told_plainly(hub: HubContext, environ: dict[str, str]) -> None:
    with as_another_version(hub, "exchanges", "hold_reasons"):
        ended = type_command("exchange", "list")
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert f"[hub.database_unavailable] hub: {TOLD} (UndefinedColumn)" in ended.stderr
    assert "run `hub db up`" in ended.stderr


def test_only_a_statement_that_was_prepared_before_is_told_so_not_what_the_database_cannot_do(hub: HubContext) -> None:
    with pytest.raises(HubError) as refused, plain_database_errors_at("here"), hub.engine.begin() as conn:
        conn.execute(text("select count(*) from licenses for update"))
    assert type(refused.value) is HubError
    assert "FeatureNotSupported" in str(refused.value)
