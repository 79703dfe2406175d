"""A column of texts reaches the database as it is, whatever stands in it."""

from __future__ import annotations

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from question_makers import Library
from sqlalchemy import text

from license_library.storage.text_arrays import text_array

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), max_size=5)


@given(texts=TEXTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_an_array_holds_what_the_column_held(shelf: Library, texts: list[str]) -> None:
    told = text_array(pl.Series(texts, dtype=pl.String))
    assert shelf.conn.scalar(text("select cast(:told as text[])"), {"told": told}) == texts


def test_what_would_end_a_text_or_stand_for_nothing_is_only_text(shelf: Library) -> None:
    texts = ['"', "\\", "a,b", "{}", "NULL", "", " ", "\n", "证照"]
    assert shelf.conn.scalar(text("select cast(:told as text[])"), {"told": text_array(pl.Series(texts))}) == texts
