"""What is kept of held batches for questions: written where one becomes held, gone with what it staged, filled by the upgrade."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from library_makers import NOW, record
from question_makers import COMPANY, IDENTIFIER
from sqlalchemy import Engine, text

from license_library.asking.questions import VerifyQuestion
from license_library.asking.waiting_records import type_waiting_words
from license_library.merge.merging import discard_held, release_held
from license_library.merge.staged import keep_held
from license_library.storage.keyring import Keyring
from license_library.verification.verification import verify_license

pytestmark = pytest.mark.usefixtures("both_looks")

TABLES = ("held_records", "held_holders")
EARLIER, LATER = NOW - timedelta(days=2), NOW - timedelta(days=1)
OTHER = "91110000600037341L"


def rows(library: Engine, table: str) -> list[tuple[Any, ...]]:
    with library.connect() as conn:
        return sorted(tuple(row) for row in conn.execute(text(f"select * from {table}")))


def counts(library: Engine) -> list[int]:
    return [len(rows(library, table)) for table in TABLES]


@pytest.mark.parametrize("end", ["released", "discarded"])
def test_what_is_kept_of_a_held_batch_goes_when_it_is_released_or_discarded(
    library: Engine, hold: Callable[..., int], end: str
) -> None:
    held = hold(record(), record(record_id="R2", holder_code=OTHER))
    assert counts(library) == [2, 2]
    if end == "released":
        release_held(library, held, lambda: NOW)
    else:
        discard_held(library, held, NOW)
    assert counts(library) == [0, 0]


def test_what_is_on_its_way_and_not_held_is_not_kept(library: Engine, check: Callable[..., Any]) -> None:
    check(record())
    assert counts(library) == [0, 0]


def test_what_was_heard_again_unchanged_is_kept_no_more(
    library: Engine, pull: Callable[..., Any], hold: Callable[..., int]
) -> None:
    pull(record(source_updated_at=LATER))
    hold(record(status="revoked", source_updated_at=EARLIER), record(record_id="R2"))
    pull(record(source_updated_at=LATER))
    assert len(rows(library, "held_records")) == 1


def test_the_upgrade_keeps_what_is_held_as_the_library_does(library: Engine, hold: Callable[..., int]) -> None:
    hold(record(license_identifier=IDENTIFIER, replaces=" a〔1〕"), record(record_id="R2", license_identifier="X1"))
    kept = [rows(library, table) for table in TABLES]
    assert len(kept[0]) == 2
    with library.begin() as conn:
        for table in TABLES:
            conn.execute(text(f"delete from {table}"))
        for statement in import_module("license_library.migrations.versions.0041_held_records").FILL:
            conn.execute(text(statement))
    assert [rows(library, table) for table in TABLES] == kept


@pytest.mark.parametrize("spelt", [IDENTIFIER, " " + IDENTIFIER.lower()])
def test_a_held_successor_names_an_identifier_however_it_is_written(
    library: Engine, keyring: Keyring, pull: Callable[..., Any], hold: Callable[..., int], spelt: str
) -> None:
    pull(record(holder_code=COMPANY, license_number="A1", license_identifier=IDENTIFIER, source_updated_at=EARLIER))
    hold(record(record_id="R2", holder_code=OTHER, license_number="A2", replaces=spelt, source_updated_at=LATER))
    with library.connect() as conn:
        asked = VerifyQuestion(license_type="bizlic", license_number="A1")
        answer = verify_license(conn, keyring, asked, NOW.date(), NOW)
    assert [doubt.code for doubt in answer.doubts] == ["in_quarantine"]


def test_beyond_a_thousand_it_is_said_that_no_more_were_counted() -> None:
    assert [type_waiting_words(many).en.split(" records")[0] for many in (999, 1000)] == ["999", "at least 1000"]
    assert "至少 1000 条" in type_waiting_words(1000).zh


def test_one_batch_that_becomes_held_waits_for_no_other(database: Engine) -> None:
    """Counting what a table holds locks it against whoever counts as well, till the commit."""
    with database.connect() as one, database.connect() as other:
        keep_held(one, 1)
        other.exec_driver_sql("set local lock_timeout = '2s'")
        keep_held(other, 2)
