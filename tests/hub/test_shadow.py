"""An exchange in shadow finds what a merge would change, field by field, and changes nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hub_makers import Faked, StartFake, column, count, pull_once
from sqlalchemy.exc import IntegrityError
from test_trying import marks
from typed_commands import told, type_command

from connectors.fake.rows.truth import Plot
from hub.context import HubContext
from hub.pulling import pull as steps
from license_library.answers import ShadowAnswer
from license_library.oversight.shadow_report import report_shadow
from schemas.errors import NotFound

KEPT = "select (select count(*) from licenses) || ' ' || (select count(*) from license_versions) || ' ' || (select count(*) from subjects) || ' ' || coalesce(max(cursor_at)::text, '') || ' ' || coalesce(max(fresh_at)::text, '') from feeds"


def shadow_once(hub: HubContext, one: Faked, *, full: bool = True) -> ShadowAnswer:
    """Run one exchange in shadow."""
    done = steps.pull(hub, one.name, "licenses", one.connection, full=full, shadow=True)
    with hub.engine.connect() as conn:
        return report_shadow(conn, done.exchange_id)


def mapped_otherwise(hub: HubContext, one: Faked, folder: Path, old: str, new: str) -> HubContext:
    """Give a hub whose declaration of the department reads something else."""
    shutil.copytree(one.folder / one.name, folder / one.name)
    declaration = folder / one.name / "department.toml"
    text = declaration.read_text("utf-8")
    assert old in text
    declaration.write_text(text.replace(old, new), "utf-8")
    return replace(hub, connectors_folder=folder)


def test_over_an_empty_library_everything_would_be_new_and_nothing_is_written(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    truth, answer = one.truth(), shadow_once(hub, one)
    assert (answer.state, answer.received, answer.quarantined) == ("shadowed", truth.received, truth.bad)
    assert (answer.versions, answer.unchanged, answer.changed) == (truth.good, 0, 0)
    assert 0 < answer.new <= truth.good
    assert len(answer.new_examples) == 3
    assert {one.code: one.count for one in answer.top_reasons} == dict(truth.problem_codes)
    assert column(hub, KEPT) == ["0 0 0  "]
    assert count(hub, "quarantined_records") + count(hub, "staged_licenses") == 0
    assert count(hub, "landed_pages") == answer.pages
    assert column(
        hub, "select merged_count + held_count - received_count + unchanged_count + quarantined_count from exchanges"
    ) == [0]


def test_what_is_in_the_library_already_is_unchanged(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    merged = pull_once(hub, one)
    before = column(hub, KEPT)
    answer = shadow_once(hub, one)
    assert (answer.new, answer.changed, answer.unchanged) == (0, 0, merged.merged)
    assert answer.changed_fields == []
    assert column(hub, KEPT) == before


def test_a_changed_mapping_shows_which_fields_it_changes_and_which_it_empties(
    hub: HubContext, fake: StartFake, tmp_path: Path
) -> None:
    one = fake("transport")
    merged = pull_once(hub, one)
    before = column(hub, KEPT)
    other = mapped_otherwise(hub, one, tmp_path, 'change_reason      = "BGYY"', 'change_reason      = "XIN"')
    changed = mapped_otherwise(
        other, replace(one, folder=tmp_path), tmp_path / "b", '"WX" = "repair"', '"WX" = "roadcert"'
    )
    answer = shadow_once(changed, one)
    found = {shift.field: (shift.count, shift.emptied) for shift in answer.changed_fields}
    filled = int(str(column(hub, "select count(*) from licenses where change_reason is not null")[0]))
    repairs = int(str(column(hub, "select count(*) from licenses where license_type = 'repair'")[0]))
    assert filled > 0
    assert repairs > 0
    assert found["change_reason"] == (filled, filled)
    assert found["license_type"] == (repairs, 0)
    assert set(found) == {"change_reason", "license_type", "license_name"}
    assert answer.new == 0
    assert answer.changed + answer.unchanged <= merged.merged
    assert column(hub, KEPT) == before


def test_days_of_updates_are_told_apart_into_new_and_changed(hub: HubContext, fake: StartFake) -> None:
    one = fake("real_estate")
    pull_once(hub, one)
    one.process.set_day(60)
    answer = shadow_once(hub, one, full=False)
    before = count(hub, "licenses")
    merged = pull_once(hub, one)
    assert merged.merged == answer.versions > 0
    assert count(hub, "licenses") - before == answer.new
    assert {shift.field for shift in answer.changed_fields} & {"status", "changed_on", "version_number"}


def test_a_batch_that_would_be_held_says_so_and_is_compared_nevertheless(hub: HubContext, fake: StartFake) -> None:
    answer = shadow_once(hub, fake("transport", Plot(scale=300, bad_share=0.4)))
    assert answer.state == "shadowed"
    assert [one.code for one in answer.hold_reasons] == ["batch.bad_records"]
    assert answer.new > 0


def test_a_check_that_is_repeated_counts_reasons_once(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    exchange = steps.begin(hub, one.name, "licenses", shadow=True)
    steps.land_pages(
        hub, exchange, *steps.declared_feed(hub, exchange.department, exchange.feed), one.connection, lambda *_: None
    )
    steps.check(hub, exchange.exchange_id)
    steps.check(hub, exchange.exchange_id)
    for _ in range(2):
        assert steps.merge(hub, exchange.exchange_id).is_shadow
    with hub.engine.connect() as conn:
        answer = report_shadow(conn, exchange.exchange_id)
    assert {one.code: one.count for one in answer.top_reasons} == dict(one.truth().problem_codes)


def test_the_database_itself_refuses_to_call_a_shadow_merged(hub: HubContext, fake: StartFake) -> None:
    answer = shadow_once(hub, fake("transport"))
    with hub.engine.connect() as conn, pytest.raises(IntegrityError, match="shadow_is_not_merged"):
        conn.exec_driver_sql(f"update exchanges set state = 'merged' where exchange_id = {answer.exchange_id}")


def test_a_shadow_over_a_front_table_claims_and_marks_nothing(hub: HubContext, fake: StartFake) -> None:
    one = fake("work_safety", Plot(scale=120))
    assert shadow_once(hub, one, full=False).state == "shadowed"
    with hub.engine.begin() as conn:
        conn.exec_driver_sql("update feeds set cursor_at = now() - interval '1 day'")
    assert shadow_once(hub, one, full=False).received > 0
    assert marks(one.process.connection_value) == [(None, None)]


def test_only_a_shadow_is_reported_as_one(hub: HubContext, fake: StartFake) -> None:
    merged = pull_once(hub, fake("transport"))
    with hub.engine.connect() as conn, pytest.raises(NotFound, match="no shadow exchange"):
        report_shadow(conn, merged.exchange_id)


def test_a_shadow_is_told_by_command(
    environ: dict[str, str], hub: HubContext, fake: StartFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = fake("transport")
    monkeypatch.setenv("AIRFLOW_CONN_TRANSPORT", one.process.connection_value)
    result = type_command("department", "shadow", "transport", "--json")
    assert (result.exit_code, told(result)["state"], told(result)["received"]) == (0, "shadowed", one.truth().received)
    assert "nothing merged" in type_command("department", "shadow", "transport", "licenses").stdout
    one.process.set_mode("503")
    failed = type_command("department", "shadow", "transport", "--json")
    assert (failed.exit_code, told(failed)["state"], told(failed)["error_code"]) == (
        1,
        "failed",
        "department.unavailable",
    )
