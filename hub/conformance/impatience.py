"""How a department is tried out: with few records, small pages, no pauses, and a short deadline where it is silent.

Changes a declaration's bounds, and where its contract is shown; its mapping is the one that is on trial.
"""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from connectors.declarations.declaration import Department, Feed
from connectors.declarations.declared_bounds import Expects
from connectors.fake.rows.truth import Plot

PLOT = Plot(scale=45, bad_share=0.05)
PAGE, SETTLE = 20, "1s"
DEADLINE = 1.0
PATIENCE = 20.0  # where nothing keeps the answer but a busy machine
SILENT = {"timeout_connect", "hang_forever", "drip_headers", "drip_body", "never_ends", "table_locked"}
LIVE = {"soap": "?wsdl", "rest": "/contract-of-the-kit"}  # where a contract is shown that is declared nowhere
LEASE = timedelta(seconds=60)
SECRET = b"a secret of the kit, 32 bytes ok"


def impatient(department: Department, mode: str = "ok") -> Department:
    """Return the declaration with small pages, no pauses, and a short deadline in a mode that would outlast any."""
    deadline = DEADLINE if mode in SILENT else PATIENCE
    limits = replace(
        department.transport.limits, requests_per_second=10_000, deadline_seconds=deadline, page_bytes=4_000_000
    )
    expects = Expects(max_bad_ratio=0.2, records_per_day=(0, PLOT.scale * 3))
    feeds = {name: _hurried(feed, expects) for name, feed in department.feeds.items()}
    shown = department.transport.live_contract or LIVE.get(department.transport.kind, "")
    transport = replace(department.transport, limits=limits, live_contract=shown)
    return replace(department, transport=transport, feeds=feeds)


def _hurried(feed: Feed, expects: Expects) -> Feed:
    files = replace(feed.files, settle=SETTLE) if feed.files else None
    return replace(feed, paging=replace(feed.paging, size=PAGE), expects=expects, files=files)
