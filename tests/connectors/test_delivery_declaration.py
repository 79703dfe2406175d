"""A declared delivery that contradicts itself, or its contract, is refused with file, table and key."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.declarations.declaration import list_departments, load_department
from connectors.declarations.declared_delivery import Window
from connectors.declarations.maintenance import window_at
from connectors.declarations.parcel import Parcel, write_fields
from connectors.lint.lint import check_department
from schemas.deliveries.deliveries import KINDS
from schemas.errors import DeclarationError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with one department that a test may bend."""
    shutil.copytree(load_department("transport").folder, tmp_path / "transport")
    return tmp_path


def bend(folder: Path, pattern: str, replacement: str) -> None:
    """Change the declaration in one place of its deliveries."""
    file = folder / "transport" / "department.toml"
    head, mark, tail = file.read_text("utf-8").partition("[deliveries.decision]")
    bent, count = re.subn(pattern, replacement, mark + tail, count=1, flags=re.MULTILINE)
    assert count == 1
    file.write_text(head + bent, "utf-8")


@pytest.mark.parametrize(
    ("pattern", "replacement", "words"),
    [
        (r"^class .*\n", "", "[deliveries.decision]: key 'class' is missing"),
        (r'"A"', '"D"', "[deliveries.decision]: key 'class'"),
        (r"^key .*\n", "", "[deliveries.decision]: key 'key' is missing; class A needs it"),
        (r'^class .*"A"', 'class = "C"', "key 'key' needs class A"),
        (r'header = "X-Request-Id"', 'header = "X", field = "y"', "expected exactly one of 'field' and 'header'"),
        (r'^class .*"A"\n(.*\n)*?key .*\n', 'class = "B"\npath = "/x"\n', "key 'ask' is missing; class B needs it"),
        (r"^path ", "operation = 'x'\npath ", "key 'operation' needs kind soap"),
        (
            r"^path ",
            "payload_root = '办件 结果'\npath ",
            "[deliveries.decision]: key 'payload_root': expected the name of",
        ),
        (r"^path ", "payload_root = '1st'\npath ", "key 'payload_root': expected the name of an XML element"),
        (r"^path .*\n", "", "key 'path' is missing; kind rest needs it"),
        (r"^success .*\n", "", "key 'success' is missing; kind rest needs it"),
        (r"busy .*", 'busy = ["200"]', "key 'busy': a code cannot mean success as well"),
        (r"deliveries\.decision\]", "deliveries.gift]", "[deliveries.gift"),
        (r'"case_number"', '"case_no"', "a decision has no 'case_no'; there are"),
        (r', date = "%Y/%m/%d"', "", "key 'date' belongs to dates, and every date needs it"),
        (r'"23:00"', '"23:60"', "key 'from': expected a time such as 22:00, got '23:60'"),
        (r'to = "01:00"', 'to = "23:00"', "'from' and 'to' are the same"),
        (r"notice = ", "note = ", "[deliveries.decision.maintenance]: key 'note' is unknown"),
        (r"\{number\}", "{nummer}", "placeholder 'nummer' is unknown"),
        (r'values = \["已入库"\]', "values = []", "'done_when' must name a value"),
        (
            r'every = "10m"',
            'every = "10m", answer = { field = "x", codes = { "1" = "corrected" } }',
            "key 'answer' belongs to a correction_request",
        ),
        (r'every = "10m"', 'every = "soon"', "key 'every': duration 'soon'"),
        (r'every = "10m"', 'every = "0m"', "key 'every': expected at least one second, got '0m'"),
        (r"\*/10 ", "*/10 * ", "key 'schedule': expected five cron fields"),
        (r"^schedule", "tries = 0\nschedule", "key 'tries': expected 1 to 1000"),
        (r'value = "370283"', 'value = "{secret}"', "placeholder 'secret' is unknown; there are login, password"),
    ],
)
def test_a_contradiction_is_refused_by_file_table_and_key(
    folder: Path, pattern: str, replacement: str, words: str
) -> None:
    bend(folder, pattern, replacement)
    if "gift" in words:
        bend_fields = (
            (folder / "transport" / "department.toml")
            .read_text("utf-8")
            .replace("[deliveries.decision", "[deliveries.gift")
        )
        (folder / "transport" / "department.toml").write_text(bend_fields, "utf-8")
    with pytest.raises(DeclarationError) as refused:
        load_department("transport", folder)
    assert str(refused.value).startswith("transport/department.toml: [deliveries.")
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('name   = "SPJD_{delivery_key}.xml"', 'name = "SPJD_{case_number}.xml"', "another delivery may have it"),
        (
            'name   = "SPJD_{delivery_key}.xml"',
            'name = "{case_number}_{sequence}"',
            "class A needs {delivery_key} in it",
        ),
        ('name   = "SPJD_{delivery_key}.xml"', 'name = "../{delivery_key}"', "key 'name': expected such as"),
        ('name   = "SPJD_{delivery_key}.xml"', 'name = ".{delivery_key}"', "key 'name': expected such as"),
        ('folder = "spjd"', 'folder = "a/../b"', "key 'folder': expected a folder below"),
        ('folder = "spjd"', 'folder = "spjd"\ntaken = "away"', "key 'taken' needs class B"),
        ('folder = "spjd"', 'folder = "spjd"\ndone = "ready"', "key 'done': expected such as {stem}.ok"),
        ('class    = "A"', 'class = "B"', "key 'taken' is missing; class B needs it"),
        ('class    = "A"', 'class = "A"\nkey = { field = "x" }', "'key' and 'ask' mean nothing to kind file"),
        ("spjd_receipt/{stem}.xml", "/etc/{stem}.xml", "key 'poll': expected a file such as"),
        ("spjd_receipt/{stem}.xml", "spjd_receipt/latest.xml", "key 'poll': expected a file such as"),
        ('class    = "A"', 'class = "A"\nsuccess = { field = "x", values = ["1"] }', "kind file has none"),
        ("[deliveries.supervision_handoff.file]", "[deliveries.supervision_handoff.files]", "key 'files' is unknown"),
    ],
)
def test_a_file_that_gives_no_name_of_its_own_or_leaves_the_drop_is_refused(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    shutil.copytree(load_department("forestry").folder, tmp_path / "forestry")
    file = tmp_path / "forestry" / "department.toml"
    assert old in file.read_text("utf-8")
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(DeclarationError) as refused:
        load_department("forestry", tmp_path)
    assert words in str(refused.value)


def test_the_lint_writes_an_invented_file_as_the_sample_is_laid_out(tmp_path: Path) -> None:
    shutil.copytree(load_department("forestry").folder, tmp_path / "forestry")
    file = tmp_path / "forestry" / "department.toml"
    file.write_text(file.read_text("utf-8").replace('"Body/Case/XH" ', '"Body/Case/NR" '), "utf-8")
    (found,) = check_department("forestry", tmp_path)
    assert (found.severity, found.message.partition(";")[0]) == (
        "error",
        "forestry.supervision_handoff: the sample SPJD_sample.xml has no 'Body/Case/NR'",
    )


@pytest.mark.parametrize(
    ("pattern", "replacement", "words"),
    [
        (
            r'path .*"/yzxt/open/decisions"',
            'path = "/yzxt/open/verdicts"',
            "POST /yzxt/open/verdicts is not in the contract",
        ),
        (r'poll = "/yzxt/open/decisions/state"', 'poll = "/yzxt/open/x"', "GET /yzxt/open/x is not in the contract"),
        (r"^ajbh ", "bh ", "field 'bh' is not in the contract"),
    ],
)
def test_the_lint_writes_an_invented_one_by_the_contract(
    folder: Path, pattern: str, replacement: str, words: str
) -> None:
    assert not [found for found in check_department("transport", folder) if "deliveries" in found.place]
    bend(folder, pattern, replacement)
    assert words in [found.message.partition(";")[0] for found in check_department("transport", folder)]


def test_the_account_is_put_into_constants_only_and_codes_are_never_guessed(folder: Path) -> None:
    delivery = load_department("transport", folder).deliveries["decision"]
    parcel = Parcel("decision", "k", "{password}", 1, {"outcome": "granted", "decided_on": "2026-03-06"})
    written = write_fields(delivery, parcel, "transport.decision")
    assert (written["ajbh"], written["jdjg"], written["jdrq"]) == ("{password}", "1", "2026/03/06")
    assert "wsh" not in written
    with pytest.raises(
        DeclarationError, match="no code for outcome is declared; there are granted, refused, withdrawn"
    ):
        write_fields(delivery, Parcel("decision", "k", "c", 1, {"outcome": "maybe"}), "transport.decision")


@pytest.mark.parametrize(("hour", "is_closed"), [(22, False), (23, True), (24, True), (25, False), (24 + 23, False)])
def test_a_window_over_midnight_belongs_to_the_day_on_which_it_begins(hour: int, is_closed: bool) -> None:
    sunday = datetime(2026, 2, 28, 16, 0, tzinfo=UTC)  # midnight in Shanghai, before Sunday 1 March
    window = Window(notice="维护", from_="23:00", to="01:00", days=["sun"])
    now = sunday + timedelta(hours=hour)
    assert (window_at([window], "Asia/Shanghai", now) is not None) is is_closed


def test_each_kind_and_each_class_is_declared_by_a_department_of_the_city() -> None:
    declared = [one for name in list_departments() for one in load_department(name).deliveries.values()]
    assert {one.kind for one in declared} == set(KINDS)
    assert {one.class_ for one in declared} == {"A", "B", "C"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('XH    = "sequence"', 'XH    = "item_name"', "column XH of table EX_AJ_SPJD cannot hold"),
        ('date = "%Y-%m-%d" }\nXKZBH', 'date = "%Y/%m/%d" }\nXKZBH', "column JDRQ of table EX_AJ_SPJD cannot hold"),
        ('BJBH  = "case_number"', 'BJHB  = "case_number"', "column 'BJHB' is not in the contract's table EX_AJ_SPJD"),
        (
            'field = "CLZT", values = ["1"]',
            'field = "ZT", values = ["1"]',
            "column 'ZT' is not in the contract's table",
        ),
        ('table    = "EX_AJ_SPJD"', 'table    = "EX_AJ_SPJG"', "EX_AJ_SPJG"),
    ],
)
def test_the_lint_writes_an_invented_row_by_the_contracts_table(tmp_path: Path, old: str, new: str, words: str) -> None:
    shutil.copytree(load_department("work_safety").folder, tmp_path / "work_safety")
    assert [one for one in check_department("work_safety", tmp_path) if one.severity == "error"] == []
    file = tmp_path / "work_safety" / "department.toml"
    assert old in file.read_text("utf-8")
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    (found,) = [one for one in check_department("work_safety", tmp_path) if one.severity == "error"]
    assert words in found.message
    assert "[deliveries.supervision_handoff]" in found.place
