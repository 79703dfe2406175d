"""What a declaration said of each field, kept for every mapping version that ever mapped a record.

Knows versions and words; knows no declaration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, text

_KEEP = text("""
insert into mappings (department, feed, mapping_version, described_at, fields)
values (:department, :feed, :mapping_version, :now, cast(:fields as jsonb))
on conflict (department, feed, mapping_version) do nothing
""")


def keep_mapping(
    conn: Connection, department: str, feed: str, mapping_version: str, fields: Sequence[Any], now: datetime
) -> None:
    """Keep what a mapping version says of each field; the same version again changes nothing."""
    told = msgspec.json.encode([asdict(one) for one in fields]).decode()
    facts = {"department": department, "feed": feed, "mapping_version": mapping_version, "now": now, "fields": told}
    conn.execute(_KEEP, facts)
