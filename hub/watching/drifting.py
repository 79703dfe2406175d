"""Drift watched: the live contract compared with the pinned one, each difference an incident until it is gone.

Introduces the department's side to the library's; compares nothing itself and changes no declaration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from connectors.declarations.declaration import Department, load_department
from connectors.drift.difference import Difference, Effect
from connectors.drift.watching import Drift, find_drift
from connectors.wire.connection import Connection
from hub.context import HubContext
from hub.registration import register
from license_library.oversight.incidents import Cause, Severity, tell_incidents
from schemas.errors import DepartmentError

SEVERITIES: dict[Effect, Severity] = {"harmless": "notice", "watch": "warning", "breaks": "critical"}


@dataclass(frozen=True)
class Watched:
    """Tell what came of watching one department: the comparison, or why there is none."""

    department: str
    drift: Drift
    failure: DepartmentError | None = None

    @property
    def state(self) -> Literal["same", "drifted", "unread", "not_declared"]:
        """Return the comparison in one word."""
        if self.failure:
            return "unread"
        if not self.drift.is_watched:
            return "not_declared"
        return "drifted" if self.drift.differences else "same"

    @property
    def is_quiet(self) -> bool:
        """Say whether nobody need look."""
        return self.failure is None and all(one.effect == "harmless" for one in self.drift.differences)


def watch_drift(hub: HubContext, department: str, connection: Connection) -> Watched:
    """Compare a department's contracts now, and keep its incidents as they are found."""
    declared = hub.amend(load_department(department, hub.connectors_folder))
    register(hub, declared)
    watched = _compare(declared, connection)
    with hub.engine.begin() as conn:
        unread = [_unread(watched.failure)] if watched.failure else []
        tell_incidents(conn, department, "contract_unread", unread, hub.clock())
        if not watched.failure:  # what was found before stands until the contract can be read again
            found = [_cause(one) for one in watched.drift.differences]
            tell_incidents(conn, department, "drift", found, hub.clock())
    return watched


def _compare(declared: Department, connection: Connection) -> Watched:
    try:
        return Watched(declared.department, find_drift(declared, connection))
    except DepartmentError as failure:
        return Watched(declared.department, Drift(is_watched=True), failure)


def _cause(one: Difference) -> Cause:
    return Cause(one.feed, one.cause, SEVERITIES[one.effect], one.words_zh, one.words_en)


def _unread(failure: DepartmentError) -> Cause:
    zh = f"取不到该部门的线上契约（{failure.code}），无从比对；仍按已固定的契约取数"
    return Cause("", failure.code, "warning", zh, f"the live contract cannot be read: {failure}")
