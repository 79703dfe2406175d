"""What a problem expected and what came is told in Chinese too, whoever wrote the phrase."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from license_library.words.problem_phrases import phrase_words

ROOT = Path(__file__).parents[2]
# Calls whose phrases end up in a problem, and which of their arguments those are.
SAID = {"Rule": (3, 4), "Problem": (2, 3), "Fault": (3, 4), "Bad": (0, 1), "_unlisted": (3,)}
ENGLISH = re.compile(r"[a-z]+ [A-Za-z0-9]|^[a-z]{4,}$")
FAULTS = ("credit_code_fault", "resident_identity_fault", "_birth_fault", "_identifier_fault", "_first_bad")


def phrases() -> set[str]:
    """Return every phrase that a call or an assignment of the checks and readers writes, its variable parts as 7."""
    trees = [
        ast.parse(path.read_text("utf-8")) for room in ("schemas", "connectors") for path in (ROOT / room).rglob("*.py")
    ]
    found: set[str] = set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAID:
            for place in SAID[node.func.id]:
                found |= set(texts(node.args[place])) if place < len(node.args) else set()
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "expected":
            found |= set(texts(node.value))
        elif isinstance(node, ast.FunctionDef) and node.name in FAULTS:
            for returned in (each for each in ast.walk(node) if isinstance(each, ast.Return) and each.value):
                found |= set(texts(returned.value))
    return {one for one in found if ENGLISH.search(one)}


def texts(node: ast.AST | None) -> list[str]:
    """Return the texts that an expression may be."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        return ["".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)]
    if isinstance(node, ast.IfExp):
        return [*texts(node.body), *texts(node.orelse)]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "lit":
        return texts(node.args[0])
    return []


def test_every_phrase_that_checks_and_readers_write_has_chinese_words() -> None:
    written = phrases()
    assert {"a value", "at most 7 characters", "the check character does not fit", "elements inside"} <= written
    left = {one for one in written if ENGLISH.search(phrase_words(one).zh)}
    assert left == set()


@pytest.mark.parametrize(
    ("phrase", "zh"),
    [
        ("at most 300 characters", "不超过 300 个字符"),
        ("one of 1, 2", "下列之一：1, 2"),
        ("at most 2 days after 2016-05-01", "不晚于 2016-05-01 后 2 天"),
        ("a day not before issued_on", "不早于证照颁发日期"),
        ("check character 7 where X (or 3) fits", "校验位为 7，应为 X（或 3）"),
        ("2016-02-30", "2016-02-30"),
        ("应为本市机构。\nAn authority of the city.", "应为本市机构。"),
    ],
)
def test_what_varies_in_a_phrase_is_kept(phrase: str, zh: str) -> None:
    assert phrase_words(phrase).zh == zh
