"""The pages of the data steward: what is to do today, how expectations went, scorecards by month.

Routes only; nothing personal stands here, so filters may stand in the address.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from license_library.service.access import Settings
from license_library.service.acts import overseeing, stewarding
from license_library.service.filters import Quality, Scorecards
from license_library.service.rendering import render

router = APIRouter()


@router.get("/steward")
def steward(request: Request, settings: Settings) -> Response:
    """Show what is wrong today, per department, and what to do."""
    return render(request, "steward.html", answer=stewarding.tasks(settings))


@router.get("/quality")
def quality(request: Request, settings: Settings, chosen: Quality) -> Response:
    """Show how each expectation and each field went over the last exchanges."""
    departments = overseeing.named_departments(settings)
    wanted = chosen.wanted(departments[0].department if departments else "")
    answer = stewarding.quality(settings, wanted)
    return render(request, "quality.html", answer=answer, chosen=wanted, departments=departments)


@router.get("/scorecard")
def scorecard(request: Request, settings: Settings, chosen: Scorecards) -> Response:
    """Show how each department did in a month."""
    departments = overseeing.named_departments(settings)
    answer = stewarding.scorecard(settings, chosen.wanted())
    return render(request, "scorecard.html", answer=answer, chosen=chosen, departments=departments)


@router.get("/scorecard.csv")
def scorecard_table(settings: Settings, chosen: Scorecards) -> Response:
    """Give the same as a table for a spreadsheet."""
    name = f"scorecard-{(chosen.month or 'now')[:7]}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'} if name.isascii() else {}
    return Response(stewarding.scorecard_table(settings, chosen.wanted()), media_type="text/csv", headers=headers)
