"""Numbers tried out are recorded as asked for, wherever one leads to what is said of somebody."""

from __future__ import annotations

import json

import pytest
from httpx import Client
from service_makers import Shelf
from sqlalchemy import Engine, text

PROBING = "probing"
STATED = {"X-Purpose": PROBING}
ASKED = {
    "correction": ("POST", "/api/corrections/4711/reveal", {"purpose": PROBING}),
    "correction asked": (
        "POST",
        "/api/corrections",
        {"license_id": 4711, "field": "valid_to", "seen": "x", "proposed": "y", "basis": PROBING, "who": "one"},
    ),
    "subjects": ("GET", "/api/subject-pairs/4711/4712", None),
    "subjects_revealed": ("POST", "/api/subject-pairs/4711/4712/reveal", {"purpose": PROBING}),
    "conflict": ("GET", "/api/conflicts/4711/organisation_name", None),
    "quarantine": ("POST", "/api/quarantine/4711/reveal", {"purpose": PROBING}),
}


@pytest.mark.parametrize("action", ASKED)
def test_a_number_that_nobody_has_is_recorded_as_asked_for(
    action: str, own_shelf: Shelf, own_machine: Client, database: Engine
) -> None:
    method, path, body = ASKED[action]
    assert own_machine.request(method, path, json=body, headers=STATED).status_code == 404
    with database.connect() as conn:
        told = conn.execute(text("select action, purpose, denied from inquiries")).all()
    assert told == [(action, PROBING, True)]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (
            "/api/corrections",
            {"license_id": 1, "field": "{}", "seen": "x", "proposed": "y", "basis": "b", "who": "one"},
        ),
        ("/api/quarantine/{case}/decision", {"action": "edit", "who": "one", "reason": "r", "values": {"{}": "x"}}),
    ],
)
def test_a_number_sent_as_the_name_of_a_field_is_not_repeated(
    path: str, body: dict[str, object], own_shelf: Shelf, own_machine: Client, database: Engine
) -> None:
    number = "370283199003077211"
    with database.connect() as conn:
        case = conn.scalar(text("select quarantine_id from quarantined_records"))
    sent = json.loads(json.dumps(body).replace("{}", number))
    told = own_machine.post(path.replace("{case}", str(case)), json=sent)
    assert told.status_code in {400, 409}, told.text
    assert number not in told.text
