"""What is known of one subject, element by element (一户一档): now, or on a day as known at an instant.

For the past only what licenses told then is said; how fresh a feed was, and what was decided, belongs to today. What the
first version tells from a later day on is not told of the days before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from license_library.answers import FactField, FactsAnswer, SubjectBrief, Words
from license_library.asking.bound_holders import Bound, bound_by_rows
from license_library.asking.holder_codes import HolderCode, read_holder_code
from license_library.asking.looks import NO_DOUBTS, columns_of
from license_library.asking.masking import mask_code, shown_name
from license_library.asking.moments import check_moment, check_past
from license_library.asking.one_license import of_successor_type, same_identifier
from license_library.asking.readings import check_text
from license_library.asking.replaced import LATER_EDITION
from license_library.facts.fact_decisions import read_decisions, read_preferred, settled_fact
from license_library.facts.fact_fields import element_field
from license_library.facts.fact_statement import TELLING, facts_statement
from license_library.facts.fact_verdicts import Judged, differing, judge
from license_library.facts.fact_words import element_words
from license_library.facts.facts import Fact, facts_of, preferring, read_rows
from license_library.licenses.as_of import TOLD_FROM, settled_instant
from license_library.licenses.history import HOLDS_FROM
from license_library.storage.keyring import Keyring
from schemas.bureau_time import local_day
from schemas.catalogue.elements import Element, load_elements, wanted_types
from schemas.errors import RequestError
from schemas.identifiers.holder_code_types import holder_kind

# Every license that ever named the subject, in the version that held then, where that version names it.
_TOLD_THEN = f"""
  select v.license_id, v.version_count, v.license_type, v.license_number, v.issuer_name, v.issued_on, v.status, v.valid_from,
         v.valid_to, v.open_ended, v.face, v.license_identifier, v.replaces, v.source_updated_at, v.known_from, v.exchange_id, v.department, v.feed,
         cast(null as timestamptz) as unlisted_at, {TOLD_FROM.format("v")} as told_from, coalesce(own.name, v.holder_name) as told_name, first.is_first,
         held.held_by, held.is_own
    from (select l.license_id from subject join licenses l using (subject_id)
           union
          select o.license_id from subject join license_versions o using (subject_id)
           union
          select h.license_id from subject join license_holders h using (subject_id)) as named
   cross join lateral (
     select max(version_count) as version_count from license_history
      where license_id = named.license_id and known_from <= :known_at and :on >= {HOLDS_FROM}) as holding
    join lateral (
     select * from license_history
      where license_id = named.license_id and version_count = holding.version_count offset 0) as v on true
   cross join lateral (select v.subject_id in (select subject_id from subject) as is_first) as first
    left join lateral (
     select h.name from license_holders h join subject using (subject_id)
      where h.license_id = v.license_id and h.version_count = v.version_count order by h.ordinal limit 1) as own
      on not first.is_first
   cross join lateral (
     -- under the number that was asked before any other
     select subject_id as held_by, is_own from subject where subject_id = v.subject_id or exists (
       select from license_holders h where h.subject_id = subject.subject_id and h.license_id = v.license_id
          and h.version_count = v.version_count)
      order by is_own desc, subject_id limit 1) as held
   where v.license_type = any(cast(:types as text[]))
     and (v.status = any(cast(:telling as text[])) or {TOLD_FROM.format("v")} is not null)
     and (first.is_first or own.name is not null)
"""  # noqa: S608 - a constant of this room
# By another of the holder's own licenses, as it was told then.
_WAS_REPLACED = f"""exists (select from told as n where n.license_id <> told.license_id and n.status <> 'draft' and n.told_from is null
  and ({same_identifier("told.license_identifier", "number_key(n.replaces)")} or {LATER_EDITION.format("told")}
    or number_key(n.replaces) = number_key(told.license_number) and n.department = told.department and {of_successor_type("told", "n")}))"""
_THEN = facts_statement(_TOLD_THEN, f"select {columns_of(NO_DOUBTS | {'is_replaced': _WAS_REPLACED})}", then=True)


def facts_of_subject(  # noqa: PLR0913, PLR0917 - the question has a holder, elements and two times, and both clocks are arguments
    conn: Connection,
    keyring: Keyring,
    holder_code: str,
    holder_code_type: str | None,
    wanted: Sequence[str] | None,
    on: date | None,
    known_at: datetime | None,
    today: date,
    now: datetime,
) -> FactsAnswer:
    """Return the elements of which anything is told, or those wanted; with a day or an instant as it was then.

    WrongQuestion for the holder code or a day to come; NotSettled where a merge under way may still change what was known.
    """
    check_text(holder_code, "facts")
    check_moment(on, known_at)
    check_past(on, now)
    holder = read_holder_code(holder_code, holder_code_type, today)
    elements = _elements(holder, wanted)
    if on is None and known_at is None:
        rows, judged = _now(conn, keyring, holder, elements, today, now)
        bound = bound_by_rows(conn, keyring, rows, holder)
        return _answer(
            rows[0].subject_name,
            rows,
            _fields(judged, rows, keyring, holder, bound, now),
            holder,
            bound,
            today,
            now,
            now,
        )
    known_at = settled_instant(conn, known_at, now)
    return _facts_then(conn, keyring, holder, elements, on or local_day(known_at), known_at, now)


def _facts_then(
    conn: Connection,
    keyring: Keyring,
    holder: HolderCode,
    elements: dict[str, Element],
    on: date,
    known_at: datetime,
    now: datetime,
) -> FactsAnswer:
    """Return what licenses told on a day, as far as it was known at an instant."""
    facts = {"hashes": holder.hashes(keyring), "types": wanted_types(elements) or [""], "telling": list(TELLING)}
    rows = conn.execute(_THEN, {**facts, "on": on, "known_at": known_at}).all()
    told = [(element, _then(element, facts_of(element, rows, holder, on))) for element in elements.values()]
    bound = bound_by_rows(conn, keyring, rows, holder, known_at)
    return _answer(
        _name_then(rows), rows, _fields(told, rows, keyring, holder, bound, None), holder, bound, on, known_at, now
    )


def _name_then(rows: Sequence[Any]) -> str | None:
    """Return the name in the newest version that was known: a later one would change what was answered."""
    told = [row for row in rows if row.license_id is not None]
    return max(told, key=lambda row: row.source_updated_at).told_name if told else None


def _now(
    conn: Connection, keyring: Keyring, holder: HolderCode, elements: dict[str, Element], today: date, now: datetime
) -> tuple[Sequence[Any], list[tuple[Element, Judged]]]:
    rows = read_rows(conn, keyring, holder, elements)
    subject_id = rows[0].subject_id
    preferred, decisions = read_preferred(conn), read_decisions(conn, [] if subject_id is None else [subject_id])

    def judged(declared: Element) -> Judged:
        element = preferring(declared, preferred.get(declared.code, ()))
        facts = facts_of(element, rows, holder, today)
        settled = settled_fact(element, facts, decisions.get((subject_id, element.code)), keyring, today)
        return judge(element, facts, rows, now, settled)

    return rows, [(element, judged(element)) for element in elements.values()]


def _then(element: Element, told: list[Fact]) -> Judged:
    facts = [fact for fact in told if fact.row is None or fact.row.told_from is None]
    if told and not facts:
        return Judged("unknown", "state_not_known", [], told[0].row)
    if not facts:
        return Judged("applicant_fills", "not_held", [])
    if differing(element, facts):
        return Judged("conflict", None, facts, facts[0].row)
    if facts[0].in_force:
        return Judged("known", None, facts, facts[0].row)
    return Judged("stale", "replaced" if facts[0].row.is_replaced else "lapsed", facts, facts[0].row)


def _fields(
    told: list[tuple[Element, Judged]],
    rows: Sequence[Any],
    keyring: Keyring,
    holder: HolderCode,
    bound: Bound,
    now: datetime | None,
) -> list[FactField]:
    nowhere = Words("", "")
    subject_id = rows[0].subject_id
    return [
        element_field(element, element_words(element), nowhere, judged, subject_id, keyring, holder, bound, now)
        for element, judged in told
        if judged.facts or judged.reason == "state_not_known"
    ]


def _elements(holder: HolderCode, wanted: Sequence[str] | None) -> dict[str, Element]:
    known = {code: one for code, one in load_elements().items() if holder_kind(holder.code_type) in one.of}
    if strange := sorted(set(wanted or ()) - known.keys()):
        raise RequestError(
            f"facts: there is no element {shown_name(strange[0])!r} of such a subject; there are {', '.join(known)}",
            zh=f"该主体没有数据元“{shown_name(strange[0])}”；可选：{'、'.join(known)}",
        )
    return {code: element for code, element in known.items() if wanted is None or code in wanted}


def _answer(  # noqa: PLR0913, PLR0917 - what was found, of whom, at which times
    name: str | None,
    rows: Sequence[Any],
    fields: list[FactField],
    holder: HolderCode,
    bound: Bound,
    on: date,
    known_at: datetime,
    now: datetime,
) -> FactsAnswer:
    subject = SubjectBrief(
        name is not None,
        name,
        mask_code(holder.code),
        holder.code_type,
        holder_kind(holder.code_type),
        rows[0].undecided_count,
    )
    return FactsAnswer(subject, on, known_at, fields, bound.told, now)
