"""Decide about a conflict of facts: who looks after it, which value stands and until when, that a department is asked.

Only adds rows, each with who, why and when. Knows no department's values but those that differ now.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, text

from license_library.asking.masking import shown_name
from license_library.asking.readings import check_text
from license_library.asking.refusals import NotDecidable
from license_library.asking.shown_marks import demand_mark
from license_library.facts.conflict_list import get_contested
from license_library.facts.conflict_search import Contested
from license_library.facts.fact_decisions import mark_of_conflict, read_decisions, settled_fact, state_of, values_digest
from license_library.facts.fact_verdicts import differing
from license_library.facts.facts import Fact
from license_library.quarantine.corrections import DEFAULT_DAYS, LONGEST, Correction, ask_for_license
from license_library.storage.keyring import Keyring
from schemas.catalogue.elements import load_elements
from schemas.errors import RequestError

Action = Literal["assign", "settle", "tell", "reopen"]

_DECIDE = text("""
insert into fact_decisions (subject_id, element, action, owner, license_id, values_digest, until, request_id, note,
  decided_by, decided_at)
values (:subject_id, :element, :action, :owner, :license_id, :values_digest, :until, :request_id, :note, :who, :now)
""")
# One at a time: each is made about what was decided before, under whichever number of the subject.
_ALONE = text("select pg_advisory_xact_lock(hashtext('fact_decisions'))")
_PREFER = text("""
insert into element_masters (element, source, reason, decided_by, decided_at) values (:element, :source, :reason, :who, :now)
""")


class ConflictDecision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Decide about a conflict. `license_id` names the value that stands (settle; none: the holder code's own) or that is doubted (tell)."""

    action: Action
    who: str
    mark: str = ""  # of what was looked at, as the answer told it; settle, tell and reopen need it
    note: str = ""  # why; settle, tell and reopen need it
    owner: str = ""  # assign; empty: nobody any more
    license_id: int | None = None
    until: date | None = None  # settle: the last day on which it holds; none: until a value changes
    proposed: str = ""  # tell: what should stand there; empty: the value that is shown first
    days: int = DEFAULT_DAYS  # tell: working days to answer


def decide_conflict(
    conn: Connection,
    keyring: Keyring,
    subject_id: int,
    element: str,
    decision: ConflictDecision,
    today: date,
    now: datetime,
) -> None:
    """Note the decision; NotFound for the conflict, NotDecidable where the sources agree, it is not in a state for it, or what was looked at has changed."""
    _demand_sense(decision, today)
    conn.execute(_ALONE)
    one = get_contested(conn, keyring, subject_id, element, today)
    _demand_as_shown(conn, keyring, one, decision)
    nothing: dict[str, Any] = dict.fromkeys(("owner", "license_id", "values_digest", "until", "request_id"))
    decide = {"assign": _assign, "settle": _settle, "tell": _tell, "reopen": _reopen}[decision.action]
    found = decide(conn, keyring, one, decision, today, now)
    told = {"who": decision.who.strip(), "note": decision.note.strip() or None, "now": now}
    conn.execute(_DECIDE, {"subject_id": subject_id, "element": element, **nothing, **told, **found})


def prefer_source(conn: Connection, element: str, source: str | None, who: str, reason: str, now: datetime) -> None:
    """Put a source of an element before the declared order, for everybody and at once; None puts it back."""
    check_text(f"{element}{source or ''}{who}{reason}", "conflict", longest=LONGEST * 2)
    known = load_elements().get(element)
    if known is None:
        raise RequestError(
            f"master: there is no element {shown_name(element)!r}; there are {', '.join(load_elements())}",
            zh=f"没有数据元“{shown_name(element)}”；可选：{'、'.join(load_elements())}",
        )
    names = [one.name for one in known.sources]
    if source is not None and source not in names:
        raise RequestError(
            f"master: {shown_name(source)!r} is no source of {element}; there are {', '.join(names)}",
            zh=f"“{shown_name(source)}”不是 {element} 的来源；可选：{'、'.join(names)}",
        )
    if not who.strip() or not reason.strip() or len(reason) > LONGEST:
        raise RequestError(
            f"master: expected who decides and why, at most {LONGEST} characters; nothing was changed",
            zh=f"须写明确认人和理由，不超过 {LONGEST} 字；未作更改",
        )
    facts = {"element": element, "source": source, "who": who.strip(), "reason": reason.strip(), "now": now}
    conn.execute(_PREFER, facts)


def _demand_as_shown(conn: Connection, keyring: Keyring, one: Contested, decision: ConflictDecision) -> None:
    subject_id, element = one.subject.subject_id, one.element
    decided = read_decisions(conn, [subject_id]).get((subject_id, element.code))
    stands = mark_of_conflict(keyring, element, one.facts, decided)
    demand_mark(decision.mark or None, stands, f"conflict: {element.code} of subject {subject_id}", f"“{element.zh}”")


def _assign(
    _conn: Connection, _keyring: Keyring, _one: Contested, decision: ConflictDecision, _today: date, _now: datetime
) -> dict[str, Any]:
    return {"action": "assigned", "owner": decision.owner.strip() or None}


def _settle(
    _conn: Connection, keyring: Keyring, one: Contested, decision: ConflictDecision, _today: date, _now: datetime
) -> dict[str, Any]:
    chosen, differ = _chosen(one, decision)
    digest = values_digest(keyring, differ, chosen)
    facts = {"license_id": decision.license_id, "values_digest": digest, "until": decision.until}
    return {"action": "settled", **facts}


def _tell(
    conn: Connection, keyring: Keyring, one: Contested, decision: ConflictDecision, today: date, now: datetime
) -> dict[str, Any]:
    doubted, differ = _chosen(one, decision)
    if doubted.row is None or decision.license_id is None:
        raise RequestError(
            "conflict: expected the license whose value is doubted; nothing was asked",
            zh="须指明值有疑问的证照；未提出",
        )
    other = next(fact for fact in differ if fact.normal != doubted.normal)
    named = f"{one.element.zh}：" if doubted.source.field.startswith("face.") else ""
    asked = Correction(
        field=doubted.source.field,
        basis=decision.note,
        who=decision.who,
        seen=f"{named}{doubted.value}"[:LONGEST],
        proposed=f"{named}{decision.proposed.strip() or other.value}"[:LONGEST],
        days=decision.days,
    )
    request_id = ask_for_license(conn, keyring, decision.license_id, asked, today, now)
    return {"action": "told", "license_id": decision.license_id, "request_id": request_id}


def _reopen(
    conn: Connection, keyring: Keyring, one: Contested, _decision: ConflictDecision, today: date, _now: datetime
) -> dict[str, Any]:
    subject_id, element = one.subject.subject_id, one.element
    decided = read_decisions(conn, [subject_id]).get((subject_id, element.code))
    if state_of(decided, settled_fact(element, one.facts, decided, keyring, today)) == "open":
        raise NotDecidable(
            f"conflict: {element.code} of subject {subject_id} is open already; nothing was changed",
            zh="该差异尚未处理，无需重新打开；未作更改",
        )
    return {"action": "reopened"}


def _chosen(one: Contested, decision: ConflictDecision) -> tuple[Fact, list[Fact]]:
    differ = differing(one.element, one.facts)
    where = f"{one.element.code} of subject {one.subject.subject_id}"
    if not differ:
        raise NotDecidable(
            f"conflict: the sources of {where} agree; nothing was changed", zh="各来源一致，无需处理；未作更改"
        )
    for fact in differ:
        if decision.license_id == (None if fact.row is None else fact.row.license_id):
            return fact, differ
    raise NotDecidable(
        f"conflict: that license tells nothing of {where} that is in force; nothing was changed",
        zh="该证照没有提供这一数据项的现行值；未作更改",
    )


def _demand_sense(decision: ConflictDecision, today: date) -> None:
    texts = (decision.who, decision.note, decision.owner, decision.proposed, decision.mark)
    check_text("".join(text[: LONGEST + 1] for text in texts), "conflict", longest=(LONGEST + 1) * len(texts))
    wrong = [
        ("who decides", "确认人", not decision.who.strip()),
        (
            "the mark of what was looked at",
            "所查看内容的标记（mark）",
            decision.action != "assign" and not decision.mark,
        ),
        ("why", "理由", decision.action != "assign" and not decision.note.strip()),
        (f"at most {LONGEST} characters", f"不超过 {LONGEST} 字的内容", max(map(len, texts)) > LONGEST),
        ("a last day from today on", "不早于今天的截止日", decision.until is not None and decision.until < today),
    ]
    for expected, needed, is_wrong in wrong:
        if is_wrong:
            raise RequestError(f"conflict: expected {expected}; nothing was changed", zh=f"须填写{needed}；未作更改")
