"""Of which licenses a consumer is made working copies: those that bear today what they are asked by.

A copy has no place for a doubt: whoever holds the old paper would take today's license, be it another holder's, for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from license_library.asking.former_versions import Named, former_words
from license_library.asking.readings import read_identifier
from license_library.sharing.sharing_calls import Ended
from license_library.sharing.sharing_rights import Asking, asked_numbers, rows_of_holder, rows_of_identifier
from license_library.sharing.sharing_words import Status


def copied_of_identifier(asking: Asking, typed: str) -> Sequence[Any]:
    """Return the license that bears an identifier today, of which a copy may be made; end where one only bore it."""
    return _of_today(asking, rows_of_identifier(asking, typed), "identifier", read_identifier(typed).values)


def copied_of_holder(asking: Asking, data: dict[str, Any]) -> Sequence[Any]:
    """Return a holder's licenses of which copies may be made; end where only an earlier version bore the number."""
    rows, numbers = rows_of_holder(asking, data), asked_numbers(data)
    return _of_today(asking, rows, "number", numbers) if numbers else rows


def _of_today(asking: Asking, rows: Sequence[Any], name: Named, values: Sequence[Any]) -> Sequence[Any]:
    if said := former_words(asking.conn, rows[0], name, values):
        raise Ended(Status.OTHER, said.zh)
    return rows
