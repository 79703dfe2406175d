"""What a fake department really holds, for tests: how many records, which are bad, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from connectors.declarations.declared import Department, Feed
from connectors.fake.city.world import World
from connectors.fake.rows.dialect import Dialect, Fits, Row, make_issuer
from connectors.fake.rows.shelf import Listed, Render, Shelf
from schemas.errors import DeclarationError


@dataclass(frozen=True)
class Truth:
    """Hold what one exchange must find; `since` narrows it to what changed from then on."""

    received: int
    bad: int
    problem_codes: Counter[str]  # how many records must show each code
    bad_records: list[Listed]

    @property
    def good(self) -> int:
        """Return how many records must be merged or found unchanged."""
        return self.received - self.bad


@dataclass(frozen=True)
class Plot:
    """Say which invented data a fake serves."""

    seed: int = 7
    scale: int = 1_000
    day: int = 30
    bad_share: float = 0.02


def make_shelf(department: Department, feed: Feed, plot: Plot, render: Render) -> Shelf:
    """Return the records of one feed as the fake lists them."""
    _require_writable(department, feed)
    world = World(make_issuer(department, feed), seed=plot.seed, scale=plot.scale, bad_share=plot.bad_share)
    return Shelf(world, Dialect(feed, _choose_fits(department, feed)), render, plot.day)


def _require_writable(department: Department, feed: Feed) -> None:
    """Refuse a list of holders where no fake writes lists."""
    is_xml_file = feed.files is not None and feed.files.format == "xml"
    if feed.holder_keys and (department.transport.kind == "soap" or is_xml_file):
        raise DeclarationError(
            f"{department.department}: [feeds.{feed.name}.holders]: key 'list': no fake writes lists over SOAP or in XML "
            "files; nothing was started"
        )


def _choose_fits(department: Department, feed: Feed) -> Fits | None:
    if department.transport.kind != "table":
        return None
    from connectors.fake.rows.storable import choose_fits  # noqa: PLC0415  only front tables pay for reading SQL

    return choose_fits(department, feed)


def tell_truth(department: Department, plot: Plot, feed: str = "licenses", since: datetime | None = None) -> Truth:
    """Return what pulling `feed` must find; `since` is the department's local time, naive."""

    def unrendered(_: Row) -> bytes:
        return b""

    listed = list(make_shelf(department, department.feeds[feed], plot, unrendered).listed(since))
    bad = [one for one in listed if one.kind]
    return Truth(len(listed), len(bad), Counter(one.kind.code for one in bad if one.kind), bad)
