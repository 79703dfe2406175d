"""A pull that is killed between answers that are cut, broken off or refused: nothing lost, nothing twice, nothing by half.

The department misbehaves before the death, while it is near, and after it; then it is well, and the next exchange goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from crash_sides import ANSWER_POINTS, UNEVEN, Side, opened_side, require_answered_is_kept
from hub_makers import count

from connectors.wire.connection import parse_connection
from hub.conformance.scratch import Scratch
from hub.context import HubContext
from hub.pulling import pull as steps
from license_library.exchange.summaries import ExchangeSummary

pytestmark = pytest.mark.crash
POINTS = ["after_fetch", "after_landing", "before_merge_commit", "after_merge_commit"]
SPOKEN = ["half_xml", "close_without_length", "500_after_commit"]  # of JSON as of XML
LINES = ["reset_midway", "ack_lost"]  # an answer of rows breaks off; the word of the marks is lost
GOOD = 2  # answers, of which an exchange needs more, before it goes wrong


@pytest.fixture(scope="module", params=["soap", "rest"])
def side(request: pytest.FixtureRequest, scratch: Scratch) -> Iterator[Side]:
    """Give a department that speaks, once for all deaths."""
    with opened_side(request.param, scratch) as made:
        yield made


@pytest.fixture(scope="module")
def front(scratch: Scratch) -> Iterator[Side]:
    """Give one with a front table."""
    with opened_side("postgresql", scratch) as made:
        yield made


def pull(side: Side, hub: HubContext) -> ExchangeSummary:
    """Pull everything there is."""
    return steps.pull(hub, side.name, "licenses", parse_connection(side.process.connection_value), full=True)


def kept(side: Side, hub: HubContext) -> dict[str, Any]:
    """Return what the library holds."""
    return {name: held for name, held in side.content(hub).items() if name != "answers"}


def pull_in_vain(side: Side, hub: HubContext, mode: str) -> None:
    """Let the department go wrong in the middle of an exchange: all of the news or nothing of it is there, and it is told."""
    before, whole = kept(side, hub), {name: held for name, held in side.expected.items() if name != "answers"}
    side.process.set_mode(mode, after=GOOD)
    told = pull(side, hub)
    side.process.set_mode("ok")
    assert told.error_code  # it did go wrong
    assert kept(side, hub) == (before if told.state == "failed" else whole)
    require_answered_is_kept(side, hub)


def survive(side: Side, mode: str, kill: str, *, is_near: bool) -> None:
    """Go wrong, die (where trouble is near, with the next answer), go wrong, and be well."""
    with side.library() as (address, hub):
        pull_in_vain(side, hub, mode)
        side.process.set_mode(mode if is_near else "ok", after=GOOD)
        side.kill(address, kill)
        side.process.set_mode("ok")
        require_answered_is_kept(side, hub)
        pull_in_vain(side, hub, mode)
        side.go_on(hub)
        assert side.content(hub) == side.expected
        assert count(hub, "exchanges", "state in ('landing', 'landed', 'checked')") == 0
        assert count(hub, "exchanges", f"state = 'merged' and {UNEVEN}") == 0
        again = pull(side, hub)
        assert (again.state, again.merged) == ("merged", 0)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("mode", SPOKEN)
def test_a_pull_killed_while_the_department_misbehaves_loses_nothing_and_applies_no_half(
    side: Side, mode: str, point: str
) -> None:
    is_landing = point in {"after_fetch", "after_landing"}
    survive(side, mode, f"{point}:{GOOD if is_landing else 1}", is_near=is_landing)


@pytest.mark.parametrize("point", [*POINTS[1:], *ANSWER_POINTS])
@pytest.mark.parametrize("mode", LINES)
def test_of_a_front_table_nothing_is_lost_and_nobody_is_told_what_is_not_so(front: Side, mode: str, point: str) -> None:
    survive(front, mode, f"{point}:1", is_near=False)
