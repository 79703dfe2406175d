"""A live look at a feed shows rows beside what becomes of them, hides persons, and leaves no trace anywhere."""

from __future__ import annotations

import pytest
from hub_makers import StartFake, column, count
from sqlalchemy import create_engine, text
from typed_commands import told, type_command

from connectors.fake.rows.truth import Plot
from hub.context import HubContext

NAMES = ["market_regulation", "public_security", "real_estate", "transport", "work_safety", "health_inspection"]
PLOT = Plot(scale=300, bad_share=0.2)


@pytest.mark.parametrize("name", NAMES)
def test_live_rows_are_shown_beside_what_becomes_of_them(
    environ: dict[str, str], hub: HubContext, fake: StartFake, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = fake(name, PLOT)
    monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", one.process.connection_value)
    result = type_command("department", "try", name, "licenses", "--limit", "40", "--json")
    tried = told(result)
    assert (result.exit_code, len(tried["rows"]), tried["is_masked"]) == (0, 40, True)
    good = next(row for row in tried["rows"] if row["is_good"])
    fields = {field["field"]: field for field in good["fields"]}
    rule = one.department.feeds["licenses"].fields["license_number"]
    assert fields["license_number"]["source"] == rule.from_
    assert fields["license_number"]["value"] == fields["license_number"]["source_value"]
    assert fields["issued_on"]["value"][4] == "-"
    bad = [row for row in tried["rows"] if not row["is_good"]]
    assert bad
    assert [row for row in bad if not row["codes"]] == []
    assert count(hub, "exchanges") + count(hub, "departments") + count(hub, "inquiries") == 0


def test_a_row_that_would_wait_says_why(
    environ: dict[str, str], fake: StartFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = fake("transport", PLOT)
    monkeypatch.setenv("AIRFLOW_CONN_TRANSPORT", one.process.connection_value)
    tried = told(type_command("department", "try", "transport", "licenses", "--limit", "200", "--json"))
    bad = [row for row in tried["rows"] if not row["is_good"]]
    assert bad
    assert tried["good"] + len(bad) == len(tried["rows"]) == 200
    assert all(
        any(field["problems"] for field in row["fields"]) for row in bad if row["codes"] != ["record.duplicate_key"]
    )
    shown = type_command("department", "try", "transport", "licenses", "--limit", "3")
    assert "nothing was written" in shown.stderr
    assert "许可证号" not in shown.stdout  # our own names stand there, and the source's
    assert "XKZH" in shown.stdout


def test_persons_are_masked_until_a_purpose_is_given_and_recorded(
    environ: dict[str, str], hub: HubContext, fake: StartFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = fake("public_security")
    monkeypatch.setenv("AIRFLOW_CONN_PUBLIC_SECURITY", one.process.connection_value)
    words = ("department", "try", "public_security", "licenses", "--limit", "40", "--json")
    revealed = told(type_command(*words, "--reveal", "--purpose", "接口联调 2026-11"))
    assert column(hub, "select action || ' ' || purpose || ' ' || result_count from inquiries") == [
        "reveal 接口联调 2026-11 40"
    ]
    masked = type_command(*words).stdout
    persons = [
        field["value"] for row in revealed["rows"] for field in row["fields"]
        if field["field"] in {"holder_code", "holder_name"} and field["value"] and len(field["value"]) > 1
    ]  # fmt: skip
    assert len(persons) > 20
    assert [value for value in persons if f'"{value}"' in masked] == []
    numbers = {value for value in persons if len(value) == 18}
    assert not [value for value in numbers if value in masked]
    assert count(hub, "inquiries") == 1


@pytest.mark.parametrize("purpose", [(), ("--purpose", " "), ("--purpose", "长" * 201)])
def test_nothing_is_revealed_without_a_purpose(
    environ: dict[str, str], fake: StartFake, purpose: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = fake("transport")
    monkeypatch.setenv("AIRFLOW_CONN_TRANSPORT", one.process.connection_value)
    before = one.process.state()["served"]
    result = type_command("department", "try", "transport", "licenses", "--reveal", *purpose)
    assert (result.exit_code, result.stdout) == (2, "")
    assert one.process.state()["served"] == before


def test_trying_a_front_table_claims_and_marks_nothing(
    environ: dict[str, str], fake: StartFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = fake("work_safety", PLOT)
    monkeypatch.setenv("AIRFLOW_CONN_WORK_SAFETY", one.process.connection_value)
    assert type_command("department", "try", "work_safety", "licenses", "--json").exit_code == 0
    assert marks(one.process.connection_value) == [(None, None)]


def marks(connection: str) -> list[tuple[object, object]]:
    """Return the marks that rows of the front table carry."""
    engine = create_engine(connection.replace("postgres://", "postgresql+psycopg://", 1))
    with engine.connect() as conn:
        found = conn.execute(text('select distinct "GTSYNC", "PCH" from "EX_AJ_XKZ"')).all()
    engine.dispose()
    return [tuple(row) for row in found]
