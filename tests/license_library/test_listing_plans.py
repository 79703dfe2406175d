"""What every exchange asks of the whole library costs one pass at the most, also where there are no statistics yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest
from question_makers import NOW, Library
from sqlalchemy import event

from license_library.merge.heard_again import find_told_by_held, overtake_held
from license_library.merge.leases import Exchange
from license_library.merge.listings import Missed, count_outdated, mark_unlisted, note_missed, note_returned
from license_library.oversight.reversals import count_reversals, end_reversals

pytestmark = pytest.mark.usefixtures("database")  # one that no other test has left its statistics in
MANY = 3000
NAMES = [f"B{n}" for n in range(1, MANY + 1)]
LICENSES = """
insert into licenses (department, feed, subject_id, record_id, license_type, license_number, issuer_name, issued_on,
                      holder_name, open_ended, area_code, status, source_updated_at, digest, page_number, position,
                      version_count, known_from, exchange_id, mapping_version)
select 'market_regulation', 'licenses', n, 'B' || n, 'bizlic', 'N' || n, '机关', date '2010-01-01', '某人', true, '370283',
       'valid', now(), '', 1, 1, 1, now(), (select max(exchange_id) from exchanges), 'm'
  from generate_series(1, :many) as n
"""


FEW = 30
STAGE = """
insert into staged_licenses (exchange_id, page_number, position, record_id, license_type, license_number, issuer_name,
                             issued_on, holder_name, holder_name_key, holder_hash, holder_code_type, holder_code_encrypted,
                             open_ended, area_code, status, source_updated_at, digest)
select (select max(exchange_id) from exchanges), 1, n, 'B' || n, 'bizlic', 'N' || n, '机关', date '2010-01-01', '某人', '某人', '',
       '111', '', true, '370283', 'valid', timestamptz '2000-01-01', 'x'
  from generate_series(1, :few) as n
"""


def test_what_is_outdated_is_counted_without_a_walk_through_the_library(shelf: Library) -> None:
    exchange_id = shelf.add_feed()
    shelf.change(LICENSES, many=MANY)
    shelf.change(STAGE, few=FEW)
    exchange = Exchange(exchange_id, 1, "market_regulation", "licenses", "landed", "m", None, NOW)
    asked: list[tuple[str, Any]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        asked.append((statement, parameters))

    event.listen(shelf.conn, "before_cursor_execute", note)
    assert count_outdated(shelf.conn, exchange) == FEW
    event.remove(shelf.conn, "before_cursor_execute", note)
    ((statement, values),) = asked
    plan = shelf.conn.exec_driver_sql(f"explain (analyze, format json) {statement}", values).scalar_one()
    assert sum(rows_touched(plan)) < MANY


def test_a_whole_list_is_compared_with_the_library_in_one_pass(shelf: Library) -> None:
    exchange_id = shelf.add_feed()
    shelf.change(LICENSES, many=MANY)
    exchange = Exchange(exchange_id, 1, "market_regulation", "licenses", "landed", "m", None, NOW)
    asked: list[tuple[str, Any]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        asked.append((statement, parameters))

    event.listen(shelf.conn, "before_cursor_execute", note)
    missed = note_missed(shelf.conn, exchange, pl.Series([f"B{n}" for n in range(11, MANY + 1)]))
    event.remove(shelf.conn, "before_cursor_execute", note)
    assert missed == Missed(10, MANY)
    shelf.change("delete from listing_changes")
    ((statement, values),) = [one for one in asked if "listing_changes" in one[0]]
    plan = shelf.conn.exec_driver_sql(f"explain (analyze, format json) {statement}", values).scalar_one()
    assert sum(rows_touched(plan)) < 20 * MANY


def test_what_a_whole_held_batch_says_otherwise_is_found_and_overtaken_in_a_few_passes(shelf: Library) -> None:
    held = shelf.add_feed()
    shelf.change(LICENSES, many=MANY)
    shelf.change("update exchanges set state = 'held', received_count = :many, held_count = :many", many=MANY)
    shelf.change(STAGE, few=MANY)
    again = shelf.add_exchange()
    shelf.change(STAGE.replace("'x'", "''"), few=MANY)
    facts = {"department": "market_regulation", "feed": "licenses", "exchange_id": again, "record_ids": NAMES}
    asked: list[tuple[str, Any]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        asked.append((statement, parameters))

    event.listen(shelf.conn, "before_cursor_execute", note)
    assert len(find_told_by_held(shelf.conn, facts)) == MANY
    begun = shelf.conn.begin_nested()
    overtake_held(shelf.conn, facts)
    event.remove(shelf.conn, "before_cursor_execute", note)
    assert shelf.conn.exec_driver_sql("select exchange_id, held_count from exchanges order by 1").all()[0] == (held, 0)
    begun.rollback()
    for statement, values in [asked[0], asked[-1]]:
        plan = shelf.conn.exec_driver_sql(f"explain (analyze, format json) {statement}", values).scalar_one()
        assert sum(rows_touched(plan)) < 40 * MANY


def test_what_a_held_list_missed_and_is_all_listed_again_is_forgotten_in_one_pass(shelf: Library) -> None:
    held = shelf.add_feed()
    shelf.change(LICENSES, many=MANY)
    shelf.change("update exchanges set state = 'held'")
    shelf.change(f"insert into listing_changes select {held}, license_id, false from licenses")
    exchange = Exchange(shelf.add_exchange(), 1, "market_regulation", "licenses", "landed", "m", None, NOW)
    note_returned(shelf.conn, exchange, NAMES)
    asked: list[tuple[str, Any]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        asked.append((statement, parameters))

    event.listen(shelf.conn, "before_cursor_execute", note)
    begun = shelf.conn.begin_nested()
    mark_unlisted(shelf.conn, exchange, NOW)
    event.remove(shelf.conn, "before_cursor_execute", note)
    assert shelf.conn.exec_driver_sql("select count(*) from listing_changes").scalar_one() == MANY
    begun.rollback()
    statement, values = asked[-1]
    plan = shelf.conn.exec_driver_sql(f"explain (analyze, format json) {statement}", values).scalar_one()
    assert sum(rows_touched(plan)) < 20 * MANY


REVERSALS = """
insert into license_reversals (license_id, version_count, department, feed, status_before, status, exchange_id, noticed_at)
select license_id, 1, department, feed, 'revoked', 'valid', exchange_id, now() from licenses order by license_id limit :few
"""
LOOKED_AT = """
with looked_at as (
  insert into incidents (department, feed, kind, cause, severity, words_zh, words_en, state, first_seen_at, last_seen_at, resolved_at)
  select 'market_regulation', 'licenses', 'reversed', 'revoked valid', 'warning', '', '', 'resolved', '2001-01-01', '2001-01-01',
         '2001-01-01' from generate_series(1, 10 * :few) returning incident_id)
insert into incident_events (incident_id, happened_at, what, who) select incident_id, '2001-01-01', 'resolved', '张工' from looked_at
"""


def test_what_no_law_lets_follow_is_ended_and_counted_by_one_look_at_licenses_and_incidents(shelf: Library) -> None:
    shelf.add_feed()
    shelf.change(LICENSES, many=MANY)
    shelf.change(REVERSALS, few=FEW)
    shelf.change(LOOKED_AT, few=FEW)
    shelf.change("update licenses set status = 'cancelled' where license_id % 2 = 0")
    asked: list[tuple[str, Any]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        asked.append((statement, parameters))

    event.listen(shelf.conn, "before_cursor_execute", note)
    assert end_reversals(shelf.conn, "market_regulation") == FEW / 2
    assert [one.license_count for one in count_reversals(shelf.conn, "market_regulation")] == [FEW / 2]
    event.remove(shelf.conn, "before_cursor_execute", note)
    shelf.change(REVERSALS + " on conflict do nothing", few=FEW)
    for statement, values in asked:
        plan = shelf.conn.exec_driver_sql(f"explain (analyze, format json) {statement}", values).scalar_one()
        assert sum(rows_touched(plan)) < MANY


def rows_touched(plan: Any) -> Iterator[float]:
    """Yield how many rows each step of a plan gave or threw away, over all of its turns."""
    if isinstance(plan, list):
        for part in plan:
            yield from rows_touched(part)
    elif isinstance(plan, dict):
        thrown = plan.get("Rows Removed by Join Filter", 0) + plan.get("Rows Removed by Filter", 0)
        yield (plan.get("Actual Rows", 0) + thrown) * plan.get("Actual Loops", 0)
        for part in plan.values():
            yield from rows_touched(part)
