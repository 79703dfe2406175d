"""Who is who, by command: proposed, listed, decided, undone, as a table and as JSON."""

from __future__ import annotations

import getpass
import json
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine
from typed_commands import type_command

from license_library.storage.keyring import Keyring
from tests.license_library.question_makers import OLD_COUNTY_PERSON, Library

typed = partial(type_command, "subject")


def told(*words: str) -> Any:
    result = typed(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def people(database: Engine, environ: dict[str, str], keyring: Keyring) -> list[int]:
    """Give a resident number, its 15 digits under another name, and a passport, in the library the command opens."""
    with database.begin() as conn:
        library = Library(conn, keyring)
        library.add_feed()
        old = OLD_COUNTY_PERSON[:6] + OLD_COUNTY_PERSON[8:17]
        made = [library.add_subject("王五", OLD_COUNTY_PERSON, "111"), library.add_subject("王二", old, "111")]
        made.append(library.add_subject("WANG WU", "E12345678", "414"))
        library.add_license(made[2])
        return made


def test_a_proposal_is_listed_masked_owned_decided_and_undone(people: list[int]) -> None:
    new, old, passport = map(str, people)
    assert told("propose") == {"seen_count": 1, "bound_count": 0, "proposed_count": 1}
    assert typed("propose").exit_code == 0
    (one,) = told("list", "--state", "proposed")["pairs"]
    assert (one["rule"], one["doubt"], one["names"]) == ("fifteen_digits", "names_differ", ["王*", "王*"])
    assert OLD_COUNTY_PERSON not in json.dumps(one)
    owned = told("assign", str(one["decision_id"]), "--by", "张工", "--to", "李工")
    assert (owned["owner"], owned["state"]) == ("李工", "proposed")
    apart = told("keep-apart", new, old, "--by", "李工", "--reason", "查明为两人")
    assert apart["state"] == "different"
    assert told("list", "--state", "proposed")["pairs"] == []
    assert told("unbind", str(apart["decision_id"]), "--by", "李工", "--reason", "有误")["state"] == "proposed"
    bound = told("bind", new, passport, "--by", "李工", "--reason", "护照备注", "--license", "1")
    assert (bound["state"], bound["decided_by"]) == ("same", f"李工 (command line: {getpass.getuser()})")
    table = typed("list", "--subject", passport)
    cells = [[cell.strip() for cell in line.split("│")] for line in table.stdout.splitlines() if "│" in line]
    assert [row[2:4] for row in cells] == [["same", f"{new} {passport}"]]
    assert "E12345678" not in table.stdout


def test_a_decision_that_may_not_stand_ends_with_words_and_a_code(people: list[int]) -> None:
    new, _, passport = map(str, people)
    refused = typed("bind", new, passport, "--by", "李工", "--reason", "同名")
    assert refused.exit_code == 2
    assert "as proof" in refused.stderr
    assert typed("unbind", "99", "--by", "李工", "--reason", "x").exit_code != 0
    assert told("list")["pairs"] == []
