"""Conflicts of facts as stewards see them: listed with masked values, one of them whole. Reads only.

A page looks at so many subjects at the most and says where the next one goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from license_library.answers import ConflictBrief, ConflictDetail, ConflictEvent, ConflictsAnswer, FactBrief
from license_library.asking.bound_holders import Bound, bound_by_rows
from license_library.asking.cursors import LAST, check_limit, read_cursor, write_cursor
from license_library.asking.masking import mask_code, mask_name, shown_name
from license_library.asking.questions import ConflictFilter
from license_library.asking.readings import check_text
from license_library.facts.conflict_search import Contested, contested, is_contested, windows
from license_library.facts.fact_decisions import (
    Decided,
    list_decisions,
    mark_of_conflict,
    read_decisions,
    read_preferred,
    settled_fact,
    state_of,
)
from license_library.facts.fact_fields import fact_brief
from license_library.facts.fact_verdicts import differing
from license_library.facts.fact_words import decision_words, element_words, state_words
from license_library.storage.keyring import Keyring
from schemas.catalogue.elements import Element, load_elements
from schemas.errors import NotFound, RequestError

LOOKED_AT: Final = 10_000  # subjects, by one page of the list
JUDGED: Final = (
    500  # of them, by their facts: each is a question of its own, and what is not in force yet is no conflict
)
_LAST_STATES = {"settled", "told"}


def list_conflicts(
    conn: Connection, keyring: Keyring, wanted: ConflictFilter, today: date, now: datetime
) -> ConflictsAnswer:
    """Return conflicts from where the cursor stands; a page ends with a subject, so it may hold a few more than its limit."""
    check_text("".join(filter(None, (wanted.element, wanted.department, wanted.state, wanted.owner))), "conflicts")
    elements, limit = _elements(wanted.element), check_limit(wanted.limit)
    question = msgspec.json.encode(msgspec.structs.replace(wanted, after=None, limit=0))
    (after,) = read_cursor(question, wanted.after, (0,))
    found: list[ConflictBrief] = []
    looked, is_over = 0, True
    for judged, (subject_id, briefs, seen) in enumerate(_each(conn, keyring, wanted, elements, after, today, now), 1):
        found += briefs
        after, looked = subject_id, seen
        if len(found) >= limit or looked >= LOOKED_AT or judged >= JUDGED:
            is_over = False
            break
    return ConflictsAnswer(found, looked, None if is_over else write_cursor(question, [after]), now)


def _each(
    conn: Connection,
    keyring: Keyring,
    wanted: ConflictFilter,
    elements: Mapping[str, Element],
    after: int,
    today: date,
    now: datetime,
) -> Iterator[tuple[int, list[ConflictBrief], int]]:
    """Yield subject after subject with its conflicts that fit, and how many subjects were looked at; each window's last, too."""
    preferred = read_preferred(conn)
    decided_only = wanted.state in _LAST_STATES or wanted.owner is not None
    seen = 0
    for window in windows(conn, keyring, elements, after, today, decided=decided_only):
        decisions = read_decisions(conn, window.candidates)
        for subject_id, codes in window.candidates.items():
            asked = {code: elements[code] for code in codes}
            told = filter(is_contested, contested(conn, keyring, subject_id, asked, preferred, today))
            briefs = [
                _brief(
                    one,
                    decisions.get((subject_id, one.element.code)),
                    keyring,
                    _bound(conn, keyring, one),
                    today,
                    now,
                    masked=True,
                )
                for one in told
            ]
            yield subject_id, [brief for brief in briefs if _fits(brief, wanted)], seen
        seen += window.size
        yield window.last, [], seen


def _fits(brief: ConflictBrief, wanted: ConflictFilter) -> bool:
    return (
        (wanted.state is None or brief.state == wanted.state)
        and (wanted.owner is None or brief.owner == wanted.owner)
        and (wanted.department is None or wanted.department in brief.departments)
    )


def show_conflict(
    conn: Connection, keyring: Keyring, subject_id: int, element: str, today: date, now: datetime
) -> ConflictDetail:
    """Return one conflict with its values, also where the sources agree by now; NotFound where there is no such subject."""
    one = get_contested(conn, keyring, subject_id, element, today)
    decided = read_decisions(conn, [subject_id]).get((subject_id, element))
    bound = _bound(conn, keyring, one)
    brief = _brief(one, decided, keyring, bound, today, now, masked=False)
    return ConflictDetail(
        conflict=brief,
        is_differing=is_contested(one),
        others=_briefs(one, [fact for fact in one.facts if not fact.in_force], keyring, bound, now),
        until=decided.until if decided and brief.state == "settled" else None,
        request_id=decided.request_id if decided and brief.state == "told" else None,
        events=[_event(row) for row in list_decisions(conn, subject_id, element)],
        mark=mark_of_conflict(keyring, one.element, one.facts, decided),
        asked_at=now,
    )


def get_contested(conn: Connection, keyring: Keyring, subject_id: int, element: str, today: date) -> Contested:
    """Return the facts of one element of one subject; NotFound where there is no such subject or nothing is told of it."""
    elements = _elements(element)
    known = 0 < subject_id <= LAST
    told = contested(conn, keyring, subject_id, elements, read_preferred(conn), today) if known else []
    if not told or not told[0].facts:
        raise NotFound(f"conflict: nothing is told of {element} of subject {subject_id}; expected one of the list")
    return told[0]


def _bound(conn: Connection, keyring: Keyring, one: Contested) -> Bound:
    """Return under which other numbers these facts are told; asks nothing where all stand under the holder's own."""
    return bound_by_rows(conn, keyring, [fact.row for fact in one.facts if fact.row is not None], one.holder)


def _elements(wanted: str | None) -> Mapping[str, Element]:
    elements = load_elements()
    if wanted is None:
        return elements
    if wanted not in elements:
        raise RequestError(
            f"conflict: there is no element {shown_name(wanted)!r}; there are {', '.join(elements)}",
            zh=f"没有数据元“{shown_name(wanted)}”；可选：{'、'.join(elements)}",
        )
    return {wanted: elements[wanted]}


def _brief(
    one: Contested, decided: Decided | None, keyring: Keyring, bound: Bound, today: date, now: datetime, *, masked: bool
) -> ConflictBrief:
    settled = settled_fact(one.element, one.facts, decided, keyring, today)
    state = state_of(decided, settled)
    in_force = differing(one.element, one.facts) or [fact for fact in one.facts if fact.in_force]
    ordered = [settled, *(fact for fact in in_force if fact is not settled)] if settled is not None else in_force
    facts = _briefs(one, ordered, keyring, bound, now)
    is_personal = one.element.personal or one.subject.kind == "person"
    hidden = masked and is_personal
    return ConflictBrief(
        subject_id=one.subject.subject_id,
        element=one.element.code,
        element_words=element_words(one.element),
        subject_name=mask_name(one.subject.name) if masked and one.subject.kind == "person" else one.subject.name,
        subject_code=mask_code(one.holder.code),
        subject_kind=one.subject.kind,
        state=state,
        state_words=state_words(state),
        owner=decided.owner if decided else None,
        facts=[msgspec.structs.replace(fact, value=_masked(fact.value, one.element.kind)) for fact in facts]
        if hidden
        else facts,
        departments=sorted({fact.source.department for fact in facts if fact.source is not None}),
    )


def _briefs(one: Contested, facts: list[Any], keyring: Keyring, bound: Bound, now: datetime) -> list[FactBrief]:
    return [fact_brief(fact, facts[0], keyring, one.holder, bound, now) for fact in facts]


def _masked(value: str, kind: str) -> str:
    return mask_name(value) if kind == "name" else "***"


def _event(row: Any) -> ConflictEvent:
    return ConflictEvent(
        happened_at=row.decided_at,
        action=row.action,
        words=decision_words(row.action),
        who=row.decided_by,
        owner=row.owner,
        license_id=row.license_id,
        until=row.until,
        request_id=row.request_id,
        note=row.note,
    )
