"""List reconciliations, newest first, and show one with the records that differ.

Reads only; counts, times and the department's own record ids, masked where one holds a resident number.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from license_library.answers import (
    BucketShown,
    DifferenceShown,
    ReconciliationBrief,
    ReconciliationDetail,
    ReconciliationsAnswer,
)
from license_library.asking.cursors import check_limit, find_by_id, read_cursor, read_page, write_cursor
from license_library.asking.known_filters import check_department
from license_library.asking.masking import mask_text
from license_library.asking.questions import ReconciliationFilter
from license_library.asking.readings import check_state, check_text
from license_library.words.reconciliation_words import difference_words, method_words, reconciliation_words

_COLUMNS: Final = """
select r.reconciliation_id, r.department, d.name as department_name, r.feed, r.method, r.state, r.started_at,
  extract(epoch from r.finished_at - r.started_at) as seconds, r.cursor_at, r.department_count, r.library_count,
  r.compared_count as compared, r.bucket_count as buckets, r.missing_count as missing, r.extra_count as extra,
  r.different_count as different, r.waiting_count as waiting, r.pending_count as pending
from reconciliations r join departments d using (department)
"""
_LIST = text(f"""{_COLUMNS}
where r.reconciliation_id < :before
  and (cast(:department as text) is null or r.department = :department)
  and (cast(:feed as text) is null or r.feed = :feed)
  and (cast(:state as text) is null or r.state = :state)
order by r.reconciliation_id desc limit :limit
""")
_GET = text(f"{_COLUMNS} where r.reconciliation_id = :reconciliation_id")
_BUCKETS = text("""
select bucket, department_count, department_digest, library_count, library_digest from reconciliation_buckets
where reconciliation_id = :reconciliation_id order by bucket limit 200
""")
_DIFFERENCES = text("""
select record_id, kind, bucket, department_updated_at, library_updated_at,
  coalesce(department_updated_at < library_updated_at, false) as is_older_there
from reconciliation_differences where reconciliation_id = :reconciliation_id
order by record_id offset :skipped limit :limit
""")
_NAMED = text("select count(*) from reconciliation_differences where reconciliation_id = :reconciliation_id")
_KEYS = text("""
select record_id from reconciliation_differences
where reconciliation_id = :reconciliation_id and kind <> 'extra' and record_id <> '' order by record_id
""")


def list_reconciliations(
    conn: Connection, wanted: ReconciliationFilter, now: datetime, *, declared: Collection[str] = ()
) -> ReconciliationsAnswer:
    """Return one page of reconciliations; WrongQuestion for a limit or cursor that is not ours."""
    check_state(wanted.state, wanted.STATES)
    check_text(f"{wanted.department or ''}{wanted.feed or ''}{wanted.state or ''}", "reconciliations")
    check_department(conn, wanted.department, declared)
    scope = {"department": wanted.department, "feed": wanted.feed, "state": wanted.state}
    rows, following = read_page(conn, _LIST, scope, wanted, "reconciliation_id")
    return ReconciliationsAnswer([_brief(row) for row in rows], following, now)


def get_reconciliation(conn: Connection, reconciliation_id: int) -> ReconciliationBrief:
    """Return one reconciliation; NotFound where there is none of that number."""
    found = find_by_id(conn, _GET, "reconciliation_id", reconciliation_id, "library: there is no reconciliation")
    return _brief(found)


def show_reconciliation(
    conn: Connection, reconciliation_id: int, limit: int, after: str | None = None
) -> ReconciliationDetail:
    """Return one reconciliation with a page of the records that differ."""
    question = f"reconciliation {reconciliation_id}".encode()
    (skipped,) = read_cursor(question, after, (0,))
    asked = {"reconciliation_id": reconciliation_id, "skipped": skipped, "limit": check_limit(limit)}
    brief = get_reconciliation(conn, reconciliation_id)
    named = int(conn.scalar(_NAMED, asked) or 0)
    return ReconciliationDetail(
        brief,
        [BucketShown(**row._mapping) for row in conn.execute(_BUCKETS, asked)],
        [_difference(row) for row in conn.execute(_DIFFERENCES, asked)],
        named,
        write_cursor(question, [skipped + limit]) if named > skipped + limit else None,
    )


def keys_to_pull(conn: Connection, reconciliation_id: int) -> list[str]:
    """Return the keys of what the department has otherwise than the library, or alone."""
    return list(conn.scalars(_KEYS, {"reconciliation_id": reconciliation_id}))


def _brief(row: Any) -> ReconciliationBrief:
    return ReconciliationBrief(
        **{**row._mapping, "seconds": float(row.seconds)},
        method_words=method_words(row.method),
        state_words=reconciliation_words(row.state),
    )


def _difference(row: Any) -> DifferenceShown:
    facts = {**row._mapping, "record_id": mask_text(row.record_id)}
    return DifferenceShown(**facts, words=difference_words(row.kind))
