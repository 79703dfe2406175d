"""Every declared department passes the kit on its own fake, and what is wrong with one is found and told."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest
from front_makers import MARIADB_URL, mariadb_answers
from hub_makers import quick_checks
from msgspec.structs import replace
from push_departments import make_departments
from typer.testing import CliRunner

from connectors.declarations.declaration import list_departments, load_department
from connectors.fake.modes import MODES
from connectors.fake.process import start_fake
from connectors.fake.rows.shelf import HAPPENINGS
from connectors.fake.rows.truth import Plot
from hub.command import app
from hub.conformance.bench import Bench
from hub.conformance.deliveries import PREFIX
from hub.conformance.expected import BROKE, MERGED, SHAPES, TROUBLE, right_ends
from hub.conformance.live import compare_live
from hub.conformance.mode_table import levels_of, mode_rows
from hub.conformance.outcome import LEVELS, Check, Outcome, Report
from hub.conformance.report import write_report
from hub.conformance.run import checks_of
from hub.conformance.scratch import Scratch
from hub.conformance.shapes import pull_in_mode
from hub.conformance.stand import Ground, try_feed
from hub.conformance.truth import kept_id

# One of each kind of transport, payload and paging.
EACH_KIND = [
    "agriculture", "market_regulation", "public_security", "real_estate", "transport", "water", "work_safety",
]  # fmt: skip
EVERY_LEVEL = ["L0", "L1", "L2", "L3", "L4", "L5"]
ELSEWHERE = {
    "folder": ("water", Ground(local=True)),
    **({"mariadb": ("work_safety", Ground(front=MARIADB_URL))} if mariadb_answers() else {}),
}


def words(report: Report) -> list[str]:
    """Return what failed."""
    return [f"{one.name}: {one.found}" for one in report.failed]


@pytest.mark.parametrize("name", list_departments())
def test_every_declared_department_passes_the_kit(scratch: Scratch, name: str) -> None:
    for feed in load_department(name).feeds:
        report = try_feed(scratch, name, feed, None, quick_checks())
        assert words(report) == []
        assert sum(one.state == "passed" for one in report.outcomes) >= 10


@pytest.mark.crash
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", EACH_KIND)
def test_in_every_mode_and_killed_anywhere_nothing_is_wrong_missing_or_twice(scratch: Scratch, name: str) -> None:
    report = try_feed(scratch, name, "licenses", None, checks_of(EVERY_LEVEL))
    assert words(report) == []


@pytest.mark.crash
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("name", "ground"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_on_another_database_and_in_a_folder_nothing_is_wrong_missing_or_twice(
    scratch: Scratch, name: str, ground: Ground
) -> None:
    report = try_feed(scratch, name, "licenses", None, checks_of(EVERY_LEVEL), ground=ground)
    assert words(report) == []


@pytest.mark.parametrize(("name", "ground"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_the_kit_tries_a_department_elsewhere_too_and_says_what_is_not_shown_there(
    scratch: Scratch, name: str, ground: Ground
) -> None:
    chosen = {
        "first_pull", "unknown_code", "reset_midway", "giant_field", "type_changed", "host_key_changed", "table_missing",
        "delivery_arrives", "delivery_ack_lost",
    }  # fmt: skip
    where = Check("L0", "where", "", lambda bench: bench.server.connection_value.partition(":")[0])
    wanted = [where, *(one for one in checks_of(EVERY_LEVEL) if one.name in chosen)]
    report = try_feed(scratch, name, "licenses", None, wanted, ground=ground)
    assert words(report) == []
    assert report.outcomes[0].found == ("mysql" if ground.front else "file")
    reasons = {one.name: one.found for one in report.outcomes if one.state == "not_applicable"}
    folder_lacks = {"reset_midway", "type_changed", "table_missing", "host_key_changed", "delivery_ack_lost"}
    assert set(reasons) == ({"host_key_changed"} if ground.front else folder_lacks)
    assert ground.front or reasons["delivery_ack_lost"] == "mode 'ack_lost' needs SFTP; this drop is a folder"


@pytest.mark.parametrize("name", ["urban_management", "work_safety"])
def test_bad_rows_that_a_growing_table_keeps_after_they_were_mended_do_not_wait_again(
    scratch: Scratch, name: str
) -> None:
    def read_again(bench: Bench) -> str:
        bench.pull()
        before = len(bench.waiting())
        bench.server.set_day(bench.server.plot.day + 500)
        bench.pull()
        summary, end = pull_in_mode(bench, "ok", frozenset({MERGED}))
        assert (end, before, summary.quarantined, bench.bad) == (MERGED, 2, 0, 0)
        return f"{len(bench.waiting())} wait"

    report = try_feed(scratch, name, "licenses", None, [Check("L4", "read_again", "", read_again)])
    assert [one.found for one in report.outcomes] == ["0 wait"]


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_that_can_be_asked_for_checks_something(level: str) -> None:
    assert any(check.level == level for check in checks_of([level]))


def test_every_mode_is_tried_by_some_check() -> None:
    assert [mode for mode in MODES if mode != "ok" and not levels_of(mode)] == []
    assert SHAPES.keys() | TROUBLE.keys() | HAPPENINGS <= MODES.keys()


@pytest.mark.crash
@pytest.mark.timeout(900)
@pytest.mark.parametrize("letter", "abc")
def test_whatever_happens_a_delivery_of_each_class_keeps_its_promise(
    scratch: Scratch, tmp_path: Path, letter: str
) -> None:
    make_departments(tmp_path)
    if letter == "b":  # the made-up one asks for its receipt by a number that the lost answer told
        file = tmp_path / "class_b" / "department.toml"
        file.write_text(
            file.read_text("utf-8").replace('slh = "{number}"', 'bh = "{case_number}", xh = "{sequence}"'), "utf-8"
        )
    report = try_feed(scratch, f"class_{letter}", "licenses", tmp_path, about_deliveries())
    assert words(report) == []
    told = {one.name: one.found for one in report.outcomes}
    assert ("待核实" in told["delivery_500_after_commit"]) is (letter == "c")


def test_a_receipt_that_can_only_be_asked_for_by_what_the_lost_answer_told_is_found_out(
    scratch: Scratch, tmp_path: Path
) -> None:
    make_departments(tmp_path)
    wanted = [check for check in about_deliveries() if check.name in {"delivery_arrives", "delivery_ack_lost"}]
    report = try_feed(scratch, "class_b", "licenses", tmp_path, wanted)
    assert [one.name for one in report.failed] == ["delivery_ack_lost"]
    assert "which only the lost answer told" in report.failed[0].found


def about_deliveries() -> list[Check]:
    """Return the checks of deliveries; none needs a filled library."""
    return [check for check in checks_of(["L1", "L2", "L3", "L4", "L5"]) if check.name.startswith(PREFIX)]


def test_a_department_that_cannot_say_it_failed_is_found_out(scratch: Scratch, tmp_path: Path) -> None:
    folder = declare_without_success(tmp_path)
    wanted = [check for check in quick_checks() if check.name in {"first_pull", "200_with_fault"}]
    report = try_feed(scratch, "transport", "licenses", folder, wanted)
    assert [one.name for one in report.failed] == ["200_with_fault"]
    assert report.failed[0].advice
    assert "## What failed, and what to do" in write_report([report])


@pytest.mark.parametrize("name", ["civil_affairs", "culture", "housing"])
def test_what_no_exchange_brings_is_named_by_comparing_both_ends_and_brought(scratch: Scratch, name: str) -> None:
    wanted = [check for check in checks_of(["L1", "L4"]) if check.name in {"first_pull", "ends_apart"}]
    report = try_feed(scratch, name, "licenses", None, wanted)
    assert words(report) == []
    assert "1 had been missed; " in report.outcomes[-1].found


@pytest.mark.parametrize(("name", "asked"), [("civil_affairs", '"内部编号" = "{key}"'), ("culture", 'id = "{key}"')])
def test_a_question_that_brings_no_record_is_found_out(scratch: Scratch, tmp_path: Path, name: str, asked: str) -> None:
    shutil.copytree(load_department(name).folder, tmp_path / name)
    file = tmp_path / name / "department.toml"
    file.write_text(file.read_text("utf-8").replace(asked, asked.replace("{key}", "{key}-1")), "utf-8")
    wanted = [check for check in checks_of(["L1"]) if check.name in {"first_pull", "both_ends"}]
    report = try_feed(scratch, name, "licenses", tmp_path, wanted)
    assert [one.name for one in report.failed] == ["both_ends"]
    assert "compared by sample, 0 are missing, 43 extra" in report.failed[0].found


def test_a_time_of_change_in_a_form_of_xml_is_compared_as_it_was_written(scratch: Scratch, tmp_path: Path) -> None:
    shutil.copytree(load_department("market_regulation").folder, tmp_path / "market_regulation")
    file = tmp_path / "market_regulation" / "department.toml"
    text, count = re.subn(r'(field *= *"GXSJ", format *= *)"[^"]+"', r'\1"xs:dateTime"', file.read_text("utf-8"))
    file.write_text(text, "utf-8")
    wanted = [check for check in quick_checks() if check.name == "first_pull"]
    report = try_feed(scratch, "market_regulation", "licenses", tmp_path, wanted)
    assert (count, words(report), len(report.outcomes)) == (1, [], 1)


def test_a_record_whose_key_is_a_number_is_found_by_its_digits() -> None:
    assert kept_id("PD000000007", {"000000007"}) == "000000007"
    assert kept_id("PD000000007", {"PD000000007", "000000007"}) == "PD000000007"
    assert kept_id("PD000000007", set()) == "PD000000007"


def declare_without_success(root: Path) -> Path:
    """Copy a declaration and take away the place where an answer says that it is one."""
    shutil.copytree(load_department("transport").folder, root / "transport")
    file = root / "transport" / "department.toml"
    text, _, _ = file.read_text("utf-8").partition("[deliveries.")
    text = re.sub(r"(?m)^success .*$", "", text)
    text = text.replace('total = "data/total"', 'total = ""').replace('style = "page"', 'style = "none"')
    file.write_text(re.sub(r'pageNo = "\{page\}", ', "", text), "utf-8")
    return root


def test_the_table_of_modes_is_what_the_kit_tries() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/modes.md").read_text("utf-8")
    told = [line for line in page.splitlines() if line.startswith("|")]
    assert told[-len(mode_rows()) :] == mode_rows()
    by_level = {one for line in told if line.count("|") == 4 for one in re.findall(r"`(\w+)`", line)}
    assert by_level == {*EACH_KIND, *(name for name, _ in ELSEWHERE.values())}


def test_where_the_whole_answer_is_the_list_an_object_instead_is_rightly_refused() -> None:
    feed = load_department("commerce").feeds["licenses"]
    fault = SHAPES["200_with_fault"]
    assert right_ends("200_with_fault", fault, feed) == fault
    assert right_ends("200_with_fault", fault, replace(feed, records=".", success=None)) == fault | {BROKE}


@pytest.mark.crash
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ["agriculture", "market_regulation", "real_estate", "water", "work_safety"])
def test_a_change_of_contract_is_told_on_every_transport_that_shows_one(scratch: Scratch, name: str) -> None:
    report = try_feed(scratch, name, "licenses", None, checks_of(["L6"]))
    assert words(report) == []
    assert sum(one.level == "L6" and one.state == "passed" for one in report.outcomes) >= 4


def test_a_declaration_that_reads_by_other_paths_than_its_contract_is_found_out(
    scratch: Scratch, tmp_path: Path
) -> None:
    shutil.copytree(load_department("transport").folder, tmp_path / "transport")
    contract = tmp_path / "transport" / "contract"
    text = (contract / "openapi.json").read_text("utf-8").replace('"rows"', '"list"')  # not what is declared
    (contract / "openapi.json").write_text(text, "utf-8")
    (contract / "SHA256SUMS").write_text(f"{hashlib.sha256(text.encode()).hexdigest()}  openapi.json\n", "utf-8")
    wanted = [check for check in checks_of(["L6"]) if check.name in {"first_pull", "drift_schema_missing"}]
    report = try_feed(scratch, "transport", "licenses", tmp_path, wanted)
    assert [one.name for one in report.failed] == []
    assert "nothing we read changes" in report.outcomes[-1].found


def test_the_live_contract_is_compared_where_there_is_a_connection() -> None:
    declared = load_department("transport")
    missing = compare_live(declared, {})
    assert (missing.state, missing.level) == ("not_applicable", "L6")
    assert "AIRFLOW_CONN_TRANSPORT" in missing.found
    with start_fake("transport", Plot(scale=5)) as fake:
        environ = {"AIRFLOW_CONN_TRANSPORT": fake.connection_value}
        assert compare_live(declared, environ).found == "the live contract is the pinned one"
        fake.set_mode("parameter_required")
        changed = compare_live(declared, environ)
        assert (changed.state, "XZCS is new and required" in changed.found) == ("failed", True)
        assert changed.advice
        fake.set_mode("200_html_login")
        assert "cannot be read" in compare_live(declared, environ).found
    undeclared = replace(declared, transport=replace(declared.transport, live_contract=""))
    assert "names no `live_contract`" in compare_live(undeclared, {}).found


def test_a_report_tells_every_check_in_words() -> None:
    outcomes = [
        Outcome("L1", "first_pull", "passed", "the library is right", 1.0, "43 merged"),
        Outcome("L2", "bom", "failed", "a mark", 1.0, "ended as a | b", "look there"),
        Outcome("L2", "nan", "not_applicable", "NaN", 0.0, "only JSON can carry it"),
    ]
    text = write_report([Report("transport", "licenses", "rest", "d" * 64, outcomes)])
    assert "1 checks passed, 1 failed, 1 do not apply." in text
    assert "To do: look there" in text
    assert "| ✘ | `bom` | a mark | ended as a \\| b |" in text
    assert "| – | `nan` | NaN | only JSON can carry it |" in text


def test_the_command_writes_a_report_and_ends_with_a_code(tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    done = CliRunner().invoke(
        app, ["department", "conform", "transport", "--level", "L0", "--report", str(report), "--json"]
    )
    assert done.exit_code == 0, done.output
    assert [one["name"] for one in json.loads(done.stdout)["outcomes"]] == ["lint"]
    assert "| ✔ | `lint` |" in report.read_text("utf-8")
    assert CliRunner().invoke(app, ["department", "conform", "transport", "--level", "L9"]).exit_code == 2
