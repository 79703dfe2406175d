"""When a department that is down is left alone: its exchanges that failed in a row say how long, then one of them tries.

The rows themselves are the circuit breaker, so a restart forgets nothing. Knows no feed and no kind of trouble.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine, text

from schemas.errors import DepartmentUnavailable

FAILURES = 3  # in a row, before the department is left alone without having asked for it

_LOCK = text("select from departments where department = :department for no key update")
# In a row: since the department last answered an exchange to its end.
_IN_A_ROW = """
  from exchanges e where e.department = :department and e.exchange_id > coalesce((
    select max(answered.exchange_id) from exchanges answered
    where answered.department = :department and answered.landed_at is not null and answered.kind <> 'replay'), 0)
"""
# What a clock noted that was ahead, and is put right, says nothing.
_COUNTS = "retry_at is not null and coalesce(finished_at, started_at) <= :now"
_FAILED = text(f"""
select count(*) filter (where {_COUNTS}) as failures, max(retry_at) filter (where {_COUNTS}) as retry_at,
  count(*) filter (where state = 'landing' and lease_until > :now) as under_way {_IN_A_ROW}
""")
_NOTE = text("update exchanges set retry_at = :until where exchange_id = :exchange_id and state = 'failed'")


def spare_department(conn: Connection, department: str, now: datetime) -> None:
    """Raise DepartmentUnavailable where a department must be left alone, or is being tried by another exchange."""
    conn.execute(_LOCK, {"department": department})
    found = conn.execute(_FAILED, {"department": department, "now": now}).one()
    if not found.failures:
        return
    if now < found.retry_at:
        seconds = (found.retry_at - now).total_seconds()
        raise DepartmentUnavailable(
            f"{department}: it was down {found.failures} times in a row; it is left alone for {seconds:.0f} s more; nothing was"
            " asked",
            seconds,
        )
    if found.failures >= FAILURES and found.under_way:
        raise DepartmentUnavailable(
            f"{department}: it was down {found.failures} times in a row; another exchange tries it now; nothing was asked"
        )


def failures_in_a_row(engine: Engine, department: str, now: datetime) -> int:
    """Return how many exchanges of a department found it down since it last answered one to its end."""
    with engine.connect() as conn:
        return int(conn.execute(_FAILED, {"department": department, "now": now}).one().failures)


def note_pause(engine: Engine, exchange_id: int, until: datetime) -> None:
    """Note of a failed exchange that it found the department down, and until when that is to be left alone."""
    with engine.begin() as conn:
        conn.execute(_NOTE, {"exchange_id": exchange_id, "until": until})
