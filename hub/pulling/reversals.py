"""Tell of licenses that their department reports in a state which no law lets follow the one before.

The version is kept: the department is the authority. One incident for each feed and pair of states.
"""

from __future__ import annotations

from hub.context import HubContext
from license_library.oversight.incidents import Cause, tell_incidents
from license_library.oversight.reversals import KIND, Reversal, count_reversals, end_reversals
from license_library.words.wording import status_words


def tell_reversals(hub: HubContext, department: str) -> None:
    """Keep one incident for each feed and each pair of states; resolve those that stand no more."""
    with hub.engine.begin() as conn:
        end_reversals(conn, department)
        causes = [_cause(one) for one in count_reversals(conn, department)]
        tell_incidents(conn, department, KIND, causes, hub.clock())


def _cause(one: Reversal) -> Cause:
    before, after = status_words(one.status_before), status_words(one.status)
    zh = (
        f"{one.license_count} 件证照由“{before.zh}”改报为“{after.zh}”，法律上不能如此变更；证照库以部门所报为准，已保留"
    )
    en = f"{one.license_count} licenses went from {before.en} to {after.en}, which no law knows; what the department says is kept"
    return Cause(one.feed, f"{one.status_before} {one.status}", "warning", zh, en)
