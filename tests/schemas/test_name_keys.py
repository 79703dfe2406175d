"""When two spellings of a name are searched as one."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.naming.names import name_key, name_keys


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("平度市ＡＢＣ（集团）有限公司", "平度市abc(集团)有限公司"),
        ("阿卜杜拉·买买提", "阿卜杜拉•买买提"),
        ("阿卜杜拉·买买提", "阿卜杜拉・买买提"),
        ("阿卜杜拉·买买提", "阿卜杜拉.买买提"),
        ("张 三", "张\u3000三"),
        ("张\u200b三\ufeff", "张三"),
        ("葛\ufe00城\U000e0100", "葛城"),
        ("张\t三\x00", "张三"),
        ("ﬁrst", "FIRST"),
        ("\uf900", "豈"),
    ],
)
def test_spellings_of_one_name_share_a_key(name: str, other: str) -> None:
    assert name_key(name) == name_key(other)


def test_other_characters_make_another_name() -> None:
    assert name_key("王杰") != name_key("王洁")
    assert name_key("平度第3分店") != name_key("平度第4分店")


def test_a_missing_name_has_no_key() -> None:
    assert name_keys(pl.Series([None, "张三"])).to_list() == [None, "张三"]


@settings(deadline=None)  # a busy machine is no finding
@given(st.text(alphabet=st.characters(codec="gb18030", max_codepoint=0x9FFF), max_size=20))
def test_the_key_of_a_key_is_itself(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)


@settings(deadline=None)
@given(
    st.text(
        st.sampled_from("aZß09 .·ＡﬁéⅧ平㐀鿿豈𠀀ｱ") | st.characters(max_codepoint=0x9FFF, codec="utf-8"), max_size=6
    )
)
def test_one_name_has_the_key_that_a_column_gives_it(name: str) -> None:
    assert name_key(name) == name_keys(pl.Series([name], dtype=pl.String))[0]
