"""Every word of the pages: in both languages, used, and saying the same values."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from license_library import service
from license_library.service.texts import LANGUAGES, load_texts, say

FOLDER = Path(service.__file__).parent
USED = re.compile(r"""(?:\bt|say)\((?:language, )?f?["']([\w.]+)["']""")
# Keys put together from a code: `t('verdict.' ~ code)`.
STARTS = (
    "validity.",
    "copies.body_",
    "copies.verdict_",
    "freshness.",
    "case.",
    "incidents.channel_",
    "incidents.state_",
    "conflicts.state_",
    "corrections.state_",
    "quality.severity_",
    "scorecard.of_",
    "steward.task_",
    "steward.worst_",
    "deliveries.class_",
    "deliveries.decided_",
    "subject.",
    "subjects.state_",
    "subjects.rule_",
    "subjects.speaks_",
    "field.",
    "types.holder_",
    "types.value_",
    "problem.title_",
    "problem.explain_",
    "error.",
    "exchange.",
    "time.",
)


def names_in(text: str) -> set[str]:
    """List the values a text takes."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def used_keys() -> set[str]:
    """List the keys that templates and modules name in full."""
    files = [*FOLDER.glob("templates/*.html"), *FOLDER.glob("*.py")]
    sources = [path.read_text(encoding="utf-8") for path in files]
    either = {
        key
        for source in sources
        for pair in re.findall(r"t\('([\w.]+)' if [^)]*? else '([\w.]+)'", source)
        for key in pair
    }
    return either | {key for source in sources for key in USED.findall(source) if not key.endswith((".", "_"))}


@pytest.mark.parametrize("key", sorted(load_texts()))
def test_every_text_has_both_languages_and_the_same_values(key: str) -> None:
    texts = load_texts()[key]
    assert set(texts) - {"en_one"} == set(LANGUAGES)
    assert all(texts.values())
    assert names_in(texts["zh"]) == names_in(texts["en"])


def test_every_text_that_is_used_exists() -> None:
    assert used_keys() - set(load_texts()) == set()


def test_every_text_that_exists_is_used() -> None:
    assert {key for key in set(load_texts()) - used_keys() if not key.startswith(STARTS)} == set()


def test_no_chinese_text_stands_in_a_template() -> None:
    for path in FOLDER.glob("templates/*.html"):
        words = re.findall(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+", path.read_text(encoding="utf-8"))
        assert words == [], path.name


def test_one_thing_is_not_spoken_of_as_many() -> None:
    assert say("en", "license.versions", count=1) == "1 version"
    assert say("en", "license.versions", count=2) == "2 versions"
    assert say("zh", "license.versions", count=1) == "1 个版本"
