"""Every phrase of a problem has a sentence in both languages, is given the values it names, and is written down."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from string import Formatter

from schemas.phrases import PHRASES, value_names

from .tree import ROOT, modules, parsed

PAGE = ROOT / "docs/reference/phrases.md"
OLD = "as_written"  # made by a migration alone
BOTH = "expectation"  # has its own value for each language
AS_THEY_ARE = {"value", BOTH, OLD}
HAN = re.compile(r"[\u4e00-\u9fff]")


def made() -> Iterator[tuple[str, int]]:
    """Yield the code of every phrase that the rooms make, with how many values it is given."""
    for path in (one for one in modules() if one.name != "phrases.py"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"phrase", "phrases", "Phrase"}:
                assert not any(isinstance(one, ast.Starred) for one in node.args), path
                yield ast.literal_eval(node.args[0]), len(node.args) - 1


def named(sentence: str) -> set[str]:
    """Return the values that a sentence names."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_every_phrase_is_said_in_both_languages() -> None:
    told = {code: said for code, said in PHRASES.items() if code not in AS_THEY_ARE}
    assert [code for code, said in told.items() if not HAN.search(said.zh) or not said.en or HAN.search(said.en)] == []
    assert [code for code, said in PHRASES.items() if code != BOTH and named(said.zh) != named(said.en)] == []


def test_every_phrase_that_is_made_has_a_sentence_for_its_values_and_there_is_no_other() -> None:
    assert {(code, len(value_names(code))) for code in PHRASES if code != OLD} == set(made())


def test_every_phrase_is_documented_in_the_words_the_pages_use_and_no_other() -> None:
    rows = re.findall(r"^\| `([a-z0-9_]+)` \| (.+) \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert {code: words for code, *words in rows} == {code: [said.zh, said.en] for code, said in PHRASES.items()}
