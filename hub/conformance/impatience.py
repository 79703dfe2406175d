"""How a department is tried out: with few records, small pages, no pauses and a short deadline, so that trouble is soon over.

Changes a declaration's bounds only; its mapping is the one that is on trial.
"""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from connectors.declaration import Department
from connectors.declared_bounds import Expects
from connectors.fake.truth import Plot

PLOT = Plot(scale=45, bad_share=0.05)
PAGE = 20
DEADLINE = 1.0
LEASE = timedelta(seconds=60)
SECRET = b"a secret of the kit, 32 bytes ok"


def impatient(department: Department) -> Department:
    """Return the declaration with small pages, no pauses and a short deadline, so that trouble is soon over."""
    limits = replace(
        department.transport.limits, requests_per_second=10_000, deadline_seconds=DEADLINE, page_bytes=4_000_000
    )
    expects = Expects(max_bad_ratio=0.2, records_per_day=(0, PLOT.scale * 3))
    feeds = {
        name: replace(feed, paging=replace(feed.paging, size=PAGE), expects=expects)
        for name, feed in department.feeds.items()
    }
    return replace(department, transport=replace(department.transport, limits=limits), feeds=feeds)
