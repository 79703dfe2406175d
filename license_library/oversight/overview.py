"""How departments and the library stand: freshness, last exchanges, what quarantine suffers from, totals.

Reads only; counts and times, nothing of any record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from license_library.answers import (
    ActivationBrief,
    DepartmentBrief,
    DepartmentName,
    ExchangeBrief,
    FeedBrief,
    Freshness,
    IncidentBrief,
    LibraryTotals,
    Overview,
    ProblemCount,
)
from license_library.asking.freshness import freshness_of
from license_library.oversight.exchange_list import EXCHANGE_COLUMNS, exchange_of
from license_library.oversight.incident_list import list_current
from license_library.words.wording import activation_words, freshness_words, problem_words

TOP_PROBLEMS: Final = 5
_WORST_FIRST: Final[tuple[Freshness, ...]] = ("never", "silent", "fresh")

_NAMES = text("select department, name from departments order by department")
_DEPARTMENTS = text("""
select department, name, uscc, network, contact, transport, declaration_digest, declared_at,
       (select count(*) from quarantined_records q where q.department = d.department and q.state = 'open')
         as open_quarantine
  from departments d order by department
""")

_FEEDS = text("""
select f.department, f.feed, f.record_type, f.license_types, f.catalogue_code, f.basis, f.purpose, f.fresh_seconds,
       f.cursor_at, f.fresh_at, f.mapping_digest, a.state as activation, a.mapping_digest as activated,
       a.proposed_by, a.proposed_at, a.approved_by, a.approved_at, a.shadow_exchange_id,
       (select array_agg(coalesce(t.name, one.license_type) order by one.place)
          from unnest(f.license_types) with ordinality as one (license_type, place)
          left join license_types t on t.license_type = one.license_type) as license_type_names,
       (select count(*) from licenses l where l.department = f.department and l.feed = f.feed) as licenses,
       (select count(*) from quarantined_records q
         where q.department = f.department and q.feed = f.feed and q.state = 'open') as open_quarantine
  from feeds f
  left join lateral (select * from activations x where x.department = f.department and x.feed = f.feed
                        and x.state in ('proposed', 'active')
                      order by x.mapping_digest = f.mapping_digest desc, x.activation_id desc limit 1) as a on true
 order by f.department, f.feed
""")

_LAST_EXCHANGES = text(f"""
select {EXCHANGE_COLUMNS}
  from feeds f
  join departments d on d.department = f.department
  join lateral (select * from exchanges x where x.department = f.department and x.feed = f.feed and x.kind = 'pull'
                 order by x.exchange_id desc limit 1) as e on true
""")  # noqa: S608 - constants of this file

_PROBLEMS = text("""
select department, code, case_count from (
  select q.department, code, count(*) as case_count,
         row_number() over (partition by q.department order by count(*) desc, code) as place
    from quarantined_records q cross join unnest(q.codes) as code
   where q.state = 'open' group by q.department, code) as counted
 where place <= :top order by department, place
""")

_TOTALS = text("""
select licenses, subjects, licenses + former as versions, open_quarantine
  from (select (select count(*) from licenses) as licenses, (select count(*) from subjects) as subjects,
               (select count(*) from license_versions) as former,
               (select count(*) from quarantined_records where state = 'open') as open_quarantine) as counted
""")


# Where a table is large, what the server itself believes: counted one by one, ten million take seconds.
_ABOUT: Final = """(select case when reltuples > :large then cast(reltuples as bigint)
    else (select count(*) from {0}) end from pg_class where oid = cast('{0}' as regclass))"""
_ABOUT_TOTALS = text(f"""
select licenses, subjects, licenses + former as versions, open_quarantine, greatest(licenses, subjects, former) > :large as is_estimate
  from (select {_ABOUT.format("licenses")} as licenses, {_ABOUT.format("subjects")} as subjects,
               {_ABOUT.format("license_versions")} as former,
               (select count(*) from quarantined_records where state = 'open') as open_quarantine) as counted
""")  # noqa: S608 - a constant of this file
LARGE: Final = 500_000  # rows: so many are counted in a tenth of a second


def survey_library(conn: Connection, now: datetime) -> Overview:
    """Return every department with its feeds, and the library's totals."""
    last = {(row.department, row.feed): exchange_of(row, now) for row in conn.execute(_LAST_EXCHANGES)}
    feeds: dict[str, list[FeedBrief]] = defaultdict(list)
    for row in conn.execute(_FEEDS):
        feeds[row.department].append(_feed(row, last.get((row.department, row.feed)), now))
    incidents: dict[str, list[IncidentBrief]] = defaultdict(list)
    for incident in list_current(conn, muted=True):
        incidents[incident.department].append(incident)
    problems: dict[str, list[ProblemCount]] = defaultdict(list)
    for row in conn.execute(_PROBLEMS, {"top": TOP_PROBLEMS}):
        problems[row.department].append(ProblemCount(row.code, problem_words(row.code), row.case_count))
    return Overview(
        departments=[
            _department(row, feeds[row.department], problems[row.department], incidents[row.department])
            for row in conn.execute(_DEPARTMENTS)
        ],
        library=count_library(conn),
        asked_at=now,
    )


def name_departments(conn: Connection) -> list[DepartmentName]:
    """Return every department's code and name."""
    return [DepartmentName(**row._mapping) for row in conn.execute(_NAMES)]


def count_library(conn: Connection) -> LibraryTotals:
    """Return the library's totals."""
    return LibraryTotals(**conn.execute(_TOTALS).mappings().one())


def estimate_library(conn: Connection, large: int = LARGE) -> LibraryTotals:
    """Return the library's totals at once; of more than `large` rows about how many they are."""
    return LibraryTotals(**conn.execute(_ABOUT_TOTALS, {"large": large}).mappings().one())


def _department(
    row: Any, feeds: Sequence[FeedBrief], problems: list[ProblemCount], incidents: list[IncidentBrief]
) -> DepartmentBrief:
    kept = {feed.freshness for feed in feeds}
    return DepartmentBrief(
        department=row.department,
        name=row.name,
        uscc=row.uscc,
        network=row.network,
        contact=row.contact,
        transport=row.transport,
        declaration_digest=row.declaration_digest,
        declared_at=row.declared_at,
        freshness=next((worst for worst in _WORST_FIRST if worst in kept), "never"),
        feeds=list(feeds),
        open_quarantine=row.open_quarantine,
        open_incidents=incidents,
        top_problems=problems,
    )


def _feed(row: Any, last: ExchangeBrief | None, now: datetime) -> FeedBrief:
    freshness = freshness_of(row.fresh_at, row.fresh_seconds, now)
    return FeedBrief(
        feed=row.feed,
        record_type=row.record_type,
        license_types=list(row.license_types),
        license_type_names=list(row.license_type_names or []),
        catalogue_code=row.catalogue_code,
        basis=row.basis,
        purpose=row.purpose,
        fresh_seconds=row.fresh_seconds,
        cursor_at=row.cursor_at,
        as_of=row.fresh_at,
        freshness=freshness,
        freshness_words=freshness_words(freshness, row.fresh_at, row.fresh_seconds),
        licenses=row.licenses,
        open_quarantine=row.open_quarantine,
        last_exchange=last,
        activation=_activation(row),
    )


def _activation(row: Any) -> ActivationBrief:
    """Say how the mapping of now stands: an activation of another mapping lets nothing of this one in."""
    state = row.activation or "none"
    if state != "none" and row.activated != row.mapping_digest:
        state = "changed" if state == "active" else "none"
    names = ("proposed_by", "proposed_at", "approved_by", "approved_at", "shadow_exchange_id")
    return ActivationBrief(state, activation_words(state), *(getattr(row, name) for name in names))
