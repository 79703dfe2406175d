"""What decides what a department's records mean, as one digest: a change of it must be looked at before it is trusted.

Names, contacts, schedules, bounds and how fast somebody is asked do not change a record; they are left out.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from connectors.declarations.contract_files import verify_contract
from connectors.declarations.declared import Department, Feed

TRANSPORT = {"limits", "auth", "token", "live_contract"}
FEED = {"name", "catalogue", "basis", "purpose", "schedule", "fresh_within", "expects", "reconcile"}
INNER = {"paging": {"size", "end"}, "cursor": {"overlap", "sweep", "asked"}}
_encoder = msgspec.json.Encoder(order="sorted")


def mapping_digest(department: Department, feed: Feed) -> str:
    """Return one sha256 over all that decides what a record of this feed means."""
    deciding = {
        "timezone": department.timezone,
        "transport": _without(msgspec.to_builtins(department.transport), TRANSPORT),
        "feed": _deciding_part(feed),
        "contract": verify_contract(department.folder),
        "hooks": "",  # of a file that never came; without it every activation would have to be given again
    }
    return hashlib.sha256(_encoder.encode(deciding)).hexdigest()


def _deciding_part(feed: Feed) -> dict[str, Any]:
    told = _without(msgspec.to_builtins(feed), FEED)
    return told | {name: _without(told[name], left_out) for name, left_out in INNER.items()}


def _without(table: dict[str, Any], left_out: set[str]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key not in left_out}
