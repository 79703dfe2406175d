"""What is away, misspelt or cannot be compared is said in words and in the same JSON as ever, and never ends well."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from hub_makers import StartFake, column, expect_more, pull_once
from sqlalchemy.exc import OperationalError
from typed_commands import type_command

from hub.context import HubContext
from hub.failures import plain_database_errors_at
from hub.rebuild import NotRebuilt, Rebuilt
from schemas.errors import DatabaseUnavailable, DepartmentUnreachable, HubError

AWAY = OperationalError(
    "select holder_name from licenses", {}, psycopg.OperationalError("server closed the connection")
)
LOST = NotRebuilt(2, "retention", "pages are past their retention")
EMPTY = Rebuilt("transport", "licenses", 2, 5, 0, 5, "0", "0", [LOST], [], 0)
pytestmark = pytest.mark.usefixtures("one_department")


@pytest.fixture
def one_department(environ: dict[str, str], fake: StartFake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands find one department."""
    monkeypatch.setenv("AIRFLOW_CONN_TRANSPORT", fake("transport").process.connection_value)


def raising(error: Exception) -> Callable[..., Any]:
    """Return what fails however it is called."""

    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def test_a_database_that_is_away_before_an_exchange_begins_is_told_as_every_failed_pull(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hub.pulling.pull.attended", raising(AWAY))
    ended = type_command("pull", "transport", "licenses", "--json")
    told = json.loads(ended.stdout)
    assert (ended.exit_code, told["state"], told["error_code"]) == (1, "failed", "hub.database_unavailable")
    assert "holder_name" not in ended.output


def test_a_database_that_is_away_under_a_question_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.commands.pulling.overseeing.exchanges", raising(AWAY))
    ended = type_command("exchange", "list", "--json")
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert "[hub.database_unavailable] hub: the database broke off" in ended.stderr
    assert "holder_name" not in ended.output


def test_a_feed_that_could_not_be_compared_is_told_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    error = DepartmentUnreachable("transport: no answer")
    monkeypatch.setattr("hub.commands.reconciling.reconcile_feed", raising(error))
    monkeypatch.setattr("hub.commands.reconciling.chosen_feeds", lambda *_: ["licenses", "vehicles"])
    ended = type_command("reconcile", "transport", "--json")
    assert ended.exit_code == 1
    assert json.loads(ended.stdout) == [
        {
            "department": "transport",
            "feed": feed,
            "error_code": "department.unreachable",
            "error_message": "transport: no answer",
        }
        for feed in ("licenses", "vehicles")
    ]


@pytest.mark.parametrize("words", [("transprot",), ("transport", "license")])
def test_a_misspelt_name_proves_nothing(words: tuple[str, ...]) -> None:
    ended = type_command("rebuild", *words, "--check", "--json")
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert "there are" in ended.stderr


def test_an_archive_of_which_nothing_could_be_merged_again_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.commands.rebuilding.list_merged_feeds", lambda *_: [EMPTY])
    monkeypatch.setattr("hub.commands.rebuilding.check_rebuild", lambda *_: EMPTY)
    ended = type_command("rebuild", "--check", "--json")
    assert (ended.exit_code, json.loads(ended.stdout)[0]["is_equal"]) == (1, True)
    assert "nothing is proven" in ended.stderr


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (psycopg.errors.QueryCanceled("x"), DatabaseUnavailable),
        (psycopg.errors.DiskFull("x"), DatabaseUnavailable),
        (psycopg.errors.DeadlockDetected("x"), DatabaseUnavailable),
        (psycopg.errors.LockNotAvailable("x"), DatabaseUnavailable),
        (psycopg.errors.IoError("x"), DatabaseUnavailable),
        (psycopg.OperationalError("connection refused"), DatabaseUnavailable),
        (psycopg.errors.UndefinedTable("x"), DatabaseUnavailable),
        (psycopg.errors.UndefinedFunction("x"), DatabaseUnavailable),
        (psycopg.errors.AmbiguousColumn("x"), DatabaseUnavailable),
        (psycopg.errors.InvalidColumnReference("no such unique key"), DatabaseUnavailable),
        (psycopg.errors.SyntaxError("x"), HubError),
        (psycopg.errors.ProgramLimitExceeded("x"), HubError),  # the same again would be too much again
        (psycopg.DataError("a NUL"), HubError),
    ],
)
def test_only_what_may_go_through_again_is_told_as_repeatable(error: psycopg.Error, kind: type[HubError]) -> None:
    with pytest.raises(HubError) as told, plain_database_errors_at("transport/licenses"):
        raise error
    assert type(told.value) is kind
    assert ("can be repeated" in str(told.value)) == (kind is DatabaseUnavailable)
    assert "None" not in str(told.value)


def test_the_end_of_what_is_held_or_over_is_refused(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    held = pull_once(replace(hub, amend=expect_more), one)
    ended = type_command("exchange", "end", str(held.exchange_id))
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert f"exchange {held.exchange_id} is held; expected one that is landing, landed or checked" in ended.stderr
    assert f"`hub hold discard {held.exchange_id}`" in ended.stderr
    assert column(hub, "select state from exchanges") == ["held"]
    type_command("hold", "discard", str(held.exchange_id), "--by", "张工", "--reason", "试")
    again = type_command("exchange", "end", str(held.exchange_id))
    assert (again.exit_code, "hub hold" in again.stderr) == (2, False)
