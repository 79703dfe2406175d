"""A value that cannot be decrypted spoils its own delivery or case, and stops no other."""

from __future__ import annotations

import json
import logging
from contextlib import nullcontext
from datetime import date

import pytest
from hub_makers import StartFake, column, pull_once
from push_makers import owe, row_of, states
from sqlalchemy import text

from connectors.deliveries.delivering import Outcome
from connectors.fake.rows.truth import Plot
from connectors.wire.connection import Connection
from hub.context import HubContext
from hub.pushing.push import push
from hub.pushing.push_summary import PushSummary
from license_library.quarantine.case_decisions import CaseDecision, decide_case

CONNECTION = Connection("http", "127.0.0.1", 1, "", "", "", {})


class Taking:
    """Be a line that takes everything and has no receipt yet."""

    def open(self, *_: object) -> None:
        pass

    def deliver(self, *_: object) -> Outcome:
        return Outcome("accepted")

    def poll(self, *_: object) -> Outcome:
        return Outcome("pending")


def damage(hub: HubContext, table: str, key: str, name: str, number: int) -> None:
    """Turn over one byte of an encrypted value."""
    with hub.engine.begin() as conn:
        turned = f"set_byte({name}, 20, (get_byte({name}, 20) + 1) % 256)"
        conn.execute(text(f"update {table} set {name} = {turned} where {key} = :number"), {"number": number})


def pushed(hub: HubContext, monkeypatch: pytest.MonkeyPatch) -> PushSummary:
    """Make a pass to a department that takes everything."""
    monkeypatch.setattr("hub.pushing.push.opened_courier", lambda *_: nullcontext(Taking()))
    return push(hub, "transport", CONNECTION)


def test_a_delivery_that_cannot_be_opened_is_to_be_verified_and_the_others_go_on(
    hub: HubContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    owed = [owe(hub, "transport") for _ in range(3)]
    damage(hub, "deliveries", "delivery_id", "payload", owed[0])
    told = pushed(hub, monkeypatch)
    assert (told.counts, states(hub)[1:]) == ({"to_verify": 1, "acknowledged": 2}, ["acknowledged"] * 2)
    row = row_of(hub, owed[0])
    assert (row["state"], row["reason_code"], row["is_doubtful"]) == ("to_verify", "delivery.damaged", False)


def test_a_receipt_of_what_cannot_be_opened_stops_no_other(hub: HubContext, monkeypatch: pytest.MonkeyPatch) -> None:
    owed = [owe(hub, "transport") for _ in range(2)]
    pushed(hub, monkeypatch)
    with hub.engine.begin() as conn:
        conn.execute(text("update deliveries set next_try_at = enqueued_at"))
    damage(hub, "deliveries", "delivery_id", "payload", owed[0])
    assert pushed(hub, monkeypatch).counts == {"to_verify": 1}
    row = row_of(hub, owed[0])
    assert (row["reason_code"], row["is_doubtful"], states(hub)) == (
        "delivery.damaged", True, ["to_verify", "acknowledged"],
    )  # fmt: skip


def edit(hub: HubContext, case: int) -> None:
    """Put something in place of one value of a case."""
    with hub.engine.begin() as conn:
        sealed = conn.scalar(text("select source from quarantined_records where quarantine_id = :i"), {"i": case})
        name = min(json.loads(hub.keyring.decrypt(sealed)))
        decision = CaseDecision("edit", "张工", "x", values={name: "abc"})
        decide_case(conn, hub.keyring, case, decision, date(2026, 1, 1), hub.clock())


def test_an_edit_that_cannot_be_opened_stops_no_feed_and_its_case_is_named(
    hub: HubContext, fake: StartFake, caplog: pytest.LogCaptureFixture
) -> None:
    one = fake("transport", Plot(scale=60, day=0, bad_share=0.1))
    pull_once(hub, one)
    case = column(hub, "select min(quarantine_id) from quarantined_records where source is not null")[0]
    edit(hub, case)
    damage(hub, "quarantined_records", "quarantine_id", "edits", case)
    with caplog.at_level(logging.WARNING):
        assert pull_once(hub, one, full=True).state == "merged"
    assert f"the edit of case {case} cannot be decrypted" in caplog.text
    edit(hub, case)
    caplog.clear()
    assert pull_once(hub, one, full=True).state == "merged"
    assert "cannot be decrypted" not in caplog.text
