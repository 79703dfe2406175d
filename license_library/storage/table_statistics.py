"""What the planner knows of the library's big tables, looked up anew where they have outgrown it.

The server does so by itself, but later: right after the first pulls of a library every question would be planned blind.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

GROWING: Final = ("subjects", "former_names", "licenses", "license_holders", "license_versions", "subject_keys")

# More than twice as many pages as at the last look, of those that the role may look at. What another session looks at
# right now is left to it.
_OUTGROWN = text("""
select relname from pg_class
 where oid = any(cast(cast(:tables as text[]) as regclass[])) and pg_has_role(relowner, 'usage')
   and pg_relation_size(oid) > 2 * relpages * cast(current_setting('block_size') as bigint)
 order by relname
""")


def refresh_statistics(conn: Connection) -> list[str]:
    """Gather statistics of the tables that have more than doubled since anybody did; return which, none without the right."""
    outgrown = list(conn.scalars(_OUTGROWN, {"tables": list(GROWING)}))
    for table in outgrown:
        conn.execute(text(f"analyze (skip_locked) {table}"))
    return outgrown
