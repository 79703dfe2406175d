"""What a check works on: a department's fake, a hub over a library of its own, and the comparison of the two.

Knows how to pull and look; judges nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.declarations.declaration import Department, Feed, load_department
from connectors.fake.server import FakeServer
from connectors.wire.connection import Connection, parse_connection
from hub.conformance.expected import why_not
from hub.conformance.impatience import LEASE, PLOT, SECRET, impatient
from hub.conformance.outcome import Failed, NotApplicable
from hub.conformance.truth import differences, in_words
from hub.conformance.victims import Victims
from hub.context import Bounds, HubContext
from hub.pulling.pull import pull
from hub.reconciling.reconcile import reconcile
from license_library.answers import ReconciliationBrief
from license_library.exchange.summaries import ExchangeSummary
from license_library.reconciliation.holdings import Holding, list_holdings, list_waiting
from license_library.storage.database import open_database
from license_library.storage.keyring import Keyring

LOOK = "look at the mapping of these fields in the declaration, and at one record of `hub department fake`"


@dataclass
class Later:
    """Hold how far the trial's deliveries are ahead of its exchanges; it only grows."""

    length: timedelta = timedelta(0)


@dataclass(frozen=True)
class Bench:
    """Hold one department on trial."""

    hub: HubContext
    department: Department
    feed: Feed
    server: FakeServer
    database: str
    victims: Victims
    later: Later = field(default_factory=Later)

    @property
    def connection(self) -> Connection:
        """Return how the fake is reached in its present mode."""
        return parse_connection(self.server.connection_value)

    @property
    def bad(self) -> int:
        """Return how many of the department's records are spoiled now."""
        return sum(one.kind is not None for one in self.server.shelves[self.feed.name].listed())

    def pull(self, *, full: bool = False) -> ExchangeSummary:
        """Run one exchange."""
        return pull(self.hub, self.department.department, self.feed.name, self.connection, full=full)

    def require_shown(self, mode: str) -> None:
        """Raise NotApplicable where the department cannot misbehave so, or it would show nothing with this feed."""
        if reason := self.server.refusal(mode) or why_not(mode, self.department, self.feed):
            raise NotApplicable(reason)

    def compare(self) -> ReconciliationBrief:
        """Compare both ends in the declared way, record by record."""
        if self.feed.compared_by == "none":
            raise NotApplicable("it shows what changed and never all that it holds: its ends are not compared")
        later = replace(self.hub, clock=lambda: self.hub.clock() + timedelta(minutes=1))  # else all has just come
        return reconcile(later, self.department.department, self.feed.name, self.connection, full=True)

    def holdings(self) -> dict[str, Holding]:
        """Return what the library holds of the feed."""
        with self.hub.engine.connect() as conn:
            return list_holdings(conn, self.department.department, self.feed.name)

    def waiting(self, exchange: ExchangeSummary | None = None) -> list[tuple[str | None, list[str]]]:
        """Return what waits in quarantine, or only what an exchange saw and left there."""
        with self.hub.engine.connect() as conn:
            seen_by = exchange.exchange_id if exchange else None
            return list_waiting(conn, self.department.department, self.feed.name, seen_by)

    def versions(self) -> int:
        """Return how many versions of all licenses the library knows."""
        return sum(held["version_count"] for held in self.holdings().values())

    def differences(self) -> list[str]:
        """Return in words where the library is not what the department holds."""
        shelf = self.server.shelves[self.feed.name]
        return differences(self.department, self.feed, shelf, self.holdings(), self.hub.keyring)

    def require_truth(self, when: str) -> None:
        """Fail unless the library is exactly what the department holds."""
        if found := self.differences():
            raise Failed(f"{when}: {in_words(found)}", LOOK)

    def require_state(self, summary: ExchangeSummary, state: str, when: str) -> None:
        """Fail unless the exchange ended in `state`."""
        if summary.state != state:
            told = summary.why
            raise Failed(f"{when}: the exchange is {summary.state}; expected it {state}. {told}", LOOK)


@contextmanager
def opened_bench(
    name: str, feed: str, folder: Path | None, database: str, front: str, victims: Victims, *, local: bool = False
) -> Iterator[Bench]:
    """Serve the department's fake and open a hub over the scratch library, as long as the block lasts."""
    engine = open_database(database)
    department = impatient(load_department(name, folder))
    server = FakeServer(department, PLOT, database=front, local=local)
    hub = HubContext(
        engine,
        Keyring(SECRET),
        partial(_present, server, feed),
        folder,
        Bounds(lease=LEASE),
        amend=lambda declared: impatient(declared, server.mode),
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Bench(hub, department, department.feeds[feed], server, database, victims)
    finally:
        server.set_mode("ok")
        server.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()
        engine.dispose()


def _present(server: FakeServer, feed: str) -> datetime:
    """Return a time one hour after the department's newest record: the invented days are not today."""
    zone = ZoneInfo(server.department.timezone)
    return server.shelves[feed].newest.replace(tzinfo=zone).astimezone(UTC) + timedelta(hours=1)
