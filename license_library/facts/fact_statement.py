"""The licenses that tell facts of one holder, as one SQL statement: each wanted type with what the holder has of it.

A row for every license, and one for every type, with the feed that is furthest behind of those that would know. Every
step goes through an index.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import TextClause, text

from license_library.asking.held_records import held_rows
from license_library.asking.holder_subjects import UNDECIDED, by_code, waiting_under, with_bound
from license_library.asking.listed_holders import persons_at
from license_library.asking.looks import looks
from license_library.asking.organisation_numbers import MAY_BE_UNDER_ANOTHER
from license_library.asking.replaced import is_replaced

# What a license that is over said of its holder is no fact any more: revoked, withdrawn, cancelled, superseded, a draft.
TELLING: Final = ("valid", "renewal_pending", "suspended", "restricted", "expired")

_COLUMNS = """l.license_id, l.version_count, l.license_type, l.license_number, l.issuer_name, l.issued_on, l.status,
         l.valid_from, l.valid_to, l.open_ended, l.face, l.source_updated_at, l.known_from, l.exchange_id, l.department, l.feed"""
# Whom a license names first, and everyone else whom its version lists, each by his own name.
_CURRENT = f"""
  select {_COLUMNS}, l.unlisted_at, cast(null as date) as told_from, l.holder_name as told_name,
         true as is_first,         subject_id as held_by, is_own
    from subject join licenses l using (subject_id)
   where l.license_type = any(cast(:types as text[])) and l.status = any(cast(:telling as text[]))
   union all
  select {_COLUMNS}, l.unlisted_at, null, h.name, false, h.subject_id, is_own
    from subject join license_holders h using (subject_id) join licenses l using (license_id, version_count)
   where l.subject_id <> h.subject_id
     and l.license_type = any(cast(:types as text[])) and l.status = any(cast(:telling as text[]))
"""  # noqa: S608 - constants of this file

_WAITING_UNDER = waiting_under(":hashes", "subject")
_STATEMENT = """
with subject as materialized (
  select subject_id, is_own, name, holder_hash from ({whose}) as w join subjects using (subject_id)
), holder as (select distinct subject_id from subject), told as materialized ({told}), waiting as materialized (
  select q.department, q.feed, q.license_type from quarantined_records q
   where q.state = 'open' and q.holder_hashes && {waiting}
   union all {held}
)
select wanted.license_type, coalesce(t.name, wanted.license_type) as license_type_name,
       (select subject_id from subject order by is_own desc, subject_id limit 1) as subject_id,
       (select name from subject order by is_own desc, subject_id limit 1) as subject_name, {undecided} as undecided_count, {elsewhere} as is_elsewhere,
       told.license_id, told.version_count, told.license_number, told.issuer_name, told.issued_on, told.status,
       told.valid_from, told.valid_to, told.open_ended, told.face, told.source_updated_at, told.known_from,
       told.unlisted_at, told.told_from, told.told_name, told.is_first, told.held_by, told.is_own, {persons},
       known.department, known.department_name, known.feed, known.fresh_at, known.fresh_seconds, told.exchange_id,
       doubts.*,
       exists (select from waiting where waiting.license_type = wanted.license_type
                or waiting.license_type is null and exists (
                     select from feeds f where f.department = waiting.department and f.feed = waiting.feed
                        and f.license_types @> array[wanted.license_type])) as is_waiting
  from unnest(cast(:types as text[])) as wanted(license_type)
  left join license_types t on t.license_type = wanted.license_type
  cross join (values (true), (false)) as license(is_told)
  left join told on license.is_told and told.license_type = wanted.license_type
  left join lateral ({doubts}) as doubts on true
  left join lateral (
    select f.department, d.name as department_name, f.feed, f.fresh_at, f.fresh_seconds
      from (select * from feeds where department = told.department and feed = told.feed
             union all
            (select * from feeds where told.license_id is null and license_types @> array[wanted.license_type]
              order by fresh_at + make_interval(secs => fresh_seconds) nulls first, department, feed limit 1)) as f
      join departments d on d.department = f.department
  ) as known on true
 where told.license_id is not null or not license.is_told
 order by wanted.license_type, told.issued_on desc nulls last, told.license_id desc, told.is_own desc
"""


def facts_statement(told: str, doubts: str, *, then: bool = False) -> TextClause:
    """Return the statement over what `told` finds of the asked holder and of whoever is bound to it, now or `then`; `doubts` selects what speaks against each."""
    whose = with_bound(by_code(":hashes", then=then), then=then)
    return text(
        _STATEMENT.format(
            whose=whose,
            told=told,
            undecided="0" if then else UNDECIDED,
            elsewhere="false" if then else MAY_BE_UNDER_ANOTHER,
            doubts=doubts,
            waiting=_WAITING_UNDER,
            held=held_rows(_WAITING_UNDER),
            persons=persons_at("told"),
        )
    )


FACTS: Final = looks(
    lambda doubts: facts_statement(
        _CURRENT,
        f"select {doubts}, {is_replaced('l')} as is_replaced from licenses l where l.license_id = told.license_id",  # noqa: S608 - constants of this room
    ),
    "l",
)
