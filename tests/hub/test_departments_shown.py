"""Which departments a demo shows: those asked for, all, or some of every transport; and what is said of one that is not there."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from connectors.declarations.declaration import list_departments, load_department
from hub.command import app
from hub.demo.demo import SHOWN, departments_shown
from hub.settings import Settings


def test_what_is_shown_can_be_chosen_and_has_every_transport() -> None:
    assert departments_shown("", Settings()) == list(SHOWN)
    assert {load_department(name).transport.kind for name in SHOWN} == {"soap", "rest", "table", "file"}
    assert departments_shown("all", Settings()) == list_departments()
    assert departments_shown("water, culture", Settings()) == ["culture", "water"]


def test_a_demo_of_a_department_that_is_not_declared_is_wrong_usage() -> None:
    done = CliRunner().invoke(app, ["demo", "--departments", "water,nobody"])
    assert done.exit_code == 2, done.output
    assert re.search(r"expected names of agriculture, .*, or all, got nobody; nothing was started", done.stderr)


@pytest.mark.parametrize(
    "words",
    [
        ("check", "nobody"), ("fake", "nobody"), ("fake", "nobody", "--modes"), ("conform", "nobody", "--level", "L0"),
        ("try", "nobody", "licenses"), ("shadow", "nobody"), ("activate", "nobody", "--by", "w"), ("drift", "nobody"),
    ],
)  # fmt: skip
def test_every_verb_calls_a_department_that_is_not_declared_wrong_usage(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, ["department", *words])
    assert done.exit_code == 2, done.output
    assert "'nobody' is not declared" in done.stderr
    assert "real_estate" in done.stderr
