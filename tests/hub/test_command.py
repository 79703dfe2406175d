"""The command does what it says, in JSON when asked, and ends with a code that scripts can trust."""

from __future__ import annotations

import getpass
import json
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from hub_makers import StartFake, column, count
from sqlalchemy import Engine, text
from typed_commands import told, type_command
from typer.testing import Result

from connectors.fake.city.subjects import Subjects
from connectors.fake.line.certificates import Authority
from connectors.fake.rows.truth import Plot
from hub.airflow.home import PROJECT
from hub.context import HubContext

NUMBERS = ("received", "merged", "unchanged", "quarantined", "held", "seconds")


@pytest.fixture
def pulled(environ: dict[str, str], fake: StartFake, monkeypatch: pytest.MonkeyPatch) -> Result:
    """Pull the transport department by command."""
    monkeypatch.setenv("AIRFLOW_CONN_TRANSPORT", fake("transport").process.connection_value)
    return type_command("pull", "transport", "--json")


def test_a_pull_prints_one_object_and_ends_well_with_quarantined_records(pulled: Result, fake: StartFake) -> None:
    truth, summary = fake("transport").truth(), told(pulled)
    assert pulled.exit_code == 0
    assert (summary["department"], summary["feed"]) == ("transport", "licenses")
    assert [summary[name] for name in NUMBERS[:-1]] == [truth.received, truth.good, 0, truth.bad, 0]
    assert summary["seconds"] > 0


def test_standard_output_holds_nothing_but_the_result(environ: dict[str, str], fake: StartFake) -> None:
    connection = {"AIRFLOW_CONN_REAL_ESTATE": fake("real_estate").process.connection_value}
    command = [sys.executable, "-c", "from hub.command import app; app()", "pull", "real_estate", "licenses", "--json"]
    done = subprocess.run(command, env={**environ, **connection}, cwd=PROJECT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout)["state"] == "merged"


def test_a_failed_pull_ends_with_one_and_says_why(
    environ: dict[str, str], fake: StartFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = fake("transport")
    one.process.set_mode("503")
    monkeypatch.setenv("AIRFLOW_CONN_TRANSPORT", one.process.connection_value)
    result = type_command("pull", "transport", "--json")
    assert result.exit_code == 1
    assert told(result)["error_code"] == "department.unavailable"
    assert [told(result)[name] for name in NUMBERS[:-1]] == [0, 0, 0, 0, 0]


def test_a_held_pull_ends_with_one_and_can_be_released(
    environ: dict[str, str], fake: StartFake, hub: HubContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = fake("transport", Plot(scale=300, bad_share=0.2)).process.connection_value
    monkeypatch.setenv("AIRFLOW_CONN_TRANSPORT", connection)
    held = type_command("pull", "transport", "--json")
    assert (held.exit_code, told(held)["state"]) == (1, "held")
    decided = ("--by", "王工", "--reason", "部门确认属实")
    released = type_command("hold", "release", str(told(held)["exchange_id"]), *decided, "--json")
    assert (released.exit_code, told(released)["merged"]) == (0, told(held)["held"])
    signed = f"王工 (command line: {getpass.getuser()})"
    repeated = type_command("hold", "release", str(told(held)["exchange_id"]), *decided, "--json")
    assert (repeated.exit_code, told(repeated)["merged"]) == (0, told(held)["held"])
    assert column(hub, "select who from incident_events where what = 'released'") == [signed]
    again = type_command("hold", "discard", str(told(held)["exchange_id"]), *decided)
    assert (again.exit_code, "request.not_held" in again.stderr) == (2, True)


@pytest.mark.parametrize("choice", ["release", "discard"])
def test_a_batch_that_never_was_held_is_neither_released_nor_discarded(
    environ: dict[str, str], fake: StartFake, monkeypatch: pytest.MonkeyPatch, choice: str
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_TRANSPORT", fake("transport").process.connection_value)
    merged = told(type_command("pull", "transport", "--json"))
    assert merged["state"] == "merged"
    refused = type_command("hold", choice, str(merged["exchange_id"]), "--by", "王工", "--reason", "部门确认属实")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "[request.not_held]" in refused.stderr
    assert "expected it held, got merged; nothing changed" in refused.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_pull_leaves_the_feed_free(
    environ: dict[str, str], fake: StartFake, hub: HubContext, number: signal.Signals
) -> None:
    one = fake("transport")
    one.process.set_mode("hang_forever")
    pull = subprocess.Popen(
        [sys.executable, "-c", "from hub.command import app; app()", "pull", "transport", "--json"],
        env={**environ, "AIRFLOW_CONN_TRANSPORT": one.process.connection_value},
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not count(hub, "exchanges") and pull.poll() is None:
        time.sleep(0.05)
    pull.send_signal(number)
    assert pull.wait(60) == 130
    assert column(hub, "select state from exchanges") == ["failed"]
    assert "request.not_held" in type_command("hold", "release", "1", "--by", "王工", "--reason", "试").stderr


def test_a_missing_connection_says_what_to_set(environ: dict[str, str]) -> None:
    result = type_command("pull", "transport", "--json")
    assert result.exit_code == 1
    assert told(result)["error_code"] == "declaration.connection_missing"
    assert "AIRFLOW_CONN_TRANSPORT=" in result.stderr


@pytest.mark.parametrize("words", [("pull", "nowhere"), ("pull", "transport", "nothing"), ("pull",), ("nonsense",)])
def test_wrong_usage_ends_with_two(environ: dict[str, str], words: tuple[str, ...]) -> None:
    assert type_command(*words).exit_code == 2


def test_a_wrong_setting_is_named_and_not_repeated(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_PORT", "seven")
    result = type_command("db", "status")
    assert result.exit_code == 2
    assert "settings: HUB_PORT: Input should be a valid integer" in result.stderr
    assert "seven" not in result.stderr


def test_an_unknown_department_is_answered_with_those_there_are(environ: dict[str, str]) -> None:
    assert "real_estate" in type_command("pull", "nowhere").stderr


def test_exchanges_are_listed_with_their_counts(pulled: Result, environ: dict[str, str]) -> None:
    (exchange,) = told(type_command("exchange", "list", "transport", "--json"))["exchanges"]
    assert exchange["merged"] == told(pulled)["merged"]
    assert "transport" in type_command("exchange", "list").stdout


def test_a_holder_is_found_by_name_and_the_question_recorded(pulled: Result, hub: HubContext) -> None:
    name = str(column(hub, "select holder_name from licenses order by license_id limit 1")[0])
    result = type_command("find", "--holder-name", name, "--json")
    assert result.exit_code == 0
    assert told(result)["hits"][0]["holder_name"] == name
    assert count(hub, "inquiries", "action = 'search'") == 1


def test_nothing_found_ends_with_one(pulled: Result) -> None:
    assert type_command("find", "没有这个人", "--json").exit_code == 1


def test_a_question_that_cannot_be_asked_ends_with_two(pulled: Result) -> None:
    assert type_command("find", "--json").exit_code == 2


def test_a_license_is_verified(pulled: Result, hub: HubContext) -> None:
    kind, number = (
        str(
            column(
                hub,
                f"select {name} from licenses where status = 'valid' and (open_ended or valid_to > now()) order by license_id limit 1",
            )[0]
        )
        for name in ("license_type", "license_number")
    )
    result = type_command("verify", "--type", kind, "--number", number, "--json")
    assert (result.exit_code, told(result)["verdict"]) == (0, "confirmed")
    wrong = type_command("verify", "--type", kind, "--number", number, "--value", "issuer_name=别处", "--json")
    assert (wrong.exit_code, told(wrong)["verdict"]) == (1, "mismatch")


def test_a_case_that_relies_on_a_license_listed_no_more_is_warned(pulled: Result, hub: HubContext) -> None:
    good = "select license_id from licenses where status = 'valid' and (open_ended or valid_to > now()) order by license_id"
    license_id = column(hub, f"{good} limit 1")[0]
    asked = ("rely", str(license_id), "--case", "C-1")
    assert "warning" not in type_command(*asked).stderr
    with hub.engine.begin() as conn:
        conn.execute(text("update licenses set unlisted_at = now() where license_id = :id"), {"id": license_id})
    noted = type_command(*asked)
    assert noted.exit_code == 0
    assert "warning: ask its department before relying on it: the department's whole list lacks it now" in noted.stderr


def test_a_checklist_is_answered(pulled: Result) -> None:
    applicant = Subjects(7).organisation(0)
    result = type_command("checklist", "--item", "PD-E-013", "--subject", applicant.code, "--json")
    assert result.exit_code == 0
    assert told(result)["item"]["item_code"] == "PD-E-013"
    assert applicant.code not in result.stdout


def test_a_form_is_filled_in(pulled: Result) -> None:
    applicant = Subjects(7).organisation(0)
    asked = ("prefill", "--item", "PD-E-013", "--subject", applicant.code)
    result = type_command(*asked, "--json")
    assert result.exit_code == 0
    told_fields = {field["name"]: field["verdict"] for field in told(result)["fields"]}
    assert told_fields["credit_code"] == "known"
    assert applicant.code not in result.stdout
    assert type_command(*asked, "--field", "sex").exit_code == 2


def test_departments_are_listed_and_checked(environ: dict[str, str]) -> None:
    listed = told(type_command("department", "list", "--json"))["departments"]
    folders = Path(environ["HUB_CONNECTORS_FOLDER"]).glob("*/department.toml")
    assert list(dict.fromkeys(one["department"] for one in listed)) == sorted(file.parent.name for file in folders)
    assert told(type_command("department", "check", "transport", "--json"))["findings"] == []


def test_what_is_wrong_with_a_declaration_is_told_in_sentences_and_as_json_keeps_its_parts(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "declared"
    shutil.copytree(Path(environ["HUB_CONNECTORS_FOLDER"]) / "transport", folder / "transport")
    monkeypatch.setenv("HUB_CONNECTORS_FOLDER", str(folder))
    file = folder / "transport" / "department.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace('= "revoked"', '= "gone"'), "utf-8")
    plain, parts = (
        type_command("department", "check", "transport"),
        type_command("department", "check", "transport", "--json"),
    )
    assert (plain.exit_code, parts.exit_code) == (1, 1)
    (line,), (finding,) = plain.stdout.splitlines(), json.loads(parts.stdout)["findings"]
    place = "transport/department.toml: [feeds.licenses] fields.status"
    assert line.startswith(f"error: {place}: maps to 'gone', which is unknown; there are ")
    assert (finding["severity"], finding["place"]) == ("error", place)
    file.write_text(text.replace("[transport]", "[transport"), "utf-8")
    plain = type_command("department", "check", "transport")
    assert plain.stdout.startswith("error: transport/department.toml: is not TOML: ")


def test_a_certificate_that_has_ended_is_found_before_anybody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = Authority(datetime.now(UTC)).issue("license-hub", days=-1).certificate
    monkeypatch.setenv("AIRFLOW_CONN_TRANSPORT", f"https://10.8.0.12?client_certificate={quote(ended)}")
    result = type_command("department", "check", "transport", "--json")
    (finding,) = json.loads(result.stdout)["findings"]
    assert (result.exit_code, finding["severity"]) == (1, "error")
    assert "ended on" in finding["message"]


def test_the_state_of_a_given_database_is_told(environ: dict[str, str]) -> None:
    assert told(type_command("db", "status", "--json")) == {
        "kind": "given",
        "answers": True,
        "migrated": True,
    }


def test_a_given_database_that_does_not_answer_ends_the_status_with_one(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", "postgresql+psycopg://hub:x@127.0.0.1:1/hub")
    result = type_command("db", "status", "--json")
    assert (result.exit_code, told(result)) == (1, {"kind": "given", "answers": False, "migrated": None})


def test_a_broken_declaration_is_listed_with_its_error_beside_the_others(
    environ: dict[str, str], connectors_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("transport", "real_estate"):
        shutil.copytree(connectors_folder / name, tmp_path / name)
    (tmp_path / "real_estate" / "department.toml").write_text("name = ", "utf-8")
    monkeypatch.setenv("HUB_CONNECTORS_FOLDER", str(tmp_path))
    result = type_command("department", "list", "--json")
    assert result.exit_code == 1
    assert [row["department"] for row in told(result)["departments"]] == ["transport"]
    assert [row["department"] for row in told(result)["broken"]] == ["real_estate"]
    assert "real_estate/department.toml: is not TOML" in told(result)["broken"][0]["error"]
    shown = type_command("department", "list")
    assert "transport" in shown.stdout
    assert "[declaration.wrong] real_estate" in shown.stderr


def test_a_database_that_is_not_migrated_is_refused_with_the_way_out(environ: dict[str, str], database: Engine) -> None:
    with database.begin() as conn:
        conn.exec_driver_sql("update alembic_version set version_num = '0000'")
    result = type_command("exchange", "list", "--json")
    assert result.exit_code == 1
    assert "hub db up" in result.stderr


def test_a_database_error_ends_the_exchange_and_quotes_no_record(
    environ: dict[str, str], fake: StartFake, hub: HubContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_TRANSPORT", fake("transport").process.connection_value)
    with hub.engine.begin() as conn:
        conn.exec_driver_sql("alter table licenses add constraint nothing check (false) not valid")
    result = type_command("pull", "transport", "--json")
    assert (result.exit_code, told(result)["error_code"]) == (1, "hub.failed")
    assert told(result)["error_message"] == (
        "transport/licenses: exchange 1: the database refused what the hub wrote: CheckViolation at "
        "licenses.nothing; nothing of this step was applied; this is a fault of the hub"
    )
    assert column(hub, "select state from exchanges") == ["failed"]


@pytest.mark.parametrize(("place", "why"), [("nowhere/report.md", "its folder is not there"), (".", "is a folder")])
def test_a_report_that_could_not_be_written_is_refused_before_anything_is_tried(
    environ: dict[str, str], tmp_path: Path, place: str, why: str
) -> None:
    refused = type_command("department", "conform", "transport", "--level", "L0", "--report", str(tmp_path / place))
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert f"cannot be written: {why}; expected a file in a folder that is there; nothing was done" in refused.stderr
