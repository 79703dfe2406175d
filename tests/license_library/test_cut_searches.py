"""A search that looked at some of the holders only never takes what it missed for a "no"."""

from __future__ import annotations

from question_makers import NOW, TODAY, Library

from license_library.answers import SearchAnswer
from license_library.asking.questions import SearchTerms
from license_library.search.lookup import find_licenses
from license_library.search.name_candidates import CANDIDATES, FILTERED_CANDIDATES, LOOKED_AT

ROWS = """
insert into subjects (holder_hash, code_type, code_encrypted, kind, name, name_key, named_at, known_from)
select sha256(cast(:name || n as bytea)), '111', :sealed, 'person', :name, :name, now(), now()
  from generate_series(1, :count) as n
"""


def ask(shelf: Library, **terms: object) -> SearchAnswer:
    """Search as of the test's day."""
    return find_licenses(shelf.conn, shelf.keyring, SearchTerms(**terms), TODAY, NOW)


def add_namesakes(shelf: Library, name: str, count: int) -> int:
    """Write many persons of one name, in the order of their ids, and return the last."""
    shelf.change(ROWS, name=name, count=count, sealed=shelf.keyring.encrypt(b"370283199003077211"))
    (last,) = shelf.read("select max(subject_id) from subjects")
    return int(last)


def found(answer: SearchAnswer) -> tuple[str, list[str], list[str]]:
    """Return what was asked for, the numbers found and what is said of them."""
    return answer.recognised_as, [hit.license_number for hit in answer.hits], [one.code for one in answer.advice]


def test_a_filter_finds_the_license_of_one_of_many_namesakes(shelf: Library) -> None:
    shelf.add_feed()
    last = add_namesakes(shelf, "张伟", 201)
    shelf.add_license(last, license_number="Z1", license_type="namepre", holder_name="张伟")
    assert found(ask(shelf, holder_name="张伟", license_type="namepre", counts=True)) == ("holder_name", ["Z1"], [])
    assert found(ask(shelf, text="张伟", status="valid")) == ("holder_name", ["Z1"], [])
    assert found(ask(shelf, holder_name="张伟")) == ("holder_name", [], ["search.too_many"])


def test_namesakes_beyond_those_looked_at_are_no_plain_no_and_nobody_else_is_shown(shelf: Library) -> None:
    shelf.add_feed()
    last = add_namesakes(shelf, "张伟", FILTERED_CANDIDATES + 1)
    shelf.add_license(last, license_number="Z1", license_type="namepre", holder_name="张伟")
    other = shelf.add_subject("章卫", "370283199003077211", "111")
    shelf.add_license(other, license_number="Z2", license_type="namepre", holder_name="章卫")
    shelf.make_keys()
    for terms in ({"holder_name": "张伟"}, {"text": "张伟"}):
        answer = ask(shelf, **terms, license_type="namepre", counts=True)
        assert found(answer) == ("holder_name", [], ["search.type_ended", "search.too_many"])
        assert "不代表不存在" in answer.advice[1].words.zh
        assert answer.look_alikes_offered


def test_where_not_all_namesakes_were_looked_at_the_counts_say_at_least(shelf: Library) -> None:
    shelf.add_feed()
    first = add_namesakes(shelf, "张伟", CANDIDATES - 1) - CANDIDATES + 2
    shelf.add_license(first, license_number="Z1", holder_name="张伟")
    counts = ask(shelf, holder_name="张伟", counts=True).counts
    assert counts is not None
    assert (counts.license_count, counts.is_bounded) == (1, False)
    for code in ("E12345678", "E12345679"):
        shelf.add_license(shelf.add_subject("张伟", code, "414"), license_number=code, holder_name="张伟")
    answer = ask(shelf, holder_name="张伟", counts=True)
    assert answer.counts is not None
    assert (answer.counts.license_count, answer.counts.is_bounded) == (2, True)
    assert found(answer) == ("holder_name", ["Z1", "E1*****78"], ["search.too_many"])


def test_a_silent_department_is_named_beside_the_holders_not_looked_at(shelf: Library) -> None:
    shelf.add_feed(fresh_at=None)
    add_namesakes(shelf, "张伟", 201)
    assert found(ask(shelf, holder_name="张伟")) == ("holder_name", [], ["search.too_many", "search.silent"])


def test_those_who_sound_alike_behind_many_of_the_very_name_are_no_plain_no(shelf: Library) -> None:
    shelf.add_feed()
    add_namesakes(shelf, "张伟", LOOKED_AT)
    last = add_namesakes(shelf, "章卫", 1)
    shelf.add_license(last, license_number="Z2", holder_name="章卫")
    shelf.make_keys()
    assert found(ask(shelf, text="张伟", look_alikes=True)) == ("similar_name", [], ["search.too_many"])


def test_sounds_that_were_cut_before_they_were_heard_are_told(shelf: Library) -> None:
    shelf.add_feed()
    add_namesakes(shelf, "伟国张伟", CANDIDATES)  # both pairs of syllables, and not one after the other
    shelf.make_keys()
    assert found(ask(shelf, text="zhangweiguo")) == ("letters", [], ["search.too_many"])
    assert found(ask(shelf, text="章伟国")) == ("similar_name", [], ["search.too_many"])


def test_former_names_and_other_scripts_that_were_cut_together_are_told(shelf: Library) -> None:
    shelf.add_feed()
    half = CANDIDATES // 2
    add_namesakes(shelf, "張偉國", half)
    add_namesakes(shelf, "李四", half)
    shelf.change(
        "insert into former_names select subject_id, 1, '张伟国', now(), now() from subjects where name = '李四'"
    )
    shelf.make_keys()
    assert found(ask(shelf, holder_name="伟国")) == ("holder_name", [], ["search.too_many"])


def test_pages_of_a_filtered_list_follow_one_another_where_holders_are_cut(shelf: Library) -> None:
    shelf.add_feed()
    last = add_namesakes(shelf, "同名", 300)
    for number, subject_id in enumerate(range(last - 299, last + 1, 30)):
        shelf.add_license(subject_id, license_number=f"P{number:02}", license_type="namepre")
    paged, after = [], None
    while True:
        answer = ask(shelf, holder_name="同名", license_type="namepre", limit=3, after=after)
        paged += [hit.license_number for hit in answer.hits]
        if (after := answer.next) is None:
            break
    assert paged == [f"P{number:02}" for number in range(10)]
