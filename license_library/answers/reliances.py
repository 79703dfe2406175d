"""Answers about what cases relied on, and what became of it since."""

from __future__ import annotations

from datetime import datetime

from license_library.answers.spoken import Advice, Answer, Doubt, Words


class RelianceBrief(Answer, frozen=True):
    """Show which version of a license a case relied on."""

    reliance_id: int
    case_number: str
    item_code: str | None
    license_id: int
    version_count: int
    license_type_name: str
    license_number: str  # a resident number inside it is masked
    relied_by: str
    relied_at: datetime
    doubts: list[Doubt]  # what speaks against relying on the license at the time of this answer, the gravest first
    doubts_then: list[Doubt] | None  # what did when the case relied on it; None: noted before that was kept
    warnings: list[Advice]  # what became of it since: license.replaced, license.former_version


class LicenseAlertBrief(Answer, frozen=True):
    """Show one case that relied on a license which is no longer what it was."""

    alert_id: int
    reliance: RelianceBrief
    is_decided: bool  # its decision was handed over for delivery: a past approval, not an open case
    change: str  # status | holder | term | unlisted | listed | contradicted | displaced
    change_words: Words
    status_before: str
    status_before_words: Words
    status: str
    status_words: Words
    noticed_at: datetime
    exchange_id: int  # that brought the news
    told: list[Words]  # department and state of each delivery that tells it; empty: not yet, or nobody declares it


class LicenseAlertsAnswer(Answer, frozen=True):
    """List the cases whose licenses are no longer what they were, newest first."""

    alerts: list[LicenseAlertBrief]
    next: str | None
    asked_at: datetime
