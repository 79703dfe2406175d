"""The pages of who is who: the list of pairs, and two subjects side by side with what may be decided of them.

Routes only. Side by side nothing is shown before a purpose is stated; numbers are masked until they are revealed.
"""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from license_library.service.access import Settings, Someone
from license_library.service.acts import binding
from license_library.service.acts.binding import OwnerOrder, PairOrder, UndoOrder
from license_library.service.acts.purposes import check_purpose, keep_purpose, kept_purpose
from license_library.service.bodies import Form, as_question, invalid
from license_library.service.filters import Reference
from license_library.service.rendering import render
from license_library.service.subject_filters import Pairs

router = APIRouter()


@router.get("/subjects")
def subjects(request: Request, settings: Settings, chosen: Pairs) -> Response:
    """Show what is proposed and what was decided."""
    return render(request, "subjects.html", answer=binding.pairs(settings, chosen.wanted()), chosen=chosen)


@router.post("/subjects")
def choose(form: Form) -> Response:
    """Lead on to the two subjects that were named."""
    one, other = (_number(form, name) for name in ("one", "other"))
    return RedirectResponse(f"/subjects/{one}/{other}", 303)


@router.get("/subjects/{one}/{other}")
def side_by_side(request: Request, settings: Settings, asker: Someone, one: Reference, other: Reference) -> Response:
    """Show two subjects side by side; ask for the purpose first where none is kept."""
    purpose = kept_purpose(request)
    if not purpose:
        return render(request, "purpose.html")
    answer = binding.compare(settings, asker.actor, one, other, check_purpose(purpose))
    return render(request, "subject_pair.html", answer=answer)


@router.post("/subjects/{one}/{other}")
def decide(
    request: Request, settings: Settings, asker: Someone, one: Reference, other: Reference, form: Form
) -> Response:
    """Write a decision down, or keep the purpose; then show the two again."""
    response = RedirectResponse(f"/subjects/{one}/{other}", 303)
    action = form.get("action", "")
    if not action:
        keep_purpose(request, response, check_purpose(form.get("purpose", "")))
        return response
    told = {name: form.get(name, "") for name in ("who", "reason")}
    if action == "undo":
        binding.undo(settings, asker.actor, _number(form, "decision_id"), as_question(told, UndoOrder))
    elif action == "assign":
        owner = {"who": told["who"], "owner": form.get("owner", "")}
        binding.assign(settings, asker.actor, _number(form, "decision_id"), as_question(owner, OwnerOrder))
    else:
        order = as_question(told | _proof(form) | {"decision": action}, PairOrder)
        binding.decide(settings, asker.actor, one, other, order)
    return response


@router.post("/subjects/{one}/{other}/reveal")
def reveal(
    request: Request, settings: Settings, asker: Someone, one: Reference, other: Reference, form: Form
) -> Response:
    """Show the numbers once; the act is recorded with its purpose."""
    purpose = check_purpose(form.get("purpose", ""))
    answer = binding.compare(settings, asker.actor, one, other, purpose, reveal=True)
    response = render(request, "subject_pair.html", page=f"/subjects/{one}/{other}", answer=answer)
    keep_purpose(request, response, purpose)
    return response


def _proof(form: dict[str, str]) -> dict[str, Any]:
    words = re.split(r"[\s,，、]+", form.get("license_ids", "").strip())
    licenses = [_read("license_ids", word) for word in words if word]
    return {"license_ids": licenses, "request_id": _number(form, "request_id") if form.get("request_id") else None}


def _number(form: dict[str, str], name: str) -> int:
    return _read(name, form.get(name, "").strip())


def _read(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise invalid(name, "a number of the list")
    return int(text)
