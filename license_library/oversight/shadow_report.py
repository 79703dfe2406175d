"""Tell what a shadow exchange would have changed: new records, changed fields, reasons for quarantine, why it would be held.

Reads only; counts, codes and the department's own record ids, masked where a resident number is in one; no value of any record.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, text

from license_library.answers import FieldShift, ProblemCount, ShadowAnswer
from license_library.asking.masking import mask_text
from license_library.words.hold_words import hold_words
from license_library.words.wording import field_words, problem_words
from schemas.errors import NotFound
from schemas.suites.hold_reasons import read_reasons

_EXCHANGE = text("""
select exchange_id, department, feed, state, mapping_version as declaration_digest, started_at, finished_at, page_count as pages,
  received_count as received, unchanged_count as unchanged, quarantined_count as quarantined, hold_reasons, error_code,
  error_message
from exchanges where exchange_id = :exchange_id and is_shadow
""")
_CHANGES = text("""
select kind, name, found_count, emptied_count, examples from shadow_changes where exchange_id = :exchange_id
order by kind, found_count desc, name
""")


def report_shadow(conn: Connection, exchange_id: int) -> ShadowAnswer:
    """Return what a shadow exchange found; NotFound where there is none of that number."""
    row = conn.execute(_EXCHANGE, {"exchange_id": exchange_id}).first()
    if row is None:
        raise NotFound(f"library: no shadow exchange {exchange_id}; nothing was read")
    found = conn.execute(_CHANGES, {"exchange_id": exchange_id}).all()
    records = {change.name: change for change in found if change.kind == "record"}
    counted: dict[str, int] = {name: change.found_count for name, change in records.items()}
    fields = [change for change in found if change.kind == "field"]
    reasons = [change for change in found if change.kind == "reason"]
    held = read_reasons(row.hold_reasons)
    return ShadowAnswer(
        **{**row._mapping, "hold_reasons": held},
        hold_words=hold_words(held),
        new=counted.get("new", 0),
        changed=counted.get("changed", 0),
        versions=counted.get("versions", 0),
        new_examples=_masked(records["new"].examples) if "new" in records else [],
        changed_fields=[
            FieldShift(one.name, field_words(one.name), one.found_count, one.emptied_count, _masked(one.examples))
            for one in fields
        ],
        top_reasons=[ProblemCount(one.name, problem_words(one.name), one.found_count) for one in reasons],
    )


def _masked(record_ids: Iterable[str]) -> list[str]:
    return [mask_text(record_id) for record_id in record_ids]
