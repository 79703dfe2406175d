"""A good license of which another row says otherwise, or whose successor is nobody's to rely on, is vouched for nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from question_makers import COMPANY, IDENTIFIER, NOW, TODAY, Library
from sqlalchemy import Engine
from subject_makers import bind

from license_library.answers import Verdict
from license_library.asking.doubts import kept_doubts
from license_library.asking.questions import SearchTerms, VerifyQuestion
from license_library.checklist.checklist import answer_checklist
from license_library.facts.subject_facts import facts_of_subject
from license_library.licenses.dossier import get_license
from license_library.licenses.license_now import license_now
from license_library.licenses.reliances import Relying, rely_on
from license_library.search.lookup import find_licenses
from license_library.storage.keyring import Keyring
from license_library.verification.verification import verify_license

pytestmark = pytest.mark.usefixtures("both_looks")

SAID = "另有同一证照的记录称其已不可用，各来源说法不一"
DISPLACED = "取代本证照的证照属于其他主体或已不可用"
PLATFORM = {"department": "transport", "license_number": "A1"}


@pytest.fixture
def shelf(database: Engine, keyring: Keyring) -> Iterator[Library]:
    """Give an empty library whose decisions are committed one by one."""
    with database.connect() as conn:
        yield Library(conn, keyring)


@pytest.fixture
def company(shelf: Library) -> int:
    """Give a company with a good license A1 of one of two feeds that both deliver business licenses and are fresh."""
    shelf.add_feed()
    shelf.add_feed("transport", ("bizlic",))
    company = shelf.add_subject()
    shelf.add_license(
        company,
        license_number="A1",
        license_identifier=IDENTIFIER,
        open_ended=True,
        face={"legal_representative": "王五"},
    )
    return company


def told(shelf: Library) -> list[list[str]]:
    """Return the doubts of A1 wherever doubts are told, that of a reliance as it is kept, too."""
    conn, keyring = shelf.conn, shelf.keyring
    (license_id,) = shelf.read("select min(license_id) from licenses")
    question = VerifyQuestion(license_type="bizlic", license_number="A1")
    relied = rely_on(conn, keyring, Relying(license_id, "C-1", None, "window", "case C-1"), TODAY, NOW)
    hits = find_licenses(conn, keyring, SearchTerms(number="A1"), TODAY, NOW).hits
    said = [
        verify_license(conn, keyring, question, TODAY, NOW).doubts,
        next(hit for hit in hits if hit.license_id == license_id).doubts,
        get_license(conn, keyring, license_id, TODAY, NOW).doubts,
        relied.doubts,
        relied.doubts_then or [],
    ]
    return [[doubt.code for doubt in some] for some in said]


def verdict(shelf: Library) -> Verdict:
    """Return what the checklist says of the business license."""
    answer = answer_checklist(shelf.conn, shelf.keyring, "PD-E-010", COMPANY, None, TODAY, NOW)
    return next(one for one in answer.materials if one.license_type == "bizlic")


def twin(shelf: Library, company: int, **changes: Any) -> int:
    """Write the same license as another feed tells it."""
    return shelf.add_license(company, **PLATFORM | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"department": "market_regulation", "issued_on": date(2016, 1, 1)},  # its own later issue
        {"issued_on": date(2015, 2, 28), "changed_on": date(2016, 5, 1)},  # a day off, and taken away since
        {"issued_on": date(2015, 2, 28)},  # said since, of no day that is told
        {"department": "market_regulation"},  # its own of that very day, under another key
    ],
)
def test_a_later_issue_and_what_was_taken_away_since_are_of_the_license(
    shelf: Library, company: int, changes: dict[str, Any]
) -> None:
    twin(shelf, company, status="withdrawn", **changes)
    assert told(shelf)[:4] == [["contradicted"]] * 4
    assert (verdict(shelf).verdict, verdict(shelf).reason) == ("stale", "contradicted")


@pytest.mark.parametrize("department", ["transport", "market_regulation"])
@pytest.mark.parametrize("status", ["expired", "superseded"])
def test_an_issue_that_a_renewal_ended_is_no_doubt_of_that(
    shelf: Library, company: int, department: str, status: str
) -> None:
    before = {"issued_on": date(2012, 3, 1), "changed_on": date(2015, 3, 1), "department": department}
    twin(shelf, company, status=status, **before)
    if department == "market_regulation":  # a renewal may keep the day of the first issue
        twin(shelf, company, status=status, department=department)
    assert told(shelf)[:4] == [[]] * 4
    assert verdict(shelf).verdict == "held"


@pytest.mark.parametrize("listed", [[0], [0, 1], [1, 2, 0]])
def test_a_license_whose_successor_leaves_a_joint_holder_out_is_displaced(
    shelf: Library, company: int, listed: list[int]
) -> None:
    bound, other = (
        shelf.add_subject("HENG TONG", "370283600000001", "099"),
        shelf.add_subject("某", "370283600000002", "099"),
    )
    third = shelf.add_subject("又", "370283600000003", "099")
    bind(shelf, company, bound)
    (license_id,) = shelf.read("select license_id from licenses")
    shelf.add_holders(license_id, (company, "甲", None), (other, "某", None))
    holders = [(bound, other, third)[place] for place in listed]
    successor = shelf.add_license(holders[0], license_number="A2", replaces="A1")
    shelf.add_holders(successor, *((one, "某", None) for one in holders))
    assert told(shelf)[:4] == [["displaced"] if len(listed) == 1 else []] * 4


@pytest.mark.parametrize("status", ["withdrawn", "suspended", "expired", "superseded"])
def test_what_another_feed_takes_away_is_no_more_than_stale(shelf: Library, company: int, status: str) -> None:
    assert told(shelf) == [[]] * 5
    twin(shelf, company, status=status)
    assert told(shelf)[:4] == [["contradicted"]] * 4
    answer = verify_license(
        shelf.conn, shelf.keyring, VerifyQuestion(license_type="bizlic", license_number="A1"), TODAY, NOW
    )
    assert (answer.verdict, answer.words.zh) == ("stale", f"证照存在，但{SAID}，请向颁发机构核实")
    material = verdict(shelf)
    assert (material.verdict, material.reason, material.satisfied) == ("stale", "contradicted", False)
    assert material.words.zh == f"最后所知：长期有效；{SAID}"
    (license_id,) = shelf.read("select license_id from licenses where license_identifier is not null")
    doubt = license_now(shelf.conn, license_id, TODAY, NOW).doubt
    assert doubt is not None
    assert doubt.zh == SAID


def test_what_was_relied_on_under_contradiction_keeps_that(shelf: Library, company: int) -> None:
    twin(shelf, company, status="withdrawn")
    assert told(shelf)[4] == ["contradicted"]
    assert [one.words.zh for one in kept_doubts(["contradicted", "displaced"])] == [SAID, DISPLACED]


def test_what_a_contradicted_license_tells_is_stale(shelf: Library, company: int) -> None:
    def fact() -> tuple[str, str | None]:
        answer = facts_of_subject(shelf.conn, shelf.keyring, COMPANY, None, None, None, None, TODAY, NOW)
        return next((one.verdict, one.reason) for one in answer.fields if one.name == "legal_representative")

    assert fact()[0] == "known"
    twin(shelf, company, status="withdrawn")
    assert fact() == ("stale", "contradicted")


def test_two_rows_of_one_identifier_contradict_each_other_whatever_their_numbers(shelf: Library, company: int) -> None:
    shelf.add_license(company, license_number="A2", license_identifier=IDENTIFIER, status="revoked")
    assert told(shelf)[:4] == [["contradicted"]] * 4


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "valid"},
        {"status": "draft"},
        {"status": "withdrawn", "license_type": "namepre"},
        {"status": "withdrawn", "license_number": "A2"},
        {"status": "withdrawn", "department": "market_regulation", "issued_on": date(2012, 3, 1)},
        {"status": "draft", "department": "market_regulation"},
        {"status": "withdrawn", "issued_on": date(2012, 3, 1), "changed_on": date(2014, 3, 1)},
        {
            "status": "withdrawn",
            "issued_on": date(2012, 3, 1),
            "source_updated_at": datetime(2015, 2, 28, 15, tzinfo=UTC),
        },
    ],
)
def test_what_says_nothing_else_of_the_very_license_is_no_doubt(
    shelf: Library, company: int, changes: dict[str, Any]
) -> None:
    twin(shelf, company, **changes)
    assert told(shelf)[:4] == [[]] * 4
    assert verdict(shelf).verdict == "held"


def test_the_same_number_of_another_holder_is_no_doubt(shelf: Library, company: int) -> None:
    twin(shelf, shelf.add_subject("某", "370283600000001", "099"), status="withdrawn")
    assert verdict(shelf).verdict == "held"
    shelf.change("update licenses set subject_id = :company", company=company)
    assert verdict(shelf).verdict == "stale"


def in_other_brackets(shelf: Library, company: int) -> None:
    """Let the other feed write the number in narrow brackets."""
    shelf.change("update licenses set license_number = '鲁（2016）第1号'")
    shelf.add_license(company, department="transport", license_number="鲁(2016)第1号", status="withdrawn")


def under_a_bound_number(shelf: Library, company: int) -> None:
    """Let the other feed know the holder under a number that a steward bound, and under another name."""
    other = shelf.add_subject("HENG TONG", "370283600000001", "099")
    bind(shelf, company, other)
    twin(shelf, other, status="withdrawn")


def under_another_number_of_one_name(shelf: Library, company: int) -> None:
    """Let the other feed know a holder of that name under a number of which nobody has decided anything."""
    twin(shelf, shelf.add_subject(code="370283600000001", code_type="099"), status="withdrawn")


def with_joint_holders_in_another_order(shelf: Library, company: int) -> None:
    """Let both feeds name the same two holders, each another one first."""
    other = shelf.add_subject("某", "370283600000001", "099")
    (license_id,) = shelf.read("select license_id from licenses")
    for one, holders in ((license_id, [company, other]), (twin(shelf, other, status="withdrawn"), [other, company])):
        shelf.add_holders(one, *((holder, "某", None) for holder in holders))


@pytest.mark.parametrize(
    "told_elsewhere",
    [in_other_brackets, under_a_bound_number, under_another_number_of_one_name, with_joint_holders_in_another_order],
)
def test_the_very_license_is_known_however_the_other_feed_writes_it(
    shelf: Library, company: int, told_elsewhere: Callable[[Library, int], None]
) -> None:
    told_elsewhere(shelf, company)
    assert (verdict(shelf).verdict, verdict(shelf).reason) == ("stale", "contradicted")
    number, *_ = shelf.read("select license_number from licenses order by license_id")
    question = VerifyQuestion(license_type="bizlic", license_number=number, values={"holder_code": COMPANY})
    answer = verify_license(shelf.conn, shelf.keyring, question, TODAY, NOW)
    assert (answer.verdict, [one.code for one in answer.doubts]) == ("stale", ["contradicted"])


def dispute(shelf: Library, license_id: int) -> None:
    """Ask its department to put it right."""
    shelf.dispute(license_id)


def let_wait(shelf: Library, license_id: int) -> None:
    """Let a newer record of it wait."""
    shelf.let_a_newer_record_wait(license_id)


def unlist(shelf: Library, license_id: int) -> None:
    """Let its department's list lack it."""
    shelf.unlist(license_id)


@pytest.mark.parametrize("doubt", [dispute, let_wait, unlist])
@pytest.mark.parametrize("same", [{"license_identifier": IDENTIFIER, "license_number": "A2"}, {}])
def test_a_copy_in_another_feed_hides_no_doubt_about_the_license(
    shelf: Library, company: int, doubt: Callable[[Library, int], None], same: dict[str, str]
) -> None:
    (license_id,) = shelf.read("select license_id from licenses")
    twin(shelf, company, **same)
    assert verdict(shelf).verdict == "held"
    doubt(shelf, license_id)
    material = verdict(shelf)
    assert (material.verdict, material.reason, material.satisfied) == ("stale", "doubted_elsewhere", False)
    assert "；同一证照的另一记录" in material.words.zh
    question = VerifyQuestion(license_type="bizlic", license_number=same.get("license_number", "A1"))
    answer = verify_license(shelf.conn, shelf.keyring, question, TODAY, NOW)
    assert (answer.verdict, [one.code for one in answer.doubts]) == ("stale", ["doubted_elsewhere"])
    told = facts_of_subject(shelf.conn, shelf.keyring, COMPANY, None, None, None, None, TODAY, NOW)
    assert {one.verdict for one in told.fields if one.name == "registration_authority"} == {"stale"}


@pytest.mark.parametrize("lost", [{"status": "revoked"}, {}])
def test_what_took_the_place_of_the_successor_counts_too(shelf: Library, company: int, lost: dict[str, str]) -> None:
    whose = company if lost else anothers(shelf, company)
    before = "A1"
    for number in ("A2", "A3", "A4"):
        shelf.add_license(company, license_number=number, replaces=before)
        before = number
    assert verdict(shelf).verdict == "held"
    shelf.add_license(whose, license_number="A5", replaces="A4", **lost)
    assert (verdict(shelf).verdict, verdict(shelf).reason) == ("stale", "displaced")
    assert told(shelf)[:4] == [["displaced"]] * 4


def test_an_identifier_that_stands_on_a_good_license_of_somebody_else_is_vouched_for_nowhere(
    shelf: Library, company: int
) -> None:
    other = twin(shelf, anothers(shelf, company), license_identifier=IDENTIFIER, license_number="B1")
    assert (verdict(shelf).verdict, verdict(shelf).reason) == ("stale", "displaced")
    assert told(shelf)[:4] == [["displaced"]] * 4
    shelf.change("update licenses set issued_on = '2012-03-01' where license_id = :other", other=other)
    assert verdict(shelf).verdict == "held"  # passed on to the applicant since
    shelf.change("update licenses set changed_on = '2016-05-01' where license_id = :other", other=other)
    assert (verdict(shelf).verdict, verdict(shelf).reason) == ("stale", "displaced")  # or away from them


def test_licenses_that_name_each_other_as_replaced_have_an_end(shelf: Library, company: int) -> None:
    shelf.add_license(company, license_number="A2", replaces="A1")
    shelf.change("update licenses set replaces = 'A2' where license_number = 'A1'")
    assert verdict(shelf).verdict == "held"


def test_a_successor_of_the_holder_under_a_bound_number_is_no_doubt(shelf: Library, company: int) -> None:
    other = shelf.add_subject("HENG TONG", "370283600000001", "099")
    shelf.add_license(other, license_number="A2", replaces="A1")
    assert verdict(shelf).reason == "displaced"
    bind(shelf, company, other)
    assert verdict(shelf).verdict == "held"


def test_what_a_displaced_license_tells_is_stale(shelf: Library, company: int) -> None:
    shelf.add_license(anothers(shelf, company), license_number="A2", replaces="A1")
    answer = facts_of_subject(shelf.conn, shelf.keyring, COMPANY, None, None, None, None, TODAY, NOW)
    told = {one.name: (one.verdict, one.reason) for one in answer.fields}
    assert told["legal_representative"] == ("stale", "displaced")
    assert told["credit_code"] == ("known", None)


def anothers(shelf: Library, company: int) -> int:
    """Give another holder."""
    return shelf.add_subject("某", "370283600000001", "099")


def own(shelf: Library, company: int) -> int:
    """Give the holder of A1."""
    return company


@pytest.mark.parametrize(
    ("whose", "status", "doubts"),
    [
        (anothers, "valid", ["displaced"]),
        (own, "revoked", ["displaced"]),
        (own, "valid", []),
        (anothers, "draft", []),
    ],
)
@pytest.mark.parametrize(
    "named", [{"replaces": "A1"}, {"replaces": IDENTIFIER}, {"license_identifier": IDENTIFIER[:-5] + "012.X"}]
)
def test_a_license_whose_successor_is_anothers_or_not_good_is_no_more_than_stale(
    shelf: Library,
    company: int,
    whose: Callable[[Library, int], int],
    status: str,
    doubts: list[str],
    named: dict[str, str],
) -> None:
    shelf.add_license(whose(shelf, company), license_number="A2", status=status, valid_to=TODAY, **named)
    assert told(shelf) == [doubts] * 5
    material = verdict(shelf)
    assert (material.verdict, material.reason) == (("stale", "displaced") if doubts else ("held", None))
    assert (DISPLACED in material.words.zh) == bool(doubts)


def test_all_that_speaks_against_a_license_is_told_of_it(shelf: Library, company: int) -> None:
    (license_id,) = shelf.read("select license_id from licenses")
    shelf.dispute(license_id)
    shelf.let_a_newer_record_wait(license_id)
    twin(shelf, company, status="withdrawn")
    shelf.change("update feeds set fresh_at = :then", then=NOW - timedelta(days=21))
    doubt = license_now(shelf.conn, license_id, TODAY, NOW).doubt
    assert doubt is not None
    parts = doubt.zh.split("；")
    assert parts[:3] == [SAID, "颁发部门有该证照更新的记录因数据问题待处理", "内容有异议，已请部门校核"]
    assert "起未提供数据" in parts[3]


LATER: dict[str, Any] = {"issued_on": date(2015, 3, 2)}


@pytest.mark.parametrize(
    "same",
    [
        {"license_identifier": IDENTIFIER, "license_number": "A2"},
        {},
        LATER,
        LATER | {"department": "market_regulation"},  # its own later issue, under another key
    ],
)
@pytest.mark.parametrize(
    ("changes", "is_doubt"),
    [
        ({}, True),
        ({"valid_to": TODAY}, False),
        ({"source_updated_at": NOW - timedelta(days=3)}, True),  # neither is the later word
        ({"source_updated_at": NOW - timedelta(days=4)}, False),
        ({"status": "renewal_pending"}, False),
        ({"open_ended": True}, False),
    ],
)
def test_a_term_that_another_feed_told_since_to_be_over_is_a_doubt(
    shelf: Library, company: int, same: dict[str, str], changes: dict[str, Any], is_doubt: bool
) -> None:
    over = {"valid_to": TODAY - timedelta(days=1), "source_updated_at": NOW - timedelta(days=1)}
    twin(shelf, company, **over | same | changes)
    assert told(shelf)[:4] == [["contradicted"] if is_doubt else []] * 4
    answer = facts_of_subject(shelf.conn, shelf.keyring, COMPANY, None, None, None, None, TODAY, NOW)
    fact = next(one for one in answer.fields if one.name == "legal_representative")
    assert (fact.verdict == "stale") == is_doubt
    assert verdict(shelf).verdict == ("stale" if is_doubt else "held")


GOOD_ELSEWHERE = "另有同一证照的记录称其仍可用，各来源说法不一"


@pytest.mark.parametrize(
    "term", [{"status": "suspended"}, {"status": "revoked"}, {"open_ended": False, "valid_to": date(2016, 1, 1)}]
)
@pytest.mark.parametrize(
    ("good", "is_doubt"),
    [
        ({"open_ended": True}, True),
        ({"valid_to": TODAY}, True),
        ({"valid_to": TODAY - timedelta(days=1)}, False),
        ({"open_ended": True, "issued_on": date(2015, 3, 2)}, False),  # issued anew
        ({"open_ended": True, "status": "draft"}, False),
    ],
)
def test_what_another_feed_calls_good_is_no_firm_no(
    shelf: Library, company: int, term: dict[str, Any], good: dict[str, Any], is_doubt: bool
) -> None:
    (license_id,) = shelf.read("select license_id from licenses")
    shelf.change(f"update licenses set {', '.join(f'{name} = :{name}' for name in term)}", **term)
    twin(shelf, company, source_updated_at=NOW - timedelta(days=9), **good)
    answer = verify_license(shelf.conn, shelf.keyring, VerifyQuestion(identifier=IDENTIFIER), TODAY, NOW)
    assert answer.license_id == license_id
    assert answer.verdict == ("stale" if is_doubt else "not_valid")
    assert (GOOD_ELSEWHERE in answer.words.zh) == is_doubt
    doubt = license_now(shelf.conn, license_id, TODAY, NOW).doubt
    assert (doubt and doubt.zh) == (GOOD_ELSEWHERE if is_doubt else None)


def test_what_is_good_under_a_number_that_is_not_bound_is_denied_to_nobody(shelf: Library, company: int) -> None:
    shelf.change("update licenses set status = 'suspended'")
    assert verdict(shelf).verdict == "not_good"
    twin(shelf, shelf.add_subject(code="370283600000001", code_type="099"), open_ended=True)
    told = verdict(shelf)
    assert (told.verdict, told.reason) == ("stale", "good_elsewhere")
    assert told.words.zh == f"最后所知：状态为暂扣；{GOOD_ELSEWHERE}"


def test_what_is_only_drafted_has_taken_nobodys_place(shelf: Library, company: int) -> None:
    shelf.add_license(company, license_number="A2", status="draft", replaces="A1")
    question = VerifyQuestion(license_type="bizlic", license_number="A1")
    answer = verify_license(shelf.conn, shelf.keyring, question, TODAY, NOW)
    assert (answer.verdict, answer.replaced_by) == ("confirmed", [])
    assert verdict(shelf).words.zh == "长期有效"
    shelf.change("update licenses set status = 'superseded' where license_number = 'A1'")
    assert (verdict(shelf).verdict, verdict(shelf).reason) == ("unknown", "superseded")
