"""A department that reports a revoked license valid again is believed, and somebody is told."""

from __future__ import annotations

from dataclasses import replace

from hub_makers import FEW, Faked, StartFake, column, expect_more, pull_once
from sqlalchemy import text

from hub.context import HubContext
from hub.stewarding.held_batches import settle_batch
from license_library.asking.questions import HoldDecision

REVOKE = """
update licenses set status = 'revoked', digest = digest || '\\x00', source_updated_at = source_updated_at - interval '1 s'
where license_id = (select min(license_id) from licenses where status = 'valid')
"""
TOLD = "select words_en from incidents where kind = 'reversed' and state <> 'resolved'"
RELEASE = HoldDecision("release", "张工", "人工核对无误")
SAID = "1 licenses went from revoked to valid, which no law knows; what the department says is kept"


def test_a_revoked_license_that_is_told_valid_again_is_one_incident(hub: HubContext, fake: StartFake) -> None:
    one = fake("environment", FEW)
    pull_once(hub, one)
    with hub.engine.begin() as conn:
        conn.execute(text(REVOKE))
    assert pull_once(hub, one, full=True).merged == 1
    assert column(hub, TOLD) == [SAID]
    assert pull_once(hub, one).merged == 0
    assert column(hub, TOLD) == [SAID]  # a pull without news does not end it
    with hub.engine.begin() as conn:
        conn.execute(text("update licenses set status = 'cancelled'"))
    pull_once(hub, one)
    assert column(hub, TOLD) == []


def test_a_held_batch_that_is_let_go_tells_it_and_ends_it_like_any_other(hub: HubContext, fake: StartFake) -> None:
    one = fake("environment", FEW)
    pull_once(hub, one)
    with hub.engine.begin() as conn:
        conn.execute(text(REVOKE))
    settle_batch(hub, _held(hub, one), RELEASE)
    assert column(hub, TOLD) == [SAID]
    with hub.engine.begin() as conn:  # as if the batch that is held next had brought it
        conn.execute(
            text(
                "update licenses set status = 'cancelled' where license_id in (select license_id from license_reversals)"
            )
        )
        conn.execute(text("update licenses set source_updated_at = source_updated_at + interval '1 s'"))
    settle_batch(hub, _held(hub, one), RELEASE)
    assert column(hub, TOLD) == []


def _held(hub: HubContext, one: Faked) -> int:
    summary = pull_once(replace(hub, amend=expect_more), one, full=True)
    assert summary.state == "held"
    return summary.exchange_id
