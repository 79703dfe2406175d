"""An incident is one row as long as its cause lasts, and ends by itself when the cause is gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from library_makers import NOW
from question_makers import Library
from sqlalchemy import Engine

from license_library.incident_list import list_incidents
from license_library.incidents import Cause, decide_incident, tell_incidents
from license_library.keyring import Keyring
from license_library.questions import IncidentFilter, WrongQuestion
from schemas.errors import NotFound

GONE = Cause("licenses", "removed BGSY", "critical", "字段 BGSY 已被删除", "field BGSY is gone")
NEW = Cause("", "operation_added X", "notice", "新增接口 X", "X is new")
LATER = NOW + timedelta(days=1)


@pytest.fixture
def library(database: Engine, keyring: Keyring) -> Engine:
    with database.begin() as conn:
        Library(conn, keyring).add_feed("transport")
    return database


def tell(library: Engine, *causes: Cause, at=NOW, kind="drift") -> int:
    with library.begin() as conn:
        return tell_incidents(conn, "transport", kind, causes, at)


def listed(library: Engine, **wanted):
    with library.connect() as conn:
        return list_incidents(conn, IncidentFilter(**wanted), NOW).incidents


def test_the_same_cause_again_is_the_same_incident(library):
    tell(library, GONE)
    tell(library, GONE, at=LATER)
    (one,) = listed(library)
    assert (one.state, one.seen_count, one.first_seen_at, one.last_seen_at) == ("open", 2, NOW, LATER)
    assert (one.words.zh, one.words.en, one.department_name) == (GONE.words_zh, GONE.words_en, one.department_name)


def test_an_incident_ends_by_itself_when_its_cause_is_gone(library):
    tell(library, GONE, NEW)
    assert tell(library, NEW, at=LATER) == 1
    assert [one.cause for one in listed(library)] == [NEW.cause]
    (ended,) = listed(library, state="resolved")
    assert (ended.cause, ended.resolved_at) == (GONE.cause, LATER)


def test_a_cause_that_comes_back_is_a_new_incident(library):
    tell(library, GONE)
    tell(library)
    tell(library, GONE, at=LATER)
    assert [one.state for one in listed(library, state="all")] == ["open", "resolved"]


def test_one_kind_does_not_end_another(library):
    tell(library, GONE)
    tell(library, kind="contract_unread")
    assert [one.cause for one in listed(library)] == [GONE.cause]


def test_the_gravest_stands_first(library):
    tell(library, NEW, GONE)
    assert [one.severity for one in listed(library)] == ["critical", "notice"]


@pytest.mark.parametrize("decision", ["acknowledged", "muted"])
def test_what_somebody_decided_stays_while_the_cause_lasts(library, decision):
    tell(library, GONE)
    with library.begin() as conn:
        decided = decide_incident(conn, listed(library)[0].incident_id, decision, "li", "asked the department", NOW)
    tell(library, GONE, at=LATER)
    (one,) = listed(library)
    assert (one.state, one.decided_by, one.note) == (decision, "li", "asked the department") == (
        decided.state, decided.decided_by, decided.note,
    )  # fmt: skip
    tell(library)
    assert listed(library) == []


def test_what_is_over_cannot_be_decided(library):
    tell(library, GONE)
    number = listed(library)[0].incident_id
    tell(library)
    with library.begin() as conn, pytest.raises(NotFound, match="no unresolved incident"):
        decide_incident(conn, number, "muted", "li", None, NOW)


def test_incidents_are_narrowed_to_a_department_and_a_state(library):
    tell(library, GONE)
    assert listed(library, department="water") == listed(library, state="muted") == []
    assert len(listed(library, department="transport", state="open")) == 1
    with pytest.raises(WrongQuestion):
        listed(library, limit=0)
