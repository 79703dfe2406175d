"""Which licenses took the place of a license, and in whose place it stands: chains, followed both ways.

A license names the one it replaces by identifier, or by number within its department and type, or of the type that its own took the
place of, where nobody else's bears it or its holder's alone does; or both are versions of one identifier. Departments write circles too: every step is bounded. Reads only.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from license_library.answers import ReplacementBrief
from license_library.asking.listed_holders import persons_of
from license_library.asking.looks import look
from license_library.asking.masking import mask_code
from license_library.asking.replaced import EARLIER_EDITION, LATER_EDITION, NAMED_PREDECESSORS, NAMED_SUCCESSORS
from license_library.licenses.license_hits import hits_query, holder_code_of, shown_text
from license_library.storage.keyring import Keyring
from license_library.words.wording import status_words

LONGEST: Final = 20
_CHAIN: Final = """
with recursive chain as (
  select cast(:license_id as bigint) as license_id, 0 as depth
  union
  select next.license_id, c.depth + 1
    from chain c join licenses l on l.license_id = c.license_id
    cross join lateral ({next}) as next
   where c.depth < {longest}
)
select license_id, row_number() over (order by min(depth), license_id) as ordinal, cast(null as bigint[]) as place
  from (
    select license_id, depth from chain
    union all
    select n.license_id, 1 from licenses o cross join lateral (
      select license_id from licenses n where {edition} order by n.license_identifier {nearest} limit {longest}) as n
     where o.license_id = :license_id
  ) as found
 where license_id <> :license_id group by license_id order by min(depth), license_id limit {longest}
"""
_NEWER = " union all ".join(f"({one.format('l')})" for one in NAMED_SUCCESSORS)
_OLDER = " union all ".join(f"({one.format('l')})" for one in NAMED_PREDECESSORS)
_FIND_NEWER = hits_query(_CHAIN.format(next=_NEWER, edition=LATER_EDITION.format("o"), nearest="asc", longest=LONGEST))
_FIND_OLDER = hits_query(
    _CHAIN.format(next=_OLDER, edition=EARLIER_EDITION.format("o"), nearest="desc", longest=LONGEST)
)


def find_newer(conn: Connection, keyring: Keyring, row: Any) -> list[ReplacementBrief]:
    """Return what took the place of a license, the nearest first."""
    return _find(conn, keyring, row, is_newer=True)


def find_older(conn: Connection, keyring: Keyring, row: Any) -> list[ReplacementBrief]:
    """Return in whose place a license stands, the nearest first."""
    return _find(conn, keyring, row, is_newer=False)


def _find(conn: Connection, keyring: Keyring, row: Any, *, is_newer: bool) -> list[ReplacementBrief]:
    found = look(conn, _FIND_NEWER if is_newer else _FIND_OLDER, {"license_id": row.license_id})
    return [_brief(one, keyring, is_veiled=_is_anothers(one, row)) for one in found]


def _is_anothers(found: Any, row: Any) -> bool:
    """Tell whether a license of a sensitive type is nobody's who holds the one it stands beside: then it is veiled as in a list."""
    return found.sensitivity == "personal" and not (_holders(found) & _holders(row))


def _holders(row: Any) -> set[bytes]:
    return {row.holder_hash, *(row.listed_hashes or ())}


def _brief(row: Any, keyring: Keyring, *, is_veiled: bool) -> ReplacementBrief:
    number = shown_text(row.license_number, row.kind, holder_code_of(row, keyring), persons_of(row, keyring))
    return ReplacementBrief(
        license_id=row.license_id,
        license_type_name=row.license_type_name,
        license_number=mask_code(number) if is_veiled else number,
        issued_on=row.issued_on,
        status=row.status,
        status_words=status_words(row.status),
    )
