"""What a person decides about a record that waits: owned, edited, waived, discarded, to be checked again.

Records decisions and their history; no license is within reach. What follows from them the hub applies by a replay.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Row, text

from license_library.asking.masking import shown_name
from license_library.asking.readings import check_text
from license_library.asking.refusals import NotDecidable
from license_library.asking.shown_marks import demand_mark
from license_library.quarantine.case_events import Deed, write_events
from license_library.quarantine.quarantine_list import CASE_MARK
from license_library.quarantine.standing import open_edit
from license_library.storage.keyring import Keyring
from license_library.words.case_words import case_action_words, quarantine_words
from license_library.words.wording import problem_words
from schemas.errors import NotFound, RequestError
from schemas.license.problems import is_waivable

CaseAction = Literal["assign", "edit", "waive", "discard", "recheck"]
LONGEST = 500
LONGEST_VALUES = 1_000_000  # of one source row, as they may come
# From which states a person may decide so. What is mended or overtaken is over.
ALLOWED: dict[str, tuple[str, ...]] = {
    "assign": ("open", "waived", "discarded"),
    "edit": ("open",),
    "waive": ("open", "waived"),
    "discard": ("open", "waived"),
    "recheck": ("open", "waived", "discarded"),
}


class CaseDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold one decision: what, by whom, why, and what it needs: an owner, edited values, the last day of a waiver."""

    action: CaseAction
    who: str
    reason: str = ""
    owner: str = ""
    values: Mapping[str, str | None] = {}
    until: date | None = None
    mark: str | None = None  # of the case as it was shown; none: it is decided about as it stands


_LOCK = text(f"""
select quarantine_id, state, codes, source, edits, {CASE_MARK} as mark from quarantined_records q
where quarantine_id = :quarantine_id for no key update
""")  # noqa: S608 - a constant of this room
_ASSIGN = text("update quarantined_records set owner = :owner where quarantine_id = :quarantine_id")
_EDIT = text("""
update quarantined_records set edits = :edits, recheck_asked_at = :now where quarantine_id = :quarantine_id
""")
_WAIVE = text("""
update quarantined_records set waived_codes = :codes, waived_until = :until, state = 'open', recheck_asked_at = :now
where quarantine_id = :quarantine_id
""")
_DISCARD = text("""
update quarantined_records set state = 'discarded', recheck_asked_at = null, waived_codes = null, waived_until = null
where quarantine_id = :quarantine_id
""")
_RECHECK = text("""
update quarantined_records set state = 'open', recheck_asked_at = :now where quarantine_id = :quarantine_id
""")


def decide_case(
    conn: Connection, keyring: Keyring, quarantine_id: int, decision: CaseDecision, today: date, now: datetime
) -> None:
    """Write a decision and its history; NotFound, NotDecidable, or RequestError where something it needs is missing."""
    _demand_sense(decision, today)
    case = conn.execute(_LOCK, {"quarantine_id": quarantine_id}).one_or_none()
    if case is None:
        raise NotFound(f"quarantine: there is no case {quarantine_id}; nothing was changed")
    demand_mark(decision.mark, case.mark, f"case {quarantine_id}", f"隔离 {quarantine_id} ")
    if case.state not in ALLOWED[decision.action]:
        raise NotDecidable(
            f"case {quarantine_id}: is {case.state}; {decision.action} needs it "
            f"{' or '.join(ALLOWED[decision.action])}; nothing was changed",
            zh=f"隔离 {quarantine_id} {quarantine_words(case.state).zh}，不能这样处理；未作更改",
        )
    detail = _APPLY[decision.action](conn, keyring, case, decision, now)
    deed = Deed(_DONE[decision.action], decision.who.strip(), decision.reason.strip() or None, detail)
    write_events(conn, [quarantine_id], deed, now)


def check_words(who: str, owner: str, reason: str, values: Mapping[str, str | None]) -> None:
    """Refuse words that no database should see, each by its own bound: a reason and a source value may be longer than a name."""
    check_text(f"{who}{owner}", "case")
    check_text(reason, "case", longest=2 * LONGEST)  # one that is too long is told its own bound
    check_text("".join(f"{name}{value or ''}" for name, value in values.items()), "case", longest=LONGEST_VALUES)


def _demand_sense(decision: CaseDecision, today: date) -> None:
    check_words(decision.who, decision.owner, decision.reason, decision.values)
    missing = [
        ("who decides", "确认人", not decision.who.strip()),
        ("a reason", "理由", decision.action in {"edit", "waive", "discard"} and not decision.reason.strip()),
        ("an owner", "负责人", decision.action == "assign" and not decision.owner.strip()),
        ("a field and its value", "字段及其值", decision.action == "edit" and not decision.values),
        ("a last day", "截止日", decision.action == "waive" and decision.until is None),
        (f"at most {LONGEST} characters of reason", f"不超过 {LONGEST} 字的理由", len(decision.reason) > LONGEST),
        ("a last day that is not over", "尚未过去的截止日", decision.until is not None and decision.until < today),
    ]
    for expected, needed, lacks in missing:
        if lacks:
            raise RequestError(
                f"quarantine: {decision.action}: expected {expected}; nothing was changed",
                zh=f"{case_action_words(decision.action).zh}：须填写{needed}；未作更改",
            )


def _assign(conn: Connection, _: Keyring, case: Row[Any], decision: CaseDecision, now: datetime) -> str:
    conn.execute(_ASSIGN, {"quarantine_id": case.quarantine_id, "owner": decision.owner.strip(), "now": now})
    return decision.owner.strip()


def _edit(conn: Connection, keyring: Keyring, case: Row[Any], decision: CaseDecision, now: datetime) -> str:
    if case.source is None:
        raise NotDecidable(
            f"case {case.quarantine_id}: its source row is not kept yet; expected it checked again first; nothing was changed",
            zh=f"隔离 {case.quarantine_id} 尚未保存原始记录，请先重新检查；未作更改",
        )
    known = msgspec.json.decode(keyring.decrypt(case.source))
    unknown = sorted(set(decision.values) - set(known))
    if unknown:
        raise RequestError(
            f"case {case.quarantine_id}: has no source field {shown_name(unknown[0])!r}; there are {', '.join(sorted(known))}; "
            "nothing was changed",
            zh=f"隔离 {case.quarantine_id} 没有源字段“{shown_name(unknown[0])}”；可选：{'、'.join(sorted(known))}；未作更改",
        )
    edits = open_edit(keyring, case.edits) or {}  # one that cannot be opened is replaced
    edits |= {name: value or None for name, value in decision.values.items()}
    edits = {name: value for name, value in edits.items() if value != known[name]}  # the original again is no edit
    sealed = keyring.encrypt(msgspec.json.encode(edits)) if edits else None
    conn.execute(_EDIT, {"quarantine_id": case.quarantine_id, "edits": sealed, "now": now})
    return ", ".join(sorted(decision.values))


def _waive(conn: Connection, _: Keyring, case: Row[Any], decision: CaseDecision, now: datetime) -> str:
    lost = [code for code in case.codes if not is_waivable(code)]
    if lost:
        raise NotDecidable(
            f"case {case.quarantine_id}: {', '.join(lost)} cannot be waived: the value itself is missing or unreadable; "
            "expected it edited, or corrected at the source; nothing was changed",
            zh=f"隔离 {case.quarantine_id}：{'、'.join(problem_words(code).zh for code in lost)}，不能豁免：值本身缺失或无法识别，请修改，或请部门更正；未作更改",
        )
    facts = {"codes": list(case.codes), "until": decision.until, "now": now}
    conn.execute(_WAIVE, {**facts, "quarantine_id": case.quarantine_id})
    return f"{decision.until}: {', '.join(case.codes)}"


def _discard(conn: Connection, _: Keyring, case: Row[Any], _decision: CaseDecision, _now: datetime) -> None:
    conn.execute(_DISCARD, {"quarantine_id": case.quarantine_id})


def _recheck(conn: Connection, _: Keyring, case: Row[Any], _decision: CaseDecision, now: datetime) -> None:
    conn.execute(_RECHECK, {"quarantine_id": case.quarantine_id, "now": now})


_APPLY: dict[str, Any] = {
    "assign": _assign,
    "edit": _edit,
    "waive": _waive,
    "discard": _discard,
    "recheck": _recheck,
}
_DONE = {
    "assign": "assigned",
    "edit": "edited",
    "waive": "waived",
    "discard": "discarded",
    "recheck": "recheck_asked",
}
