"""An incident is shown with its history and decided by a person, on its page or over the interface."""

from __future__ import annotations

import re

from httpx import Client
from service_makers import Shelf
from sqlalchemy import Engine, text


def critical(machine: Client) -> int:
    return int(machine.get("/api/incidents").json()["incidents"][0]["incident_id"])


def test_an_incident_is_shown_with_what_to_do_and_its_history(shelf: Shelf, machine: Client) -> None:
    number = critical(machine)
    answer = machine.get(f"/api/incidents/{number}").json()
    assert (answer["incident"]["severity"], [one["what"] for one in answer["events"]]) == ("critical", ["opened"])
    for language, words in (("zh", "请与部门核实变化"), ("en", "ask the department about the change")):
        page = machine.get(f"/incidents/{number}?lang={language}").text
        assert words.lower() in page.lower()
        assert f"/incidents/{number}" in machine.get("/incidents").text
    assert machine.get("/api/incidents/999").status_code == machine.get("/incidents/999").status_code == 404


def test_a_person_decides_on_the_page_and_over_the_interface(own_machine: Client) -> None:
    number = critical(own_machine)
    form = {"who": "张工", "assignee": "王工", "note": "", "days": "3"}
    for choice in ("assign", "mute"):
        taken = own_machine.post(f"/incidents/{number}", data={"choice": choice, **form})
        assert (taken.status_code, taken.headers["location"]) == (303, f"/incidents/{number}")
    answer = own_machine.get(f"/api/incidents/{number}").json()
    assert (answer["incident"]["state"], answer["incident"]["assigned_to"]) == ("muted", "王工")
    assert answer["incident"]["decided_by"] == "张工 (developer)"
    assert [one["what"] for one in answer["events"]] == ["opened", "assigned", "muted"]
    decided = own_machine.post(f"/api/incidents/{number}/decision", json={"choice": "resolve", "who": "李工"})
    assert (decided.status_code, decided.json()["state"]) == (200, "resolved")
    again = own_machine.post(f"/api/incidents/{number}/decision", json={"choice": "mute", "who": "李工"})
    assert (again.status_code, again.json()["code"]) == (409, "request.not_decidable")


def test_a_decision_on_an_incident_needs_who_makes_it_and_sense(own_machine: Client) -> None:
    number = critical(own_machine)
    for given, status in (
        ({"choice": "mute", "who": " "}, 400),
        ({"choice": "mute", "who": "张工", "days": 0}, 400),
        ({"choice": "gone", "who": "张工"}, 422),
        ({"choice": "mute"}, 422),
    ):
        assert own_machine.post(f"/api/incidents/{number}/decision", json=given).status_code == status


def test_an_incident_that_changed_since_it_was_shown_is_not_decided_unseen(
    own_machine: Client, database: Engine
) -> None:
    number = critical(own_machine)
    url, mute = f"/api/incidents/{number}", {"choice": "mute", "who": "李工", "days": "90"}
    (seen,) = re.findall(r'name="mark" value="([0-9a-f]+)"', own_machine.get(f"/incidents/{number}").text)
    change(database, number, "seen_count = seen_count + 1, last_seen_at = last_seen_at + interval '1 hour'")
    assert own_machine.get(url).json()["incident"]["mark"] == seen  # the same trouble, seen once more
    assign = {"choice": "assign", "who": "张工", "assignee": "王工", "mark": seen}
    for step in (
        lambda: own_machine.post(f"{url}/decision", json=assign),
        lambda: change(database, number, "severity = 'warning'"),
        lambda: change(database, number, "reopened_count = reopened_count + 1"),
    ):
        step()
        stands = own_machine.get(url).json()
        refused = own_machine.post(f"/incidents/{number}", data=mute | {"mark": seen})
        assert (refused.status_code, "已有变化，请重新查看后再处理" in refused.text) == (409, True)
        assert own_machine.get(url).json() == stands
        seen = stands["incident"]["mark"]
    assert own_machine.post(f"/incidents/{number}", data=mute | {"mark": seen}).status_code == 303


def change(database: Engine, number: int, how: str) -> None:
    """Change an incident as the watch of the feeds does."""
    with database.begin() as conn:
        conn.execute(text(f"update incidents set {how} where incident_id = :number"), {"number": number})
