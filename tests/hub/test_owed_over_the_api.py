"""What is handed to the service goes into the outbox by the declaration of its department."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from push_makers import states

from hub.context import HubContext
from hub.serving import service_settings
from hub.settings import Settings
from license_library.questions import DeliveryFilter, NotDeliverable, WrongQuestion
from license_library.service import deciding, overseeing
from license_library.service.settings import ServiceSettings
from schemas.deliveries import example_of


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


def test_a_declared_department_that_never_exchanged_anything_has_an_empty_list(served: ServiceSettings) -> None:
    assert overseeing.deliveries(served, DeliveryFilter(department="water")).deliveries == []
    with pytest.raises(WrongQuestion, match="water"):
        overseeing.deliveries(served, DeliveryFilter(department="watre"))
