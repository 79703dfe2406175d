"""A search recognises what was typed, finds it through an index, and says how sure a "nothing" is."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import msgspec
import pytest
from question_makers import (
    COMPANY,
    IDENTIFIER,
    LEGACY_IDENTIFIER,
    NOW,
    OLD_COUNTY_PERSON,
    PERSON,
    TODAY,
    Library,
)
from sqlalchemy import text

from license_library.answers import SearchAnswer
from license_library.asking.freshness import validity_of
from license_library.asking.holder_codes import is_of_both
from license_library.asking.holders import holder_hash
from license_library.asking.questions import SearchTerms
from license_library.asking.refusals import WrongQuestion
from license_library.licenses.dossier import get_license
from license_library.search import lookup
from license_library.search.lookup import SearchTimedOut, find_licenses
from schemas.identifiers.license_identifier import parse_license_identifier

OTHER_IDENTIFIER = IDENTIFIER.replace("403.001.U", "404.001.E")


def ask(shelf: Library, **terms: object) -> SearchAnswer:
    """Search as of the test's day."""
    return find_licenses(shelf.conn, shelf.keyring, SearchTerms(**terms), TODAY, NOW)


def numbers(answer: SearchAnswer) -> list[str]:
    """Return the license numbers found, in order."""
    return [hit.license_number for hit in answer.hits]


@pytest.fixture
def stocked(shelf: Library) -> Library:
    """Give a library with one company holding three licenses and one person holding one."""
    shelf.add_feed()
    shelf.add_feed("public_security", ("idcard",))
    company = shelf.add_subject()
    shelf.add_license(company, license_number="370283100001", issued_on=date(2014, 1, 1))
    shelf.add_license(company, license_number="370283100002", issued_on=date(2016, 1, 1), license_identifier=IDENTIFIER)
    shelf.add_license(
        company, license_number="平预核字(2015)第12号", license_type="namepre", issued_on=date(2015, 1, 1)
    )
    person = shelf.add_subject("王伟", PERSON, "111")
    shelf.add_license(
        person, license_number=PERSON, license_type="idcard", department="public_security", holder_name="王伟"
    )
    return shelf


def test_a_hit_says_what_speaks_against_relying_on_it(stocked: Library) -> None:
    license_id = ask(stocked, number="370283100001").hits[0].license_id
    told = [[]]
    for doubt in (stocked.unlist, stocked.dispute):
        doubt(license_id)
        for found in ({"number": "370283100001"}, {"holder_code": COMPANY}, {"holder_name": "恒通"}):
            hits = ask(stocked, **found).hits
            told.append([one.code for hit in hits for one in hit.doubts])
            assert [hit.validity for hit in hits if hit.doubts] == ["valid"]
    assert told == [[], *[["unlisted"]] * 3, *[["disputed", "unlisted"]] * 3]
    stocked.change("update feeds set fresh_at = null")
    assert [one.code for one in ask(stocked, number="370283100001").hits[0].doubts] == ["disputed", "unlisted", "never"]


def test_a_license_is_found_by_its_number(stocked: Library) -> None:
    answer = ask(stocked, number=" 370283100001 ")
    assert numbers(answer) == ["370283100001"]
    assert answer.hits[0].source.department_name == "平度市市场监督管理局"
    assert answer.hits[0].source.freshness == "fresh"


@pytest.mark.parametrize(
    "typed", ["平预核字(2015)第12号", "平预核字\uff082015\uff09第12号", "平预核字(\uff12\uff10\uff11\uff15)第12号"]
)
def test_a_number_is_found_whatever_the_width_of_its_brackets_and_digits(stocked: Library, typed: str) -> None:
    assert numbers(ask(stocked, number=typed)) == ["平预核字(2015)第12号"]


def test_fifteen_digits_that_may_be_either_are_looked_for_as_what_they_are_said_to_be(stocked: Library) -> None:
    shop = stocked.add_subject("平度市恒通货栈", "370283600123107", "099")
    stocked.add_license(shop, license_number="SHOP", holder_name="平度市恒通货栈")
    found = {kind: numbers(ask(stocked, holder_code="370283600123107", **kind_of(kind))) for kind in ("", "099", "111")}
    assert found == {"": ["SHOP"], "099": ["SHOP"], "111": []}


def kind_of(code_type: str) -> dict[str, str]:
    return {"holder_code_type": code_type} if code_type else {}


def test_a_license_is_found_by_its_identifier(stocked: Library) -> None:
    assert numbers(ask(stocked, identifier=IDENTIFIER.lower())) == ["370283100002"]


def test_an_identifier_with_a_wrong_check_character_is_answered_with_the_right_one(stocked: Library) -> None:
    answer = ask(stocked, identifier=IDENTIFIER[:-1] + "A")
    assert answer.hits == []
    assert [advice.code for advice in answer.advice] == ["identifier.license_identifier_wrong"]
    assert "应为 U，实为 A" in answer.advice[0].words.zh
    assert "expected U, got A" in answer.advice[0].words.en


def test_a_wrong_identifier_that_a_steward_let_pass_is_found_and_said_to_be_wrong(stocked: Library) -> None:
    company = stocked.add_subject("平度市错标识公司", "91110000600037341L")
    stocked.add_license(company, license_number="WAIVED", license_identifier=IDENTIFIER[:-1] + "A")
    answer = ask(stocked, identifier=IDENTIFIER[:-1] + "A")
    assert numbers(answer) == ["WAIVED"]
    assert [advice.code for advice in answer.advice] == ["identifier.license_identifier_wrong"]


def test_a_legacy_identifier_is_searched_and_said_to_be_one(stocked: Library) -> None:
    company = stocked.add_subject("平度市旧标识公司", "91110000600037341L")
    stocked.add_license(company, license_number="OLD", license_identifier=LEGACY_IDENTIFIER)
    answer = ask(stocked, identifier=LEGACY_IDENTIFIER)
    assert numbers(answer) == ["OLD"]
    assert [advice.code for advice in answer.advice] == ["identifier.legacy"]


def test_a_holders_licenses_come_newest_first(stocked: Library) -> None:
    answer = ask(stocked, holder_code=COMPANY.lower())
    assert numbers(answer) == ["370283100002", "平预核字(2015)第12号", "370283100001"]
    assert numbers(ask(stocked, holder_code=COMPANY, license_type="namepre")) == ["平预核字(2015)第12号"]


def test_a_person_is_found_by_either_form_of_the_number(shelf: Library) -> None:
    shelf.add_feed("public_security", ("idcard",))
    old_form = "370226650101001"
    shelf.add_license(shelf.add_subject("李秀英", old_form, "111"), department="public_security", license_type="idcard")
    assert len(ask(shelf, holder_code=OLD_COUNTY_PERSON).hits) == 1
    assert len(ask(shelf, holder_code=old_form).hits) == 1


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("370283199003077212", "identifier.resident_id_wrong"),
        ("370283199002300011", "identifier.resident_id_wrong"),
        (COMPANY[:-1] + "0", "identifier.uscc_wrong"),
        ("12345", "identifier.holder_code_wrong"),
    ],
)
def test_a_wrong_holder_code_is_refused_before_anyone_searches(stocked: Library, typed: str, reason: str) -> None:
    with pytest.raises(WrongQuestion) as refused:
        ask(stocked, holder_code=typed)
    assert refused.value.reason == reason
    assert typed not in str(refused.value) + refused.value.words.zh


def test_a_wrong_credit_code_is_told_its_check_character(stocked: Library) -> None:
    with pytest.raises(WrongQuestion, match="expected Y, got 0"):
        ask(stocked, holder_code=COMPANY[:-1] + "0")


def test_holder_codes_are_masked_also_inside_numbers(stocked: Library) -> None:
    hit = ask(stocked, holder_code=PERSON).hits[0]
    assert hit.holder_code == "3702**********7211"
    assert hit.license_number == "3702**********7211"


def test_names_come_exact_first_then_beginning_then_holding(stocked: Library) -> None:
    for code, name in [
        ("91110000600037341L", "青岛恒通"),
        ("11330105002500287C", "恒通"),
        ("11430000006122244L", "恒通物流"),
    ]:
        stocked.add_license(stocked.add_subject(name, code), holder_name=name)
    names = [hit.holder_name for hit in ask(stocked, holder_name="恒通").hits]
    assert names == ["恒通", "恒通物流", "青岛恒通", *["平度市恒通运输有限公司"] * 3]


def test_a_name_with_the_same_pairs_in_another_order_is_another_name(stocked: Library) -> None:
    stocked.add_license(stocked.add_subject("通运输恒通", "91110000600037341L"), holder_name="通运输恒通")
    assert {hit.holder_name for hit in ask(stocked, holder_name="恒通运输").hits} == {"平度市恒通运输有限公司"}


def test_two_characters_are_enough_and_one_is_not(stocked: Library) -> None:
    assert [hit.holder_name for hit in ask(stocked, holder_name="王伟").hits] == ["王*"]
    with pytest.raises(WrongQuestion, match="at least 2 characters"):
        ask(stocked, holder_name="王")


def test_signs_of_like_in_a_name_mean_themselves(stocked: Library) -> None:
    assert ask(stocked, holder_name="恒%公").hits == []
    assert ask(stocked, holder_name="恒_公司").hits == []
    odd = stocked.add_subject("百分百%_公司\\", "91110000600037341L")
    stocked.add_license(odd, holder_name="百分百%_公司\\")
    assert len(ask(stocked, holder_name="%_公司\\").hits) == 1


@pytest.mark.parametrize("field", [{"holder_name": "恒通"}, {"holder_code": COMPANY}, {"number": "SAME"}])
def test_pages_follow_one_another_without_gap_or_repeat(stocked: Library, field: dict[str, str]) -> None:
    company = stocked.add_subject("平度恒通二公司", "91110000600037341L")
    for _ in range(4):
        stocked.add_license(company, license_number="SAME")
    whole = [hit.license_id for hit in ask(stocked, **field, limit=100).hits]
    paged: list[int] = []
    answer = ask(stocked, **field, limit=2)
    paged += [hit.license_id for hit in answer.hits]
    while answer.next:
        answer = ask(stocked, **field, limit=2, after=answer.next)
        paged += [hit.license_id for hit in answer.hits]
    assert paged == whole


@pytest.mark.parametrize("asked", [{}, {"license_type": "namepre"}, {"counts": True}])
def test_names_page_on_where_the_best_candidates_hold_nothing_and_others_hold_together(
    stocked: Library, asked: dict[str, object]
) -> None:
    holders = [stocked.add_subject(f"同名{number:02}店", f"MA3N0A{number:03}", "099") for number in range(30)]
    for number, holder in enumerate(holders[9:]):  # the first nine hold nothing
        kind = "namepre" if number % 3 == 0 else "bizlic"
        stocked.add_license(holder, license_number=f"T{number:02}", license_type=kind)
    both = stocked.add_license(holders[12], license_number="T99", license_type="namepre")
    stocked.add_holders(both, (holders[12], "同名", None), (holders[29], "同名", None), (holders[3], "同名", None))
    whole = numbers(ask(stocked, holder_name="同名", limit=100, **asked))
    paged, after = [], None
    while True:
        answer = ask(stocked, holder_name="同名", limit=2, after=after, **asked)
        paged += numbers(answer)
        assert answer.counts is None or answer.counts.license_count == len(whole)
        if (after := answer.next) is None:
            break
    assert paged == whole
    assert (len(set(whole)), len(whole), whole[0]) == (8, 8, "T99") if "license_type" in asked else (22, 22, "T99")


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_names_page_on_where_the_candidates_looked_at_just_fill_a_page(stocked: Library, limit: int) -> None:
    for number in range(12):
        holder = stocked.add_subject(f"同名{number:02}店", f"MA3N0A{number:03}", "099")
        if number % 3 != 1:  # one of three holds nothing
            stocked.add_license(holder, license_number=f"T{number:02}")
    paged, after = [], None
    while not paged or after:
        answer = ask(stocked, holder_name="同名", limit=limit, after=after)
        paged += numbers(answer)
        after = answer.next
    assert paged == [f"T{number:02}" for number in range(12) if number % 3 != 1]


def test_more_candidates_than_are_kept_are_told_and_who_only_holds_the_name_is_among_them(
    shelf: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "CANDIDATES", 3)
    shelf.add_feed()
    for number, name in enumerate(("同名甲店", "同名乙店", "同名丙店", "同名丁店", "老同名店", "新同名店")):
        shelf.add_license(shelf.add_subject(name, f"MA3N0A{number:03}", "099"), holder_name=name)
        if number == 1:
            assert not ask(shelf, holder_name="同名").advice
    answer = ask(shelf, holder_name="同名")
    beginning = sorted(("同名丁店", "同名丙店", "同名乙店", "同名甲店"))[:3]
    assert sorted(hit.holder_name for hit in answer.hits) == sorted([*beginning, "老同名店", "新同名店"])
    assert [one.code for one in answer.advice] == ["search.too_many"]


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        *(
            ("平食证字〔2016〕第7号", f"平食证字{one[0]}2016{one[1]}第7号")
            for one in ("[]", "()", "（）", "【】", "［］", "〔〕")
        ),
        ("平食证字(2016)第7号", "平食证字〔2016〕第 7 号"),
        ("平食证字【2016】第7号", "平食证字（2016）第7号"),
        ("鲁b-12x", "鲁B-12X"),
        ("鲁B-12X", "鲁ｂ－１２ｘ"),
        ("N1", "N 1"),
        ("N 1", "n 1"),
    ],
)
def test_a_license_number_is_found_however_its_brackets_letters_and_blanks_are_written(
    shelf: Library, kept: str, typed: str
) -> None:
    shelf.add_feed()
    shelf.add_license(shelf.add_subject(), license_number=kept)
    assert numbers(ask(shelf, number=typed)) == [kept]
    assert ask(shelf, number=f"{typed}9").hits == []


def test_valid_on_a_day_finds_and_counts_what_is_valid_then(shelf: Library) -> None:
    shelf.add_feed()
    company, days = shelf.add_subject(), (None, TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=1))
    good = set()
    for status, valid_from, valid_to, is_open in product(
        ("valid", "renewal_pending", "suspended", "expired"), days, days, (False, True)
    ):
        if (is_open and valid_to) or (valid_from and valid_to and valid_from > valid_to):
            continue
        term = {"valid_from": valid_from, "valid_to": valid_to, "open_ended": is_open}
        license_id = shelf.add_license(company, status=status, **term)
        if validity_of(status, valid_from, valid_to, is_open, TODAY) == "valid":
            good.add(license_id)
    for terms in ({"holder_code": COMPANY}, {"holder_name": "恒通"}):
        answer = ask(shelf, **terms, valid_on=TODAY, counts=True, limit=100)
        assert {hit.license_id for hit in answer.hits} == good
        whole = ask(shelf, **terms, counts=True).counts
        assert answer.counts is not None
        assert whole is not None
        told = (answer.counts.license_count, answer.counts.valid_count, answer.counts.license_types[0].license_count)
        assert told == (len(good), len(good), len(good))
        assert whole.valid_count == len(good) < whole.license_count


@pytest.mark.parametrize("after", ["", "x", "!!!!", "W10", "bm9uc2Vuc2U"])
def test_a_cursor_of_nobodys_making_is_refused(stocked: Library, after: str) -> None:
    with pytest.raises(WrongQuestion) as refused:
        ask(stocked, number="1", after=after)
    assert refused.value.reason == "search.bad_cursor"


def test_a_cursor_fits_its_own_question_only(stocked: Library) -> None:
    cursor = ask(stocked, holder_code=COMPANY, limit=1).next
    for other in ({"holder_name": "恒通"}, {"holder_code": PERSON}, {"holder_code": COMPANY, "license_type": "bizlic"}):
        with pytest.raises(WrongQuestion, match="not of this question"):
            ask(stocked, **other, after=cursor)


@pytest.mark.parametrize(
    ("typed", "kind", "found"),
    [
        (IDENTIFIER, "identifier", "370283100002"),
        (COMPANY, "holder_code", "370283100002"),
        ("恒通运输", "holder_name", "370283100002"),
        ("370283100001", "number", "370283100001"),
        ("平预核字(2015)第12号", "number", "平预核字(2015)第12号"),
    ],
)
def test_what_was_typed_is_recognised(stocked: Library, typed: str, kind: str, found: str) -> None:
    answer = ask(stocked, text=typed)
    assert answer.recognised_as == kind
    assert found in numbers(answer)


def test_a_name_with_a_digit_is_found_after_no_number_fits(stocked: Library) -> None:
    stocked.add_license(stocked.add_subject("平度第2汽车修理厂", "91110000600037341L"), license_number="N2")
    answer = ask(stocked, text="第2汽车")
    assert (answer.recognised_as, numbers(answer)) == ("holder_name", ["N2"])


def test_typed_text_pages_on_with_the_reading_that_found_it(stocked: Library) -> None:
    for number, code in enumerate(("91110000600037341L", "11330105002500287C", "11430000006122244L")):
        stocked.add_license(stocked.add_subject(f"第2车队{number}", code), license_number=f"F{number}")
    first = ask(stocked, text="第2车队", limit=2)
    second = ask(stocked, text="第2车队", limit=2, after=first.next)
    assert sorted(numbers(first) + numbers(second)) == ["F0", "F1", "F2"]


@pytest.mark.parametrize("terms", [{}, {"number": "1", "holder_name": "恒通"}, {"number": "  "}])
def test_exactly_one_thing_is_asked_for(stocked: Library, terms: dict[str, str]) -> None:
    with pytest.raises(WrongQuestion) as refused:
        ask(stocked, **terms)
    assert refused.value.reason == "search.no_terms"


@pytest.mark.parametrize("typed", ["a\x00b", "a\ud800", "x" * 201])
def test_text_no_database_should_see_is_refused(stocked: Library, typed: str) -> None:
    with pytest.raises(WrongQuestion) as refused:
        ask(stocked, text=typed)
    assert refused.value.reason == "search.bad_text"


@pytest.mark.parametrize("limit", [0, 101, -1])
def test_a_page_holds_one_to_a_hundred(stocked: Library, limit: int) -> None:
    with pytest.raises(WrongQuestion):
        ask(stocked, number="1", limit=limit)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("370283199003077212", "identifier.resident_id_wrong"), ("91110000600037314L", "identifier.uscc_wrong")],
)
def test_a_mistyped_holder_code_in_the_one_box_is_named_and_not_repeated(
    stocked: Library, typed: str, code: str
) -> None:
    advice = ask(stocked, text=typed).advice
    assert [one.code for one in advice] == [code, "search.undelivered"]
    assert typed not in advice[0].words.zh + advice[0].words.en


def test_nothing_found_while_every_type_is_delivered_in_time_is_a_plain_no(stocked: Library) -> None:
    rest = "array(select license_type from license_types where license_type <> all(array['hotel', 'seed']))"
    stocked.change(f"update feeds set license_types = {rest}")
    (advice,) = ask(stocked, number="missing").advice
    assert advice.code == "search.undelivered"
    assert "另有 2 类证照尚无部门向本平台提供（" in advice.words.zh
    assert "2 license types no department delivers yet (" in advice.words.en
    stocked.add_feed("transport", ("hotel", "seed"))
    assert [one.code for one in ask(stocked, number="missing").advice] == ["search.none"]


def test_of_many_types_that_nobody_delivers_a_few_are_named(stocked: Library) -> None:
    (advice,) = ask(stocked, number="missing").advice
    names = advice.words.zh.split("（")[1].split("）")[0]
    assert (advice.code, names.count("、"), names.endswith("等")) == ("search.undelivered", 2, True)


def test_nothing_found_while_a_department_is_silent_is_no_proof(stocked: Library) -> None:
    stocked.add_feed("transport", ("roadgoods",), fresh_at=NOW - timedelta(days=3))
    advice = ask(stocked, number="missing").advice
    assert [one.code for one in advice] == ["search.silent"]
    assert "平度市交通运输局" in advice[0].words.zh


def test_nothing_found_of_a_type_no_department_delivers_says_so(stocked: Library) -> None:
    assert [one.code for one in ask(stocked, number="missing", license_type="seed").advice] == ["search.no_feed"]


def test_nothing_found_names_what_waits_in_quarantine(stocked: Library) -> None:
    holder = stocked.conn.execute(text("select holder_hash from subjects where name = '王伟'")).scalar_one()
    stocked.add_case(holder_hashes=[holder], license_type="hotel")
    codes = [one.code for one in ask(stocked, holder_code=PERSON, license_type="hotel").advice]
    assert codes == ["search.in_quarantine", "search.no_feed"]


@pytest.mark.parametrize("terms", [{"number": "missing"}, {"holder_name": "没有此人"}])
def test_nothing_found_of_no_type_names_everything_that_waits(stocked: Library, terms: dict[str, str]) -> None:
    stocked.add_case(holder_hashes=[b"anybody"])
    (advice,) = ask(stocked, **terms).advice
    assert (advice.code, advice.words.en.split(",")[0]) == ("search.in_quarantine", "1 records wait in quarantine")


@pytest.mark.parametrize("terms", [{"number": "missing"}, {"text": "12345678-8"}, {"identifier": OTHER_IDENTIFIER}])
def test_nothing_found_of_a_type_names_what_waits_of_it(stocked: Library, terms: dict[str, str]) -> None:
    stocked.add_case(holder_hashes=[b"anybody"])
    if "identifier" in terms:
        own = parse_license_identifier(OTHER_IDENTIFIER)
        assert own is not None
        stocked.change("update license_types set type_code = :code where license_type = 'bizlic'", code=own.type_code)
    else:
        assert [one.code for one in ask(stocked, **terms, license_type="idcard").advice] == ["search.none"]
        terms = terms | {"license_type": "bizlic"}
    untold = ["search.identifier_untold"] if "identifier" in terms else []  # some of the stock has none
    assert [one.code for one in ask(stocked, **terms).advice] == ["search.in_quarantine", *untold]


def test_a_missing_license_whose_identifier_is_of_a_type_nobody_delivers_says_so(stocked: Library) -> None:
    own = parse_license_identifier(OTHER_IDENTIFIER)
    assert own is not None
    stocked.change("update license_types set type_code = :code where license_type = 'seed'", code=own.type_code)
    assert [one.code for one in ask(stocked, identifier=OTHER_IDENTIFIER).advice] == ["search.no_feed"]


def test_a_name_search_that_takes_too_long_is_stopped_and_leaves_the_transaction_usable(
    stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("license_library.search.lookup.NAME_SEARCH_MILLISECONDS", 1)
    stocked.conn.execute(
        text("""insert into subjects (holder_hash, code_type, code_encrypted, kind, name, name_key, named_at, known_from)
                select sha256(cast(cast(n as text) as bytea)), '001', '', 'organisation', 'x', repeat('恒通', 40) || n,
                       now(), now() from generate_series(1, 3000) n""")
    )
    with pytest.raises(SearchTimedOut):
        ask(stocked, holder_name="通恒")
    assert numbers(ask(stocked, number="370283100001")) == ["370283100001"]


def test_a_list_shows_a_license_of_a_sensitive_type_without_name_and_number(shelf: Library) -> None:
    shelf.add_feed("public_security", ("idcard",))
    person = shelf.add_subject("王小明", PERSON, "111")
    told = {"department": "public_security", "license_type": "idcard", "license_number": "370283201600000001"}
    license_id = shelf.add_license(person, holder_name="王小明", **told)
    shelf.add_holders(license_id, (person, "王小明", None), (person, "李四", None))
    shelf.add_former_name(person, "王大明")
    shelf.make_keys()
    typed = (SearchTerms(text="王大明"), SearchTerms(text="王达明"), SearchTerms(text="wangdaming"))
    for terms in (SearchTerms(holder_name="王小明"), *typed, SearchTerms(holder_code=PERSON)):
        (hit,) = find_licenses(shelf.conn, shelf.keyring, terms, TODAY, NOW).hits
        assert (hit.is_veiled, hit.holder_name, hit.license_number) == (True, "王**", "3702**********0001")
        assert [one.name for one in hit.holders] == ["王**", "李*"]
        assert "王大明" not in msgspec.json.encode(hit).decode()
    page = get_license(shelf.conn, shelf.keyring, license_id, TODAY, NOW).license
    assert (page.is_veiled, page.holder_name, page.license_number) == (False, "王小明", "370283201600000001")


def test_a_holder_is_denied_nothing_while_a_record_of_nobody_knows_whom_waits(stocked: Library) -> None:
    before = [one.code for one in ask(stocked, holder_code=PERSON, license_type="namepre").advice]
    stocked.add_case(license_type="namepre")
    advice = ask(stocked, holder_code=PERSON, license_type="namepre").advice
    assert "search.in_quarantine" not in before
    assert "另有 1 条记录的持证主体无法识别，可能属于该主体，待处理" in [one.words.zh for one in advice]
    assert "search.none" not in [one.code for one in advice]


def test_an_identifier_of_an_unknown_type_is_denied_by_nobody(stocked: Library) -> None:
    stocked.change("update license_types set type_code = 'others' where license_type = 'bizlic'")
    assert [one.code for one in ask(stocked, identifier=OTHER_IDENTIFIER).advice] == ["search.unknown_type"]


def test_what_waits_of_a_holder_is_told_beside_what_is_held(shelf: Library, stocked: Library) -> None:
    assert ask(shelf, holder_code=COMPANY).advice == []
    shelf.add_case(holder_hashes=[holder_hash(shelf.keyring, "001", COMPANY)])
    answer = ask(shelf, holder_code=COMPANY)
    assert len(answer.hits) == 3
    assert [(one.code, one.words.zh) for one in answer.advice] == [
        ("search.in_quarantine", "该主体有 1 条记录因数据问题待处理")
    ]
    assert ask(shelf, holder_code=COMPANY, license_type="namepre").advice == []


def test_what_waits_under_either_reading_of_fifteen_digits_is_told(shelf: Library) -> None:
    shelf.add_feed()
    number = next(one for one in (f"{370283650307000 + serial}" for serial in range(1000)) if is_of_both(one, TODAY))
    assert [one.code for one in ask(shelf, text=number).advice] == ["search.undelivered"]
    shelf.add_case(holder_hashes=[holder_hash(shelf.keyring, "099", number)])
    for terms in ({"text": number}, {"holder_code": number}, {"holder_code": number, "holder_code_type": "099"}):
        assert [one.code for one in ask(shelf, **terms).advice] == ["search.in_quarantine"], terms
    assert [one.code for one in ask(shelf, holder_code=number, holder_code_type="111").advice] == ["search.undelivered"]
    shelf.add_subject("王伟", number, "111")
    shelf.add_subject("某厂", number, "099")
    assert [one.code for one in ask(shelf, text=number).advice] == ["search.in_quarantine"]


def test_fifteen_digits_of_one_kind_say_that_they_may_be_of_another(shelf: Library) -> None:
    shelf.add_feed()
    number = next(one for one in (f"{370283650307000 + serial}" for serial in range(1000)) if is_of_both(one, TODAY))
    shelf.add_license(shelf.add_subject("王伟", number, "111"), license_number="P1")
    shelf.add_license(shelf.add_subject("某厂", number, "099"), license_number="O1")
    answer = ask(shelf, text=number)
    assert (numbers(answer), [one.code for one in answer.advice]) == (["P1"], ["search.other_kind"])
    answer = ask(shelf, holder_code=number, holder_code_type="099")
    assert (numbers(answer), answer.advice) == (["O1"], [])
