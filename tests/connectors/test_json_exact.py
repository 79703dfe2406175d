"""The quick decoder's answer counts only where the slow one would say the same, to the last key and digit."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.formats import json_exact
from connectors.formats.json_exact import DOUBLED, Bad, decode_exactly
from schemas.phrases import phrase

BLANKS = st.sampled_from(["", "", " ", "  ", "\n", "\t "])
KEYS = st.sampled_from(["a", "b", "\\u0061", 'a\\":', "键", ":", "a :", ""])
SCALARS = st.sampled_from(
    ["null", "true", "1", "-0", "1.10", "1E2", "1e400", "9" * 30, "9" * 120, '"x"', '":"', '"\\":"', '"一 : 二"', '"\\ud800"']
)  # fmt: skip


@st.composite
def objects(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    members = draw(st.lists(st.tuples(KEYS, BLANKS, BLANKS, inner), max_size=4))
    return "{" + ",".join(f'"{key}"{before}:{after}{value}' for key, before, after, value in members) + "}"


DOCUMENTS = st.recursive(
    SCALARS, lambda inner: objects(inner) | st.lists(inner, max_size=4).map(lambda values: f"[{','.join(values)}]")
)


def comparable(value: Any) -> Any:
    if isinstance(value, Bad):
        return ("bad", value.got, value.expected, value.code)
    if isinstance(value, dict):
        return {"doubled" if key is DOUBLED else f"key {key}": comparable(inner) for key, inner in value.items()}
    return [comparable(inner) for inner in value] if isinstance(value, list) else (type(value), value)


def told(document: Any) -> Any:
    """Tell a value as the pages' readers will: an integer of a hundred digits is as impossible as one that was kept."""
    if type(document) is int and not -(2**63) <= document < 2**63:
        return Bad(phrase("digits", len(str(abs(document)))), phrase("integer_of_64_bits"))
    if isinstance(document, dict):
        return {key: value if key is DOUBLED else told(value) for key, value in document.items()}
    return [told(inner) for inner in document] if isinstance(document, list) else document


@settings(max_examples=600, deadline=None)
@given(DOCUMENTS)
def test_both_decoders_say_the_same(document: str) -> None:
    slow = json_exact._decode_slowly(document, "x")
    assert comparable(told(decode_exactly(document, "x"))) == comparable(told(slow))


@pytest.mark.parametrize(
    "document",
    [
        '{"a": [{"k": 1, "l": 2}, {"k": 3, "l": 4}]}',
        '{"a" : [{"k" : 1, "l" : "a b : c"}]}',
        '{"a": {"b": {"c": {}}}, "d": [[{"e": 1.10}], []]}',
        "[]",
        '{"键": "值：:"}',
    ],
)
def test_an_ordinary_document_is_decoded_quickly(document: str) -> None:
    found = json_exact._decode_proven(document.encode())
    assert found == json.loads(document, parse_float=str)


@pytest.mark.parametrize(
    "document",
    [
        '{"a": 1, "a": 2}',
        '{"a": 1, "a": 2, "b" : 3}',
        '{"a": 1, "a": 2, "b"\t: 3}',
        '{"a": 1, "a": 2, "b"  : 3}',
        '[{"a": {"b": 1, "\\u0062": 2}}]',
        '{"a": 1, "a": {"b": 2}}',
    ],
)
def test_a_key_that_came_twice_is_never_lost(document: str) -> None:
    assert json_exact._decode_proven(document.encode()) is json_exact._UNPROVEN
    assert '"doubled"' in json.dumps(comparable(decode_exactly(document, "x")), default=str)


def test_one_doubled_key_among_many_is_found_without_comparing_each_with_each() -> None:
    compared = []

    class Name(str):
        def __eq__(self, other: object) -> bool:
            compared.append(other)
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    pairs = [(Name(f"k{number}"), 1) for number in range(500)] + [(Name("k7"), 2)]
    assert json_exact._object(pairs)[DOUBLED] == ["k7"]
    assert len(compared) < 10 * len(pairs)
