"""Which types that would serve for a material nobody delivers: beside one, that nothing good was found denies nothing.

Knows the catalogue of types and what feeds declare, and a verdict by its code.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import TextClause, text

from license_library.asking.looks import Looks
from license_library.checklist.checklist_statement import CHECKLIST

FIRM_NO: Final = ("not_held", "expired", "not_good")
# The asked type, what took its place, and those in whose place it came but that still stand in for it.
_WITH_UNDELIVERED: Final = """
select told.*, kin.undelivered
  from ({checklist}) as told
  left join lateral (
    select string_agg(o.name, '、' order by o.license_type) as undelivered from license_types o
     where told.verdict = any(array{firm})
       and (o.license_type = told.license_type or o.replaced_by = told.license_type
         or o.license_type = (select t.replaced_by from license_types t where t.license_type = told.license_type))
       and o.license_type <> all(cast(:merged as text[]))
       and not exists (select from feeds f where f.license_types @> array[o.license_type])
  ) as kin on true
 order by told.ordinal
"""


def _with_undelivered(checklist: str) -> TextClause:
    return text(_WITH_UNDELIVERED.format(checklist=checklist, firm=list(FIRM_NO)))


WITH_UNDELIVERED: Final = Looks(*(_with_undelivered(str(one)) for one in CHECKLIST))


def judged(row: Any, *, is_elsewhere: bool) -> Any:
    """Return the row of a material; a firm no becomes unknown where nobody delivers a type that would serve, or other numbers are not seen."""
    if row.undelivered is not None:
        return _unknown(row, "older_no_feed" if row.replacing_name is None else "no_feed")
    return _unknown(row, "other_number") if is_elsewhere and row.verdict in FIRM_NO else row


def _unknown(row: Any, reason: str) -> Any:
    return SimpleNamespace(**row._asdict() | {"verdict": "unknown", "reason": reason})
