"""The JSON interface of the data steward: what is to do, trends, scorecards.

Routes only: a question in, an answer out; nothing personal stands here.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from license_library.answers import QualityAnswer, Scorecard, StewardAnswer
from license_library.service.access import Settings
from license_library.service.acts import stewarding
from license_library.service.api.api import JSON
from license_library.service.filters import Quality, Scorecards
from license_library.service.openapi import describe

router = APIRouter(prefix="/api")

SHAPES = (QualityAnswer, Scorecard, StewardAnswer)


@router.get("/steward", openapi_extra=describe(StewardAnswer))
def steward(settings: Settings) -> Response:
    """Tell what is wrong today, department by department, and what to do."""
    return JSON(stewarding.tasks(settings))


@router.get("/quality", openapi_extra=describe(QualityAnswer))
def quality(settings: Settings, chosen: Quality) -> Response:
    """Show how each expectation and each field of a department's feeds went over the last exchanges."""
    return JSON(stewarding.quality(settings, chosen.wanted()))


@router.get("/scorecard", openapi_extra=describe(Scorecard))
def scorecard(settings: Settings, chosen: Scorecards) -> Response:
    """Tell how each department did in a month."""
    return JSON(stewarding.scorecard(settings, chosen.wanted()))
