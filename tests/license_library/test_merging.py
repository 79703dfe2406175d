"""Versions go forward only, history keeps every one of them, and merging twice is merging once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from library_makers import DEPARTMENT, FEED, LEASE, NOW, TOO_MANY, department_entry, feed_entry, record, records_frame
from sqlalchemy import text

from license_library.catalogue.declared_feeds import register_department
from license_library.exchange.checking import finish_check, hold_exchange
from license_library.exchange.exchanges import begin_exchange, fail_exchange, finish_landing
from license_library.exchange.staging import stage_records
from license_library.exchange.summaries import summarize
from license_library.merge.merging import Counts, NotHeld, discard_held, merge_exchange, release_held
from license_library.merge.overtaken import BadRows
from license_library.merge.shadowing import compare_exchange, note_reasons
from license_library.quarantine.quarantining import quarantine_records
from license_library.search.subject_keys import key_subjects, queue_subjects
from schemas.errors import LeaseLost, NotFound
from schemas.license.problems import Problem, problems_frame
from schemas.naming.search_keys import VERSION

EARLIER, LATER = NOW - timedelta(days=2), NOW - timedelta(days=1)


def rows(library, query):
    with library.connect() as conn:
        return conn.execute(text(query)).all()


def current(library):
    return rows(library, "select record_id, status, version_count from licenses order by record_id")


def history(library):
    return rows(library, "select record_id, status, version_count from license_history order by 1, 3")


def hold(library, keyring, begin, *records, now=NOW):
    exchange = begin(now=now)
    finish_landing(library, exchange, now)
    with library.begin() as conn:
        stage_records(conn, keyring, exchange, records_frame(*records))
        hold_exchange(conn, exchange, TOO_MANY, len(records), 0, None, "rules-1", now)
    return exchange


def test_a_new_record_becomes_a_license_with_its_subject(library, pull):
    assert pull(record()) == Counts(merged=1, unchanged=0)
    assert current(library) == [("R1", "valid", 1)]
    assert rows(library, "select s.name, l.record_id from licenses l join subjects s using (subject_id)") == [
        ("平度市恒通运输有限公司", "R1")
    ]


def test_an_unchanged_record_is_not_written(library, pull):
    pull(record())
    before = rows(library, "select xmin, ctid from licenses")
    assert pull(record()) == Counts(merged=0, unchanged=1)
    assert rows(library, "select xmin, ctid from licenses") == before


def test_merging_twice_returns_the_same_counts_and_changes_nothing(library, check):
    exchange = check(record(), record(record_id="R2"))
    first = merge_exchange(library, exchange.exchange_id, lambda: NOW)
    before = rows(library, "select * from license_history")
    assert merge_exchange(library, exchange.exchange_id, lambda: NOW) == first == Counts(merged=2, unchanged=0)
    assert rows(library, "select * from license_history") == before


def test_a_newer_version_replaces_and_the_old_one_becomes_history(library, pull):
    pull(record(source_updated_at=EARLIER))
    pull(record(source_updated_at=LATER, status="suspended"), now=NOW + timedelta(hours=1))
    assert history(library) == [("R1", "valid", 1), ("R1", "suspended", 2)]
    assert rows(library, "select known_from, known_to from license_history order by version_count") == [
        (NOW, NOW + timedelta(hours=1)),
        (NOW + timedelta(hours=1), None),
    ]


def test_a_version_from_a_clock_ahead_of_ours_keeps_out_nothing_that_is_told_later(library, pull):
    ahead, right = NOW + timedelta(days=2), NOW + timedelta(hours=1)
    pull(record(source_updated_at=ahead))
    pull(record(source_updated_at=NOW - timedelta(hours=1), status="cancelled"), now=right)  # older than what we knew
    assert current(library) == [("R1", "valid", 1)]
    pull(record(source_updated_at=right, status="suspended"), now=right + timedelta(hours=1))
    assert current(library) == [("R1", "suspended", 2)]
    assert pull(record(source_updated_at=right, status="suspended"), now=right + timedelta(hours=2)).merged == 0


def test_an_older_version_changes_nothing(library, pull):
    pull(record(source_updated_at=LATER, status="suspended"))
    assert pull(record(source_updated_at=EARLIER)) == Counts(merged=0, unchanged=1)
    assert history(library) == [("R1", "suspended", 1)]


def test_of_two_versions_of_one_moment_the_one_received_later_stands(library, pull):
    pull(record())
    assert pull(record(status="restricted")).merged == 1
    assert current(library) == [("R1", "restricted", 2)]


def test_a_version_that_comes_back_at_the_same_moment_stands(library, pull):
    pull(record())
    assert pull(record(status="suspended"), record()).merged == 2
    assert current(library) == [("R1", "valid", 3)]


def test_several_versions_in_one_batch_are_applied_in_order(library, pull):
    batch = [record(source_updated_at=EARLIER + timedelta(hours=h), status=s) for h, s in [(3, "revoked"), (1, "valid"), (2, "suspended")]]  # fmt: skip
    assert pull(*batch) == Counts(merged=3, unchanged=0)
    assert history(library) == [("R1", "valid", 1), ("R1", "suspended", 2), ("R1", "revoked", 3)]
    later = [record(source_updated_at=LATER + timedelta(hours=h), status=s) for h, s in [(2, "valid"), (1, "renewal_pending")]]  # fmt: skip
    assert pull(*later) == Counts(merged=2, unchanged=0)
    assert current(library) == [("R1", "valid", 5)]
    assert len(history(library)) == 5


def test_the_same_version_twice_in_one_batch_is_one_version(library, pull):
    assert pull(record(), record()) == Counts(merged=1, unchanged=1)


def test_a_license_can_pass_to_another_holder(library, pull):
    pull(record(source_updated_at=EARLIER))
    pull(record(source_updated_at=LATER, holder_code="370283199003077211", holder_code_type="111", holder_name="王五"))
    held = "select v.name from license_history h join subjects v using (subject_id) order by version_count"
    assert [name for (name,) in rows(library, held)] == ["平度市恒通运输有限公司", "王五"]


def test_a_subject_carries_the_name_of_its_newest_record(library, pull):
    pull(record(source_updated_at=EARLIER, holder_name="旧名"))
    pull(record(record_id="R2", source_updated_at=LATER, holder_name="新名"))
    pull(record(record_id="R3", source_updated_at=EARLIER - timedelta(days=9), holder_name="更旧"))
    assert rows(library, "select name, name_key from subjects") == [("新名", "新名")]


def test_a_name_confirmed_later_is_not_replaced_by_one_in_between(library, pull):
    pull(record(source_updated_at=EARLIER, holder_name="甲"))
    pull(record(record_id="R2", source_updated_at=LATER, holder_name="甲"))
    pull(record(record_id="R3", source_updated_at=EARLIER + timedelta(hours=1), holder_name="乙"))
    assert rows(library, "select name from subjects") == [("甲",)]


def test_the_feed_moves_its_cursor_and_its_freshness_with_the_merge(library, check):
    exchange = check(record(source_updated_at=LATER), now=NOW, begun_at=NOW - timedelta(minutes=5))
    assert rows(library, "select cursor_at, fresh_at from feeds") == [(None, None)]
    merge_exchange(library, exchange.exchange_id, lambda: NOW)
    assert rows(library, "select cursor_at, fresh_at from feeds") == [(LATER, NOW - timedelta(minutes=5))]


def test_an_exchange_that_brought_no_page_makes_nothing_fresh(library, begin):
    exchange = begin(now=NOW)
    finish_landing(library, exchange, NOW)
    with library.begin() as conn:
        finish_check(conn, exchange, 0, 0, None, "rules-1", NOW)
    merge_exchange(library, exchange.exchange_id, lambda: NOW)
    assert rows(library, "select fresh_at from feeds") == [(None,)]


def test_the_cursor_never_goes_back(library, pull):
    pull(record(source_updated_at=LATER))
    pull(record(record_id="R2", source_updated_at=EARLIER))
    assert rows(library, "select cursor_at from feeds") == [(LATER,)]


def test_the_next_exchange_asks_from_the_cursor_and_a_full_one_for_everything(library, pull, begin):
    pull(record(source_updated_at=LATER))
    exchange = begin()
    assert exchange.since_at == LATER
    fail_exchange(library, exchange.exchange_id, "department.timeout", "too slow", NOW)
    assert begin(full=True).since_at is None


def test_an_overtaken_exchange_is_not_merged(library, check, begin):
    exchange = check(record())
    begin(now=NOW + LEASE * 2)
    with pytest.raises(LeaseLost):
        merge_exchange(library, exchange.exchange_id, lambda: NOW + LEASE * 2)
    assert current(library) == []
    assert rows(library, "select count(*) from staged_licenses") == [(0,)]


def test_an_exchange_that_was_never_checked_is_not_merged(library, begin):
    with pytest.raises(LeaseLost):
        merge_exchange(library, begin().exchange_id, lambda: NOW)
    with pytest.raises(NotFound):
        merge_exchange(library, 99, lambda: NOW)


def test_two_tasks_that_merge_the_same_exchange_at_once_merge_it_once(library, check):
    exchange = check(*[record(record_id=f"R{number}") for number in range(200)])
    got = []
    threads = [
        threading.Thread(target=lambda: got.append(merge_exchange(library, exchange.exchange_id, lambda: NOW)))
        for _ in range(4)
    ]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert got == [Counts(merged=200, unchanged=0)] * 4
    assert rows(library, "select count(*), max(version_count) from license_history") == [(200, 1)]


def test_feeds_that_share_subjects_merge_at_once_without_waiting_in_a_circle(library, keyring):
    feeds = [f"feed{number}" for number in range(4)]
    with library.begin() as conn:
        register_department(conn, department_entry(), [feed_entry(feed=feed) for feed in feeds], NOW)
    failures = []

    def work(number: int) -> None:
        try:
            for turn in range(3):
                hour = timedelta(hours=turn * 4 + number)
                shared = [
                    record(record_id=f"{code}", holder_code=f"{code:018}", holder_name=f"名{number}{turn}", source_updated_at=EARLIER + hour)
                    for code in (range(300) if number % 2 else reversed(range(300)))
                ]  # fmt: skip
                exchange = begin_exchange(library, DEPARTMENT, feeds[number], "m", NOW, LEASE)
                finish_landing(library, exchange, NOW)
                with library.begin() as conn:
                    stage_records(conn, keyring, exchange, records_frame(*shared))
                    hold_exchange(conn, exchange, TOO_MANY, 300, 0, None, "r", NOW)
                release_held(library, exchange.exchange_id, lambda: NOW)
        except Exception as failure:  # noqa: BLE001 - whatever it was, the main thread must see it
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert failures == []
    assert rows(library, "select count(*), min(name), max(name) from subjects") == [(300, "名32", "名32")]


def test_a_held_exchange_changes_nothing_until_it_is_released(library, keyring, begin):
    exchange = hold(library, keyring, begin, record())
    assert current(library) == []
    with pytest.raises(LeaseLost):
        merge_exchange(library, exchange.exchange_id, lambda: NOW)
    assert release_held(library, exchange.exchange_id, lambda: NOW) == Counts(merged=1, unchanged=0)
    assert release_held(library, exchange.exchange_id, lambda: NOW) == Counts(merged=1, unchanged=0)
    summary = summarize(library, exchange.exchange_id)
    assert (summary.state, summary.received, summary.merged, summary.held) == ("merged", 1, 1, 0)


def test_an_exchange_that_never_was_held_is_not_released(library, begin, keyring):
    exchange = begin()
    finish_landing(library, exchange, NOW)
    with library.begin() as conn:
        stage_records(conn, keyring, exchange, records_frame(record()))
        finish_check(conn, exchange, 1, 0, None, "rules-1", NOW)
    merge_exchange(library, exchange.exchange_id, lambda: NOW)
    noted = []
    with pytest.raises(NotHeld, match="expected it held, got merged; nothing changed") as refused:
        release_held(library, exchange.exchange_id, lambda: NOW, lambda _conn, one: noted.append(one))
    assert (noted, "已入库" in refused.value.zh) == ([], True)


def test_a_held_exchange_released_late_does_not_undo_what_came_after(library, keyring, begin, pull):
    exchange = hold(library, keyring, begin, record(), record(record_id="R2"))
    pull(record(status="revoked"))
    assert release_held(library, exchange.exchange_id, lambda: NOW) == Counts(merged=1, unchanged=1)
    assert current(library) == [("R1", "revoked", 1), ("R2", "valid", 1)]


def test_a_discarded_exchange_leaves_nothing_staged_and_its_counts(library, keyring, begin):
    exchange = hold(library, keyring, begin, record())
    discard_held(library, exchange.exchange_id, NOW)
    assert rows(library, "select count(*) from staged_licenses") == [(0,)]
    summary = summarize(library, exchange.exchange_id)
    assert (summary.state, summary.held) == ("discarded", 1)
    with pytest.raises(NotHeld):
        release_held(library, exchange.exchange_id, lambda: NOW)


def test_a_good_version_ends_the_waiting_of_the_bad_one_before(library, keyring, begin, pull):
    exchange = begin()
    finish_landing(library, exchange, NOW)
    bad = problems_frame([(0, Problem("record.bad_date", "valid_to", "a date", "x"))])
    with library.begin() as conn:
        quarantine_records(conn, keyring, exchange, records_frame(record()), bad, {0: b"x" * 32}, "r", NOW)
    fail_exchange(library, exchange.exchange_id, "x", "x", NOW)
    pull(record())
    assert rows(library, "select state from quarantined_records") == [("mended",)]


def test_a_record_that_comes_back_good_and_unchanged_ends_the_waiting_too(library, keyring, begin, pull):
    pull(record())
    exchange = begin()
    finish_landing(library, exchange, NOW)
    bad, problem = records_frame(record(status=None)), Problem("record.missing_field", "status", "a value", "nothing")
    with library.begin() as conn:
        quarantine_records(conn, keyring, exchange, bad, problems_frame([(0, problem)]), {0: b"x" * 32}, "1", NOW)
        finish_check(conn, exchange, 1, 1, None, "1", NOW)
    merge_exchange(library, exchange.exchange_id, lambda: NOW)
    assert rows(library, "select state from quarantined_records") == [("open",)]
    assert pull(record()) == Counts(0, 1)
    assert rows(library, "select state from quarantined_records") == [("mended",)]


@pytest.fixture
def pull_bad(library, keyring, begin):
    """Give a function that merges an exchange of one bad row, which waits."""

    def pull_one(bad, problem):
        exchange = begin()
        finish_landing(library, exchange, NOW)
        found = problems_frame([(0, problem)])
        with library.begin() as conn:
            quarantine_records(conn, keyring, exchange, records_frame(bad), found, {0: b"x" * 32}, "1", NOW)
            finish_check(conn, exchange, 1, 1, None, "1", NOW)
        merge_exchange(library, exchange.exchange_id, lambda: NOW)

    return pull_one


def test_an_older_good_row_that_is_read_again_later_does_not_end_the_waiting_of_a_newer_one(library, pull, pull_bad):
    old = record(source_updated_at=EARLIER)
    pull(old)
    bad = record(status="revoked", issued_on=None, source_updated_at=LATER)
    pull_bad(bad, Problem("record.bad_date", "issued_on", "a date", "nothing"))
    assert pull(old) == Counts(0, 1)
    assert rows(library, "select state from quarantined_records") == [("open",)]
    assert pull(record(status="revoked", source_updated_at=LATER)) == Counts(1, 0)
    assert rows(library, "select state from quarantined_records") == [("mended",)]


@pytest.mark.parametrize(("days", "code"), [(1, "record.bad_date"), (99, "record.updated_in_future")])
def test_a_time_ahead_of_ours_keeps_no_case_open_once_the_record_comes_back_good(library, pull, pull_bad, days, code):
    bad = record(issued_on=None, source_updated_at=NOW + timedelta(days=days))
    pull_bad(bad, Problem(code, "source_updated_at", "a day", "another"))
    right = NOW + timedelta(minutes=5) if code == "record.bad_date" else EARLIER
    pull(record(source_updated_at=right), now=NOW + timedelta(hours=1))
    assert rows(library, "select state from quarantined_records") == [("mended",)]


def overtaken_of(conn, exchange, frame, problems):
    """Count the bad rows that were overtaken as unchanged; return how many."""
    bad = BadRows()
    bad.look(frame, problems)
    return bad.pass_overtaken(conn, exchange, NOW)


@pytest.fixture
def pull_beside_bad(library, keyring, begin):
    """Give a function that merges a good record and, read with it, a bad row of the same record."""

    def pull_both(good, bad):
        exchange = begin()
        finish_landing(library, exchange, NOW)
        frame = records_frame(good, bad)
        problem = Problem("record.missing_field", "status", "a value", "nothing")
        with library.begin() as conn:
            stage_records(conn, keyring, exchange, frame.head(1))
            facts = (frame, problems_frame([(1, problem)]), {1: b"x" * 32}, "1", NOW)
            quarantine_records(conn, keyring, exchange, *facts)
            overtaken = overtaken_of(conn, exchange, *facts[:2])
            finish_check(conn, exchange, 2, 1 - overtaken, None, "1", NOW)
        merge_exchange(library, exchange.exchange_id, lambda: NOW)
        return rows(library, "select state from quarantined_records")[0][0]

    return pull_both


def test_an_old_bad_row_that_is_read_with_the_good_one_that_followed_it_does_not_wait(library, pull_beside_bad):
    good, bad = record(source_updated_at=LATER), record(status=None, source_updated_at=EARLIER)
    assert pull_beside_bad(good, bad) == "mended"


def test_an_old_bad_row_that_is_read_again_after_it_was_mended_stays_mended(library, pull_beside_bad, pull):
    good, bad = record(source_updated_at=LATER), record(status=None, source_updated_at=EARLIER)
    pull_beside_bad(good, bad)
    told = "select action from case_events order by event_id"
    assert rows(library, told) == [("mended",)]
    assert pull_beside_bad(good, bad) == "mended"
    assert rows(library, told) == [("mended",)]


def test_an_overtaken_bad_row_that_comes_twice_is_one_case_and_two_rows_that_change_nothing(library, keyring, begin):
    exchange = begin()
    finish_landing(library, exchange, NOW)
    old = record(status=None, source_updated_at=EARLIER)
    frame = records_frame(record(source_updated_at=LATER), old, old)
    problem = Problem("record.missing_field", "status", "a value", "nothing")
    with library.begin() as conn:
        stage_records(conn, keyring, exchange, frame.head(1))
        facts = (frame, problems_frame([(1, problem), (2, problem)]), {1: b"x" * 32, 2: b"x" * 32}, "1", NOW)
        assert quarantine_records(conn, keyring, exchange, *facts) == 2
        assert overtaken_of(conn, exchange, *facts[:2]) == 2
        finish_check(conn, exchange, 3, 0, None, "1", NOW)
    merge_exchange(library, exchange.exchange_id, lambda: NOW)
    assert rows(library, "select merged_count, unchanged_count, quarantined_count from exchanges") == [(1, 2, 0)]
    assert rows(library, "select state from quarantined_records") == [("mended",)]


def test_a_shadow_exchange_counts_an_overtaken_bad_row_as_unchanged_and_tells_no_reason_of_it(
    library, keyring, begin, pull
):
    pull(record(source_updated_at=LATER))
    exchange = begin(is_shadow=True)
    finish_landing(library, exchange, NOW)
    frame = records_frame(record(status=None, source_updated_at=EARLIER), record(record_id="other", issued_on=None))
    found = [(0, Problem("record.missing_field", "status", "a value", "nothing"))]
    found += [(1, Problem("record.bad_date", "issued_on", "a date", "nothing"))]
    with library.begin() as conn:
        note_reasons(conn, exchange, frame, problems_frame(found))
        overtaken = overtaken_of(conn, exchange, frame, problems_frame(found))
        finish_check(conn, exchange, 2, 2 - overtaken, None, "1", NOW)
    compare_exchange(library, exchange, NOW)
    counted = "select received_count, unchanged_count, quarantined_count from exchanges where is_shadow"
    assert rows(library, counted) == [(2, 1, 1)]
    assert rows(library, "select name, found_count from shadow_changes where kind = 'reason'") == [
        ("record.bad_date", 1)
    ]


def test_an_overtaken_bad_row_counts_as_unchanged_and_one_that_waits_as_quarantined(library, pull_beside_bad):
    good = record(source_updated_at=LATER)
    counted = """select received_count, merged_count, unchanged_count, quarantined_count from exchanges
        order by exchange_id desc limit 1"""
    pull_beside_bad(good, record(status=None, source_updated_at=EARLIER))
    assert rows(library, counted) == [(2, 1, 1, 0)]
    pull_beside_bad(good, record(status=None, source_updated_at=EARLIER))
    assert rows(library, counted) == [(2, 0, 2, 0)]
    for time in (LATER, None):
        pull_beside_bad(good, record(status=None, source_updated_at=time))
        assert rows(library, counted) == [(2, 0, 1, 1)]


def test_a_bad_row_that_is_newer_than_the_good_one_or_of_no_known_time_waits(library, pull_beside_bad):
    good = record(source_updated_at=EARLIER)
    assert pull_beside_bad(good, record(status=None, source_updated_at=LATER)) == "open"
    assert pull_beside_bad(good, record(status=None, source_updated_at=EARLIER)) == "open"
    assert pull_beside_bad(good, record(status=None, source_updated_at=None)) == "open"


def test_ten_thousand_records_one_percent_changed_touch_only_those(library, pull):
    old = [record(record_id=f"R{n}", holder_code=f"{n % 6000:018}", source_updated_at=EARLIER) for n in range(10_000)]
    assert pull(*old).merged == 10_000
    new = [
        {**row, "status": "expired", "source_updated_at": LATER} if n % 100 == 0 else row for n, row in enumerate(old)
    ]
    assert pull(*new) == Counts(merged=100, unchanged=9_900)
    assert rows(library, "select count(*) from license_versions") == [(100,)]
    assert rows(
        library,
        "select count(*) from licenses l where not exists (select from subjects s where s.subject_id = l.subject_id)",
    ) == [(0,)]


VERSIONS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 5), st.sampled_from(["valid", "suspended", "revoked"])), max_size=8
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(VERSIONS, min_size=1, max_size=4))
def test_any_order_of_batches_ends_where_a_plain_dictionary_ends(library, pull, batches):
    with library.begin() as conn:
        conn.execute(text("truncate licenses, license_versions, subjects"))
    model: dict[str, list[tuple[int, str]]] = {}
    for batch in batches:
        # The sort is stable: of one moment, the later place counts.
        for name, hour, status in sorted(batch, key=lambda version: version[1]):
            known = model.setdefault(name, [])
            if not known or (hour >= known[-1][0] and (hour, status) != known[-1]):
                known.append((hour, status))
        if batch:
            pull(*[record(record_id=n, source_updated_at=EARLIER + timedelta(hours=h), status=s) for n, h, s in batch])
    expected = sorted(
        (name, status, count) for name, known in model.items() for count, (_, status) in enumerate(known, 1)
    )
    assert sorted(history(library)) == expected
    for exchange in rows(library, "select * from exchanges"):
        assert exchange.received_count == exchange.merged_count + exchange.unchanged_count + exchange.quarantined_count


def test_the_feed_of_another_department_is_another_record(library, pull):
    pull(record())
    assert rows(library, "select department, feed from licenses") == [(DEPARTMENT, FEED)]


def test_a_name_that_a_newer_record_replaces_is_kept_and_its_subject_waits_for_keys(library, pull, keyring):
    pull(record())
    key_subjects(library, keyring)
    pull(record(record_id="R2", holder_name="平度市宏泰运输有限公司", source_updated_at=EARLIER))
    assert rows(library, "select name, ordinal from former_names") == [("平度市恒通运输有限公司", 1)]
    assert rows(library, "select count(*) from subjects_to_key") == [(1,)]
    assert key_subjects(library, keyring) == 1
    keys = rows(library, "select ordinal, former_name, core_key from subject_keys order by ordinal")
    assert keys == [(0, None, "宏泰"), (1, "平度市恒通运输有限公司", "恒通")]
    pull(record(record_id="R3", holder_name="平度市恒通运输有限公司", source_updated_at=LATER))
    assert rows(library, "select name, ordinal from former_names order by ordinal") == [
        ("平度市恒通运输有限公司", 1),
        ("平度市宏泰运输有限公司", 2),
    ]
    key_subjects(library, keyring)
    names = rows(library, "select former_name from subject_keys order by ordinal")
    assert names == [(None,), ("平度市宏泰运输有限公司",)]


NAMES = "select s.name, f.name as former, f.ordinal from subjects s left join former_names f using (subject_id) order by ordinal"


def test_a_name_that_comes_after_the_newer_one_is_kept_and_found(library, pull, keyring):
    pull(record(holder_name="新恒物流", source_updated_at=LATER))
    key_subjects(library, keyring)
    old = record(record_id="R2", holder_name="老泰运输", source_updated_at=NOW - timedelta(days=900))
    pull(old)
    assert rows(library, NAMES) == [("新恒物流", "老泰运输", 1)]
    assert key_subjects(library, keyring) == 1
    found = "select former_name from subject_keys where name_pairs(other_key) @> name_pairs('老泰')"
    assert rows(library, found) == [("老泰运输",)]
    pull({**old, "status": "suspended", "source_updated_at": NOW - timedelta(days=800)})
    assert (rows(library, NAMES), key_subjects(library, keyring)) == ([("新恒物流", "老泰运输", 1)], 0)


def test_every_name_of_one_batch_is_kept_whatever_its_order(library, pull, keyring):
    days = {"丙": 1, "甲": 9, "乙": 5, "丁": 7}
    told = {name: NOW - timedelta(days=number) for name, number in days.items()}
    pull(*(record(record_id=f"R{name}", holder_name=name, source_updated_at=at) for name, at in told.items()))
    assert rows(library, NAMES) == [("丙", "甲", 1), ("丙", "丁", 2), ("丙", "乙", 3)]
    pull(
        record(record_id="R戊", holder_name="戊", source_updated_at=NOW - timedelta(days=20)),
        record(record_id="R己", holder_name="己", source_updated_at=NOW - timedelta(hours=1)),
        record(record_id="R庚", holder_name="庚", source_updated_at=NOW - timedelta(hours=2)),
    )
    assert [former for _, former, _ in rows(library, NAMES)] == ["甲", "丁", "乙", "丙", "戊", "庚"]
    assert rows(library, "select name from subjects") == [("己",)]
    assert key_subjects(library, keyring) == 1


def test_versions_of_one_record_in_one_batch_keep_their_names(library, pull):
    pull(record(holder_name="旧名", source_updated_at=EARLIER), record(holder_name="新名", source_updated_at=LATER))
    assert rows(library, NAMES) == [("新名", "旧名", 1)]


def test_keys_are_made_once_for_each_subject_and_anew_where_an_older_version_made_them(library, pull, keyring):
    pull(record(), record(record_id="R2"))
    assert key_subjects(library, keyring) == 1
    assert key_subjects(library, keyring) == 0
    with library.begin() as conn:
        assert queue_subjects(conn, every=False) == 0
        conn.execute(text("update subject_keys set keys_version = 0, sounds = '{}'"))
        assert queue_subjects(conn, every=False) == 1
    assert key_subjects(library, keyring) == 1
    assert rows(library, "select keys_version, sounds @> array['heng''tong'] from subject_keys") == [(VERSION, True)]


def test_new_names_are_sorted_into_the_index_of_pairs_with_the_search_keys(library, pull, keyring):
    waiting = (
        "select gin_clean_pending_list('ix_subjects_name_pairs')"  # how many pages wait on the list, and no longer
    )
    pull(record())
    assert rows(library, waiting) == [(1,)]
    pull(record(record_id="R2", holder_code="370283199001011234", holder_code_type="111", holder_name="王小明"))
    key_subjects(library, keyring)
    assert rows(library, waiting) == [(0,)]
