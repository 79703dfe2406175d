"""What leaves no firm no of a checklist: a type that would serve and that nobody delivers, or another number of the holder that no question sees.

Knows the catalogue of types, what feeds declare and numbers of organisations, and a verdict by its code.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import TextClause, text

from license_library.asking.looks import Looks
from license_library.asking.organisation_numbers import MAY_BE_UNDER_ANOTHER
from license_library.checklist.checklist_statement import CHECKLIST

FIRM_NO: Final = ("not_held", "expired", "not_good")
# The asked type, what took its place, and those in whose place it came but that still stand in for it.
_CHECKED: Final = """
select told.*, kin.undelivered, case when told.verdict = any(array{firm}) then {elsewhere} else false end as is_elsewhere
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


def _checked(checklist: str) -> TextClause:
    return text(_CHECKED.format(checklist=checklist, firm=list(FIRM_NO), elsewhere=MAY_BE_UNDER_ANOTHER))


CHECKED: Final = Looks(*(_checked(str(one)) for one in CHECKLIST))


def judged(row: Any, other_number: str) -> Any:
    """Return the row of a material; a firm no becomes unknown where nobody delivers a type that would serve, or another number is not seen, for the reason `other_number`."""
    if row.undelivered is not None:
        return _unknown(row, "older_no_feed" if row.replacing_name is None else "no_feed")
    return _unknown(row, other_number) if row.is_elsewhere else row


def _unknown(row: Any, reason: str) -> Any:
    return SimpleNamespace(**row._asdict() | {"verdict": "unknown", "reason": reason})
