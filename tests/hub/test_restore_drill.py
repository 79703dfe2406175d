"""A restore to a moment of the past, drilled: base backup and WAL, pulls made good, and nothing done twice at any department."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from hub_makers import FEW, Faked, pull_once
from push_departments import make_departments
from push_makers import NO_CHANCE, StillClock, at, owe, push_once, states
from sqlalchemy import Engine, text

from connectors.declarations.declaration import load_department
from connectors.fake.process import start_fakes
from hub.context import HubContext, utc_now
from license_library.catalogue.catalogue_store import load_catalogue as store_catalogue
from license_library.deliveries.push_holds import PushesHeld, resume_pushes
from license_library.storage import embedded
from license_library.storage.database import migrate, open_database
from schemas.catalogue.catalogue import load_catalogue

NAMES = ["class_a", "class_b", "class_c"]
KEPT = ["licenses", "license_versions", "license_holders", "subjects", "quarantined_records", "deliveries", "exchanges"]
POINT = "before the disaster"


@dataclass
class Server:
    """A PostgreSQL server of our own, whose WAL is kept elsewhere."""

    home: Path
    archive: Path

    @property
    def address(self) -> str:
        return embedded.database_url(self.home, "hub")

    def run(self, *statements: str) -> None:
        """Run statements as its owner, outside any transaction."""
        with psycopg.connect(self.address.replace("+psycopg", ""), autocommit=True) as conn:
            for one in statements:
                conn.execute(one)  # type: ignore[call-overload]

    def keep_wal(self) -> None:
        """Have every finished file of WAL copied."""
        data = self.data()
        shutil.copystat(data, self.archive)
        shutil.chown(self.archive, data.stat().st_uid, data.stat().st_gid)
        self.run(
            "alter system set archive_mode = on",
            f"alter system set archive_command = 'cp %p {self.archive}/%f'",
        )
        embedded.stop(self.home)
        embedded.start(self.home)

    def data(self) -> Path:
        """Return where its files lie."""
        return embedded.status(self.home).data

    def back_up(self, target: Path) -> None:
        """Take a base backup while it runs: its own functions, and a copy of its files."""
        with psycopg.connect(self.address.replace("+psycopg", ""), autocommit=True) as conn:
            conn.execute("select pg_backup_start('drill', true)")
            subprocess.run(["cp", "-a", self.data(), target], check=True)
            label, spaces = conn.execute("select labelfile, spcmapfile from pg_backup_stop()").fetchone() or ("", "")
        (target / "postmaster.pid").unlink()
        shutil.rmtree(target / "pg_wal")
        (target / "pg_wal").mkdir(mode=0o700)
        (target / "backup_label").write_text(label)
        (target / "tablespace_map").write_text(spaces)

    def restore(self, backup: Path) -> None:
        """Throw everything away, and go on from the backup and the WAL up to the named moment."""
        data = self.data()
        owner = data.stat()
        embedded.stop(self.home)
        shutil.rmtree(data)
        subprocess.run(["cp", "-a", backup, data], check=True)
        with (data / "postgresql.auto.conf").open("a") as conf:
            conf.write(f"restore_command = 'cp {self.archive}/%f %p'\nrecovery_target_name = '{POINT}'\n")
            conf.write("recovery_target_action = 'promote'\nhot_standby = off\n")
        (data / "recovery.signal").touch()
        for path in (data, data / "pg_wal", data / "backup_label", data / "tablespace_map", data / "recovery.signal"):
            shutil.chown(path, owner.st_uid, owner.st_gid)
        embedded.start(self.home)


@pytest.fixture
def server() -> Iterator[Server]:
    """Give a durable server of our own."""
    home = Path(tempfile.mkdtemp(prefix="hub-drill-"))
    home.chmod(0o711)
    archive = home / "archive"
    archive.mkdir()
    try:
        embedded.start(home)
        one = Server(home, archive)
        one.keep_wal()
        yield one
    finally:
        embedded.erase(home)
        shutil.rmtree(home)


@contextmanager
def opened(server: Server, hub: HubContext, clock: StillClock, folder: Path) -> Iterator[HubContext]:
    """Open the hub over that server."""
    engine = open_database(server.address)
    try:
        yield at(replace(hub, engine=engine, connectors_folder=folder), clock)
    finally:
        engine.dispose()


def contents(engine: Engine) -> dict[str, str]:
    """Return a digest of every row of what is kept."""
    with engine.connect() as conn:
        return {
            table: conn.scalar(text(f"select md5(string_agg(t::text, ',' order by t::text)) from {table} t"))
            for table in KEPT
        }


def told_of_licenses(engine: Engine) -> list[object]:
    """Return what the library says of licenses, whenever it learnt it."""
    with engine.connect() as conn:
        return [
            tuple(row)
            for row in conn.execute(
                text(
                    "select department, record_id, license_number, status, valid_to, source_updated_at from licenses order by 1, 2"
                )
            )
        ]


def work(hub: HubContext, fakes: dict[str, Faked], clock: StillClock, day: int, *, is_pushed: bool) -> None:
    """Live one day: pull what changed, owe each department a decision and a later one, bring what is due."""
    for name, one in fakes.items():
        one.process.set_day(day)
        pull_once(hub, one)
        owe(hub, name, case=f"{name}-{day}-1", delivery_key=f"{name}-{day}-1".replace("_", "-"))
        if is_pushed:
            push_once(hub, one, NO_CHANCE)
        owe(hub, name, case=f"{name}-{day}-2", delivery_key=f"{name}-{day}-2".replace("_", "-"))
    clock.pass_by(minutes=10)


@pytest.mark.crash
def test_after_a_restore_the_library_is_made_good_and_no_department_does_anything_twice(
    server: Server, hub: HubContext, tmp_path: Path
) -> None:
    make_departments(tmp_path / "connectors")
    folder, clock = tmp_path / "connectors", StillClock(utc_now() + timedelta(minutes=1))
    migrate(server.address)
    with start_fakes(NAMES, FEW, connectors=folder) as started:
        fakes = {name: Faked(load_department(name, folder), started[name], folder, FEW) for name in NAMES}
        with opened(server, hub, clock, folder) as known:
            with known.engine.begin() as conn:
                store_catalogue(conn, load_catalogue())
            work(known, fakes, clock, 0, is_pushed=True)
            server.back_up(tmp_path / "backup")
            work(known, fakes, clock, 1, is_pushed=True)
            then = contents(known.engine)
            server.run(f"select pg_create_restore_point('{POINT}')")
            work(known, fakes, clock, 2, is_pushed=True)
            last, was_owed = told_of_licenses(known.engine), len(states(known))
            server.run("select pg_switch_wal()")
        brought = {name: sum(each["times"] for each in fakes[name].process.inbox()) for name in NAMES}
        _wait_for_wal(server)
        server.restore(tmp_path / "backup")
        with opened(server, hub, clock, folder) as known:
            assert contents(known.engine) == then
            assert then["licenses"]
            assert len(states(known)) < was_owed
            assert all(isinstance(push_once(known, one).failure, PushesHeld) for one in fakes.values())
            for one in fakes.values():
                pull_once(known, one)
            assert told_of_licenses(known.engine) == last
            work(known, fakes, clock, 2, is_pushed=False)  # the platform hands in again what it handed in
            assert {name: sum(one["times"] for one in fakes[name].process.inbox()) for name in NAMES} == brought
            with known.engine.begin() as conn:
                resume_pushes(conn, "张工", "两端已核对", clock.now, is_restored=True)
            for _ in range(2):
                clock.pass_by(minutes=10)
                for one in fakes.values():
                    push_once(known, one)
            became = states(known)
        times = {name: [one["times"] for one in fakes[name].process.inbox()] for name in NAMES}
    assert len(became) == was_owed
    assert (times["class_a"], times["class_b"]) == ([1] * 6, [1] * 6)
    assert set(times["class_c"]) == {1}
    assert became.count("to_verify") > 0
    assert len(times["class_c"]) == brought["class_c"]


def _wait_for_wal(server: Server) -> None:
    """Wait until the file that ends with the switch is kept."""
    for _ in range(100):
        with psycopg.connect(server.address.replace("+psycopg", "")) as conn:
            row = conn.execute(
                "select last_archived_wal >= pg_walfile_name(pg_switch_wal()) from pg_stat_archiver"
            ).fetchone()
        if row and row[0]:
            return
        time.sleep(0.1)
    raise AssertionError("no WAL was kept")
