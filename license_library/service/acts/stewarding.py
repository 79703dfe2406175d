"""Questions of the data steward: what is to do, how expectations went, scorecards. Nothing personal, nothing recorded.

The only door from routes to these parts of the library; reads only.
"""

from __future__ import annotations

from license_library.answers import QualityAnswer, Scorecard, StewardAnswer
from license_library.asking.questions import QualityFilter, ScorecardFilter
from license_library.oversight.quality_list import list_quality
from license_library.oversight.scorecard_rows import scorecard_csv
from license_library.oversight.scorecards import score_month
from license_library.oversight.stewardship import survey_tasks
from license_library.service.settings import ServiceSettings


def tasks(settings: ServiceSettings) -> StewardAnswer:
    """Return what is to do today, the worst department first."""
    with settings.engine.connect() as conn:
        return survey_tasks(conn, settings.now())


def quality(settings: ServiceSettings, wanted: QualityFilter) -> QualityAnswer:
    """Return the trends of one department's feeds."""
    with settings.engine.connect() as conn:
        return list_quality(conn, wanted, settings.now())


def scorecard(settings: ServiceSettings, wanted: ScorecardFilter) -> Scorecard:
    """Return the scorecard of a month."""
    with settings.engine.connect() as conn:
        return score_month(conn, wanted, settings.now(), declared=settings.declared())


def scorecard_table(settings: ServiceSettings, wanted: ScorecardFilter) -> str:
    """Return the scorecard of a month as CSV."""
    return scorecard_csv(scorecard(settings, wanted))
