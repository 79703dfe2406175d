"""Lists at the command line: as long as everywhere, gone on with in one way, told in Beijing time, with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click
import pytest
import typer
from typed_commands import told, type_command

from hub.command import app
from hub.commands.output import print_table
from hub.context import HubContext, opened_hub
from hub.settings import Settings
from license_library.asking.questions import DEFAULT_HITS, DEFAULT_LIMIT
from license_library.service import fact_filters, filters, subject_filters
from tests.license_library.question_makers import HELD_FOR, Library

NO_PAGES = {"hub department try", "hub quarantine batches"}  # the first of them, and no more
QUERIES = (
    fact_filters.ConflictQuery, filters.CorrectionQuery, filters.DeliveryQuery, filters.ExchangeQuery, filters.IncidentQuery,
    filters.LicenseAlertQuery, filters.PageQuery, filters.QuarantineQuery, filters.ReconciliationQuery,
    subject_filters.PairQuery,
)  # fmt: skip


def commands(name: str = "hub", group: Any = None) -> Iterator[tuple[str, click.Command]]:
    """Yield every verb with its whole name."""
    for word, command in (group or typer.main.get_command(app)).commands.items():
        if hasattr(command, "commands"):
            yield from commands(f"{name} {word}", command)
        else:
            yield f"{name} {word}", command


def options(command: click.Command) -> dict[str, Any]:
    """Return the options of a verb with what they are when nothing is said."""
    return {option: one.default for one in command.params for option in one.opts}


@pytest.fixture
def exchanged(environ: dict[str, str], hub: HubContext) -> tuple[int, int]:
    """Give a library with a held exchange and a younger one that was merged, both of one evening."""
    evening = datetime(2026, 11, 27, 19, 5, tzinfo=UTC)
    with opened_hub(Settings()) as opened, hub.engine.begin() as conn:
        library = Library(conn, opened.keyring)
        library.add_feed()
        first = library.add_exchange(started_at=evening)
        second = library.add_exchange(started_at=evening)
        library.change("update exchanges set state = 'held', hold_reasons = :why where exchange_id = :first",
                       why=HELD_FOR, first=first)  # fmt: skip
    return first, second


def test_every_list_can_be_gone_on_with() -> None:
    stuck = [name for name, one in commands() if "--limit" in options(one) and "--after" not in options(one)]
    assert set(stuck) == NO_PAGES


def test_lists_are_as_long_at_the_terminal_as_on_pages_and_over_the_interface() -> None:
    long = {name: options(one)["--limit"] for name, one in commands() if "--limit" in options(one)}
    assert (long.pop("hub find"), long.pop("hub department try")) == (DEFAULT_HITS, 20)
    assert set(long.values()) == {DEFAULT_LIMIT} == {one().limit for one in QUERIES}


def test_whatever_is_given_to_a_person_is_given_with_to() -> None:
    given = {name: options(one) for name, one in commands() if name.endswith((" assign", " batch"))}
    assert len(given) > 3
    assert [name for name, known in given.items() if "--to" not in known or "--owner" in known] == []


def test_a_list_says_how_it_goes_on_until_it_is_over(exchanged: tuple[int, int]) -> None:
    first, second = exchanged
    page = type_command("exchange", "list", "--limit", "1")
    assert (str(second) in page.stdout, "there are more; go on with --after " in page.stderr) == (True, True)
    cursor = page.stderr.strip().rpartition(" ")[2].strip("'")
    rest = type_command("exchange", "list", "--after", cursor)
    assert told(type_command("exchange", "list", "--after", cursor, "--json"))["exchanges"][0]["exchange_id"] == first
    assert (rest.exit_code, "go on" in rest.stderr) == (0, False)


def test_a_list_of_exchanges_says_why_one_waits_and_when_it_was_in_beijing(
    exchanged: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    told_there = type_command("exchange", "list").stdout
    assert "2026-11-28" in told_there
    assert "03:05" in told_there
    assert "6 of 9 records are bad" in " ".join(told_there.replace("│", " ").split())


def test_a_found_license_is_named_by_its_id_first(environ: dict[str, str], hub: HubContext) -> None:
    with opened_hub(Settings()) as opened, hub.engine.begin() as conn:
        library = Library(conn, opened.keyring)
        library.add_feed()
        license_id = library.add_license(library.add_subject(), license_number="鲁A-1")
    found = type_command("find", "--number", "鲁A-1").stdout
    assert [line.split("│")[1].strip() for line in found.splitlines() if "│" in line] == [str(license_id)]


def test_a_table_tells_instants_in_beijing_time(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("seen", ["when"], [[datetime(2026, 11, 27, 19, 5, tzinfo=UTC)], [None]])
    shown = capsys.readouterr().out
    assert ("2026-11-28 03:05" in shown, "19:05" in shown, "–" in shown) == (True, False, True)
