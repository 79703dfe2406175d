"""The JSON interface of who is who: pairs listed, compared, revealed, decided, undone.

Routes only. Two subjects stand in an address by our own numbers, never by theirs.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from license_library.answers import PairBrief, PairDetail, PairsAnswer
from license_library.service.access import Settings, Someone
from license_library.service.acts import binding
from license_library.service.acts.binding import OwnerOrder, PairOrder, PairReveal, UndoOrder
from license_library.service.acts.purposes import HeaderPurpose
from license_library.service.api.api import JSON
from license_library.service.bodies import Body, read_question
from license_library.service.filters import Reference
from license_library.service.openapi import describe
from license_library.service.subject_filters import Pairs

router = APIRouter(prefix="/api")

SHAPES = (OwnerOrder, PairBrief, PairDetail, PairOrder, PairReveal, PairsAnswer, UndoOrder)


@router.get("/subject-pairs", openapi_extra=describe(PairsAnswer))
def pairs(settings: Settings, chosen: Pairs) -> Response:
    """List pairs of subjects by what stands of them, the latest first; a person's names and all numbers are masked."""
    return JSON(binding.pairs(settings, chosen.wanted()))


@router.get("/subject-pairs/{one}/{other}", openapi_extra=describe(PairDetail, purpose=True))
def compare(settings: Settings, asker: Someone, one: Reference, other: Reference, purpose: HeaderPurpose) -> Response:
    """Show two subjects side by side, numbers masked; the purpose stands in the header X-Purpose."""
    return JSON(binding.compare(settings, asker.actor, one, other, purpose))


@router.post("/subject-pairs/{one}/{other}/reveal", openapi_extra=describe(PairDetail, PairReveal))
def reveal(settings: Settings, asker: Someone, one: Reference, other: Reference, body: Body) -> Response:
    """Show two subjects with their numbers; an act of its own, recorded with its purpose."""
    asked = read_question(body, PairReveal)
    return JSON(binding.compare(settings, asker.actor, one, other, asked.purpose, reveal=True))


@router.post("/subject-pairs/{one}/{other}/decision", openapi_extra=describe(PairBrief, PairOrder))
def decide(settings: Settings, asker: Someone, one: Reference, other: Reference, body: Body) -> Response:
    """Decide that two subjects are the same, with what proves it, or that they are not."""
    return JSON(binding.decide(settings, asker.actor, one, other, read_question(body, PairOrder)))


@router.post("/subject-decisions/{decision_id}/undo", openapi_extra=describe(PairBrief, UndoOrder))
def undo(settings: Settings, asker: Someone, decision_id: Reference, body: Body) -> Response:
    """Take the standing decision of a pair back; what stood before it stands again."""
    return JSON(binding.undo(settings, asker.actor, decision_id, read_question(body, UndoOrder)))


@router.post("/subject-decisions/{decision_id}/owner", openapi_extra=describe(PairBrief, OwnerOrder))
def assign(settings: Settings, asker: Someone, decision_id: Reference, body: Body) -> Response:
    """Give a proposal an owner."""
    return JSON(binding.assign(settings, asker.actor, decision_id, read_question(body, OwnerOrder)))
