"""What a call means for the delivery it was made for: certain, certainly not, or doubtful. Nothing here is guessed.

Only what certainly did not reach the department may be sent again by itself to one that knows no key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from connectors.declarations.declared_delivery import Delivery, Receipt
from connectors.declarations.declared_parts import Success
from connectors.formats.page_rows import quoted
from connectors.wire.door_statuses import raise_for_status
from schemas.errors import DepartmentBrokePromise, DepartmentError, DepartmentUnavailable, HubError

TextAt = Callable[[str], str | None]
State = Literal["accepted", "refused", "again", "doubtful", "missing", "pending", "done"]
GOOD = {200, 201, 202}
TURNED_AWAY = {401, 403, 425, 429, 503}  # said before anything is done with a request
LOST_BETWEEN = {408, 502, 504}  # said by somebody between, who does not know
DOWN = {408, 429, 502, 503, 504}


@dataclass(frozen=True)
class Outcome:
    """Say what became of one call. `code` names the reason, `words` are the department's own, short; nothing personal."""

    state: State
    code: str = ""
    words: str = ""
    number: str = ""
    wait_seconds: float | None = None
    is_down: bool = False  # it counts against the department, not against this delivery
    answer: str = ""  # to a correction request: corrected | confirmed | refused


def from_error(error: HubError, *, was_sent: bool, is_down: bool) -> Outcome:
    """Return what an error means, by whether anything of the call may have left."""
    wait = error.retry_after_seconds if isinstance(error, DepartmentUnavailable) else None
    return Outcome("doubtful" if was_sent else "again", error.code, str(error), "", wait, is_down)


def from_status(status: int, headers: Mapping[str, str], who: str, now: datetime) -> Outcome | None:
    """Return what a status alone says; None where the answer itself must be read."""
    if status in GOOD:
        return None
    named = {"Retry-After": headers.get("retry-after", "")}
    try:
        raise_for_status(status, named, who, now)
    except DepartmentError as error:
        found = from_error(error, was_sent=status not in TURNED_AWAY, is_down=status in DOWN)
        is_definite = 400 <= status < 500 and status not in TURNED_AWAY | LOST_BETWEEN
        return Outcome("refused", found.code, found.words) if is_definite else found


def from_answer(delivery: Delivery, text_at: TextAt) -> Outcome:
    """Return what a delivery's answer says by its declared result code; one that says nothing leaves a doubt."""
    success = delivery.success
    if success is None:
        return Outcome("accepted")
    code, words = text_at(success.field), quoted(_said(text_at, success.message)) if success.message else ""
    if code in success.values:
        return Outcome("accepted", number=_number(text_at, delivery.number) if delivery.number else "")
    if code is None:
        return Outcome("doubtful", "department.broke_promise", f"{success.field} is not in the answer")
    told = f"{success.field} is {quoted(code)}; the department says {words or 'nothing'}"
    return Outcome("again" if code in delivery.busy else "refused", "department.refused", told)


def from_receipt(text_at: TextAt, receipt: Receipt) -> Outcome:
    """Return what a receipt says became of a delivery, and how a correction request was answered."""
    outcome, answered = from_question(text_at, receipt_states(receipt)), receipt.answer
    code = text_at(answered.field) if answered and outcome.state in {"done", "refused"} else None
    if not answered or not code:
        return outcome
    if code not in answered.codes:
        words = f"{answered.field} is {quoted(code)}, which is not declared"
        return Outcome("pending", "department.broke_promise", words)
    said = _said(text_at, answered.message) if answered.message else None
    return replace(outcome, answer=answered.codes[code], words=quoted(said) if said else outcome.words)


def receipt_states(receipt: Receipt) -> dict[State, Success]:
    """Return what an answer about a receipt may show, and what it means."""
    states: dict[State, Success] = {"done": receipt.done_when}
    return states | {"refused": receipt.refused_when} if receipt.refused_when else states


def from_question(text_at: TextAt, states: Mapping[State, Success]) -> Outcome:
    """Return which declared state an answer shows; `pending` where it shows none of them."""
    for state, one in states.items():
        if text_at(one.field) in one.values:
            code = "department.refused" if state == "refused" else ""
            return Outcome(state, code, quoted(_said(text_at, one.message)) if one.message else "")
    return Outcome("pending")


def _said(text_at: TextAt, path: str) -> str | None:
    """Return what stands beside a result; where several things do, the result still is clear, and none of them is taken."""
    try:
        return text_at(path)
    except DepartmentBrokePromise:
        return None


def _number(text_at: TextAt, path: str) -> str:
    """A number that nobody could type, or the database keep, is none."""
    said = _said(text_at, path) or ""
    return said[:200] if said.isprintable() else ""
