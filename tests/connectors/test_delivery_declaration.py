"""A declared delivery that contradicts itself, or its contract, is refused with file, table and key."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.declaration import load_department
from connectors.declared_delivery import Window
from connectors.lint import check_department
from connectors.maintenance import window_at
from connectors.parcel import Parcel, write_fields
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
        (r'every = "10m"', 'every = "soon"', "key 'every': duration 'soon'"),
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


def test_what_a_transport_cannot_deliver_is_refused_when_it_is_declared(tmp_path: Path) -> None:
    shutil.copytree(load_department("forestry").folder, tmp_path / "forestry")
    with (tmp_path / "forestry" / "department.toml").open("a", encoding="utf-8") as file:
        file.write('\n[deliveries.decision]\nclass = "C"\nfields = { AJBH = "case_number" }\n')
    with pytest.raises(
        DeclarationError, match="nothing can be delivered over kind file yet; expected soap, rest, table"
    ):
        load_department("forestry", tmp_path)


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
