"""Reconciliations on their pages and over the interface: every record that differs by its key, and no person's number."""

from __future__ import annotations

from httpx import Client
from service_makers import PERSON, Shelf


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


def test_the_list_goes_on_after_a_page(shelf: Shelf, machine: Client) -> None:
    first = machine.get("/api/reconciliations/1?limit=2").json()
    rest = machine.get("/api/reconciliations/1", params={"limit": 2, "after": first["next"]}).json()
    assert len(first["differences"] + rest["differences"]) == first["named"] == 3
    assert rest["next"] is None
    assert machine.get("/api/reconciliations/9").status_code == machine.get("/reconciliations/9").status_code == 404
