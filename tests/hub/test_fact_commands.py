"""`hub fact` from the list to the correction request, over a real library."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from typed_commands import type_command
from typer.testing import CliRunner

from hub.command import app
from hub.context import HubContext
from license_library.catalogue.calendar import seed_calendar
from schemas.catalogue.workdays import announced_days
from tests.license_library.question_makers import COMPANY, Library

ELEMENT = "legal_representative"


@pytest.fixture
def contested(hub: HubContext, environ: dict[str, str]) -> dict[str, int]:
    """Give a library with a company about whom two departments say different names, and a command over it."""
    with hub.engine.begin() as conn:
        library = Library(conn, hub.keyring)
        seed_calendar(conn, list(announced_days()))
        library.add_feed()
        library.add_feed("human_resources", ("hr",))
        subject = library.add_subject()
        ours = library.add_license(subject, open_ended=True, face={ELEMENT: "王建国"})
        hr = {"license_type": "hr", "department": "human_resources", "open_ended": True}
        other = library.add_license(subject, **hr, face={ELEMENT: "李伟"})
    return {"subject": subject, "bizlic": ours, "hr": other}


type_fact = partial(type_command, "fact")


def run(*words: str) -> Any:
    """Type a command of `hub fact` that ends well, and read its JSON."""
    result = type_fact(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def code_of(*words: str) -> int:
    """Type a command of `hub fact` and return how it ends."""
    return type_fact(*words).exit_code


def seen(one: tuple[str, str]) -> tuple[str, str]:
    """Look at a conflict; return how a decision says so."""
    return "--mark", run("show", *one)["mark"]


def test_a_conflict_goes_from_the_list_to_the_department(contested: dict[str, int], hub: HubContext) -> None:
    listed = run("conflicts", "--element", ELEMENT)
    assert [(one["subject_id"], one["state"]) for one in listed["conflicts"]] == [(contested["subject"], "open")]
    assert (listed["is_whole"], listed["subjects_seen"]) == (True, 1)
    assert "王建国" not in type_fact("conflicts").stdout
    known = {one["name"]: one["value"] for one in run("list", "--subject", COMPANY)["fields"]}
    assert known[ELEMENT] == "王建国"
    before = run("list", "--subject", COMPANY, "--known-at", "2001-01-01")["fields"]
    assert [one["name"] for one in before] == ["credit_code"]
    one, signed = (str(contested["subject"]), ELEMENT), ("--by", "张工", "--reason", "查档")
    assert [fact["value"] for fact in run("show", *one)["conflict"]["facts"]] == ["王建国", "李伟"]
    assert run("assign", *one, "--by", "张工", "--to", "李工")["conflict"]["owner"] == "李工"
    settled = run("settle", *one, *signed, *seen(one), "--license", str(contested["hr"]), "--until", "2099-01-01")
    assert (settled["conflict"]["state"], settled["until"]) == ("settled", "2099-01-01")
    assert run("reopen", *one, *signed, *seen(one))["conflict"]["state"] == "open"
    assert run("tell", *one, *signed, *seen(one), "--license", str(contested["hr"]))["conflict"]["state"] == "told"
    with hub.engine.connect() as conn:
        assert conn.exec_driver_sql("select department, license_id from correction_requests").all() == [
            ("human_resources", contested["hr"])
        ]
    assert code_of("settle", *one, *signed, *seen(one), "--license", "999") == 2
    old, ours = seen(one), ("--license", str(contested["bizlic"]))
    assert old[1] in type_fact("show", *one).stdout
    assert code_of("assign", *one, "--by", "张工", "--to", "王工") == 0
    assert code_of("settle", *one, *signed, *old, *ours) == 2  # somebody else's by now
    assert code_of("settle", *one, *signed, *ours) == 2
    assert code_of("show", "999", ELEMENT) == 1


def test_what_is_told_from_a_later_day_on_is_listed_without_a_value(contested: dict[str, int], hub: HubContext) -> None:
    with hub.engine.begin() as conn:
        conn.exec_driver_sql("update licenses set changed_on = '2016-03-01'")
    asked = ("list", "--subject", COMPANY, "--on", "2016-02-01")
    (one,) = [each for each in run(*asked)["fields"] if each["name"] == ELEMENT]
    assert (one["verdict"], one["reason"], one["value"]) == ("unknown", "state_not_known", None)
    listed = CliRunner().invoke(app, ["fact", *asked], env={"COLUMNS": "300"})
    assert (listed.exit_code, "王建国" in listed.stdout, "自 2016-03-01 起" in listed.stdout) == (0, False, True)


def test_another_master_is_put_first_and_back(contested: dict[str, int]) -> None:
    assert ELEMENT in [one["code"] for one in run("elements")["elements"]]
    signed = ("--by", "张工", "--reason", "试")
    assert (
        run("master", ELEMENT, "hr.face.legal_representative", *signed)["preferred"] == "hr.face.legal_representative"
    )
    shown = run("show", str(contested["subject"]), ELEMENT)
    assert [fact["value"] for fact in shown["conflict"]["facts"]] == ["李伟", "王建国"]
    assert run("master", ELEMENT, *signed)["preferred"] is None
    assert code_of("master", "colour", *signed) == 2
