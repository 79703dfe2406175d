"""What is counted of a batch is numbers, and counts what it says."""

from __future__ import annotations

from datetime import date

from schemas.license.license import LICENSE
from schemas.license.problems import Problem, problems_frame
from schemas.suites.measures import Measured, Measures, measure_records
from tests.license_library.library_makers import record, records_frame

IDENTIFIER = "1.2.156.3005.2.11100000000013338W011.{}.20230000403.001.U"
OURS, OTHER = "11370283MB9T00230W", "11430000006122244L"


def counted(
    *rows: dict[str, object], problems: list[tuple[int, Problem]] | None = None
) -> dict[tuple[str, str], tuple[int, int]]:
    mapped = {"license_number", "valid_to", "issuer_code", "open_ended"}
    found = measure_records(records_frame(*rows), problems_frame(problems or []), LICENSE, mapped)
    return {(one.measure, one.name): (one.found, one.of) for one in found}


def test_mapped_fields_are_counted_as_filled_and_no_end_is_an_end() -> None:
    told = counted(
        record(), record(record_id="R2", license_number=None, open_ended=False), record(valid_to=date(2030, 1, 1))
    )
    assert {name: count for (kind, name), count in told.items() if kind == "filled"} == {
        "license_number": (2, 3), "valid_to": (2, 3), "issuer_code": (0, 3),
    }  # fmt: skip


def test_a_number_that_two_records_share_is_a_double_and_a_version_is_none() -> None:
    assert counted(record(), record(), record(record_id="R2"))["duplicate", "license_number"] == (1, 2)
    assert counted(record(), record(record_id="R2", license_type="namepre"))["duplicate", "license_number"] == (0, 2)


def test_an_identifier_of_another_issuer_contradicts_the_issuer_code() -> None:
    told = counted(
        record(license_identifier=IDENTIFIER.format(OURS), issuer_code=OURS),
        record(license_identifier=IDENTIFIER.format(OTHER), issuer_code=OURS),
        record(license_identifier=IDENTIFIER.format(OTHER), issuer_code="370283"),
        record(license_identifier=None, issuer_code=OURS),
    )
    assert told["contradiction", "identifier_issuer"] == (1, 2)


def test_a_problem_counts_once_for_each_record() -> None:
    twice = [Problem("record.bad_date", name, "a date", "x") for name in ("valid_to", "valid_from")]
    told = counted(record(), record(record_id="R2"), problems=[(0, twice[0]), (0, twice[1])])
    assert told["problem", "record.bad_date"] == (1, 2)


def test_chunks_add_up() -> None:
    measures = Measures()
    for found in (1, 2):
        measures.add(Measured("filled", "valid_to", found, 10))
    assert measures.all() == [Measured("filled", "valid_to", 3, 20)]
