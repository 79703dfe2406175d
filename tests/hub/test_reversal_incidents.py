"""A department that reports a revoked license valid again is believed, and somebody is told."""

from __future__ import annotations

from hub_makers import FEW, StartFake, column, pull_once
from sqlalchemy import text

from hub.context import HubContext

REVOKE = """
update licenses set status = 'revoked', digest = digest || '\\x00', source_updated_at = source_updated_at - interval '1 s'
where license_id = (select min(license_id) from licenses where status = 'valid')
"""


def test_a_revoked_license_that_is_told_valid_again_is_one_incident(hub: HubContext, fake: StartFake) -> None:
    one = fake("environment", FEW)
    pull_once(hub, one)
    with hub.engine.begin() as conn:
        conn.execute(text(REVOKE))
    assert pull_once(hub, one, full=True).merged == 1
    told = "select words_en from incidents where kind = 'reversed' and state <> 'resolved'"
    said = "1 licenses went from revoked to valid, which no law knows; what the department says is kept"
    assert column(hub, told) == [said]
    assert pull_once(hub, one).merged == 0
    assert column(hub, told) == [said]  # a pull without news does not end it
    with hub.engine.begin() as conn:
        conn.execute(text("update licenses set status = 'cancelled'"))
    pull_once(hub, one)
    assert column(hub, told) == []
