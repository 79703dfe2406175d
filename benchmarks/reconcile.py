"""How long a reconciliation takes where both ends lie in PostgreSQL: a front table of many rows against the library.

`python -m benchmarks.reconcile [ROWS]`: fills a front table, pulls it, compares it from nothing, then again with 200
records changed at both ends: all of them must be named. Runs a server of its own in a temporary folder.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa
from msgspec.structs import replace as replaced
from sqlalchemy.pool import NullPool

from benchmarks.measures import machine, metered, peaks
from connectors.declarations.declaration import Department, load_department
from connectors.fake.process import start_fake
from connectors.fake.rows.truth import Plot
from connectors.wire.connection import Connection, parse_connection
from hub.context import HubContext, prepare_database, utc_now
from hub.pulling.pull import pull
from hub.reconciling.reconcile import reconcile
from license_library.answers import ReconciliationBrief
from license_library.storage.database import open_database
from license_library.storage.embedded import database_url, running
from license_library.storage.keyring import Keyring

NAME, BASE, CHANGED = "work_safety", 1_000, 200
MORE = """
insert into "EX_AJ_XKZ" select {columns} from "EX_AJ_XKZ" cross join generate_series(1, {times}) n where "XH" <= {base}
"""


@dataclass(frozen=True)
class Stand:
    """Hold both ends."""

    hub: HubContext
    connection: Connection
    front: sa.Engine
    postmaster: int

    def compare(self, *, full: bool = False) -> tuple[ReconciliationBrief, dict[str, float]]:
        """Compare and measure."""
        with metered(self.postmaster) as told:
            found = reconcile(self.hub, NAME, "licenses", self.connection, full=full)
        return found, told


def patient(department: Department) -> Department:
    """Return the declaration with large pages and no pauses: the pull is not what is measured."""
    limits = replaced(department.transport.limits, requests_per_second=100_000, deadline_seconds=600)
    feeds = {
        name: replaced(
            feed, paging=replaced(feed.paging, size=20_000), expects=replaced(feed.expects, max_bad_ratio=1.0)
        )
        for name, feed in department.feeds.items()
    }
    return replaced(department, transport=replaced(department.transport, limits=limits), feeds=feeds)


def fill(front: sa.Engine, rows: int) -> None:
    """Make many rows of a few, each with a key of its own."""
    times = max(0, rows // BASE - 1)
    with front.begin() as conn:
        names = [column["name"] for column in sa.inspect(conn).get_columns("EX_AJ_XKZ")]
        told = {"XH": f'"XH" + {BASE} * n', "YWLSH": "\"YWLSH\" || '-' || n", "XKZBH": "\"XKZBH\" || '-' || n"}
        columns = ", ".join(told.get(name, f'"{name}"') for name in names)
        listed = ", ".join(f'"{name}"' for name in names)
        statement = MORE.format(columns=columns, times=times, base=BASE)
        conn.execute(sa.text(statement.replace('insert into "EX_AJ_XKZ"', f'insert into "EX_AJ_XKZ" ({listed})', 1)))
        conn.execute(sa.text('analyze "EX_AJ_XKZ"'))


def change(stand: Stand) -> set[str]:
    """Change records at random at both ends; return their keys."""
    with stand.hub.engine.begin() as conn:
        every = sa.text("select record_id from licenses order by md5(record_id) limit :many")
        keys = list(conn.scalars(every, {"many": CHANGED}))
        random.shuffle(keys)
        quarter = CHANGED // 4
        conn.execute(sa.text("delete from licenses where record_id = any(:keys)"), {"keys": keys[:quarter]})
        altered = {"keys": keys[quarter : 2 * quarter]}
        conn.execute(sa.text("update licenses set digest = sha256(digest) where record_id = any(:keys)"), altered)
    with stand.front.begin() as conn:
        gone, told = {"keys": keys[2 * quarter : 3 * quarter]}, {"keys": keys[3 * quarter :]}
        conn.execute(sa.text('delete from "EX_AJ_XKZ" where "YWLSH" = any(:keys)'), gone)
        conn.execute(sa.text('update "EX_AJ_XKZ" set "XKFW" = \'改\' where "YWLSH" = any(:keys)'), told)
    return set(keys)


def named(stand: Stand, found: ReconciliationBrief) -> set[str]:
    """Return the keys that a reconciliation names."""
    asked = {"number": found.reconciliation_id}
    with stand.hub.engine.connect() as conn:
        statement = sa.text("select record_id from reconciliation_differences where reconciliation_id = :number")
        return set(conn.scalars(statement, asked))


def measure(stand: Stand) -> dict[str, object]:
    """Compare three times: from nothing, with nothing changed, with some records changed at both ends."""
    first, first_told = stand.compare(full=True)
    again, again_told = stand.compare()
    keys = change(stand)
    found, found_told = stand.compare()
    assert (first.state, again.state, named(stand, found)) == ("same", "same", keys)
    runs = {"first": (first, first_told), "unchanged": (again, again_told), "200 changed": (found, found_told)}
    return {name: {"method": one.method, "compared": one.compared, **told} for name, (one, told) in runs.items()}


def main(rows: int) -> None:
    """Fill both ends, and measure."""
    home = Path(tempfile.mkdtemp(prefix="hub-reconcile-"))
    home.chmod(0o711)
    with running(home, fast=True) as url:
        postmaster = int(next(home.rglob("postmaster.pid")).read_text().split()[0])
        address = database_url(home, "front")
        with start_fake(NAME, Plot(scale=BASE, bad_share=0.0), database=address) as fake:
            front = sa.create_engine(address, poolclass=NullPool)
            fill(front, rows)
            engine = open_database(url)
            prepare_database(url, engine)
            hub = HubContext(engine, Keyring(bytes(32)), utc_now, load_department(NAME).folder.parent, amend=patient)
            stand = Stand(replace(hub), parse_connection(fake.connection_value), front, postmaster)
            pulled = pull(hub, NAME, "licenses", stand.connection)
            assert pulled.state == "merged", pulled
            told = {"rows": pulled.received, **measure(stand), **peaks(), "machine": machine()}
            engine.dispose()
    print(json.dumps(told, indent=2, default=str))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
