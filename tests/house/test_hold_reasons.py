"""Every reason to hold a batch has a sentence in both languages, names what its code is given, and is written down."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from string import Formatter

from schemas.suites.hold_reasons import HOLD_REASONS

from .tree import ROOT, modules, parsed

PAGE = ROOT / "docs/reference/hold-reasons.md"
OLD = "batch.as_written"  # made by a migration alone
HAN = re.compile(r"[\u4e00-\u9fff]")


def made() -> Iterator[tuple[str, set[str | None]]]:
    """Yield the code of every reason that the rooms make, with the names of its values."""
    for path in (one for one in modules() if one.name != "hold_reasons.py"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"hold_reason", "HoldReason"}:
                yield ast.literal_eval(node.args[0]), {word.arg for word in node.keywords}


def named(sentence: str) -> set[str | None]:
    """Return the values that a sentence names."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_every_reason_is_said_in_both_languages() -> None:
    silent = [code for code, said in HOLD_REASONS.items() if code != OLD and not HAN.search(said.zh)]
    assert silent == []
    assert [code for code, said in HOLD_REASONS.items() if not said.en or HAN.search(said.en)] == []


def test_every_reason_that_is_made_has_a_sentence_that_names_its_values_and_there_is_no_other() -> None:
    told = {code: (named(said.zh), named(said.en)) for code, said in HOLD_REASONS.items() if code != OLD}
    assert told == {code: (values, values) for code, values in made()}


def test_every_reason_is_documented_in_the_words_the_pages_use_and_no_other() -> None:
    rows = re.findall(r"^\| `([a-z_.]+)` \| (.+) \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert {code: words for code, *words in rows} == {
        code: [re.sub(r":\.?\d[f%]", "", words) for words in (said.zh, said.en)] for code, said in HOLD_REASONS.items()
    }
