"""Every crash point, passed by one, two and five deaths in a row, with a front table: nothing lost, nothing twice, no operator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from crash_sides import ANSWER_POINTS, KILLS, PULL_POINTS, Side, opened_side, survive_pulls, survive_reconciliations
from front_makers import mariadb_answers

from hub.conformance.scratch import Scratch

pytestmark = pytest.mark.crash
TRIED = ["postgresql", *(["mariadb"] if mariadb_answers() else [])]


@pytest.fixture(scope="module", params=TRIED)
def side(request: pytest.FixtureRequest, scratch: Scratch) -> Iterator[Side]:
    """Give a department of each kind, once for all deaths."""
    with opened_side(request.param, scratch) as made:
        yield made


@pytest.mark.parametrize("kills", KILLS)
@pytest.mark.parametrize("point", PULL_POINTS + ANSWER_POINTS)
def test_a_pull_killed_anywhere_however_often_loses_nothing_and_brings_nothing_twice(
    side: Side, point: str, kills: int
) -> None:
    survive_pulls(side, point, kills)


@pytest.mark.parametrize("kills", KILLS)
def test_a_reconciliation_killed_however_often_leaves_no_half_evidence_and_the_next_names_everything(
    side: Side, kills: int
) -> None:
    survive_reconciliations(side, kills)
