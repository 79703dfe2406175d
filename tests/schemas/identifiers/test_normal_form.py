"""The spelling in which identifiers are compared."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.identifiers.normal_form import normalise_identifier, normalise_identifiers


def test_an_identifier_is_trimmed_widened_forms_unified_and_raised() -> None:
    assert normalise_identifier(" 11010519491231002x\u3000") == "11010519491231002X"
    assert normalise_identifier("９１１１００００６０００３７３４１ｌ") == "91110000600037341L"


def test_a_missing_identifier_stays_missing() -> None:
    assert normalise_identifiers(pl.Series([None, "a"])).to_list() == [None, "A"]


@settings(deadline=None)
@given(st.text(st.sampled_from("aZß09 .-\x1cＡﬁ") | st.characters(codec="utf-8"), max_size=5))
def test_one_identifier_is_what_a_column_makes_of_it(code: str) -> None:
    assert normalise_identifier(code) == normalise_identifiers(pl.Series([code], dtype=pl.String))[0]
