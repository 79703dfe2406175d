"""A list with nothing in it says so in a sentence, also of a department that never exchanged anything."""

from __future__ import annotations

import json

import pytest
from typed_commands import type_command

pytestmark = pytest.mark.usefixtures("environ")
LISTS = {
    "exchanges": ("exchange", "list"),
    "quarantine": ("quarantine", "list"),
    "deliveries": ("delivery", "list"),
    "incidents": ("incident", "list"),
    "corrections": ("correction", "list"),
    "reconciliations": ("reconciliation", "list"),
}


def test_an_empty_list_is_a_sentence_and_no_frame() -> None:
    for words in LISTS.values():
        for told in (type_command(*words), type_command(*words, "water")):
            assert told.exit_code == 0, told.output
            assert ": n" in told.stdout, words  # none, nothing, no case …
            assert "━" not in told.stdout, words


def test_only_a_department_that_is_declared_may_have_an_empty_list() -> None:
    for words in LISTS.values():
        assert type_command(*words, "watre").exit_code == 2, words
    told = json.loads(type_command("delivery", "list", "water", "--json").stdout)
    assert told["deliveries"] == []


def test_a_pull_of_what_differs_says_that_it_needs_no_department() -> None:
    told = type_command("reconcile", "transport", "--pull", "3")
    assert (told.exit_code, "hub reconcile --pull 3" in told.output) == (2, True)
    assert "name a department" in type_command("reconcile").output
