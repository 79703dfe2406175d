"""What is handed to the service goes into the outbox by the declaration of its department."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from push_makers import states
from sqlalchemy import Connection, event, text

from connectors.declarations.declaration import load_department
from hub.context import HubContext
from hub.registration import register
from hub.serving import service_settings
from hub.settings import Settings
from license_library.asking.questions import DeliveryFilter
from license_library.asking.refusals import KeyTaken, NotDeliverable, WrongQuestion
from license_library.service.acts import deciding, overseeing
from license_library.service.bodies import InvalidQuestion
from license_library.service.settings import ServiceSettings
from schemas.deliveries.deliveries import example_of


@pytest.fixture
def served(hub: HubContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServiceSettings:
    """Give what `hub serve` hands the service."""
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    return service_settings(hub, Settings())


def body(kind: str, **values: str) -> bytes:
    """Return an invented delivery as it is posted."""
    return msgspec.json.encode({**example_of(kind), "delivery_key": "platform-0001", **values})


def test_a_delivery_gets_the_class_of_its_declaration_and_only_what_is_declared_is_owed(
    served: ServiceSettings, hub: HubContext
) -> None:
    told = deciding.owe(served, body("decision"))
    assert (told.department, told.delivery_class, told.state) == ("transport", "A", "waiting")
    assert deciding.owe(served, body("decision")) == told
    with pytest.raises(NotDeliverable, match="declares no delivery 'license_alert'; there are decision"):
        deciding.owe(served, body("license_alert", delivery_key="platform-0002"))
    with pytest.raises(NotDeliverable, match="no department 'nowhere'"):
        deciding.owe(served, body("decision", department="nowhere", delivery_key="platform-0003"))
    assert states(hub) == ["waiting"]


def test_nobody_hands_in_a_delivery_of_the_case_of_the_hubs_own_correction_request(
    served: ServiceSettings, hub: HubContext
) -> None:
    for kind, department in (("correction_request", "food_drug"), ("decision", "transport")):
        with pytest.raises(InvalidQuestion, match="case_number is wrong; expected one of the caller's own") as refused:
            deciding.owe(served, body(kind, department=department, case_number="correction-5"))
        assert [one.field for one in refused.value.problems] == ["case_number"]
    assert states(hub) == []


def test_what_was_handed_in_is_the_same_delivery_whatever_is_declared_by_now(
    served: ServiceSettings, hub: HubContext, tmp_path: Path
) -> None:
    told = deciding.owe(served, body("decision"))
    (tmp_path / "nobody").mkdir()
    later = service_settings(replace(hub, connectors_folder=tmp_path / "nobody"), Settings())
    assert deciding.owe(later, body("decision")) == told
    with pytest.raises(KeyTaken):
        deciding.owe(later, body("decision", outcome="refused"))
    with pytest.raises(NotDeliverable):
        deciding.owe(later, body("decision", delivery_key="platform-0002"))


def test_a_delivery_is_taken_while_records_of_its_department_are_merged(
    served: ServiceSettings, hub: HubContext
) -> None:
    register(hub, load_department("transport"))
    with hub.engine.begin() as conn:  # a declaration that changed is noted by the next pull or push
        conn.execute(text("update departments set declaration_digest = 'of yesterday'"))
    event.listen(hub.engine, "begin", impatient)
    with hub.engine.connect() as merging:
        assert merging.execute(text("select from departments for no key update")).rowcount == 1
        assert merging.execute(text("select from feeds for no key update")).rowcount > 0
        assert deciding.owe(served, body("decision")).state == "waiting"


def impatient(conn: Connection) -> None:
    """Let a statement fail that waits for another transaction, in place of waiting with it."""
    conn.exec_driver_sql("set local lock_timeout = '100ms'")


def test_a_declared_department_that_never_exchanged_anything_has_an_empty_list(served: ServiceSettings) -> None:
    assert overseeing.deliveries(served, DeliveryFilter(department="water")).deliveries == []
    with pytest.raises(WrongQuestion, match="water"):
        overseeing.deliveries(served, DeliveryFilter(department="watre"))
