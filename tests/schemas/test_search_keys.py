"""Search keys: what is found by a part, by a sound, by initials, and what a company's own words are."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from schemas.naming.company_names import split_company
from schemas.naming.plain_names import plain_name
from schemas.naming.search_keys import asked_letters, asked_sounds, initials_key, search_keys, sound_pairs, sounds_like
from schemas.naming.sounds import read_letters, readings, spellings

# The first question of a process reads the dictionaries, which takes longer than a property may.
DICTIONARIES = settings(deadline=None)

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
ANY_HAN = HAN | st.characters(min_codepoint=0x20000, max_codepoint=0x2A6DF) | st.sampled_from("恆運輸裡頭發國龜")
PERSON = st.text(HAN, min_size=2, max_size=4)
COMPANY = st.builds(
    lambda place, core, trade, form: f"{place}{core}{trade}{form}",
    st.sampled_from(["", "平度市", "青岛", "山东省青岛市"]),
    st.text(HAN, min_size=2, max_size=4),
    st.sampled_from(["", "运输", "建筑工程", "葡萄"]),
    st.sampled_from(["有限公司", "专业合作社", "超市", ""]),
)


@DICTIONARIES
@given(st.text(ANY_HAN, max_size=8), st.text(ANY_HAN, max_size=8))
def test_a_part_of_a_name_is_a_part_of_its_plain_form(first: str, second: str) -> None:
    assert plain_name(first + second) == plain_name(first) + plain_name(second)


@DICTIONARIES
@given(st.text(max_size=12))
def test_a_plain_name_is_plain(name: str) -> None:
    assert plain_name(plain_name(name)) == plain_name(name)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("平度市恆通運輸有限公司", "平度市恒通运输有限公司"),
        ("王偉", "王伟"),
        ("ＡＢＣ（中國）", "ABC(中国)"),
        ("𬭎宇", "𬭎宇"),
    ],
)
def test_traditional_and_wide_characters_become_plain(name: str, plain: str) -> None:
    assert plain_name(name) == plain


@DICTIONARIES
@given(COMPANY)
def test_the_parts_of_a_company_are_its_whole_name(name: str) -> None:
    parts = split_company(name)
    assert parts.place + parts.core + parts.trade + parts.form == name
    assert len(parts.core) >= min(2, len(name))


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("重庆小面馆", "chongqingxiaomianguan"),
        ("长沙银行股份有限公司", "changshayinhanggufenyouxiangongsi"),
    ],
)
def test_letters_find_a_company_however_its_place_and_form_are_read(name: str, typed: str) -> None:
    keys = set(search_keys(name, "organisation").sounds)
    assert any(keys >= set(sound_pairs(way)) and sounds_like(name, "organisation", way) for way in asked_letters(typed))


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("重庆小面馆", ["cqxmg", "cqxm", "xmg"]),
        ("长沙银行股份有限公司", ["csyhgfyxgs", "zsyxgfyxgs", "csyh"]),
        ("厦门建发集团有限公司", ["xmjfjtyxgs", "xmjf"]),
        ("平度市乐购朝阳超市连锁经营有限公司", ["pdsygcycslsjyyxgs"]),
    ],
)
def test_initials_are_those_of_every_reading(name: str, letters: list[str]) -> None:
    assert set(search_keys(name, "organisation").sounds) >= {initials_key(one) for one in letters}


def test_a_character_of_names_keeps_the_sound_that_names_give_it() -> None:
    assert set(search_keys(plain_name("李乾"), "person").sounds) >= {"li'qian", "#lq", "li'gan"}


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("平度市恒通运输有限公司", "恒通"),
        ("青岛富源建筑工程股份有限公司", "富源"),
        ("山东省青岛市平度市喆燊五金店", "喆燊"),
        ("平度市东阁街道鑫盛超市", "鑫盛"),
        ("平度市嘉禾葡萄专业合作社", "嘉禾"),
        ("恒通(青岛)物流有限公司", "恒通"),
        ("平度市运输公司", "运输"),
        ("恒通", "恒通"),
        ("青岛啤酒", "啤酒"),
    ],
)
def test_a_companys_own_words_are_told_apart(name: str, core: str) -> None:
    assert split_company(name).core == core


@DICTIONARIES
@given(PERSON)
def test_a_person_is_found_by_every_way_the_name_is_read(name: str) -> None:
    keys = set(search_keys(name, "person").sounds)
    for way in spellings(name, is_person=True):
        assert keys >= {*sound_pairs(way), initials_key("".join(syllable[0] for syllable in way))}
        assert sounds_like(name, "person", way)


@DICTIONARIES
@given(COMPANY)
def test_a_company_is_found_by_the_sound_of_its_name_without_place_and_form(name: str) -> None:
    keys = set(search_keys(name, "organisation").sounds)
    assert any(keys >= set(sound_pairs(way)) and sounds_like(name, "organisation", way) for way in asked_sounds(name))


@DICTIONARIES
@given(PERSON)
def test_letters_typed_as_a_name_is_read_find_it(name: str) -> None:
    way = spellings(name, is_person=True)[0]
    assume(all(syllable.isascii() for syllable in way))  # a character without a reading cannot be typed in letters
    assert way in read_letters("'".join(way))


@DICTIONARIES
@given(st.text(max_size=30), st.sampled_from(["person", "organisation"]))
def test_no_key_holds_a_sign_that_could_end_a_row(name: str, kind: str) -> None:
    for key in search_keys(plain_name(name), kind).sounds:
        assert re.fullmatch(r"#?[^\W_]+('[^\W_]+)?", key), key


@DICTIONARIES
@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_in_bounded_ways(text: str) -> None:
    assert len(read_letters(text)) <= 8
    assert len(asked_sounds(plain_name(text))) <= 8


@pytest.mark.parametrize(
    ("name", "heard"), [("单雄信", "shan"), ("曾国藩", "zeng"), ("仇和", "qiu"), ("万俟卨", "mo"), ("尉迟恭", "yu")]
)
def test_a_family_is_read_as_families_are(name: str, heard: str) -> None:
    assert spellings(name, is_person=True)[0][0] == heard


def test_a_reading_outside_the_basic_plane_is_known() -> None:
    assert readings("𬭎") == ("hong",)


def test_letters_may_be_cut_in_more_than_one_way() -> None:
    assert read_letters("xian") == [("xian",), ("xi", "an")]
    assert read_letters("lǚ") == []
    assert read_letters("lüxing") == read_letters("lvxing") == [("lv", "xing")]


def test_a_typed_place_and_legal_form_are_left_out() -> None:
    assert asked_letters("pingduhengtongyunshuyouxiangongsi")[0] == ("heng", "tong", "yun", "shu")
