"""How often each field is filled in what is known of a feed, by license type: a look at a few thousand licenses.

Knows columns and face fields; judges no batch.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, text

SAMPLE = 2_000
_COUNT = text("""
select license_type, entry.key, count(*) as filled
from (select * from licenses where department = :department and feed = :feed limit :sample) known
cross join lateral jsonb_each(
  to_jsonb(known) - 'face'
  || coalesce((select jsonb_object_agg('face.' || key, value) from jsonb_each(known.face)), '{}')
) entry
where entry.value <> 'null'
group by license_type, entry.key
""")


@dataclass
class Fill:
    """Hold how many licenses of one type were looked at, and how many of them have each field; face fields as face.…"""

    count: int = 0
    filled: dict[str, int] = field(default_factory=dict)

    def share(self, name: str) -> float:
        """Return a careful estimate of how often the field is filled, below one however often it was."""
        return self.filled.get(name, 0) / (self.count + 1)


def known_fill(conn: Connection, department: str, feed: str) -> dict[str, Fill]:
    """Return {license type: how often its fields are filled}."""
    known: dict[str, Fill] = {}
    for license_type, name, filled in conn.execute(_COUNT, {"department": department, "feed": feed, "sample": SAMPLE}):
        kind = known.setdefault(license_type, Fill())
        kind.filled[name] = filled
        kind.count = max(kind.count, filled)  # every license has its id
    return known
