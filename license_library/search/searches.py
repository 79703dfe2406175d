"""How licenses are found: one statement per way of asking, each through an index, in an order that pages can follow.

Every statement is a constant. Bound parameters only; what is typed never becomes SQL.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import TextClause, text

from license_library.answers import RecognisedAs
from license_library.asking.cursors import LAST
from license_library.asking.former_versions import once_borne
from license_library.asking.holder_subjects import BY_ORGANISATION, by_code, with_bound
from license_library.asking.looks import Looks
from license_library.licenses.license_hits import hits_query

COUNTED: Final = 5_000  # how many licenses the counts beside a list look at

# Valid on a day, as freshness.validity_of says it.
_VALID = """(l.status in ('valid', 'renewal_pending') and (l.valid_from is null or l.valid_from <= cast(:day as date))
       and (l.status = 'renewal_pending' or l.open_ended or l.valid_to is null or l.valid_to >= cast(:day as date)))"""
_FILTERS = f"""(cast(:license_type as text) is null or l.license_type = cast(:license_type as text))
       and (cast(:issuer as text) is null or l.issuer_name = cast(:issuer as text))
       and (cast(:status as text) is null or l.status = cast(:status as text))
       and (cast(:valid_on as date) is null or {_VALID.replace(":day", ":valid_on")})"""

# What subjects hold: the licenses that name them first, and those whose current version lists them.
_HELD = """select license_id from licenses where {whose}
             union
            select one.license_id from license_holders one join licenses using (license_id, version_count)
             where one.{whose}"""


def held_by(own: str) -> str:
    """Return the FROM clause of the licenses that some subjects hold, alone or with others, under whatever number of theirs."""
    return f"""from licenses l where l.license_id in (
           with holder as materialized ({with_bound(own)})
           select license_id from holder join licenses using (subject_id)
            union all
           select one.license_id from holder join license_holders one using (subject_id)
             join licenses using (license_id, version_count))"""  # noqa: S608 - constants of this room


_FROM = {
    "number": "from licenses l where number_key(l.license_number) = any(cast(:values as text[]))",
    "identifier": "from licenses l where l.license_identifier = any(cast(:values as text[]))",
    "former_number": f"from licenses l where l.license_id in ({once_borne('number')})",
    "former_identifier": f"from licenses l where l.license_id in ({once_borne('identifier')})",
    "holder": held_by(by_code(":values")),
    "organisation": held_by(BY_ORGANISATION),
    # Candidate by candidate: whatever the planner thinks of their number, licenses are reached through the index. A
    # license that several candidates hold stands where the best of them does.
    "subjects": f"""from (
           select distinct on (held.license_id) held.license_id, asked.*
             from unnest(cast(:subject_ids as bigint[]), cast(:ranks as integer[]), cast(:sizes as integer[]))
               as asked (subject_id, rank, size)
            cross join lateral ({_HELD.format(whose="subject_id = asked.subject_id")} offset 0) as held
            order by held.license_id, asked.rank, asked.size, asked.subject_id) as c
         cross join lateral (select * from licenses where licenses.license_id = c.license_id offset 0) as l
         where true""",  # noqa: S608 - constants of this file
}

# Integers only, so that a cursor holds no value: days since 2000 stand for a date, minus for newest first. `+ 0`: whatever
# the planner thinks of its numbers, a license number is looked up by its own index alone, never beside a walk through the ids.
_BY_ID = ("(l.license_id + 0)",)
_NEWEST = ("(date '2000-01-01' - l.issued_on)", "-l.license_id")
_BEST = ("c.rank", "c.size", "c.subject_id", "l.license_id")


def _page(source: str, keys: tuple[str, ...]) -> Looks:
    place = ", ".join(f"cast({key} as bigint)" for key in keys)
    after = ", ".join(f"cast(:after_{number} as bigint)" for number in range(len(keys)))
    return hits_query(f"""
select license_id, row_number() over (order by place) as ordinal, place
  from (select l.license_id, array[{place}] as place {_FROM[source]} and {_FILTERS} and ({place}) > ({after})
         order by {place} limit :limit) as page
""")  # noqa: S608 - constants of this file


def _count(source: str) -> TextClause:
    return text(f"""
select license_type, coalesce(t.name, license_type) as license_type_name, issuer_name, status, is_valid, count(*) as n
  from (select l.license_type, l.issuer_name, l.status, {_VALID} as is_valid {_FROM[source]} limit {COUNTED}) as found
  left join license_types t using (license_type)
 group by license_type, t.name, issuer_name, status, is_valid
""")  # noqa: S608 - constants of this file


_SOURCES: Final[dict[RecognisedAs, tuple[str, tuple[str, ...]]]] = {
    "number": ("number", _BY_ID),
    "identifier": ("identifier", _BY_ID),
    "former_number": ("former_number", _BY_ID),
    "former_identifier": ("former_identifier", _BY_ID),
    "holder_code": ("holder", _NEWEST),
    "organisation_code": ("organisation", _NEWEST),
    "holder_name": ("subjects", _BEST),
    "similar_name": ("subjects", _BEST),
    "letters": ("subjects", _BEST),
}
PAGES: Final = {kind: _page(source, keys) for kind, (source, keys) in _SOURCES.items()}
COUNTS: Final = {kind: _count(source) for kind, (source, _) in _SOURCES.items()}

# Before the first key of each list.
STARTS: Final[dict[RecognisedAs, tuple[int, ...]]] = {
    kind: tuple(-LAST for _ in keys) for kind, (_, keys) in _SOURCES.items()
}
