"""Which source field each value of a record was read from, and how, as the mapping of its time says. Reads only."""

from __future__ import annotations

from sqlalchemy import Connection, text

from license_library.answers import FieldLineage, Words
from license_library.words.wording import field_words

_FIELDS = text("""
select fields from mappings where department = :department and feed = :feed and mapping_version = :mapping_version
""")


_EDITABLE = text("""
select distinct source from (
  select distinct department, feed, mapping_version from quarantined_records
  where state = 'open' and (cast(:department as text) is null or department = cast(:department as text))
    and (cast(:feed as text) is null or feed = cast(:feed as text))) waiting
join mappings using (department, feed, mapping_version)
cross join jsonb_array_elements(fields) as field cross join jsonb_array_elements_text(field -> 'sources') as source
order by source
""")


def list_lineage(conn: Connection, department: str, feed: str, mapping_version: str) -> list[FieldLineage]:
    """Return the lineage of every field under one mapping version; nothing where it was not kept."""
    asked = {"department": department, "feed": feed, "mapping_version": mapping_version}
    return [
        FieldLineage(
            field=one["field"],
            field_words=field_words(one["field"]),
            sources=one["sources"],
            paths=one["paths"],
            words=Words(one["zh"], one["en"]),
        )
        for one in conn.scalar(_FIELDS, asked) or []
    ]


def editable_fields(conn: Connection, department: str | None, feed: str | None) -> list[str]:
    """Return the source fields from which the open cases of a department, of a feed or of all were read."""
    return list(conn.scalars(_EDITABLE, {"department": department, "feed": feed}))


def personal_sources(conn: Connection, department: str, feed: str, mapping_version: str) -> dict[str, bool]:
    """Return of each source field whether a personal field is read from it."""
    asked = {"department": department, "feed": feed, "mapping_version": mapping_version}
    told: dict[str, bool] = {}
    for one in conn.scalar(_FIELDS, asked) or []:
        for source in one["sources"]:
            told[source] = told.get(source, False) or one["is_personal"]
    return told
