"""What a front table looks like, read from the vendored DDL: its columns, what they hold, its primary key.

The only module that knows SQL's grammar (through sqlglot); opens no database.
"""

from __future__ import annotations

import functools
import logging
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from connectors.declarations.declared import Department, Feed
from schemas.errors import DeclarationError

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it complains of every SET beside the tables
Kind = Literal["text", "integer", "number", "time", "date", "other"]
DIALECTS = ("mysql", "postgres", "oracle", "tsql")  # the one that knows most of the file's types reads it
KINDS: dict[Kind, frozenset[exp.DType]] = {
    "text": frozenset(exp.DataType.TEXT_TYPES),
    "integer": frozenset(exp.DataType.INTEGER_TYPES),
    "number": frozenset(exp.DataType.NUMERIC_TYPES - exp.DataType.INTEGER_TYPES),
    "date": frozenset({exp.DType.DATE, exp.DType.DATE32}),
    "time": frozenset(exp.DataType.TEMPORAL_TYPES - {exp.DType.DATE, exp.DType.DATE32}),
}


@dataclass(frozen=True)
class Column:
    """Hold what the contract says of one column; `length` is the longest text, where it has an end."""

    name: str
    kind: Kind
    length: int | None
    is_required: bool


@dataclass(frozen=True)
class TableContract:
    """Hold one table of the contract. `schema` is the one that the declaration names, if any."""

    name: str
    schema: str | None
    columns: dict[str, Column]
    primary_key: tuple[str, ...]

    def column(self, name: str, who: str) -> Column:
        """Return a column; DeclarationError names the ones there are."""
        if name not in self.columns:
            raise DeclarationError(
                f"{who}: column {name!r} is not in the contract's table {self.name}; there are {', '.join(self.columns)}"
            )
        return self.columns[name]


def read_table_contract(department: Department, feed: Feed) -> TableContract:
    """Return the contract of the feed's table; DeclarationError names the tables there are."""
    path = department.folder / "contract" / department.transport.contract.removeprefix("contract/")
    tables = _read_tables(path, department.digest)
    schema, _, name = feed.table.rpartition(".")
    found = tables.get(name)
    if found is None:
        raise DeclarationError(
            f"{department.department}.{feed.name}: table {feed.table!r} is not in contract/{path.name}; "
            f"there are {', '.join(tables)}"
        )
    return TableContract(found.name, schema or None, found.columns, found.primary_key)


@functools.lru_cache(maxsize=64)
def _read_tables(path: Path, _digest: str) -> dict[str, TableContract]:
    readings = [_parse(path.read_text("utf-8"), dialect) for dialect in DIALECTS]
    best = min((tables for tables in readings if tables), key=_unknown_count, default=None)
    if best is None:
        raise DeclarationError(f"{'/'.join(path.parts[-3:])}: holds no table; expected CREATE TABLE statements")
    return {table.name: table for table in best}


def _parse(text: str, dialect: str) -> list[TableContract]:
    try:
        created = [one for one in sqlglot.parse(_plain(text), dialect=dialect) if isinstance(one, exp.Create)]
    except SqlglotError:
        return []
    tables = [_read_table(one) for one in created if one.kind == "TABLE" and isinstance(one.this, exp.Schema)]
    return [_with_times(table) for table in tables] if "varchar2" in text.lower() else tables


def _with_times(table: TableContract) -> TableContract:
    """Return an Oracle table: its DATE holds the time of day as well."""
    columns = {name: replace(one, kind="time") if one.kind == "date" else one for name, one in table.columns.items()}
    return replace(table, columns=columns)


def _plain(text: str) -> str:
    # SQL Server's exports end a statement with a line of its own, Oracle's write these behind every column and table;
    # the grammar knows neither.
    text = re.sub(r"(?im)^\s*go\s*$", ";", text)
    return re.sub(r"(?i)(\bnull\s+enable\b)|(\btablespace\s+\"?\w+\"?)", lambda found: "null" if found[1] else "", text)


def _unknown_count(tables: list[TableContract]) -> int:
    return sum(column.kind == "other" for table in tables for column in table.columns.values())


def _read_table(create: exp.Create) -> TableContract:
    columns = [_read_column(column) for column in create.this.expressions if isinstance(column, exp.ColumnDef)]
    return TableContract(create.this.this.name, None, {one.name: one for one in columns}, _read_key(create))


def _read_column(column: exp.ColumnDef) -> Column:
    declared = column.kind
    known: list[Kind] = [kind for kind, types in KINDS.items() if declared and declared.this in types]
    kind: Kind = known[0] if known else "other"
    sizes = [size.name for size in declared.expressions] if declared else []
    length = int(sizes[0]) if kind == "text" and sizes and sizes[0].isdecimal() else None
    rules = [rule.kind for rule in column.constraints]
    required = any(isinstance(rule, exp.NotNullColumnConstraint) and not rule.args.get("allow_null") for rule in rules)
    return Column(column.name, kind, length, required)


def _read_key(create: exp.Create) -> tuple[str, ...]:
    """Return the primary key, written behind its column or as a line of its own."""
    for key in create.find_all(exp.PrimaryKey):
        return tuple(part.find(exp.Identifier).name for part in key.expressions)
    for named in create.find_all(exp.Constraint):  # SQL Server: PRIMARY KEY CLUSTERED ([XH] ASC)
        columns = [column.name for column in named.find_all(exp.Column)]
        if columns and any(isinstance(part, exp.PrimaryKeyColumnConstraint) for part in named.expressions):
            return tuple(columns)
    marked = [key.find_ancestor(exp.ColumnDef) for key in create.find_all(exp.PrimaryKeyColumnConstraint)]
    return tuple(column.name for column in marked if column)
