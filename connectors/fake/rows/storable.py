"""What a front table's contract lets a column hold: the value of a text, and whether a whole row could be stored.

Opens no database; knows nothing of what is right or wrong with a record.
"""

from __future__ import annotations

from datetime import datetime

from connectors.declarations.declared import Department, Feed
from connectors.declarations.time_forms import written_form
from connectors.fake.rows.dialect import Fits, Row
from connectors.front.table_contract import Column, read_table_contract


def choose_fits(department: Department, feed: Feed) -> Fits:
    """Return how to tell whether the feed's table could hold a row: no department stores 30 February as a date."""
    contract = read_table_contract(department, feed)
    owed = {name for name, column in contract.columns.items() if column.is_required} | set(contract.primary_key)

    def fits(row: Row) -> bool:
        return all(
            _holds(text, contract.columns[name], feed) if text is not None else name not in owed
            for name, text in row.items()
        )

    return fits


def column_value(text: str | None, column: Column, feed: Feed) -> object:
    """Return what a column holds for a text; ValueError when it cannot."""
    if text is None or column.kind in {"text", "other"}:
        return text if column.kind == "text" else None
    if column.kind in {"integer", "number"}:
        return int(text) if column.kind == "integer" else float(text)
    rule = next((rule for rule in feed.fields.values() if rule.from_ == column.name and rule.date), None)
    form = rule.date if rule and rule.date else feed.cursor.format
    moment = datetime.strptime(text, written_form(form))  # noqa: DTZ007  the department's own local time
    return moment if column.kind == "time" else moment.date()


def _holds(text: str, column: Column, feed: Feed) -> bool:
    try:
        column_value(text, column, feed)
    except ValueError:
        return False
    return column.length is None or len(text) <= column.length
