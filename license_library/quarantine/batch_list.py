"""Batches of actions over cases: what each does, how far it is, who began and who stopped it. Reads only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from license_library.answers import BatchBrief, BatchesAnswer
from license_library.asking.cursors import find_by_id
from license_library.words.case_words import batch_words, case_action_words

_COLUMNS = """
batch_id, action, chosen, arguments, who, reason, state, total_count as total, done_count as done, skipped_count as skipped,
created_at, changed_at, changed_by
"""
_LIST = text(f"""
select {_COLUMNS} from case_batches order by state in ('waiting', 'running', 'paused') desc, batch_id desc limit :limit
""")  # noqa: S608 - constants of this file
_GET = text(f"select {_COLUMNS} from case_batches where batch_id = :batch_id")  # noqa: S608 - as above


def list_batches(conn: Connection, limit: int, now: datetime) -> BatchesAnswer:
    """Return the newest batches, those that are not over first."""
    return BatchesAnswer([_brief(row) for row in conn.execute(_LIST, {"limit": limit})], now)


def get_batch(conn: Connection, batch_id: int) -> BatchBrief:
    """Return one batch; NotFound where there is none."""
    return _brief(find_by_id(conn, _GET, "batch_id", batch_id, "quarantine: there is no batch"))


def _brief(row: Any) -> BatchBrief:
    facts = dict(row._mapping)
    chosen, arguments = facts.pop("chosen"), facts.pop("arguments")
    return BatchBrief(
        **facts,
        chosen={name: str(value) for name, value in chosen.items()},
        owner=arguments.get("owner") or None,
        until=arguments.get("until"),
        action_words=case_action_words(row.action),
        state_words=batch_words(row.state),
    )
