"""What a person put in place of source values, row by row: mapped as if the department had said it.

A row keeps the digest of what the department said, so that it stays the same case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from connectors.formats.page_rows import Column, PageRows

Edits = Mapping[bytes, Mapping[str, str | None]]


def edit_rows(rows: PageRows, edits: Edits) -> PageRows:
    """Return the rows with each one edited that `edits` knows by its digest; a field that is not declared is left out."""
    if not edits:
        return rows
    found = {row: (digest, edits[digest]) for row, digest in enumerate(rows.digests()) if digest in edits}
    if not found:
        return rows
    columns: dict[str, Column] = {name: _edited(name, values, found) for name, values in rows.columns.items()}
    faults = [one for one in rows.faults if one.row not in found or one.source not in found[one.row][1]]
    unread = {**rows.unread, **{row: digest for row, (digest, _) in found.items()}}
    return replace(rows, columns=columns, faults=faults, unread=unread)


def _edited(name: str, values: Column, found: Mapping[int, tuple[bytes, Mapping[str, str | None]]]) -> list[str | None]:
    edited = list(values)
    for row, (_, put) in found.items():
        if name in put:
            edited[row] = put[name]
    return edited
