"""What is of a kind that its department declares no more waits for a person, and not for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hub_makers import PLOT, Faked
from push_departments import make_departments
from push_makers import StillClock, at, owe, push_once, row_of

from connectors.declarations.declaration import load_department
from connectors.fake.process import start_fake
from hub.context import HubContext

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
LEFT = "update deliveries set state = 'sent', sent_at = now(), lease_until = '2026-03-02 01:00+00'"


@pytest.mark.parametrize(
    ("before", "state"),
    [("", "refused"), (LEFT, "to_verify"), ("update deliveries set is_doubtful = true", "to_verify")],
)
def test_a_person_decides_what_nobody_brings_any_more(hub: HubContext, tmp_path: Path, before: str, state: str) -> None:
    make_departments(tmp_path)
    known = at(replace(hub, connectors_folder=tmp_path), StillClock(NOW))
    owed = owe(known, "class_a")
    with hub.engine.begin() as conn:
        conn.exec_driver_sql("update deliveries set kind = 'license_issued'")
        if before:
            conn.exec_driver_sql(before)
    with start_fake("class_a", PLOT, connectors=tmp_path) as process:
        told = push_once(known, Faked(load_department("class_a", tmp_path), process, tmp_path))
        assert (told.is_good, process.inbox()) == (True, [])
    row = row_of(known, owed)
    assert (row["state"], row["reason_code"], row["lease_until"]) == (state, "delivery.undeclared", None)
    assert told.notices == ["1 of kinds that are not declared any more wait for a person"]
