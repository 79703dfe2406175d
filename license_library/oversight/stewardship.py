"""What is wrong today and what to do, department by department, the worst first.

Reads only; counts, times and words, nothing of any record.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, text

from license_library.answers import IncidentBrief, StewardAnswer, StewardDepartment, Task, Words
from license_library.oversight.incident_list import list_current

_WORST: Final = ("critical", "warning", "notice", "good")
SHOWN: Final = 20  # incidents of one department; the list has them all
NEW: Final = timedelta(days=1)
_WAITING = text("""
select d.department, d.name,
  (select count(*) from quarantined_records q where q.department = d.department and q.state = 'open') as waiting,
  (select count(*) from quarantined_records q where q.department = d.department and q.state = 'open'
    and q.first_seen_at > :new_from) as new,
  (select count(*) from deliveries o where o.department = d.department and o.state = 'to_verify') as to_verify,
  (select count(*) from deliveries o where o.department = d.department and o.state = 'refused') as refused
from departments d order by d.department
""")


def survey_tasks(conn: Connection, now: datetime) -> StewardAnswer:
    """Return every department in which something is to do, the worst first, and the names of the others."""
    incidents: dict[str, list[IncidentBrief]] = defaultdict(list)
    for one in list_current(conn, muted=False):
        incidents[one.department].append(one)
    told = [
        _department(row.department, row.name, incidents[row.department], _tasks(row))
        for row in conn.execute(_WAITING, {"new_from": now - NEW})
    ]
    busy = [one for one in told if one.incidents or one.tasks]
    busy.sort(key=lambda one: (_WORST.index(one.worst), -one.incident_count, one.department))
    well = [Words(one.department_name, one.department) for one in told if not one.incidents and not one.tasks]
    return StewardAnswer(busy, well, now)


def _department(name: str, shown: str, incidents: list[IncidentBrief], tasks: list[Task]) -> StewardDepartment:
    worst = incidents[0].severity if incidents else "warning" if tasks else "good"
    return StewardDepartment(name, shown, worst, incidents[:SHOWN], len(incidents), tasks)


def _tasks(row: object) -> list[Task]:
    facts = row._mapping  # type: ignore[attr-defined]
    name, waiting, new = facts["department"], facts["waiting"], facts["new"]
    doubts, refused = facts["to_verify"], facts["refused"]
    tasks = []
    if waiting:
        words = Words(
            f"{waiting} 条记录在隔离区，其中 {new} 条是一天内新增",
            f"{waiting} records in quarantine, {new} of them since yesterday",
        )
        tasks.append(Task("quarantine", words, waiting, f"/quarantine?department={name}"))
    if doubts:
        words = Words(f"{doubts} 件推送待核实是否到达", f"{doubts} deliveries to verify: did they arrive?")
        tasks.append(Task("to_verify", words, doubts, f"/deliveries?department={name}&state=to_verify"))
    if refused:
        words = Words(
            f"{refused} 件推送未送达，须重发或取消", f"{refused} deliveries not accepted: send again or cancel"
        )
        tasks.append(Task("refused", words, refused, f"/deliveries?department={name}&state=refused"))
    return tasks
