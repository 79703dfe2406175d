"""The to-do page names every department in which something is to do, however much that is."""

from __future__ import annotations

from datetime import timedelta

from library_makers import NOW
from question_makers import Library
from sqlalchemy import Connection, Engine, text

from license_library.asking.questions import IncidentFilter
from license_library.deliveries.outbox import Owing, enqueue
from license_library.oversight.incident_list import list_incidents
from license_library.oversight.incidents import Cause, tell_incidents
from license_library.oversight.overview import survey_library
from license_library.oversight.stewardship import SHOWN, survey_tasks
from license_library.storage.keyring import Keyring

MANY = 101


def tell_many(conn: Connection, keyring: Keyring) -> None:
    """Let transport have more grave incidents than a list holds, muted but one, and water one that is not grave."""
    library = Library(conn, keyring)
    for department in ("transport", "water"):
        library.add_feed(department)
    causes = [
        Cause("licenses", f"removed {number}", "critical", "字段已删除", "a field is gone") for number in range(MANY)
    ]
    tell_incidents(conn, "transport", "drift", causes, NOW)
    tell_incidents(conn, "water", "drift", [Cause("", "added", "notice", "新增接口", "an operation is new")], NOW)


def test_no_department_is_well_because_others_have_many_incidents(database: Engine, keyring: Keyring) -> None:
    with database.begin() as conn:
        tell_many(conn, keyring)
        conn.execute(
            text(
                "update incidents set state = 'muted', muted_until = :until where incident_id > 1 and department = 'transport'"
            ),
            {"until": NOW + timedelta(days=1)},
        )
        answer = survey_tasks(conn, NOW)
    assert [(one.department, len(one.incidents)) for one in answer.departments] == [("transport", 1), ("water", 1)]
    assert answer.well == []


def test_of_many_incidents_the_gravest_are_shown_and_all_are_counted(database: Engine, keyring: Keyring) -> None:
    with database.begin() as conn:
        tell_many(conn, keyring)
        answer, overview = survey_tasks(conn, NOW), survey_library(conn, NOW)
    shown = {one.department: (one.incident_count, len(one.incidents)) for one in answer.departments}
    assert shown == {"transport": (MANY, SHOWN), "water": (1, 1)}
    assert {one.department: len(one.open_incidents) for one in overview.departments} == {"transport": MANY, "water": 1}


def test_a_refused_delivery_is_somebodys_business(database: Engine, keyring: Keyring) -> None:
    with database.begin() as conn:
        Library(conn, keyring).add_feed("transport")
        number = enqueue(conn, keyring, Owing("transport", "decision", "370283-2016-000123", "A", {}), NOW)
        conn.execute(text("update deliveries set state = 'refused' where delivery_id = :number"), {"number": number})
        (department,) = survey_tasks(conn, NOW).departments
    (task,) = department.tasks
    assert (task.kind, task.count, task.path) == ("refused", 1, "/deliveries?department=transport&state=refused")
    assert (task.words.zh, department.worst) == ("1 件推送未送达，须重发或取消", "warning")


def test_the_list_of_incidents_goes_on(database: Engine, keyring: Keyring) -> None:
    with database.begin() as conn:
        tell_many(conn, keyring)
        first = list_incidents(conn, IncidentFilter(limit=100), NOW)
        rest = list_incidents(conn, IncidentFilter(limit=100, after=first.next), NOW)
    assert (len(first.incidents), rest.next) == (100, None)
    assert [one.severity for one in rest.incidents] == ["critical", "notice"]
    assert len({one.incident_id for one in first.incidents + rest.incidents}) == MANY + 1
