"""Makers of file drops: the fake of a declared department in a folder or behind SFTP, and files of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from connectors.declarations.declaration import load_department
from connectors.declarations.declared import Department, Feed
from connectors.drops.file_parts import Closing, read_closings
from connectors.fake.rows.truth import Plot, Truth, tell_truth
from connectors.fake.server import FakeServer
from connectors.fake.stores.file_drop import FileDrops
from connectors.pages.pages import FetchedPage, fetch_pages, read_files
from connectors.wire.connection import Connection, parse_connection

PLOT = Plot(scale=120, bad_share=0.1)
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def file_department(name: str = "health_inspection", root: Path | None = None, **changes: Any) -> Department:
    """Load a department of files whose drop settles at once; `changes` go into its files."""
    department = load_department(name, root)
    feed = department.feeds["licenses"]
    assert feed.files is not None
    files = replace(feed.files, **{"settle": "0s", **changes})
    limits = replace(department.transport.limits, deadline_seconds=5)
    transport = replace(department.transport, limits=limits)
    return replace(department, transport=transport, feeds={"licenses": replace(feed, files=files)})


@dataclass(frozen=True)
class Drop:
    """Hold a fake drop of one department and what is really in it."""

    department: Department
    server: FakeServer
    truth: Truth

    @property
    def feed(self) -> Feed:
        return self.department.feeds["licenses"]

    @property
    def connection(self) -> Connection:
        return parse_connection(self.server.connection_value)

    @property
    def store(self) -> FileDrops:
        assert isinstance(self.server.store, FileDrops)
        return self.server.store

    @property
    def folder(self) -> Path:
        return self.store.folder

    def names(self, folder: str = "") -> list[str]:
        """Return the names of the files that lie in a folder of the drop."""
        path = self.folder / folder
        return sorted(one.name for one in path.iterdir() if one.is_file()) if path.is_dir() else []

    def set_mode(self, mode: str) -> None:
        """Misbehave."""
        self.server.set_mode(mode)


@contextmanager
def dropping(department: Department, plot: Plot = PLOT, *, local: bool = True) -> Iterator[Drop]:
    """Fill a drop while the block lasts."""
    server = FakeServer(department, plot, local=local)
    try:
        yield Drop(department, server, tell_truth(department, plot))
    finally:
        server.server_close()


def fetch(
    drop: Drop, since: datetime | None = NOW, taken: list[str] | None = None, max_pages: int = 1000
) -> list[FetchedPage]:
    """Fetch what waits, as the hub does."""
    return list(fetch_pages(drop.department, drop.feed, drop.connection, since, max_pages, taken or []))


def closings(pages: list[FetchedPage]) -> list[Closing]:
    """Return the closings among pages: the files that proved whole."""
    return read_closings(page.request for page in pages)


def rows(drop: Drop, pages: list[FetchedPage]) -> dict[str, list[str | None]]:
    """Return the source columns of everything that was closed."""
    bodies = {page.number: page.body for page in pages}
    columns: dict[str, list[str | None]] = {}
    requests = [(page.number, page.request) for page in pages]
    for _, blocks in read_files(drop.department, drop.feed, requests, bodies.__getitem__):
        for block in blocks:
            for name, values in block.columns.items():
                columns.setdefault(name, []).extend(values)
    return columns
