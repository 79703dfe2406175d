"""Which source value may be which of ours: by pinyin initials, by the contract's Chinese words, by English names.

Knows names only; each suggestion says how sure it is and why. The engineer decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from connectors.scaffold.outline import Kind, Node
from connectors.scaffold.vocabulary import Names, english_words, is_chinese, label_forms, pinyin_forms

LEAST = 0.5
BY_PINYIN, BY_LABEL, BY_ENGLISH = 0.9, 0.92, 0.86
BY_PART = 0.62
EXACT = 0.8  # a label at least as sure names the thing itself
CONTRADICTED = 0.4  # the contract's own words name something else: initials are ambiguous, words are not
INSIDE = 0.1  # the group around a value may change what it means
LATER = 0.002  # each place further back in a list of names


class Suggestion(msgspec.Struct, frozen=True):
    """Say that a source value may be one of our fields."""

    field: str
    source: Node
    confidence: float
    reason: str


class _Claim(msgspec.Struct, frozen=True):
    confidence: float
    reason: str
    rank: int = 0


def suggest(sources: Sequence[Node], names: Mapping[str, Names], kinds: Mapping[str, str]) -> list[Suggestion]:
    """Return at most one source for each field and one field for each source, the surest first.

    `kinds` tells which fields are dates or codes.
    """
    found = [s for source in sources for s in _claims(source, names, kinds) if s.confidence >= LEAST]
    taken_fields: set[str] = set()
    taken_sources: set[str] = set()
    chosen = []
    for suggestion in sorted(found, key=lambda s: -s.confidence):
        if suggestion.field not in taken_fields and suggestion.source.name not in taken_sources:
            taken_fields.add(suggestion.field)
            taken_sources.add(suggestion.source.name)
            chosen.append(suggestion)
    return chosen


def _claims(source: Node, names: Mapping[str, Names], kinds: Mapping[str, str]) -> Iterator[Suggestion]:
    labelled = {field: _by_label(source, known) for field, known in names.items()}
    is_named = any(claim and claim.confidence > EXACT for claim in labelled.values())
    for field, known in names.items():
        by_name, by_label = _by_name(source, known), labelled[field]
        if by_name and is_named and not by_label:
            by_name = _Claim(by_name.confidence * CONTRADICTED, by_name.reason)
        claim = _join(by_name, by_label)
        if claim:
            sure = claim.confidence * _fits(source.kind, kinds.get(field, "text"))
            yield Suggestion(field, source, round(min(sure, 0.99), 4), claim.reason)


def _join(one: _Claim | None, other: _Claim | None) -> _Claim | None:
    if one and other:
        return _Claim(1 - (1 - one.confidence) * (1 - other.confidence), f"{one.reason}, {other.reason}")
    return one or other


def _by_label(source: Node, known: Names) -> _Claim | None:
    for form in (*label_forms(source.label), *([source.name] if is_chinese(source.name) else [])):
        if form in known.chinese:
            return _Claim(BY_LABEL - known.chinese.index(form) * LATER, "annotation")
    head = next(reversed(label_forms(source.label)), source.name)
    parts = [zh for zh in known.chinese if len(zh) >= 4 and head.endswith(zh)]
    return _Claim(BY_PART + 0.01 * max(map(len, parts)), "part of the annotation") if parts else None


def _by_name(source: Node, known: Names) -> _Claim | None:
    own = source.name.rpartition("/")[2]  # inside groups the path is the name
    for form in pinyin_forms(own):
        if form in known.pinyin:
            return _Claim(BY_PINYIN - known.pinyin.index(form) * LATER, "pinyin")
        ends = [known_as for known_as in known.pinyin if len(known_as) >= 4 and form.endswith(known_as)]
        if ends:  # the department's own word in front: PWXKZBH is a permit number
            return _Claim(BY_PART + 0.01 * max(map(len, ends)), "end of the pinyin")
    words = english_words(source.name)
    for told, sure in ((words, BY_ENGLISH), (english_words(own), BY_ENGLISH - INSIDE)):
        for rank, name in enumerate(known.english):
            if english_words(name) == told:
                return _Claim(sure - rank * LATER, "English name")
    return _by_some_words(words, known.english)


def _by_some_words(words: tuple[str, ...], english: Iterable[str]) -> _Claim | None:
    """Find a name of at least two words that all occur."""
    hits = [name for name in english if len(english_words(name)) > 1 and set(english_words(name)) <= set(words)]
    return _Claim(BY_PART, "part of the English name") if hits else None


def _fits(given: Kind, wanted: str) -> float:
    """Say how well a type fits a field: a date is no name, and a number is no date."""
    if wanted in {"date", "instant"}:
        return {"date": 1.0, "time": 1.0, "text": 0.99, "number": 0.6, "flag": 0.1}.get(given, 0.0)
    if given in {"date", "time"}:
        return 0.3
    return 0.8 if given == "flag" and wanted != "code" else 1.0
