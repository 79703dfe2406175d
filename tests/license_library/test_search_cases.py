"""What people really type, whom it should find, and the reason told for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from question_makers import COMPANY, NOW, TODAY, Library
from sqlalchemy import Engine

from license_library.answers import SearchAnswer
from license_library.asking.questions import SearchTerms
from license_library.asking.refusals import WrongQuestion
from license_library.search.lookup import find_licenses
from license_library.storage.keyring import Keyring

HENGTONG, OTHER, FORMER = "平度市恒通运输有限公司", "青岛恒通物流有限公司", "平度市宏泰商贸有限公司"
HOLDERS = {
    HENGTONG: COMPANY,
    OTHER: "91110000600037341L",
    FORMER: "11430000006122244L",
    "平度市衡通食品有限公司": "11330105002500287C",
    "青島鼎順貿易有限公司": "91610800064834709T",
    "平度市李园街道喆燊五金店": "12441500196720244T",
    "重庆小面馆": "913702837657761184",
}
OLD_NUMBERS = {  # of before the credit code; the second could be an old resident number as well, the last is a tax number
    "青山机械厂": "370283200001230",
    "周记面馆": "370283600101002",
    "青山贸易商行": "370283742780018",
}
PERSONS = {
    "王伟": "370283199003077211",
    "汪玮": "370283200002290016",
    "单雄信": "370226196501010019",
    "𬭎宇": "370283198512310021",
    "李乾": "370283199001010017",
    "阿不都热合曼·买买提": "440524188001010014",
}


@pytest.fixture(scope="module")
def town(shared_database: Engine, keyring: Keyring) -> Iterator[Library]:
    """Give a library of a few holders with one license each, their keys made, to all tests that only ask."""
    with shared_database.connect() as conn:
        library = Library(conn, keyring)
        library.add_feed(types=("bizlic", "namepre"))
        for name, code in (HOLDERS | OLD_NUMBERS | PERSONS).items():
            subject = library.add_subject(name, code, _type_of(name))
            library.add_license(subject, holder_name=name, license_number=f"N{code[:4]}{len(name)}", open_ended=True)
            if name == FORMER:
                library.add_former_name(subject, "平度市老字号百货商店")
        library.make_keys()
        yield library


def _type_of(name: str) -> str:
    return "111" if name in PERSONS else "099" if name in OLD_NUMBERS else "001"


def ask(town: Library, **terms: object) -> SearchAnswer:
    """Search as of the test's day."""
    return find_licenses(town.conn, town.keyring, SearchTerms(**terms), TODAY, NOW)


CASES = [
    # typed, taken for, first hit, why
    ("王伟", "holder_name", "王伟", "name"),
    ("王 偉", "holder_name", "王伟", "other_script"),
    ("王玮", "similar_name", "王伟", "sound"),
    ("wangwei", "letters", "王伟", "sound"),
    ("Wang Wei", "letters", "王伟", "sound"),
    ("ww", "letters", "王伟", "initials"),
    ("恒通", "holder_name", OTHER, "core"),
    ("恆通運輸", "holder_name", HENGTONG, "holding"),
    ("恒通运输", "holder_name", HENGTONG, "holding"),
    ("平度市恒", "holder_name", HENGTONG, "beginning"),
    (HENGTONG, "holder_name", HENGTONG, "name"),
    ("平度恒通货运公司", "similar_name", OTHER, "same_core"),
    ("横通运输", "similar_name", HENGTONG, "sound"),
    ("hengtongyunshu", "letters", HENGTONG, "sound"),
    ("pingduhengtongyunshu", "letters", HENGTONG, "sound"),
    ("htys", "letters", HENGTONG, "initials"),
    ("pdhtys", "letters", HENGTONG, "initials"),
    ("PDSHTYSYXGS", "letters", HENGTONG, "initials"),
    ("ｈｔｙｓ", "letters", HENGTONG, "initials"),
    ("鼎顺贸易", "holder_name", "青島鼎順貿易有限公司", "holding"),
    ("青島鼎順貿易有限公司", "holder_name", "青島鼎順貿易有限公司", "name"),
    ("青岛鼎顺贸易有限公司", "holder_name", "青島鼎順貿易有限公司", "other_script"),
    ("老字号百货", "holder_name", FORMER, "former_name"),
    ("平度市老字號百貨商店", "holder_name", FORMER, "former_name"),
    ("老子号百货", "similar_name", FORMER, "sound"),
    ("laozihao", "letters", FORMER, "sound"),
    ("lzhbh", "letters", FORMER, "initials"),
    ("青岛老字号商店", "similar_name", FORMER, "same_core"),
    ("喆燊", "holder_name", "平度市李园街道喆燊五金店", "core"),
    ("zheshen", "letters", "平度市李园街道喆燊五金店", "sound"),
    ("单雄信", "holder_name", "单雄信", "name"),
    ("shanxiongxin", "letters", "单雄信", "sound"),
    ("danxiongxin", "letters", "单雄信", "sound"),
    ("𬭎宇", "holder_name", "𬭎宇", "name"),
    ("hongyu", "letters", "𬭎宇", "sound"),
    ("李乾", "holder_name", "李乾", "name"),
    ("liqian", "letters", "李乾", "sound"),
    ("李前", "similar_name", "李乾", "sound"),
    ("chongqingxiaomianguan", "letters", "重庆小面馆", "sound"),
    ("cqxmg", "letters", "重庆小面馆", "initials"),
    ("阿不都热合曼买买提", "holder_name", "阿不都热合曼·买买提", "name"),
    (COMPANY.lower(), "holder_code", HENGTONG, "holder_code"),
    ("MA3N0A9C6", "organisation_code", HENGTONG, "organisation_code"),
    ("ma3n0a9c-6", "organisation_code", HENGTONG, "organisation_code"),
    ("370226650101001", "holder_code", "单雄信", "holder_code"),
    ("370283200001230", "holder_code", "青山机械厂", "holder_code"),
    ("370283600101002", "holder_code", "周记面馆", "holder_code"),
    ("370283742780018", "holder_code", "青山贸易商行", "holder_code"),
]


@pytest.mark.parametrize(("typed", "kind", "holder", "fit"), CASES, ids=[case[0] for case in CASES])
def test_what_is_typed_finds_who_is_meant_and_says_why(
    town: Library, typed: str, kind: str, holder: str, fit: str
) -> None:
    answer = ask(town, text=typed)
    assert answer.recognised_as == kind
    assert (answer.hits[0].holder_name, answer.hits[0].fit) == (holder, fit)
    assert answer.hits[0].fit_words is not None


def test_look_alikes_never_mix_with_those_who_have_the_name_and_are_said_to_be_hints(town: Library) -> None:
    named = ask(town, text="王伟")
    assert [hit.holder_name for hit in named.hits] == ["王伟"]
    assert named.look_alikes_offered
    alike = ask(town, text="王伟", look_alikes=True)
    assert [(hit.holder_name, hit.fit) for hit in alike.hits] == [("汪玮", "sound")]
    assert [one.code for one in alike.advice] == ["search.look_alikes"]
    assert not alike.look_alikes_offered


def test_a_former_name_is_told_with_the_hit(town: Library) -> None:
    words = ask(town, text="老字号").hits[0].fit_words
    assert words is not None
    assert words.zh == "曾用名：平度市老字号百货商店"
    for typed, way in (("laozihao", "读音相同"), ("lzhbh", "拼音首字母相同"), ("青岛老字号商店", "字号相同，名称不同")):
        words = ask(town, text=typed).hits[0].fit_words
        assert words is not None
        assert words.zh == f"曾用名：平度市老字号百货商店（{way}）"


def test_whoever_had_the_very_name_is_no_look_alike(town: Library) -> None:
    for name in ("平度市老字号百货商店", "青岛鼎顺贸易有限公司"):
        assert (len(ask(town, text=name).hits), ask(town, text=name, look_alikes=True).hits) == (1, [])


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("370283199003077212", "应为 1，实为 2"),
        ("91110000600037341A", "应为 L，实为 A"),
        ("MA3N0A9C-5", "应为 6，实为 5"),
        ("370283200001231", "第 15 位校验码应为 0，实为 1"),
    ],
)
def test_a_wrong_check_character_is_told_and_the_code_is_not(town: Library, typed: str, words: str) -> None:
    advice = ask(town, text=typed).advice[0]
    assert words in advice.words.zh
    assert typed not in advice.words.zh + advice.words.en


def test_fifteen_digits_that_are_the_number_of_a_license_are_not_doubted(town: Library) -> None:
    with town.conn.begin_nested() as begun:
        town.change("update licenses set license_number = '370283200001231' where holder_name = '王伟'")
        answer = ask(town, text="370283200001231")
        begun.rollback()
    assert ([hit.holder_name for hit in answer.hits], answer.recognised_as, answer.advice) == (["王伟"], "number", [])


def test_an_old_number_is_a_holder_code_wherever_one_is_asked_for(town: Library) -> None:
    assert [hit.holder_name for hit in ask(town, holder_code="370283200001230").hits] == ["青山机械厂"]
    for wrong, reason in (
        ("370283200001231", "identifier.registration_number_wrong"),
        ("37028320000123X", "identifier.resident_id_wrong"),
        ("3702832000012", "identifier.holder_code_wrong"),
    ):
        with pytest.raises(WrongQuestion) as refused:
            ask(town, holder_code=wrong)
        assert (refused.value.reason, wrong in str(refused.value)) == (reason, False)


def test_filters_narrow_and_counts_tell_what_each_would_leave(town: Library) -> None:
    everything = ask(town, text="平度市", counts=True)
    assert everything.counts is not None
    found = everything.counts.license_count
    assert found == len(everything.hits) == everything.counts.valid_count == 4
    assert [(one.value, one.license_count) for one in everything.counts.license_types] == [("bizlic", found)]
    assert [one.value for one in everything.counts.statuses] == ["valid"]
    narrowed = ask(town, text="平度市", counts=True, status="revoked")
    assert narrowed.hits == []
    nothing_less = ask(town, text="平度市", issuer="平度市市场监督管理局", status="valid", valid_on=date(2016, 1, 1))
    assert len(nothing_less.hits) == found
    assert ask(town, text="平度市", issuer="别的机关").hits == []


def test_counts_keep_the_other_filters_and_not_their_own(town: Library) -> None:
    counts = ask(town, text="平度市", counts=True, license_type="bizlic", status="revoked").counts
    assert counts is not None
    assert (counts.license_count, counts.license_types) == (0, [])
    assert [(one.value, one.license_count) for one in counts.statuses] == [("valid", 4)]


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"text": "王伟", "status": "good"}, "search.bad_status"),
        ({"number": "1", "look_alikes": True}, "search.no_look_alikes"),
    ],
)
def test_a_filter_that_nothing_could_pass_is_refused(town: Library, terms: dict[str, object], reason: str) -> None:
    with pytest.raises(WrongQuestion) as refused:
        ask(town, **terms)
    assert refused.value.reason == reason


def test_pages_of_look_alikes_follow_one_another(town: Library) -> None:
    whole = [hit.license_id for hit in ask(town, text="ht").hits]
    first = ask(town, text="ht", limit=1)
    second = ask(town, text="ht", limit=10, after=first.next)
    assert [hit.license_id for hit in (*first.hits, *second.hits)] == whole
    assert len(whole) >= 3
