"""Facts: the values of data elements that a holder's licenses tell, the master's first; computed, never stored.

What a license says of its holder is told of the one it names first, since nobody says whom else it means; the name is
told of everyone by his own entry, and what it says of an object, of everyone who holds it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Connection

from license_library.asking.freshness import validity_of
from license_library.asking.holder_codes import HolderCode
from license_library.asking.looks import look
from license_library.asking.organisation_numbers import numbers_asked
from license_library.facts.fact_statement import FACTS, TELLING
from license_library.storage.keyring import Keyring
from schemas.catalogue.element_values import normal_form, told_by_code
from schemas.catalogue.elements import HELD, Element, ElementSource, wanted_types

_STILL_TRUE = {"suspended", "restricted"}  # what may be done under it is limited, not what it says
_TOLD_OF_EVERYONE = {"holder_name", HELD}


@dataclass(frozen=True)
class Fact:
    """Hold one value of one element; `row` is the license that tells it, None for the holder code."""

    source: ElementSource
    value: str
    normal: str
    in_force: bool
    row: Any


def read_rows(conn: Connection, keyring: Keyring, holder: HolderCode, elements: Mapping[str, Element]) -> Sequence[Any]:
    """Return what the library keeps of a holder for these elements: a row for each license, and for each type."""
    facts = {"hashes": holder.hashes(keyring), "types": wanted_types(elements) or [""], "telling": list(TELLING)}
    facts |= numbers_asked(keyring, holder)
    return look(conn, FACTS, facts)


def facts_of(
    element: Element,
    rows: Iterable[Any],
    holder: HolderCode,
    today: date,
) -> list[Fact]:
    """Return the facts of one element: those in force first, then by the order of sources, then the newest."""
    order = {source.name: place for place, source in enumerate(element.sources)}
    facts = list(_facts(element, list(rows), holder, today))
    newest = sorted(facts, key=_told_at, reverse=True)
    return sorted(newest, key=lambda fact: (not fact.in_force, order[fact.source.name]))


def preferring(element: Element, preferred: Collection[str]) -> Element:
    """Return the element with the sources that stewards put first, if any, as its masters, before all others."""
    if not preferred:
        return element
    sources = [msgspec.structs.replace(source, is_master=source.name in preferred) for source in element.sources]
    ordered = sorted(sources, key=lambda source: not source.is_master)
    return msgspec.structs.replace(element, sources=tuple(ordered))


def _facts(element: Element, rows: list[Any], holder: HolderCode, today: date) -> Iterable[Fact]:
    by_type: dict[str, list[Any]] = {}
    for row in {row.license_id: row for row in reversed(rows) if row.license_id is not None}.values():
        by_type.setdefault(row.license_type, []).append(row)
    for source in element.sources:
        if source.license_type is None:
            said = told_by_code(source.field, holder.code, holder.code_type)
            if said is not None:
                yield Fact(source, said, normal_form(element, said), True, None)
            continue
        for row in by_type.get(source.license_type, ()):
            value = _value(element, source, row)
            if value:
                yield Fact(source, value, normal_form(element, value), is_in_force(row, today), row)


def _value(element: Element, source: ElementSource, row: Any) -> str | None:
    if not row.is_first and not element.many and source.field not in _TOLD_OF_EVERYONE:
        return None
    if source.field == HELD:
        return element.held_as
    if source.field.startswith("face."):
        said = (row.face or {}).get(source.field.removeprefix("face."))
        return None if said is None else str(said).strip()
    return str(row.told_name if source.field == "holder_name" else getattr(row, source.field)).strip()


def is_in_force(row: Any, today: date) -> bool:
    """Tell whether what a license says holds today: no other took its place, and it is in its term or only limited in what it allows."""
    if row.is_replaced:
        return False
    term = (row.valid_from, row.valid_to, row.open_ended, today)
    return validity_of("valid" if row.status in _STILL_TRUE else row.status, *term) == "valid"


def _told_at(fact: Fact) -> Any:
    return fact.row.source_updated_at.timestamp() if fact.row is not None else float("inf")
