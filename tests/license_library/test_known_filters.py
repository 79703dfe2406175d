"""A filter that could fit nothing is refused with what there is, in both languages."""

from __future__ import annotations

import pytest
from library_makers import DEPARTMENT, NOW
from sqlalchemy import Engine

from license_library.asking.known_filters import check_code, check_department
from license_library.asking.questions import QuarantineFilter
from license_library.asking.refusals import WrongQuestion
from license_library.quarantine.case_batches import BatchOrder, Chosen, create_batch
from license_library.quarantine.quarantine_list import list_quarantine
from license_library.storage.keyring import Keyring


def test_a_department_of_which_nothing_was_noted_is_refused_with_those_there_are(library: Engine) -> None:
    with library.connect() as conn:
        check_department(conn, None)
        check_department(conn, DEPARTMENT)
        with pytest.raises(WrongQuestion, match=f"nothing was ever noted.*{DEPARTMENT}") as refused:
            check_department(conn, "trnsport")
    assert DEPARTMENT in refused.value.words.zh
    assert "trnsport" not in str(refused.value)


def test_a_declared_department_that_never_exchanged_anything_has_an_empty_list(library: Engine) -> None:
    with library.connect() as conn:
        answer = list_quarantine(conn, QuarantineFilter(department="water"), NOW, declared=["water"])
        assert (answer.cases, answer.total) == ([], 0)
        with pytest.raises(WrongQuestion, match="water"):
            list_quarantine(conn, QuarantineFilter(department="watre"), NOW, declared=["water"])


def test_a_problem_code_that_there_is_not_is_refused() -> None:
    for code in (None, "record.bad_date", "suite.issuers_are_of_the_city"):
        check_code(code)
    with pytest.raises(WrongQuestion, match=r"record\.bad_date"):
        check_code("record.bad_dat")


@pytest.mark.parametrize("wrong", [{"department": "trnsport"}, {"code": "record.bad_dat"}])
def test_neither_a_list_nor_a_batch_takes_a_wrong_filter_for_nothing_to_do(
    library: Engine, keyring: Keyring, wrong: dict[str, str]
) -> None:
    with library.begin() as conn:
        with pytest.raises(WrongQuestion):
            list_quarantine(conn, QuarantineFilter(**wrong), NOW)
        with pytest.raises(WrongQuestion):
            create_batch(conn, keyring, BatchOrder("recheck", "张工", Chosen(**wrong)), NOW)
