"""Look through the library for conflicts, window by window: candidates by SQL, judged in the one place that judges facts.

Yields subjects in their order and how far it looked. Knows no decision and no page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from license_library.asking.holder_codes import HolderCode
from license_library.facts.conflict_statements import CANDIDATES, DECIDED_CANDIDATES, DECIDED_WINDOW_END, WINDOW_END
from license_library.facts.fact_verdicts import differing
from license_library.facts.facts import Fact, facts_of, preferring, read_rows
from license_library.storage.keyring import Keyring
from schemas.catalogue.element_values import normal_form, normal_forms, told_by_code
from schemas.catalogue.elements import Element
from schemas.identifiers.holder_code_types import RESIDENT_IDENTITY
from schemas.identifiers.resident_identity import to_eighteen

WINDOW = 2_000
_SUBJECT = text("select subject_id, code_encrypted, code_type, kind, name from subjects where subject_id = :subject_id")


@dataclass(frozen=True)
class Contested:
    """Hold one element of one subject, with its facts in order; they need not differ any more."""

    subject: Any
    holder: HolderCode
    element: Element
    facts: list[Fact]


@dataclass(frozen=True)
class Window:
    """Hold what one window brought: the candidates by subject, the last subject of it, and how many it has."""

    candidates: dict[int, list[str]]
    last: int
    size: int


def windows(
    conn: Connection, keyring: Keyring, elements: Mapping[str, Element], after: int, today: date, *, decided: bool
) -> Iterator[Window]:
    """Yield window after window of subjects behind `after`; with `decided` only those about whom something was decided."""
    statement, end = (DECIDED_CANDIDATES, DECIDED_WINDOW_END) if decided else (CANDIDATES, WINDOW_END)
    facts = _wanted(elements) | {"today": today, "size": WINDOW}
    while (edge := conn.execute(end, {"after": after, "size": WINDOW}).one()).last is not None:
        rows = conn.execute(statement, {**facts, "after": after}).all()
        yield Window(_candidates(rows, elements, keyring), edge.last, edge.size)
        after = edge.last


def contested(
    conn: Connection,
    keyring: Keyring,
    subject_id: int,
    elements: Mapping[str, Element],
    preferred: Mapping[str, tuple[str, ...]],
    today: date,
) -> list[Contested]:
    """Return the facts of some elements of one subject; nothing where there is no such subject."""
    subject = conn.execute(_SUBJECT, {"subject_id": subject_id}).one_or_none()
    if subject is None:
        return []
    holder = _holder(subject, keyring)
    rows = read_rows(conn, keyring, holder, elements)
    ordered = [preferring(element, preferred.get(element.code, ())) for element in elements.values()]
    return [Contested(subject, holder, one, facts_of(one, rows, holder, today)) for one in ordered]


def is_contested(one: Contested) -> bool:
    """Tell whether sources in force differ."""
    return bool(differing(one.element, one.facts))


def _wanted(elements: Mapping[str, Element]) -> dict[str, list[str]]:
    single = [element for element in elements.values() if not element.many]
    told = [(element.code, source) for element in single for source in element.sources if source.license_type]
    return {
        "elements": [code for code, _ in told],
        "types": [source.license_type or "" for _, source in told],
        "fields": [source.field for _, source in told],
        "coded": [element.code for element in single if _is_coded(element)],
    }


def _is_coded(element: Element) -> bool:
    return any(source.license_type is None for source in element.sources) and len(element.sources) > 1


def _candidates(rows: Sequence[Any], elements: Mapping[str, Element], keyring: Keyring) -> dict[int, list[str]]:
    """Return by subject the elements that may differ; the normal forms of a whole window are made together."""
    told: dict[str, list[str]] = {}
    for row in rows:
        told.setdefault(row.element, []).extend(row.values)
    forms = {code: normal_forms(elements[code], values) for code, values in told.items()}
    found: dict[int, list[str]] = {}
    for row in rows:
        if _may_differ(elements[row.element], row, forms[row.element], keyring):
            found.setdefault(row.subject_id, []).append(row.element)
    return found


def _may_differ(element: Element, row: Any, forms: Mapping[str, str], keyring: Keyring) -> bool:
    """Compare what was told as facts are compared; whether each is in force is looked at afterwards."""
    normals = {forms[value] for value in row.values}
    if len(normals) < 2 and _is_coded(element):
        code = _holder(row, keyring).code
        said = [
            told_by_code(source.field, code, row.code_type) for source in element.sources if not source.license_type
        ]
        normals |= {normal_form(element, one) for one in said if one is not None}
    return len(normals) > 1


def _holder(row: Any, keyring: Keyring) -> HolderCode:
    """Return the code a subject is kept under, in the form of today, and whether that is the form it is kept in."""
    code = keyring.decrypt(row.code_encrypted).decode()
    if row.code_type != RESIDENT_IDENTITY:
        return HolderCode(code, row.code_type)
    whole = to_eighteen(code)
    return HolderCode(whole, row.code_type, is_old_form=code != whole)
