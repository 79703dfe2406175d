"""What the planner knows is looked up again where a table has outgrown it, and what it does not know costs no walk."""

from __future__ import annotations

from typing import Any

import pytest
from question_makers import NOW, TODAY, Library
from sqlalchemy import event
from test_listing_plans import LICENSES, MANY, rows_touched

from license_library.asking.questions import SearchTerms
from license_library.search.lookup import find_licenses
from license_library.storage.table_statistics import refresh_statistics

pytestmark = pytest.mark.usefixtures("database")  # one that no other test has left its statistics in


@pytest.fixture
def blind(shelf: Library) -> Library:
    """Give a library right after its first pull: thousands of licenses, of which the planner knows nothing."""
    shelf.add_feed()
    shelf.change(LICENSES, many=MANY)
    return shelf


def plan_of_a_number(shelf: Library, *, analyze: bool = False) -> Any:
    """Return how a search by license number is planned for whatever number."""
    asked: list[tuple[str, Any]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        asked.append((statement, parameters))

    event.listen(shelf.conn, "before_cursor_execute", note)
    find_licenses(shelf.conn, shelf.keyring, SearchTerms(number="N17"), TODAY, NOW)
    event.remove(shelf.conn, "before_cursor_execute", note)
    (statement, values) = asked[0]
    numbers = {name: f"${number}" for number, name in enumerate(values, 1)}
    shelf.conn.exec_driver_sql("set local plan_cache_mode = force_generic_plan")
    shelf.conn.exec_driver_sql(f"prepare asked as {statement % numbers}")
    given = ", ".join(_literal(value) for value in values.values())
    how = "analyze, format json" if analyze else "format json"
    plan = shelf.conn.exec_driver_sql(f"explain ({how}) execute asked({given})").scalar_one()
    shelf.conn.exec_driver_sql("deallocate asked")
    return plan


def _literal(value: Any) -> str:
    if isinstance(value, list):
        return f"array['{value[0]}']"
    return "null" if value is None else str(value)


def expected_licenses(plan: Any) -> float:
    """Return how many licenses the planner expects to have that number."""
    if plan.get("Index Name") == "ix_licenses_number_key":
        return float(plan["Plan Rows"])
    return max((expected_licenses(part) for part in plan.get("Plans", [])), default=0)


def test_a_number_is_looked_up_by_its_index_alone_where_there_are_no_statistics(blind: Library) -> None:
    assert sum(rows_touched(plan_of_a_number(blind, analyze=True))) < 100


def test_a_table_that_has_more_than_doubled_is_looked_at_again_and_no_other(blind: Library) -> None:
    (before,) = plan_of_a_number(blind)
    assert expected_licenses(before["Plan"]) > 10
    assert refresh_statistics(blind.conn) == ["licenses"]
    (after,) = plan_of_a_number(blind)
    assert expected_licenses(after["Plan"]) < expected_licenses(before["Plan"]) / 5
    assert refresh_statistics(blind.conn) == []
    blind.change(LICENSES.replace("'B' || n", "'C' || n"), many=MANY // 2)
    assert refresh_statistics(blind.conn) == []
    blind.change(LICENSES.replace("'B' || n", "'D' || n"), many=MANY)
    assert refresh_statistics(blind.conn) == ["licenses"]


def test_whoever_does_not_own_the_tables_leaves_them_alone(blind: Library) -> None:
    blind.change("create role reader_of_a_library")
    blind.change("set local role reader_of_a_library")
    assert refresh_statistics(blind.conn) == []
    blind.change("reset role")
