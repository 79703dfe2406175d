"""Which departments a demo shows: those asked for, all, or some of every transport."""

from __future__ import annotations

import pytest

from connectors.declaration import list_departments, load_department
from hub.demo import SHOWN, departments_shown
from hub.settings import Settings
from schemas.errors import NotFound


def test_what_is_shown_can_be_chosen_and_has_every_transport() -> None:
    assert departments_shown("", Settings()) == list(SHOWN)
    assert {load_department(name).transport.kind for name in SHOWN} == {"soap", "rest", "table", "file"}
    assert departments_shown("all", Settings()) == list_departments()
    assert departments_shown("water, culture", Settings()) == ["culture", "water"]
    with pytest.raises(NotFound, match="no department nobody"):
        departments_shown("water,nobody", Settings())
