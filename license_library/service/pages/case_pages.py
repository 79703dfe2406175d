"""Pages of the quarantine: the cases, one of them with what can be done about it, and actions over many.

Routes only; nothing personal stands in an address. What is revealed is shown once, in the answer to the act.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from license_library.service.access import Settings, Someone
from license_library.service.acts import case_deciding, correcting, overseeing
from license_library.service.acts.case_deciding import BatchDecision, BatchOrder, CaseDecision
from license_library.service.acts.purposes import check_purpose, keep_purpose
from license_library.service.bodies import Form, as_question
from license_library.service.filters import Quarantine, Reference
from license_library.service.rendering import render
from schemas.errors import RequestError

router = APIRouter()
CHOSEN = ("department", "feed", "code", "owner")
CONFIRMED = {"edit", "waive", "discard", "return"}  # over many cases these are not done by one wrong click


@router.get("/quarantine")
def quarantine(request: Request, settings: Settings, chosen: Quarantine) -> Response:
    """Show the records that wait, with what they suffer from, and what is being done over many of them."""
    departments = overseeing.named_departments(settings)
    shown: dict[str, Any] = {
        "answer": overseeing.quarantine(settings, chosen.wanted()),
        "batches": case_deciding.batches(settings).batches,
        "fields": correcting.fields(),
        "open_count": case_deciding.count_chosen(settings, chosen.wanted()),
    }
    return render(request, "quarantine.html", chosen=chosen, departments=departments, **shown)


@router.post("/quarantine")
def act_on_many(settings: Settings, asker: Someone, form: Form) -> Response:
    """Note one action over every case under the filter and go back to the list; refused where nobody confirmed it."""
    if form.get("action") in CONFIRMED and form.get("confirmed") != "yes":
        raise RequestError(
            "service: batch: expected the action to be confirmed; nothing was begun",
            zh="请先勾选“已核对筛选范围”；未开始",
        )
    over = _chosen(form)
    order = _given(form, ("action", "who", "reason", "until")) | {"owner": form.get("to", ""), "chosen": over}
    order |= _needed(form)
    case_deciding.begin_batch(settings, asker.actor, as_question(order, BatchOrder))
    return _back_to(over)


@router.post("/case-batches/{batch_id}")
def change_batch(settings: Settings, asker: Someone, batch_id: Reference, form: Form) -> Response:
    """Pause, resume or cancel a batch and go back to the list."""
    decision = as_question(_given(form, ("change", "who")), BatchDecision)
    case_deciding.change(settings, asker.actor, batch_id, decision)
    return _back_to(_chosen(form))


@router.get("/quarantine/{quarantine_id}")
def quarantine_case(request: Request, settings: Settings, quarantine_id: Reference) -> Response:
    """Show one record that waits, why, where it was read, and what was done about it."""
    return render(request, "quarantine_case.html", answer=overseeing.quarantine_case(settings, quarantine_id))


@router.post("/quarantine/{quarantine_id}")
def decide(settings: Settings, asker: Someone, quarantine_id: Reference, form: Form) -> Response:
    """Take a decision and go back to the case."""
    order = _given(form, ("action", "who", "reason", "owner", "until", "mark"))
    if form.get("action") == "edit":
        order["values"] = {form.get("field", ""): form.get("value") or None}
    case_deciding.decide(settings, asker.actor, quarantine_id, as_question(order, CaseDecision))
    return RedirectResponse(f"/quarantine/{quarantine_id}#history", 303)


@router.post("/quarantine/{quarantine_id}/reveal")
def reveal(request: Request, settings: Settings, asker: Someone, quarantine_id: Reference, form: Form) -> Response:
    """Show the source values once; the act is recorded with its purpose."""
    purpose = check_purpose(form.get("purpose", ""))
    answer = case_deciding.reveal(settings, asker.actor, quarantine_id, purpose)
    response = render(request, "quarantine_case.html", page=f"/quarantine/{quarantine_id}", answer=answer)
    keep_purpose(request, response, purpose)
    return response


def _chosen(form: dict[str, str]) -> dict[str, str]:
    return {name: form[name] for name in CHOSEN if form.get(name)}


def _back_to(chosen: dict[str, str]) -> Response:
    """Lead back to the batches beside the list, narrowed as it was."""
    return RedirectResponse(f"/quarantine{f'?{urlencode(chosen)}' if chosen else ''}#batches", 303)


def _needed(form: dict[str, str]) -> dict[str, Any]:
    """Return what editing or sending back many cases needs; other actions ask for nothing of it."""
    if form.get("action") == "edit":
        return {"values": {form.get("source_field", ""): form.get("value") or None}}
    if form.get("action") != "return":
        return {}
    days = form.get("days", "")
    given = {name: form.get(name, "") for name in ("field", "basis", "proposed", "evidence")}
    return given | ({"days": int(days)} if days.isascii() and days.isdecimal() and len(days) < 4 else {})


def _given(form: dict[str, str], names: tuple[str, ...]) -> dict[str, Any]:
    """Return what was filled in; an empty field is one that was not given."""
    return {name: form[name] for name in names if form.get(name) or name == "who"}
