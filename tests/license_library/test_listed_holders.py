"""A license of several holders is kept with all of them, version by version, and belongs to each."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from library_makers import NOW, record
from question_makers import COMPANY, IDENTIFIER, PERSON, TODAY, Library
from question_makers import NOW as ASKED_AT
from sqlalchemy import text

from license_library.asking.questions import ConflictFilter, SearchTerms, VerifyQuestion
from license_library.checklist.checklist import answer_checklist
from license_library.exchange.checking import clear_check
from license_library.exchange.exchanges import fail_exchange, finish_landing
from license_library.facts.conflict_list import list_conflicts, show_conflict
from license_library.facts.prefill import answer_prefill
from license_library.facts.subject_facts import facts_of_subject
from license_library.licenses.dossier import get_license
from license_library.licenses.held_as_of import held_as_of
from license_library.licenses.license_now import license_now
from license_library.licenses.reliances import Relying, rely_on
from license_library.merge.merging import Counts, discard_held, merge_exchange
from license_library.pairs.subject_comparing import compare_subjects
from license_library.search.lookup import find_licenses
from license_library.sharing.shared_licenses import cert_info, find_by_identifier
from license_library.verification.verification import verify_license

OWNER = {"code": "91370283MA3C00001X", "code_type": "001", "name": "平度市恒通运输有限公司", "share": "60%"}
FIRST = {"code": "370283199003077211", "code_type": "111", "name": "王五", "share": "40%"}
SECOND = {"code": "370283198505051239", "code_type": "111", "name": "赵六"}
KEPT = """
select version_count, ordinal, h.name, o.name as subject, share from license_holders h join subjects o using (subject_id)
order by version_count, ordinal
"""


def shared(*holders, **changes):
    return record(holders=json.dumps(list(holders), ensure_ascii=False), **changes)


def kept(library):
    with library.connect() as conn:
        return [tuple(row) for row in conn.execute(text(KEPT))]


def count(library, table):
    with library.connect() as conn:
        return conn.scalar(text(f"select count(*) from {table}"))


def test_every_holder_becomes_a_subject_and_stays_with_its_version(library, pull):
    pull(shared(OWNER, FIRST, source_updated_at=NOW - timedelta(days=2)))
    pull(shared(OWNER, SECOND, source_updated_at=NOW - timedelta(days=1)))
    company = "平度市恒通运输有限公司"
    assert kept(library) == [
        (1, 1, company, company, "60%"), (1, 2, "王五", "王五", "40%"),
        (2, 1, company, company, "60%"), (2, 2, "赵六", "赵六", None),
    ]  # fmt: skip
    assert (count(library, "subjects"), count(library, "staged_holders")) == (3, 0)


def test_the_code_of_a_listed_holder_is_only_kept_encrypted(library, keyring, pull):
    pull(shared(OWNER, FIRST))
    with library.connect() as conn:
        sealed = conn.scalar(text("select code_encrypted from subjects where name = '王五'"))
        everything = conn.execute(text("select * from license_holders")).all()
    assert keyring.decrypt(sealed).decode() == FIRST["code"]
    assert FIRST["code"] not in str(everything)


def test_a_name_that_a_newer_list_confirms_is_not_replaced_by_one_in_between(library, pull):
    pull(shared(OWNER, FIRST, source_updated_at=NOW - timedelta(days=3)))
    pull(shared(OWNER, FIRST, record_id="R2", source_updated_at=NOW - timedelta(days=1)))
    pull(shared(OWNER, FIRST | {"name": "王六"}, record_id="R3", source_updated_at=NOW - timedelta(days=2)))
    with library.connect() as conn:
        names = conn.execute(text("select name from subjects order by name")).scalars().all()
        former = conn.execute(
            text("select s.name, f.name from former_names f join subjects s using (subject_id)")
        ).all()
    assert (names, former) == (["平度市恒通运输有限公司", "王五"], [("王五", "王六")])


def test_a_listed_holder_under_two_names_in_one_batch_keeps_both(library, pull):
    older = shared(OWNER, FIRST | {"name": "王六"}, record_id="R2", source_updated_at=NOW - timedelta(days=2))
    pull(older, shared(OWNER, FIRST, source_updated_at=NOW - timedelta(days=1)))
    with library.connect() as conn:
        names = conn.execute(text("select s.name, f.name from former_names f join subjects s using (subject_id)")).all()
    assert names == [("王五", "王六")]


def test_the_same_holders_are_no_version_and_another_share_is_one(library, pull):
    pull(shared(OWNER, FIRST))
    assert pull(shared(OWNER, FIRST)) == Counts(merged=0, unchanged=1)
    assert pull(shared(OWNER, FIRST | {"share": "30%"})).merged == 1


def test_versions_of_one_batch_keep_their_own_holders(library, pull):
    days = [NOW - timedelta(days=n) for n in (3, 2, 1)]
    batch = [(OWNER, FIRST), (OWNER, SECOND), (OWNER, FIRST, SECOND)]
    pull(*(shared(*who, source_updated_at=day) for who, day in zip(batch, days, strict=True)))
    assert [(version, name) for version, _, name, *_ in kept(library)] == [
        (number, one["name"]) for number, who in enumerate(batch, 1) for one in who
    ]


def test_an_exchange_that_fails_after_its_check_leaves_no_holder_behind(library, check):
    exchange = check(shared(OWNER, FIRST))
    assert count(library, "staged_holders") == 2
    fail_exchange(library, exchange.exchange_id, "hub.failed", "stopped by hand", NOW)
    assert [count(library, table) for table in ("staged_holders", "staged_licenses")] == [0, 0]


def test_a_check_that_is_repeated_or_a_batch_that_is_dropped_leaves_no_holder_behind(library, keyring, begin, check):
    from test_merging import hold  # noqa: PLC0415 - its way of holding a batch

    held = hold(library, keyring, begin, shared(OWNER, FIRST))
    assert count(library, "staged_holders") == 2
    discard_held(library, held.exchange_id, NOW)
    assert count(library, "staged_holders") == 0
    exchange = begin(now=NOW + timedelta(hours=1))
    finish_landing(library, exchange, NOW + timedelta(hours=1))
    with library.begin() as conn:
        conn.execute(
            text("insert into staged_holders values (:id, 1, 0, 1, '', '001', '', 'x', 'x')"),
            {"id": exchange.exchange_id},
        )
        clear_check(conn, exchange)
    assert count(library, "staged_holders") == 0


def test_a_subject_keeps_the_name_of_its_newest_record_as_a_listed_holder_too(library, check):
    for day, name in ((1, "王五新"), (2, "王五旧")):
        exchange = check(
            shared(OWNER, FIRST | {"name": name}, record_id=f"R{day}", source_updated_at=NOW - timedelta(days=day))
        )
        merge_exchange(library, exchange.exchange_id, lambda: NOW)
    assert {subject for _, _, name, subject, _ in kept(library) if name.startswith("王五")} == {"王五新"}


def shared_license(shelf: Library, **changes: object) -> int:
    company = shelf.add_subject()
    person = shelf.add_subject("王五光", PERSON, "111")
    license_id = shelf.add_license(company, license_number="S1", **changes)
    shelf.add_holders(license_id, (company, "平度市恒通运输有限公司", "60%"), (person, "王五光", "40%"))
    return license_id


def test_a_license_is_found_by_every_holders_code_and_name(shelf: Library) -> None:
    shelf.add_feed()
    shared_license(shelf)
    for terms in ({"holder_code": PERSON}, {"holder_code": COMPANY}, {"holder_name": "五光"}, {"holder_name": "恒通"}):
        hits = find_licenses(shelf.conn, shelf.keyring, SearchTerms(**terms), TODAY, ASKED_AT).hits
        assert [(hit.license_number, len(hit.holders)) for hit in hits] == [("S1", 2)], terms


def test_a_license_whose_holders_share_a_name_is_one_hit_on_one_page(shelf: Library) -> None:
    exchange = shelf.add_feed()
    assert exchange
    company = shelf.add_subject("恒通甲公司")
    sister = shelf.add_subject("恒通乙公司", "91370283MA3N0A9C7W", "001")
    license_id = shelf.add_license(company, license_number="S1")
    shelf.add_holders(license_id, (company, "恒通甲公司", None), (sister, "恒通乙公司", None))
    shelf.add_license(sister, license_number="S2")
    first = find_licenses(shelf.conn, shelf.keyring, SearchTerms(holder_name="恒通", limit=1), TODAY, ASKED_AT)
    asked = SearchTerms(holder_name="恒通", limit=1, after=first.next)
    second = find_licenses(shelf.conn, shelf.keyring, asked, TODAY, ASKED_AT)
    assert [hit.license_number for hit in (*first.hits, *second.hits)] == ["S1", "S2"]
    assert second.next is None


def test_whoever_held_an_earlier_version_holds_it_no_more(shelf: Library) -> None:
    shelf.add_feed()
    license_id = shared_license(shelf)
    shelf.change(f"update licenses set version_count = 2 where license_id = {license_id}")
    for terms in (SearchTerms(holder_code=PERSON), SearchTerms(holder_name="五光")):
        assert find_licenses(shelf.conn, shelf.keyring, terms, TODAY, ASKED_AT).hits == []


def test_a_checklist_counts_the_license_for_every_holder(shelf: Library) -> None:
    shelf.add_feed()
    shared_license(shelf, license_type="bizlic", open_ended=True, status="valid")
    for code in (COMPANY, PERSON):
        answer = answer_checklist(shelf.conn, shelf.keyring, "PD-E-010", code, None, TODAY, ASKED_AT)
        assert "held" in {one.verdict for one in answer.materials if one.license_type == "bizlic"}


def test_every_holder_verifies_the_license_and_a_stranger_does_not(shelf: Library) -> None:
    shelf.add_feed()
    shared_license(shelf)
    for values, matches in (
        ({"holder_name": "王五光", "holder_code": PERSON}, True),
        ({"holder_name": "平度市恒通运输有限公司", "holder_code": COMPANY}, True),
        ({"holder_name": "王五"}, False),
    ):
        question = VerifyQuestion(license_number="S1", values=values)
        answer = verify_license(shelf.conn, shelf.keyring, question, TODAY, ASKED_AT)
        assert answer.matches is matches


@pytest.mark.parametrize(
    ("name", "number", "kind", "fitting"),
    [
        ("王五光", COMPANY, None, {"holder_name": True, "holder_code": False}),
        ("平度市恒通运输有限公司", PERSON, None, {"holder_name": True, "holder_code": False}),
        ("王五光", PERSON, "001", {"holder_name": True, "holder_code": True, "holder_code_type": False}),
        ("王五光", None, "001", {"holder_name": True, "holder_code_type": False}),
        (None, COMPANY, "111", {"holder_code": True, "holder_code_type": False}),
        ("他人", PERSON, "111", {"holder_name": False, "holder_code": True, "holder_code_type": True}),
    ],
)
def test_the_name_of_one_holder_with_the_number_of_another_is_nobodys(
    shelf: Library, name: str | None, number: str | None, kind: str | None, fitting: dict[str, bool]
) -> None:
    shelf.add_feed()
    shared_license(shelf)
    given = {"holder_name": name, "holder_code": number, "holder_code_type": kind}
    values = {field: value for field, value in given.items() if value}
    question = VerifyQuestion(license_number="S1", license_type="bizlic", values=values)
    answer = verify_license(shelf.conn, shelf.keyring, question, TODAY, ASKED_AT)
    assert answer.verdict == "mismatch"
    assert {one.field: one.matches for one in answer.fields} == fitting


def test_the_dossier_shows_each_versions_holders_masked_and_what_changed(shelf: Library) -> None:
    shelf.add_feed()
    license_id = shared_license(shelf, version_count=2)
    (company, person) = shelf.read("select subject_id from subjects order by subject_id")
    shelf.add_former_version(license_id, company)
    shelf.change(f"update license_holders set version_count = 2 where license_id = {license_id}")
    shelf.add_holders(license_id, (company, "平度市恒通运输有限公司", "50%"), (person, "王五光", "50%"))
    answer = get_license(shelf.conn, shelf.keyring, license_id, TODAY, ASKED_AT)
    assert [(one.name, one.code, one.share) for one in answer.license.holders] == [
        ("平度市恒通运输有限公司", COMPANY[:4] + "*" * 10 + COMPANY[-4:], "60%"),
        ("王五光", PERSON[:4] + "*" * 10 + PERSON[-4:], "40%"),
    ]
    assert [[one.share for one in version.holders] for version in answer.versions] == [["60%", "40%"], ["50%", "50%"]]
    assert "holders" in {change.field for change in answer.versions[0].changes}
    assert PERSON not in str(answer)


def test_what_was_held_names_everyone_whom_that_version_lists(shelf: Library) -> None:
    shelf.add_feed()
    license_id = shared_license(shelf, version_count=2)
    (company, person) = shelf.read("select subject_id from subjects order by subject_id")
    shelf.change("update license_holders set version_count = 2")
    shelf.add_former_version(license_id, company, known_from=ASKED_AT - timedelta(days=9))
    shelf.add_holders(license_id, (person, "王五光", "10%"), (company, "平度市恒通运输有限公司", "90%"))
    then = ASKED_AT - timedelta(days=8)
    for known_at, shares in ((None, ["60%", "40%"]), (then, ["10%", "90%"])):
        (held,) = held_as_of(shelf.conn, shelf.keyring, COMPANY, None, TODAY, known_at, TODAY, ASKED_AT).licenses
        assert [one.share for one in held.holders] == shares
        assert {one.name for one in held.holders} == {"平度市恒通运输有限公司", "王五光"}
        assert PERSON not in str(held)


PASSPORT = "E12345678"


def seen_of_a_foreigner(shelf: Library) -> dict[str, object]:
    """Give every answer about a company that holds a license together with a foreigner whose passport stands all over it."""
    shelf.add_feed()
    shelf.add_feed("human_resources", ("hr",))
    number, asker, later = f"津{PASSPORT}号", (shelf.conn, shelf.keyring), ASKED_AT + timedelta(hours=1)
    company, foreigner = shelf.add_subject(), shelf.add_subject("SMITH JOHN", PASSPORT, "414")
    told = f"护照 {PASSPORT.lower()}"
    license_id = shelf.add_license(
        company, license_number=number, license_identifier=IDENTIFIER, open_ended=True, face={"address": told},
        record_id=number, change_reason=told, replaces=number, license_name=told, item_name=told, version_count=2,
    )  # fmt: skip
    shelf.add_former_version(license_id, company, license_number=f"{number}旧", replaces=f"{number}旧", file_url=told)
    other = shelf.add_license(
        company, license_type="hr", department="human_resources", open_ended=True, face={"address": f"另处 {PASSPORT}"}
    )
    for one, version in ((license_id, 1), (license_id, 2), (other, 1)):
        listed = (company, "平度市恒通运输有限公司", None), (foreigner, "SMITH JOHN", None)
        shelf.add_holders(one, *listed, version_count=version)
    relying = Relying(license_id, "C1", None, "王工", "x")
    facts = (*asker, COMPANY, None, ["registered_address"])
    address = ConflictFilter(element="registered_address")
    return {
        "search": find_licenses(*asker, SearchTerms(holder_code=COMPANY), TODAY, ASKED_AT),
        "dossier": get_license(*asker, license_id, TODAY, ASKED_AT),
        "checklist": answer_checklist(*asker, "PD-E-010", COMPANY, None, TODAY, ASKED_AT),
        "holdings": held_as_of(*asker, COMPANY, None, None, None, TODAY, ASKED_AT),
        "pair": compare_subjects(*asker, company, foreigner, TODAY, ASKED_AT),
        "shared": [
            cert_info(row, shelf.keyring, license_now(shelf.conn, row.license_id, TODAY, ASKED_AT))
            for row in find_by_identifier(shelf.conn, IDENTIFIER, ["bizlic", "realestate"], TODAY)
        ],
        "reliance": rely_on(*asker, relying, TODAY, ASKED_AT),
        "facts": facts_of_subject(*facts, None, None, TODAY, later),
        "facts then": facts_of_subject(*facts, TODAY, later, TODAY, later),
        "form": answer_prefill(*asker, "PD-E-005", COMPANY, None, None, TODAY, later),
        "conflicts": list_conflicts(*asker, address, TODAY, later).conflicts[0],
        "conflict": show_conflict(*asker, company, "registered_address", TODAY, later),
    }


def test_the_passport_of_any_holder_is_masked_in_whatever_tells_of_the_license(shelf: Library) -> None:
    answers = seen_of_a_foreigner(shelf)
    assert {name for name, answer in answers.items() if PASSPORT in str(answer).upper()} == set()
    assert {name for name, answer in answers.items() if "E1*****78" not in str(answer).upper()} == set()
