"""The tables a fake may drop: new ones, or those that a fake marked as its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa

from schemas.errors import DeclarationError

MARK: Final = "made by a fake of the license hub"  # a table's comment


def own_table(name: str, schema: str | None, columns: Iterable[sa.Column[object]]) -> sa.Table:
    """Return a table that is marked as a fake's."""
    return sa.Table(name, sa.MetaData(schema=schema), *columns, comment=MARK)


def demand_own(conn: sa.Connection, tables: Iterable[sa.Table]) -> None:
    """Refuse tables that are there and that no fake made: a fake drops its tables, and makes them anew."""
    looking = sa.inspect(conn)
    for table in tables:
        place = (table.name, table.schema)
        if looking.has_table(*place) and looking.get_table_comment(*place)["text"] != MARK:
            raise DeclarationError(
                f"fake: the table {table.fullname} is there and was not made by a fake, which would drop it; "
                "expected a database without it; nothing was touched"
            )
