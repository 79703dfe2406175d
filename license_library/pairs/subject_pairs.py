"""List pairs of subjects by what stands of them, and the history of one pair. Reads only.

A person's names and all numbers are shown masked; what somebody wrote as a reason stands in the history of one pair alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from license_library.answers import PairBrief, PairEvent, PairsAnswer
from license_library.asking.cursors import find_by_id, read_page
from license_library.asking.masking import mask_code
from license_library.asking.questions import PairFilter
from license_library.asking.readings import check_text
from license_library.storage.keyring import Keyring
from license_library.words.pair_words import DOUBTS, RULES, STATES, event_words
from license_library.words.wording import code_type_words

_COLUMNS = """
d.decision_id, d.decision as state, d.subject_id, d.other_id, d.ground, d.rule, d.doubt, d.owner, d.decided_by, d.decided_at,
s.kind, array[s.name, o.name] as names, array[s.code_encrypted, o.code_encrypted] as sealed,
array[s.code_type, o.code_type] as code_types
"""
_FROM = """
from subject_decisions d join subjects s on s.subject_id = d.subject_id join subjects o on o.subject_id = d.other_id
"""
_STANDS = """not exists (select from subject_decisions later where later.subject_id = d.subject_id
    and later.other_id = d.other_id and later.decision_id > d.decision_id)"""
_LIST = text(f"""
select {_COLUMNS} {_FROM}
 where d.decision_id < :before and {_STANDS}
   and (cast(:state as text) is null or d.decision = cast(:state as text))
   and (cast(:rule as text) is null or d.rule = cast(:rule as text))
   and (cast(:owner as text) is null or d.owner = cast(:owner as text))
   and (cast(:subject_id as bigint) is null or cast(:subject_id as bigint) in (d.subject_id, d.other_id))
 order by d.decision_id desc limit :limit
""")
_PAIR = text(f"select {_COLUMNS} {_FROM} where d.subject_id = :one and d.other_id = :other and {_STANDS}")
_IDS = text("select subject_id, other_id from subject_decisions where decision_id = :decision_id")
_EVENTS = text("""
select decision_id, decision, decided_by, decided_at, reason, license_ids, request_id, undoes, owner from subject_decisions
 where subject_id = :one and other_id = :other order by decision_id
""")


def list_pairs(conn: Connection, keyring: Keyring, wanted: PairFilter, now: datetime) -> PairsAnswer:
    """Return one page of pairs, the latest entries first."""
    check_text(f"{wanted.state or ''}{wanted.rule or ''}{wanted.owner or ''}", "subjects")
    scope = {name: getattr(wanted, name) for name in ("state", "rule", "owner", "subject_id")}
    rows, following = read_page(conn, _LIST, scope, wanted, "decision_id")
    return PairsAnswer([_brief(row, keyring) for row in rows], following, now)


def find_pair(conn: Connection, keyring: Keyring, one: int, other: int) -> PairBrief | None:
    """Return what stands of two subjects; None where nobody asked yet."""
    row = conn.execute(_PAIR, {"one": min(one, other), "other": max(one, other)}).one_or_none()
    return _brief(row, keyring) if row else None


def pair_of(conn: Connection, decision_id: int) -> tuple[int, int]:
    """Return the two subjects of a decision; NotFound where there is none."""
    row = find_by_id(conn, _IDS, "decision_id", decision_id, "subjects: there is no decision")
    return row.subject_id, row.other_id


def list_events(conn: Connection, keyring: Keyring, one: int, other: int) -> list[PairEvent]:
    """Return everything that was ever said of two subjects, the oldest first."""
    rows = conn.execute(_EVENTS, {"one": min(one, other), "other": max(one, other)})
    return [_event(row, keyring) for row in rows]


def _event(row: Any, keyring: Keyring) -> PairEvent:
    is_assigning = row.owner is not None
    return PairEvent(
        decision_id=row.decision_id,
        state=row.decision,
        words=event_words(row.decision, is_undoing=row.undoes is not None, is_assigning=is_assigning),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=keyring.decrypt(row.reason).decode() if row.reason and not is_assigning else None,
        license_ids=list(row.license_ids),
        request_id=row.request_id,
        undoes=row.undoes,
        owner=row.owner,
    )


def _brief(row: Any, keyring: Keyring) -> PairBrief:
    facts = dict(row._mapping)
    codes = [mask_code(keyring.decrypt(sealed).decode()) for sealed in facts.pop("sealed")]
    names = [_shown_name(name, row.kind) for name in row.names]
    return PairBrief(
        **facts | {"names": names},
        codes=codes,
        code_type_words=[code_type_words(one) for one in row.code_types],
        state_words=STATES[row.state],
        rule_words=RULES.get(row.rule),
        doubt_words=DOUBTS.get(row.doubt),
    )


def _shown_name(name: str, kind: str) -> str:
    return name if kind == "organisation" else name[:1] + "*" * (len(name) - 1)
