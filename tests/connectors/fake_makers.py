"""Fakes served on real sockets inside the test's own process, and what a whole exchange with one brings."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl
from msgspec.structs import replace

from connectors.declarations.declaration import list_departments, load_department
from connectors.declarations.declared import Department
from connectors.fake.rows.truth import Plot
from connectors.fake.server import FakeServer
from connectors.fake.stores.front_table import FrontTables
from connectors.pages.pages import fetch_pages, map_page, read_page
from connectors.wire.connection import parse_connection
from schemas.catalogue.catalogue import load_catalogue
from schemas.checking.checks import check_records
from schemas.license.license import LICENSE
from schemas.license.problems import join_problems

DEPARTMENTS = ("market_regulation", "public_security", "real_estate", "transport")
SERVED = ("soap", "rest")  # kinds that are asked over HTTP
CITY = [(name, feed) for name in list_departments() for feed in load_department(name).feeds]
FEEDS = [(name, feed) for name, feed in CITY if load_department(name).transport.kind in SERVED]
SOAP_FEEDS = [(name, feed) for name, feed in FEEDS if load_department(name).transport.kind == "soap"]
TABLE_FEEDS = [(name, feed) for name, feed in CITY if load_department(name).transport.kind == "table"]
TODAY = date(2026, 11, 23)


def impatient(name: str, deadline_seconds: float = 20, page_size: int = 0) -> Department:
    """Load a department that is called without pauses, given up on soon, and asked for pages of another size."""
    department = load_department(name)
    limits = replace(department.transport.limits, requests_per_second=1000, deadline_seconds=deadline_seconds)
    feeds = {
        key: replace(feed, paging=replace(feed.paging, size=page_size or feed.paging.size))
        for key, feed in department.feeds.items()
    }
    return replace(department, transport=replace(department.transport, limits=limits), feeds=feeds)


@contextmanager
def serving(department: Department, plot: Plot, mode: str = "ok") -> Iterator[FakeServer]:
    """Serve a department from a thread until the block ends."""
    server = FakeServer(department, plot, mode=mode)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True)
class Pulled:
    """Hold what one exchange brought."""

    frame: pl.DataFrame
    codes: Counter[str]  # records that show each problem code
    bad: int
    bodies: list[bytes]


def pull(
    department: Department, server: FakeServer | FrontTables, since: datetime | None = None, name: str = "licenses"
) -> Pulled:
    """Fetch, read, map and check everything, as the hub does."""
    feed, names = department.feeds[name], load_catalogue().license_names()
    frames, codes, bad, bodies = [], Counter[str](), 0, []
    for page in list(fetch_pages(department, feed, parse_connection(server.connection_value), since)):
        mapped = map_page(department, feed, read_page(department, feed, page.body, page.media_type), page.number, names)
        problems = join_problems(mapped.problems, check_records(mapped.frame, LICENSE, names.keys(), TODAY))
        codes.update(problems.unique(["row", "code"])["code"].to_list())
        bad += problems["row"].n_unique()
        frames.append(mapped.frame)
        bodies.append(page.body)
    return Pulled(pl.concat(frames), codes, bad, bodies)
