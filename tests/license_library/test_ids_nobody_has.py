"""A number that is nobody's id finds nothing, whatever the list, and is not looked for where no id can be so large."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, Engine, event

from license_library.deliveries.delivery_list import get_delivery
from license_library.oversight.exchange_list import get_exchange_brief
from license_library.oversight.incident_list import get_incident
from license_library.pairs.subject_pairs import pair_of
from license_library.quarantine.batch_list import get_batch
from license_library.quarantine.quarantine_list import get_quarantine_case
from license_library.reconciliation.reconciliation_list import get_reconciliation
from license_library.storage.keyring import Keyring
from schemas.errors import NotFound

Find = Callable[[Connection, int], object]


def find_case(conn: Connection, number: int) -> object:
    return get_quarantine_case(
        conn, Keyring(b"a secret of thirty-two bytes, ok"), number, datetime(2026, 11, 27, tzinfo=UTC)
    )


def find_exchange(conn: Connection, number: int) -> object:
    return get_exchange_brief(conn, number, datetime(2026, 11, 27, tzinfo=UTC))


@pytest.mark.parametrize(
    "find", [get_batch, get_delivery, find_exchange, get_incident, get_reconciliation, find_case, pair_of]
)
@pytest.mark.parametrize(("number", "asked"), [(999, 1), (0, 1), (2**63, 0), (-(10**30), 0)])
def test_a_number_that_is_nobodys_id_finds_nothing(library: Engine, find: Find, number: int, asked: int) -> None:
    statements: list[str] = []
    with library.connect() as conn:
        event.listen(conn, "before_cursor_execute", lambda _conn, _cursor, statement, *_: statements.append(statement))
        with pytest.raises(NotFound, match=f" {number}; expected an id of the list"):
            find(conn, number)
    assert len(statements) == asked
