"""Every received record is staged, known or in quarantine, and nothing personal lies open on the way."""

from __future__ import annotations

import json
from types import SimpleNamespace

import polars as pl
import pytest
from library_makers import DEPARTMENT, NOW, TOO_MANY, record, records_frame
from psycopg.errors import QueryCanceled
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from license_library.asking.holders import holder_hash
from license_library.exchange.checking import (
    CountsDiffer,
    clear_check,
    finish_check,
    hold_exchange,
    save_quality_results,
)
from license_library.exchange.exchanges import finish_landing
from license_library.exchange.staging import StagingRefused, stage_records
from license_library.exchange.summaries import summarize
from license_library.merge.merging import merge_exchange
from license_library.quarantine.quarantining import quarantine_records
from license_library.storage.database import limit_statements
from schemas.errors import LeaseLost
from schemas.license.problems import Problem, problems_frame

PROBLEM = Problem("record.bad_date", "valid_to", "a date", "明年")
ODD_TEXTS = [
    "tab\there",
    "line\nbreak\r\n",
    "back\\slash",
    "\\N",
    "\\.",
    "a\n\\.\nb",
    '"quoted", comma',
    "",
    " ",
    "𠮷🀄",
    "null",
]


@pytest.fixture
def landed(library, begin):
    exchange = begin()
    finish_landing(library, exchange, NOW)
    return exchange


def quarantine(library, keyring, exchange, *rows, digests=None, problems=None):
    frame = records_frame(*rows)
    found = problems if problems is not None else problems_frame([(row, PROBLEM) for row in range(frame.height)])
    with library.begin() as conn:
        sources = digests or [bytes([number]) * 32 for number in range(frame.height)]
        return quarantine_records(conn, keyring, exchange, frame, found, dict(enumerate(sources)), "rules-1", NOW)


def cases(library):
    with library.connect() as conn:
        return conn.execute(text("select * from quarantined_records order by quarantine_id")).all()


@pytest.mark.parametrize("odd", ODD_TEXTS)
def test_any_text_survives_staging_and_merging(library, keyring, pull, odd):
    pull(record(change_reason=odd, holder_name="甲" + odd, face=json.dumps({"odd": odd}, ensure_ascii=False)))
    with library.connect() as conn:
        kept = conn.execute(text("select change_reason, holder_name, face, license_identifier from licenses")).one()
    assert kept == (odd, "甲" + odd, {"odd": odd}, None)


def test_every_field_arrives_as_it_was_sent(library, pull):
    sent = record(valid_from=NOW.date(), item_code="x", file_url="http://a/b", version_number="2", issuer_code="11")
    pull(sent)
    with library.connect() as conn:
        kept = dict(conn.execute(text("select * from licenses")).one()._mapping)
    hidden = {"holder_code", "holder_code_type", "holders", "face"}
    assert {name: kept[name] for name in sent if name not in hidden} == {
        n: v for n, v in sent.items() if n not in hidden
    }
    assert kept["face"] == json.loads(sent["face"])


def test_the_code_of_a_holder_is_only_kept_encrypted(library, keyring, pull):
    pull(record(holder_code="370283199003077211", holder_code_type="111"))
    with library.connect() as conn:
        subject = conn.execute(text("select * from subjects")).one()
    assert keyring.decrypt(subject.code_encrypted) == b"370283199003077211"
    assert subject.holder_hash == holder_hash(keyring, "111", "370283199003077211")
    assert (subject.kind, subject.code_type) == ("person", "111")


def test_an_escaped_nul_in_the_face_does_not_stop_the_batch(library, pull):
    assert pull(record(face='{"a":"\\u0000"}'), record(record_id="R2")).merged == 2


def test_the_class_of_a_license_identifier_is_kept(library, pull):
    good = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
    pull(record(license_identifier=good))
    with library.connect() as conn:
        assert conn.scalar(text("select identifier_class from licenses")) == "valid"


def test_a_check_can_be_repeated(library, keyring, landed):
    frame = records_frame(record())
    for _ in range(2):
        with library.begin() as conn:
            clear_check(conn, landed)
            stage_records(conn, keyring, landed, frame)
            finish_check(conn, landed, 1, 0, None, "rules-1", NOW)
    assert merge_exchange(library, landed.exchange_id, lambda: NOW).merged == 1


def test_a_record_staged_by_a_task_and_its_orphan_is_refused(library, keyring, landed):
    frame = records_frame(record())
    with library.begin() as conn:
        stage_records(conn, keyring, landed, frame)
    with pytest.raises(StagingRefused, match="pk_staged_licenses"), library.begin() as conn:
        stage_records(conn, keyring, landed, frame)


def test_a_refused_batch_never_quotes_a_record(library, keyring, landed):
    with pytest.raises(StagingRefused) as refusal, library.begin() as conn:
        stage_records(conn, keyring, landed, records_frame(record(face="{no json", holder_name="王小明")))
    assert refusal.value.__cause__ is None
    assert "王小明" not in str(refusal.value)


def test_a_check_that_does_not_add_up_is_refused(library, keyring, landed):
    with library.begin() as conn:
        stage_records(conn, keyring, landed, records_frame(record()))
    with pytest.raises(CountsDiffer, match="expected 3 received, got 1 staged"), library.begin() as conn:
        finish_check(conn, landed, 3, 1, None, "rules-1", NOW)


def test_a_merged_exchange_takes_no_more_records(library, keyring, check):
    exchange = check(record())
    merge_exchange(library, exchange.exchange_id, lambda: NOW)
    with pytest.raises(LeaseLost), library.begin() as conn:
        stage_records(conn, keyring, exchange, records_frame(record()))


def test_known_records_are_counted_and_not_staged(library, keyring, pull, landed):
    with library.begin() as conn:
        conn.execute(text("update exchanges set state = 'failed'"))
    pull(record(), record(record_id="R2"))
    assert pull(record(), record(record_id="R2", status="revoked"), record(record_id="R3")).merged == 2
    with library.connect() as conn:
        last = conn.execute(text("select * from exchanges order by exchange_id desc limit 1")).one()
    assert (last.received_count, last.merged_count, last.unchanged_count) == (3, 2, 1)


def test_a_frame_in_parts_whose_first_part_is_known_is_staged(library, keyring, pull, begin):
    old = [record(record_id=f"R{number}") for number in range(40)]
    pull(*old)
    exchange = begin()
    finish_landing(library, exchange, NOW)
    new = [records_frame(record(record_id=name, status="revoked"), page=page) for name, page in [("R1", 2), ("R2", 3)]]
    with library.begin() as conn:
        parts = pl.concat([records_frame(*old[3:]), *new], rechunk=False)
        assert stage_records(conn, keyring, exchange, parts).height == 37
        finish_check(conn, exchange, 39, 0, None, "rules-1", NOW)
    assert merge_exchange(library, exchange.exchange_id, lambda: NOW).merged == 2


def test_quarantine_keeps_every_reason_and_the_place(library, keyring, landed):
    other = Problem("record.missing_field", "issuer_name", "a text", "nothing")
    found = problems_frame([(1, PROBLEM), (1, other)])
    assert quarantine(library, keyring, landed, record(), record(record_id="R2"), problems=found) == 1
    (case,) = cases(library)
    assert [problem["field"] for problem in case.problems] == ["valid_to", "issuer_name"]
    assert case.codes == ["record.bad_date", "record.missing_field"]
    assert (case.record_id, case.page_number, case.position, case.state) == ("R2", 1, 1, "open")
    assert case.holder_hashes == [holder_hash(keyring, "001", "91370283MA3C00001X")]


def test_a_waiting_record_is_known_by_everyone_whom_it_lists(library, keyring, landed):
    listed = [
        {"code": "370283199003077211", "code_type": "111", "name": "王五", "share": None},
        {"code": "", "code_type": "111", "name": "赵六"},
    ]
    quarantine(library, keyring, landed, record(holders=json.dumps(listed, ensure_ascii=False)))
    (case,) = cases(library)
    known = [("001", "91370283MA3C00001X"), ("111", "370283199003077211")]
    assert sorted(case.holder_hashes) == sorted(holder_hash(keyring, *one) for one in known)


def test_the_same_bad_row_again_is_the_same_case(library, keyring, begin):
    for _ in range(3):
        with library.begin() as conn:
            conn.execute(text("update exchanges set state = 'failed'"))
        exchange = begin()
        finish_landing(library, exchange, NOW)
        quarantine(library, keyring, exchange, record())
    (case,) = cases(library)
    assert (case.tries, case.exchange_id) == (3, exchange.exchange_id)


def test_a_repeated_check_is_not_another_try(library, keyring, landed):
    for _ in range(2):
        quarantine(library, keyring, landed, record())
    assert [case.tries for case in cases(library)] == [1]


def test_two_equal_bad_rows_in_one_batch_are_one_case_and_two_received(library, keyring, landed):
    assert quarantine(library, keyring, landed, record(), record(), digests=[b"x" * 32] * 2) == 2
    assert len(cases(library)) == 1


def test_poison_in_a_bad_record_is_stored_harmlessly(library, keyring, landed):
    nasty = record(record_id="a\x00b" + "长" * 5000, license_type="\x00", holder_code=None)
    assert quarantine(library, keyring, landed, nasty) == 1
    (case,) = cases(library)
    assert len(case.record_id) == 200
    assert case.holder_hashes == []


def test_a_discarded_case_stays_discarded(library, keyring, landed):
    quarantine(library, keyring, landed, record())
    with library.begin() as conn:
        conn.execute(text("update quarantined_records set state = 'discarded'"))
    quarantine(library, keyring, landed, record())
    assert [case.state for case in cases(library)] == ["discarded"]


def test_no_problem_means_no_case(library, keyring, landed):
    assert quarantine(library, keyring, landed, record(), problems=problems_frame()) == 0


def test_the_summary_names_the_most_frequent_reasons(library, keyring, landed):
    quarantine(library, keyring, landed, record(), record(record_id="R2"))
    with library.begin() as conn:
        finish_check(conn, landed, 2, 2, None, "rules-1", NOW)
    merge_exchange(library, landed.exchange_id, lambda: NOW)
    summary = summarize(library, landed.exchange_id)
    assert summary.top_reasons == [("record.bad_date", 2)]
    assert (summary.received, summary.quarantined, summary.merged, summary.held) == (2, 2, 0, 0)


def test_a_held_exchange_frees_its_feed_and_counts_what_waits(library, keyring, begin, landed):
    with library.begin() as conn:
        stage_records(conn, keyring, landed, records_frame(record()))
        hold_exchange(conn, landed, TOO_MANY, 1, 0, None, "rules-1", NOW)
    summary = summarize(library, landed.exchange_id)
    assert (summary.state, summary.held, summary.hold_reasons) == ("held", 1, TOO_MANY)
    assert begin().epoch == landed.epoch + 1


def test_quality_results_are_rows(library, landed):
    result = SimpleNamespace(
        expectation="expect_column_values_to_not_be_null", column="status", severity="row", success=False,
        evaluated=3, unexpected=1, detail=None, zh="状态不为空", en="a status is told",
    )  # fmt: skip
    with library.begin() as conn:
        save_quality_results(conn, landed, "license", [result, result])
        rows = conn.execute(text("select ordinal, column_name, unexpected_count from quality_results")).all()
    assert rows == [(0, "status", 1), (1, "status", 1)]


def test_the_database_itself_refuses_counts_that_do_not_add_up(library, landed):
    with pytest.raises(IntegrityError, match="conservation"), library.begin() as conn:
        conn.execute(text("update exchanges set state = 'merged', received_count = 2, merged_count = 1"))


def test_a_department_clock_that_runs_ahead_does_not_move_the_cursor_past_us(library, pull):
    pull(record(source_updated_at=NOW.replace(year=2017)))
    with library.connect() as conn:
        assert conn.scalar(text("select cursor_at from feeds where department = :d"), {"d": DEPARTMENT}) == NOW


def test_a_frame_without_rows_is_staged_as_nothing(library, keyring, landed):
    with library.begin() as conn:
        assert stage_records(conn, keyring, landed, records_frame(record()).clear()).is_empty()
        assert isinstance(problems_frame(), pl.DataFrame)


def test_a_limit_reached_while_rows_are_copied_lets_the_step_be_repeated(library, keyring, landed):
    with library.begin() as conn:
        body = "'begin perform pg_sleep(9); return new; end'"
        conn.execute(text(f"create function slow() returns trigger language plpgsql as {body}"))
        conn.execute(text("create trigger slow before insert on staged_licenses execute function slow()"))
    with pytest.raises(QueryCanceled), limit_statements(library, 1).begin() as conn:
        stage_records(conn, keyring, landed, records_frame(record()))
