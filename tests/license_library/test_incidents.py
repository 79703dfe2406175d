"""An incident is one row as long as its cause lasts, and ends by itself when the cause is gone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from library_makers import NOW
from question_makers import Library
from sqlalchemy import Engine

from license_library.asking.questions import IncidentFilter
from license_library.asking.refusals import NotDecidable, WrongQuestion
from license_library.oversight.incident_decisions import IncidentDecision, decide_incident
from license_library.oversight.incident_list import list_incidents, report_incident
from license_library.oversight.incidents import REOPENED_WITHIN, Cause, tell_incidents
from license_library.storage.keyring import Keyring
from schemas.errors import NotFound, RequestError

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


def decide(library: Engine, number: int, choice: str, at=NOW, **facts):
    with library.begin() as conn:
        return decide_incident(conn, number, IncidentDecision(choice, "li", **facts), at)


def history(library: Engine, number: int) -> list[str]:
    with library.connect() as conn:
        return [one.what for one in report_incident(conn, number, NOW).events]


def test_a_cause_that_comes_back_soon_opens_the_same_incident_with_its_history(library):
    tell(library, GONE)
    number = decide(library, listed(library)[0].incident_id, "assign", assignee="wang").incident_id
    tell(library, at=NOW + timedelta(hours=1))
    tell(library, GONE, at=LATER)
    (one,) = listed(library, state="all")
    assert (one.incident_id, one.state, one.reopened_count, one.assigned_to) == (number, "open", 1, "wang")
    assert (one.first_seen_at, one.last_seen_at, one.resolved_at) == (NOW, LATER, None)
    assert history(library, number) == ["opened", "assigned", "resolved", "reopened"]


def test_a_cause_that_comes_back_late_is_a_new_incident(library):
    tell(library, GONE)
    tell(library)
    tell(library, GONE, at=NOW + REOPENED_WITHIN)
    assert [one.state for one in listed(library, state="all")] == ["open", "resolved"]


def test_several_causes_stand_at_once_and_one_feed_does_not_end_anothers(library):
    other = Cause("registrations", GONE.cause, "critical", "同", "the same")
    tell(library, GONE, other)
    with library.begin() as conn:
        assert tell_incidents(conn, "transport", "drift", [], LATER, feed="licenses") == 1
    assert [one.feed for one in listed(library)] == ["registrations"]


def test_two_that_tell_the_same_at_once_open_one(library):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: tell(library, GONE), range(8)))
    assert [one.seen_count for one in listed(library)] == [8]


def test_one_kind_does_not_end_another(library):
    tell(library, GONE)
    tell(library, kind="contract_unread")
    assert [one.cause for one in listed(library)] == [GONE.cause]


def test_a_pass_between_two_pages_moves_no_incident_over_the_edge(library):
    causes = [Cause("", f"cause {n}", "warning", "词", "words") for n in range(3)]
    for n in range(3):
        tell(library, *causes[: n + 1], at=NOW + timedelta(minutes=n))
    with library.connect() as conn:
        first = list_incidents(conn, IncidentFilter(limit=2), NOW)
    tell(library, *causes, at=NOW + timedelta(hours=1))
    with library.connect() as conn:
        second = list_incidents(conn, IncidentFilter(limit=2, after=first.next), NOW)
    assert [one.cause for one in (*first.incidents, *second.incidents)] == ["cause 2", "cause 1", "cause 0"]
    assert second.next is None


def test_the_gravest_stands_first(library):
    tell(library, NEW, GONE)
    assert [one.severity for one in listed(library)] == ["critical", "notice"]


@pytest.mark.parametrize(("choice", "state"), [("acknowledge", "acknowledged"), ("mute", "muted"), ("assign", "open")])
def test_what_somebody_decided_stays_while_the_cause_lasts(library, choice, state):
    tell(library, GONE)
    number = listed(library)[0].incident_id
    assert decide(library, number, choice, note="asked the department").state == state
    tell(library, GONE, at=LATER)
    (one,) = listed(library)
    assert (one.state, one.decided_by, one.note, one.seen_count) == (state, "li", "asked the department", 2)
    tell(library)
    assert listed(library) == []


def test_a_mute_ends_by_itself(library):
    tell(library, GONE)
    number = listed(library)[0].incident_id
    assert decide(library, number, "mute", days=2).muted_until == NOW + timedelta(days=2)
    tell(library, GONE, at=NOW + timedelta(days=2, seconds=-1))
    assert listed(library)[0].state == "muted"
    tell(library, at=NOW + timedelta(days=2), kind="another")
    (one,) = listed(library)
    assert (one.state, one.muted_until) == ("open", None)
    assert history(library, number) == ["opened", "muted", "mute_ended"]


def test_an_incident_is_resolved_and_reopened_by_hand(library):
    tell(library, GONE)
    number = listed(library)[0].incident_id
    assert decide(library, number, "mute").state == "muted"
    assert decide(library, number, "resolve", at=LATER).resolved_at == LATER
    with pytest.raises(NotDecidable, match="resolved"):
        decide(library, number, "acknowledge")
    assert (decide(library, number, "reopen").state, listed(library)[0].reopened_count) == ("open", 1)
    with pytest.raises(NotDecidable, match="open"):
        decide(library, number, "reopen")


def test_an_old_incident_is_not_reopened_beside_a_younger_one_of_its_cause(library):
    tell(library, GONE)
    old = listed(library)[0].incident_id
    tell(library)
    tell(library, GONE, at=NOW + REOPENED_WITHIN)
    with pytest.raises(NotDecidable, match="younger"):
        decide(library, old, "reopen")


def test_a_decision_needs_an_incident_who_makes_it_and_sense(library):
    tell(library, GONE)
    number = listed(library)[0].incident_id
    with pytest.raises(NotFound, match="no incident 999"):
        decide(library, 999, "mute")
    for wrong in ({"days": 0}, {"days": 91}, {"note": "x" * 501}):
        with pytest.raises(RequestError):
            decide(library, number, "mute", **wrong)
    with library.begin() as conn, pytest.raises(RequestError, match="got nobody"):
        decide_incident(conn, number, IncidentDecision("mute", " "), NOW)
    assert listed(library)[0].state == "open"


def test_incidents_are_narrowed_to_a_department_and_a_state(library):
    tell(library, GONE)
    assert listed(library, state="muted") == []
    assert len(listed(library, department="transport", state="open")) == 1
    for wrong in ({"limit": 0}, {"department": "water"}):  # of which nothing was ever noted
        with pytest.raises(WrongQuestion):
            listed(library, **wrong)
