"""Reconciliations on their pages and over the interface: every record that differs by its key, and no person's number."""

from __future__ import annotations

from httpx import Client
from service_makers import NOW, PERSON, Shelf

from license_library.oversight.incidents import Cause, tell_incidents
from license_library.service.settings import ServiceSettings


def test_every_record_that_differs_is_named_and_no_person(shelf: Shelf, machine: Client) -> None:
    listed = machine.get("/api/reconciliations?department=transport&state=different").json()["reconciliations"]
    assert [(one["missing"], one["extra"], one["different"], one["waiting"]) for one in listed] == [(1, 1, 1, 2)]
    for narrowed in ("department=market_regulation", "feed=nothing", "state=same"):
        assert machine.get(f"/api/reconciliations?{narrowed}").json()["reconciliations"] == []
    answer = machine.get("/api/reconciliations/1").json()
    assert [one["kind"] for one in answer["differences"]] == ["missing", "different", "extra"]
    assert [one["is_older_there"] for one in answer["differences"]] == [False, True, False]
    assert len(answer["buckets"]) == 2
    for path in ("/api/reconciliations/1", "/reconciliations/1", "/reconciliations/1?lang=en"):
        assert PERSON not in machine.get(path).text
    page = machine.get("/reconciliations/1").text
    assert "&lt;i&gt;R1" in page
    assert "hub reconcile --pull 1" in page


def test_the_incident_of_ends_that_differ_leads_to_the_records_and_shows_the_command(
    own_settings: ServiceSettings, own_machine: Client
) -> None:
    with own_settings.engine.begin() as conn:
        causes = [Cause("licenses", "both ends differ", "warning", "对账 1 号", "reconciliation 1")]
        tell_incidents(conn, "transport", "differs", causes, NOW, feed="licenses")
    listed = own_machine.get("/api/incidents?department=transport").json()["incidents"]
    number = next(one["incident_id"] for one in listed if one["kind"] == "differs")
    answer = own_machine.get(f"/api/incidents/{number}").json()
    assert (answer["reconciliation_id"], answer["held_exchange_id"]) == (1, None)
    page = own_machine.get(f"/incidents/{number}").text
    assert '<code class="copied" tabindex="0">hub reconcile --pull 1</code>' in page
    assert 'href="/reconciliations/1"' in page
    assert "网页不连部门系统" in page
    assert "copy it to the machine that pulls" in own_machine.get(f"/incidents/{number}?lang=en").text


def test_the_list_goes_on_after_a_page(shelf: Shelf, machine: Client) -> None:
    first = machine.get("/api/reconciliations/1?limit=2").json()
    rest = machine.get("/api/reconciliations/1", params={"limit": 2, "after": first["next"]}).json()
    assert len(first["differences"] + rest["differences"]) == first["named"] == 3
    assert rest["next"] is None
    assert machine.get("/api/reconciliations/9").status_code == machine.get("/reconciliations/9").status_code == 404
