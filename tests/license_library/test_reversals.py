"""A state that no law lets follow the one before is kept, noted once, and stands until it is put right or looked at."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from library_makers import DEPARTMENT, FEED, NOW, record
from sqlalchemy import text

from license_library.licenses.dossier import get_license
from license_library.oversight.incident_decisions import IncidentDecision, decide_incident
from license_library.oversight.incidents import Cause, tell_incidents
from license_library.oversight.reversals import KIND, Reversal, count_reversals, end_reversals

START = NOW - timedelta(days=20)
HOUR = timedelta(hours=1)


@pytest.fixture
def told(pull, library):
    """Tell one license in some states, a day apart; return what stands reversed once every pull has looked."""
    days = iter(range(20))

    def tell(*states, ends=None, record_id="R1"):
        for status in states:
            day = START + timedelta(days=next(days))
            end = {"valid_to": ends, "open_ended": False} if ends else {}
            pull(record(record_id=record_id, status=status, source_updated_at=day, **end), now=day)
            standing = counted(library)
        return standing

    return tell


def counted(library):
    """Return what stands reversed after a pull."""
    with library.begin() as conn:
        end_reversals(conn, DEPARTMENT)
        return count_reversals(conn, DEPARTMENT)


def tell_again(library, now):
    """Tell the incidents of what stands, as after a merge."""
    causes = [
        Cause(one.feed, f"{one.status_before} {one.status}", "warning", "一个", "one") for one in counted(library)
    ]
    with library.begin() as conn:
        tell_incidents(conn, DEPARTMENT, KIND, causes, now)


def decide(library, choice, now):
    """Let a person decide the one incident."""
    with library.begin() as conn:
        incident = conn.scalar(text("select incident_id from incidents"))
        decide_incident(conn, incident, IncidentDecision(choice, "张工"), now)


def incident_states(library):
    """Return the state of each incident."""
    with library.connect() as conn:
        return list(conn.scalars(text("select state from incidents order by incident_id")))


def test_what_is_revoked_and_told_valid_again_is_kept_and_noted(told, library):
    assert told("valid", "revoked") == []
    assert told("valid") == [Reversal(FEED, "revoked", "valid", 1)]
    with library.connect() as conn:
        assert conn.scalar(text("select status from licenses")) == "valid"


def test_it_stands_through_further_changes_and_ends_with_a_state_that_may_follow(told):
    told("valid", "cancelled", "valid")
    assert told("suspended") == [Reversal(FEED, "cancelled", "valid", 1)]
    assert told("cancelled") == []


def test_several_versions_in_one_batch_are_judged_one_after_the_other(pull, library):
    hours = [START + timedelta(hours=one) for one in range(3)]
    states = zip(hours, ("valid", "withdrawn", "valid"), strict=True)
    pull(*(record(source_updated_at=at, status=status) for at, status in states))
    with library.connect() as conn:
        assert count_reversals(conn, DEPARTMENT) == [Reversal(FEED, "withdrawn", "valid", 1)]


@pytest.mark.parametrize(
    "states",
    [
        ("draft", "valid", "renewal_pending", "valid", "suspended", "valid", "superseded", "cancelled"),
        ("valid", "expired", "cancelled"),
        ("valid", "revoked", "cancelled"),
        ("suspended", "superseded"),  # valid in between, which no pull saw
    ],
)
def test_what_the_law_knows_is_not_noted(told, states):
    assert told(*states) == []


def test_an_expired_license_is_valid_again_only_with_a_later_end(told):
    told("valid", "expired", ends=date(2016, 4, 1))
    assert told("valid", ends=date(2019, 4, 1)) == []
    told("valid", "expired", ends=date(2016, 4, 1), record_id="R2")
    assert told("valid", ends=date(2016, 4, 1), record_id="R2") == [Reversal(FEED, "expired", "valid", 1)]


def test_an_expired_license_that_was_told_valid_is_put_right_by_a_later_end(told):
    told("valid", "expired", ends=date(2016, 4, 1))
    assert told("valid", ends=date(2016, 4, 1)) == [Reversal(FEED, "expired", "valid", 1)]
    assert told("valid", ends=date(2019, 4, 1)) == []


def test_what_was_put_right_once_is_not_told_again_with_the_next(told):
    told("valid", "revoked", "valid", "cancelled")
    assert told("valid") == [Reversal(FEED, "cancelled", "valid", 1)]


def test_it_stands_only_while_the_department_lists_the_license(told, library):
    told("valid", "revoked", "valid")
    with library.begin() as conn:
        conn.execute(text("update licenses set unlisted_at = now()"))
    assert counted(library) == []
    with library.begin() as conn:
        conn.execute(text("update licenses set unlisted_at = null"))
    assert counted(library) == [Reversal(FEED, "revoked", "valid", 1)]


def test_what_a_person_resolved_does_not_come_back_but_another_does_and_ends(told, library):
    told("valid", "revoked", "valid")
    tell_again(library, NOW)
    decide(library, "resolve", NOW)
    tell_again(library, NOW + HOUR)
    assert incident_states(library) == ["resolved"]
    told("valid", "revoked", "valid", record_id="R2")
    with library.begin() as conn:
        conn.execute(text("update license_reversals set noticed_at = :at where license_id = 2"), {"at": NOW + HOUR})
    assert counted(library) == [Reversal(FEED, "revoked", "valid", 1)]
    tell_again(library, NOW + 2 * HOUR)
    assert incident_states(library) == ["open"]
    assert counted(library) == [Reversal(FEED, "revoked", "valid", 1)]  # the first was looked at, and stays so
    told("revoked", record_id="R2")
    tell_again(library, NOW + 3 * HOUR)
    assert incident_states(library) == ["resolved"]


def test_what_a_person_resolved_and_opened_again_stands(told, library):
    told("valid", "revoked", "valid")
    tell_again(library, NOW)
    decide(library, "resolve", NOW)
    decide(library, "reopen", NOW + HOUR)
    tell_again(library, NOW + 2 * HOUR)
    assert incident_states(library) == ["open"]


def test_the_license_says_which_version_it_was(told, library, keyring):
    told("valid", "revoked", "valid", "suspended")
    with library.connect() as conn:
        answer = get_license(conn, keyring, conn.scalar(text("select license_id from licenses")), NOW.date(), NOW)
    said = [version.reversal and version.reversal.zh for version in answer.versions]
    assert said == [None, "部门由“撤销”改报为“有效”，法律上不能如此变更，采用前请向部门核实", None, None]
