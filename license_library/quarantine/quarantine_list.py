"""List what waits in quarantine, and lead from one case to the page and position it was read from.

Reads only. Problems tell codes and shapes; nothing personal is shown, and what slipped in is masked.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from license_library.answers import (
    PhraseShown,
    ProblemCount,
    ProblemShown,
    QuarantineAnswer,
    QuarantineCase,
    QuarantineDetail,
)
from license_library.asking.cursors import find_by_id, read_page
from license_library.asking.field_lineage import editable_fields, personal_sources
from license_library.asking.known_filters import check_code, check_department
from license_library.asking.masking import mask_text
from license_library.asking.questions import QuarantineFilter
from license_library.asking.readings import check_state, check_text
from license_library.asking.shown_marks import mark_in_sql
from license_library.oversight.exchange_list import get_exchange_brief
from license_library.quarantine.case_history import list_events, read_source
from license_library.storage.keyring import Keyring
from license_library.words.case_words import quarantine_words
from license_library.words.phrase_words import phrase_words
from license_library.words.wording import field_words, problem_words
from schemas.phrases import Told

_CASE = """
q.quarantine_id, q.department, d.name as department_name, q.feed, q.record_id, q.license_type,
t.name as license_type_name, q.state, q.codes, q.problems, q.exchange_id, q.page_number, q.position, q.tries,
q.first_seen_at, q.last_seen_at, q.mapping_version, q.rule_version, q.owner, q.waived_until, q.edits is not null as is_edited
"""

_SCOPE = """
(cast(:department as text) is null or q.department = cast(:department as text))
and (cast(:feed as text) is null or q.feed = cast(:feed as text))
and (cast(:state as text) is null or q.state = cast(:state as text))
and (cast(:owner as text) is null or q.owner = cast(:owner as text))
and (cast(:exchange_id as bigint) is null or q.exchange_id = cast(:exchange_id as bigint))
"""

_OF_CODE = "(cast(:code as text) is null or q.codes @> array[cast(:code as text)])"

_CASES = text(f"""
select {_CASE}
  from quarantined_records q
  join departments d on d.department = q.department
  left join license_types t on t.license_type = q.license_type
 where {_SCOPE} and {_OF_CODE} and q.quarantine_id < :before
 order by q.quarantine_id desc limit :limit
""")  # noqa: S608 - constants of this file

_CODES = text(f"""
select code, count(*) as case_count from quarantined_records q cross join unnest(q.codes) as code
 where {_SCOPE} group by code order by count(*) desc, code
""")  # noqa: S608 - constants of this file

_TOTAL = text(f"select count(*) from quarantined_records q where {_SCOPE} and {_OF_CODE}")  # noqa: S608 - as above

# What a decision is made about: where the case stands and whose it is, what is wrong with it, what was edited and waived.
CASE_MARK = mark_in_sql(
    *(f"q.{name}" for name in ("state", "owner", "problems", "edits", "waived_codes", "waived_until"))
)
_DETAIL = text(f"""
select {_CASE}, {CASE_MARK} as mark, p.request as page_request, p.digest as page_digest, p.body is not null as page_kept,
       p.received_at as page_received_at,
       (select l.license_id from licenses l
         where l.department = q.department and l.feed = q.feed and l.record_id = q.record_id) as license_id
  from quarantined_records q
  join departments d on d.department = q.department
  left join license_types t on t.license_type = q.license_type
  left join landed_pages p on p.exchange_id = q.exchange_id and p.page_number = q.page_number
 where q.quarantine_id = :quarantine_id
""")  # noqa: S608 - constants of this file


def list_quarantine(
    conn: Connection, wanted: QuarantineFilter, now: datetime, *, declared: Collection[str] = ()
) -> QuarantineAnswer:
    """Return one page of cases, newest first; WrongQuestion for a limit or cursor that is not ours."""
    check_state(wanted.state, wanted.STATES)
    scope = {name: getattr(wanted, name) for name in ("department", "feed", "state", "exchange_id", "code", "owner")}
    for value in scope.values():
        check_text(str(value or ""), "quarantine")
    check_department(conn, wanted.department, declared)
    check_code(wanted.code)
    rows, following = read_page(conn, _CASES, scope, wanted, "quarantine_id")
    return QuarantineAnswer(
        cases=[_case(row) for row in rows],
        next=following,
        codes=[ProblemCount(row.code, problem_words(row.code), row.case_count) for row in conn.execute(_CODES, scope)],
        total=conn.execute(_TOTAL, scope).scalar_one(),
        source_fields=editable_fields(conn, wanted.department, wanted.feed),
        asked_at=now,
    )


def get_quarantine_case(
    conn: Connection, keyring: Keyring, quarantine_id: int, now: datetime, *, reveal: bool = False
) -> QuarantineDetail:
    """Return one case with its page, exchange, source row and history; NotFound when there is none.

    `reveal` shows personal values: whoever asks for that has recorded it.
    """
    row = find_by_id(conn, _DETAIL, "quarantine_id", quarantine_id, "quarantine: there is no case")
    personal = personal_sources(conn, row.department, row.feed, row.mapping_version)
    return QuarantineDetail(
        case=_case(row),
        mapping_version=row.mapping_version,
        rule_version=row.rule_version,
        exchange=get_exchange_brief(conn, row.exchange_id, now),
        page_request=row.page_request and mask_text(row.page_request),
        page_digest=row.page_digest.hex() if row.page_digest else None,
        page_kept=bool(row.page_kept),
        page_received_at=row.page_received_at,
        license_id=row.license_id,
        source=read_source(conn, keyring, quarantine_id, personal, reveal=reveal),
        is_revealed=reveal,
        history=list_events(conn, quarantine_id),
        mark=row.mark,
        asked_at=now,
    )


def _case(row: Any) -> QuarantineCase:
    return QuarantineCase(
        quarantine_id=row.quarantine_id,
        department=row.department,
        department_name=row.department_name,
        feed=row.feed,
        record_id=row.record_id and mask_text(row.record_id),
        license_type=row.license_type,
        license_type_name=row.license_type_name,
        state=row.state,
        state_words=quarantine_words(row.state),
        codes=list(row.codes),
        problems=[_problem(problem) for problem in row.problems],
        exchange_id=row.exchange_id,
        page_number=row.page_number,
        position=row.position,
        tries=row.tries,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        owner=row.owner,
        waived_until=row.waived_until,
        is_edited=row.is_edited,
    )


def _problem(problem: dict[str, Any]) -> ProblemShown:
    code, field = str(problem["code"]), str(problem["field"])
    return ProblemShown(
        code=code,
        words=problem_words(code),
        field=field,
        field_words=field_words(field),
        expected=_phrase(problem["expected"]),
        got=_phrase(problem["got"]),
    )


def _phrase(kept: Any) -> PhraseShown:
    told = msgspec.convert(kept, Told)
    told = Told(told.code, {name: mask_text(value) for name, value in told.values.items()})
    return PhraseShown(told.code, told.values, phrase_words(told))
