"""How licenses are found: one statement per way of asking, each through an index, in an order that pages can follow.

Every statement is a constant. Bound parameters only; what is typed never becomes SQL.
"""

from __future__ import annotations

from typing import Final

from license_library.answers import RecognisedAs
from license_library.cursors import LAST
from license_library.license_hits import hits_statement

# How many holders of each rank a name search looks at: a common fragment must not walk the whole library.
NAME_CANDIDATES: Final = 200

_OF_TYPE = "(cast(:license_type as text) is null or license_type = cast(:license_type as text))"

_BY_NUMBER = f"""
select license_id, row_number() over (order by license_id) as ordinal, array[license_id] as place,
       0 as candidate_count
  from (select license_id from licenses
         where license_number = any(cast(:values as text[])) and {_OF_TYPE} and license_id > :after_0
         order by license_id limit :limit) as page
"""  # noqa: S608 - constants of this file

_BY_IDENTIFIER = f"""
select license_id, row_number() over (order by license_id) as ordinal, array[license_id] as place,
       0 as candidate_count
  from (select license_id from licenses
         where license_identifier = any(cast(:values as text[])) and {_OF_TYPE} and license_id > :after_0
         order by license_id limit :limit) as page
"""  # noqa: S608 - constants of this file

# Newest first; days since 2000 stand for the date, so that a cursor holds integers only.
_BY_HOLDER = f"""
select license_id, row_number() over (order by day desc, license_id desc) as ordinal,
       array[cast(day as bigint), license_id] as place, 0 as candidate_count
  from (select license_id, issued_on - date '2000-01-01' as day from licenses
         where subject_id in (select subject_id from subjects where holder_hash = any(cast(:values as bytea[])))
           and {_OF_TYPE}
           and (issued_on - date '2000-01-01', license_id) < (cast(:after_0 as bigint), cast(:after_1 as bigint))
         order by issued_on - date '2000-01-01' desc, license_id desc limit :limit) as page
"""  # noqa: S608 - constants of this file

# The exact name, then names that begin with it, then names that hold it; short names before long ones.
_BY_NAME = f"""
with candidates as (
  (select subject_id, 0 as rank, name_key from subjects
    where name_key = :name order by subject_id limit :candidates)
  union all
  (select subject_id, 1, name_key from subjects
    where name_key like :beginning and name_key <> :name order by name_key using ~<~, subject_id limit :candidates)
  union all
  (select subject_id, 2, name_key from subjects
    where name_pairs(name_key) @> name_pairs(:name) and name_key like :holding and name_key not like :beginning
    order by subject_id limit :candidates)
)
select license_id, row_number() over (order by rank, size, subject_id, license_id) as ordinal,
       array[cast(rank as bigint), cast(size as bigint), subject_id, license_id] as place,
       (select max(n) from (select count(*) as n from candidates group by rank) as ranks) as candidate_count
  from (select l.license_id, c.rank, char_length(c.name_key) as size, c.subject_id
          from candidates c join licenses l on l.subject_id = c.subject_id
         where {_OF_TYPE.replace("license_type =", "l.license_type =")}
           and (c.rank, char_length(c.name_key), c.subject_id, l.license_id)
               > (cast(:after_0 as bigint), cast(:after_1 as bigint), cast(:after_2 as bigint), cast(:after_3 as bigint))
         order by c.rank, char_length(c.name_key), c.subject_id, l.license_id limit :limit) as page
"""  # noqa: S608 - constants of this file

SEARCHES: Final = {
    "number": hits_statement(_BY_NUMBER),
    "identifier": hits_statement(_BY_IDENTIFIER),
    "holder_code": hits_statement(_BY_HOLDER),
    "holder_name": hits_statement(_BY_NAME),
}

# Where each list starts: before the first key, or after the last one where it runs downwards.
STARTS: Final[dict[RecognisedAs, tuple[int, ...]]] = {
    "number": (0,),
    "identifier": (0,),
    "holder_code": (LAST, LAST),
    "holder_name": (-1, -1, -1, -1),
}


def name_parameters(key: str) -> dict[str, object]:
    """Return the parameters a name search needs beside the cursor's; LIKE's own signs are escaped."""
    escaped = key.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {"name": key, "beginning": f"{escaped}%", "holding": f"%{escaped}%", "candidates": NAME_CANDIDATES}
