"""The steward's pages say what is wrong and what to do, how expectations went, and how each month was."""

from __future__ import annotations

from httpx import Client
from service_makers import HOSTILE_NAME, PERSON, Shelf
from sqlalchemy import Engine, text


def keep_numbers(database: Engine) -> None:
    """Let the newest exchange of market regulation have failed an expectation and filled half of a field."""
    with database.begin() as conn:
        number = conn.scalar(
            text("select max(exchange_id) from exchanges where department = 'market_regulation' and not is_shadow")
        )
        conn.execute(
            text(
                "update exchanges set checked_at = started_at, received_count = 4, merged_count = 4, unchanged_count = 0, quarantined_count = 0, held_count = 0 where exchange_id = :number"
            ),
            {"number": number},
        )
        conn.execute(
            text(
                "insert into quality_results values (:number, 0, 'license', 'issuers', 'issuer_name', 'warning', false, 4, 3,"
                " '3 of 4', '颁发机构在市内<b>', 'issuers <b> of the city')"
            ),
            {"number": number},
        )
        conn.execute(
            text("insert into exchange_measures values (:number, 'filled', 'holder_code', 2, 4)"), {"number": number}
        )


def test_the_steward_sees_what_is_wrong_and_what_to_do(shelf: Shelf, machine: Client) -> None:
    answer = machine.get("/api/steward").json()
    first = answer["departments"][0]
    assert (first["department"], first["worst"]) == ("market_regulation", "critical")
    assert [one["severity"] for one in first["incidents"]] == ["critical", "notice"]
    assert [one["kind"] for one in first["tasks"]] == ["quarantine", "refused"]
    assert "to_verify" in {task["kind"] for one in answer["departments"] for task in one["tasks"]}
    page = machine.get("/steward?lang=zh").text
    assert "请与部门核实变化" in page
    assert "/quarantine?department=market_regulation" in page
    for told in (machine.get("/api/steward").text, page):
        assert not [one for one in (PERSON, HOSTILE_NAME) if one in told]


def test_expectations_and_fields_are_shown_with_their_trend(own_machine: Client, database: Engine) -> None:
    keep_numbers(database)
    (feed,) = own_machine.get("/api/quality?department=market_regulation").json()["feeds"]
    (issuers,), (holder,) = feed["expectations"], feed["fields"]
    assert (issuers["words"]["zh"], issuers["points"][-1]["success"], issuers["points"][-1]["found"]) == (
        "颁发机构在市内<b>",
        False,
        3,
    )
    assert (holder["name"], holder["points"][-1]["found"], holder["points"][-1]["of"]) == ("holder_code", 2, 4)
    page = own_machine.get("/quality?department=market_regulation").text
    assert "颁发机构在市内&lt;b&gt;" in page
    assert "spark-bad" in page
    assert (
        own_machine.get("/quality?department=transport").status_code == own_machine.get("/quality").status_code == 200
    )


def test_a_scorecard_is_shown_and_given_as_a_table(own_machine: Client, database: Engine) -> None:
    keep_numbers(database)
    card = own_machine.get("/api/scorecard").json()
    scores = {
        one["department"]: {score["dimension"]: score["share"] for score in one["scores"]}
        for one in card["departments"]
    }
    assert scores["market_regulation"]["completeness"] == 0.5
    page = own_machine.get("/scorecard?lang=zh").text
    assert "50.0%" in page
    assert "尚无校核请求" in page
    table = own_machine.get(f"/scorecard.csv?month={card['month']}")
    assert table.headers["content-type"].startswith("text/csv")
    assert f"{card['month']},market_regulation" in table.text
    wrong = own_machine.get("/api/scorecard?month=2016-13")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "request.wrong_question")
    assert own_machine.get("/scorecard?month=%3Cb%3E").status_code == 422
