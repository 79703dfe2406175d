"""Quarantine is listed with reasons in words and a pointer to page and position, and gives nothing personal away."""

from __future__ import annotations

import msgspec
import pytest
from question_makers import NOW, PERSON, Library

from license_library.answers import QuarantineAnswer
from license_library.asking.questions import QuarantineFilter
from license_library.asking.refusals import WrongQuestion
from license_library.quarantine.case_batches import BatchOrder, Chosen, create_batch
from license_library.quarantine.quarantine_list import get_quarantine_case, list_quarantine
from schemas.errors import NotFound

_PAGE = "update landed_pages set request = :request"


def ask(shelf: Library, **wanted: object) -> QuarantineAnswer:
    """List quarantine as of the test's instant."""
    return list_quarantine(shelf.conn, QuarantineFilter(**wanted), NOW)


@pytest.fixture
def waiting(shelf: Library) -> Library:
    """Give a library with four cases in two departments."""
    shelf.add_feed()
    shelf.add_case(codes=["record.bad_date"])
    shelf.add_case(codes=["record.bad_date", "record.too_long"], state="mended")
    shelf.add_feed("transport", ("repair",))
    shelf.add_case(department="transport", codes=["identifier.uscc_wrong"])
    shelf.add_case(department="transport", codes=["record.bad_date"])
    return shelf


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({}, 3),
        ({"state": None}, 4),
        ({"state": "mended"}, 1),
        ({"department": "transport"}, 2),
        ({"department": "transport", "feed": "licenses", "code": "record.bad_date"}, 1),
        ({"code": "record.too_long", "state": None}, 1),
    ],
)
def test_cases_are_filtered_by_department_code_and_state(
    waiting: Library, wanted: dict[str, object], count: int
) -> None:
    answer = ask(waiting, **wanted)
    assert (len(answer.cases), answer.total) == (count, count)


def test_the_choices_of_codes_are_counted_over_department_and_state(waiting: Library) -> None:
    codes = ask(waiting, code="identifier.uscc_wrong").codes
    assert [(one.code, one.count) for one in codes] == [("record.bad_date", 2), ("identifier.uscc_wrong", 1)]
    assert codes[0].words.zh == "日期无法识别"


def test_a_case_tells_its_problems_in_words(waiting: Library) -> None:
    problem = ask(waiting).cases[0].problems[0]
    assert (problem.words.zh, problem.field_words.zh) == ("日期无法识别", "有效期止")
    assert (problem.expected.words.zh, problem.got.words.en) == ("按 %Y-%m-%d 书写的日期", "2016-13-45")


def test_cases_page_newest_first(waiting: Library) -> None:
    whole = [case.quarantine_id for case in ask(waiting, state=None).cases]
    first = ask(waiting, state=None, limit=3)
    second = ask(waiting, state=None, limit=3, after=first.next)
    assert [case.quarantine_id for case in first.cases + second.cases] == whole == sorted(whole, reverse=True)
    with pytest.raises(WrongQuestion):
        ask(waiting, after=first.next)


def test_a_case_leads_to_its_page_and_position(shelf: Library) -> None:
    exchange_id = shelf.add_feed()
    license_id = shelf.add_license(shelf.add_subject(), record_id="R9")
    case_id = shelf.add_case(record_id="R9")
    detail = get_quarantine_case(shelf.conn, shelf.keyring, case_id, NOW)
    assert (detail.case.exchange_id, detail.case.page_number, detail.case.position) == (exchange_id, 1, 7)
    assert (detail.page_request, detail.page_digest) == ("QueryLicenses page 1", bytes(range(32)).hex())
    assert (detail.page_kept, detail.license_id) == (True, license_id)
    assert (detail.mapping_version, detail.rule_version) == ("map-1", "rule-1")


def test_a_resident_number_that_slipped_in_is_masked(shelf: Library) -> None:
    shelf.add_feed()
    problem = {
        "code": "record.too_long",
        "field": "record_id",
        "got": {"code": "value", "values": {"value": f"ID {PERSON}"}},
    }
    problem["expected"] = {"code": "length_at_most", "values": {"count": "8"}}
    shelf.add_case(record_id=f"370283-{PERSON}", problems=[problem])
    assert PERSON not in msgspec.json.encode(ask(shelf)).decode()


@pytest.mark.parametrize("quarantine_id", [0, 404, 2**80])
def test_a_case_that_is_not_there_is_not_found(shelf: Library, quarantine_id: int) -> None:
    with pytest.raises(NotFound):
        get_quarantine_case(shelf.conn, shelf.keyring, quarantine_id, NOW)


def test_what_was_asked_of_the_department_is_masked_as_the_record_is(shelf: Library) -> None:
    shelf.add_feed()
    case = shelf.add_case(record_id=PERSON)
    shelf.change(_PAGE, request=f"GET /licenses/by-id?id={PERSON}")
    shown = get_quarantine_case(shelf.conn, shelf.keyring, case, NOW)
    assert shown.page_request is not None
    assert shown.page_request.startswith("GET /licenses")
    assert PERSON not in msgspec.json.encode(shown).decode()


@pytest.mark.parametrize(("field", "total"), [("status", 1), ("license_type", 1), (None, 2), ("holder_name", 0)])
def test_a_batch_is_of_the_cases_whose_problem_is_about_a_field(shelf: Library, field: str | None, total: int) -> None:
    shelf.add_feed()
    for named in ("status", "license_type"):
        unknown = {"code": "record.unknown_code", "field": named, "expected": "", "got": ""}
        beside = {"code": "record.bad_date", "field": "holder_name", "expected": "", "got": ""}
        shelf.add_case(problems=[unknown, beside])
    chosen = Chosen(code="record.unknown_code", field=field)
    order = BatchOrder("edit", "王工", chosen, reason="来电核实", values={})
    batch = create_batch(shelf.conn, shelf.keyring, msgspec.structs.replace(order, action="recheck"), NOW)
    assert shelf.read("select total_count from case_batches where batch_id = :id", id=batch) == [total]
