"""Answers about incidents: what somebody must look after, what became of it, and who was told.

Words of feeds and contracts, nothing of any record.
"""

from __future__ import annotations

from datetime import datetime

from license_library.answers.spoken import Answer, Words


class IncidentBrief(Answer, frozen=True):
    """Show one incident: something wrong with a feed that somebody must look after."""

    incident_id: int
    department: str
    department_name: str
    feed: str  # empty: the whole department
    kind: str  # drift, contract_unread, volume, freshness, fill, …
    kind_words: Words
    cause: str
    severity: str  # notice | warning | critical
    severity_words: Words
    words: Words
    advice: Words  # what to do about an incident of this kind
    state: str  # open | acknowledged | muted | resolved
    state_words: Words
    seen_count: int
    reopened_count: int
    first_seen_at: datetime
    last_seen_at: datetime
    assigned_to: str | None
    muted_until: datetime | None
    decided_at: datetime | None
    decided_by: str | None
    note: str | None
    resolved_at: datetime | None
    alert_failure: str | None  # of an alert that is still to be sent
    mark: str  # of how it stands; a decision may carry it and is refused where that has changed


class IncidentEvent(Answer, frozen=True):
    """Tell one step of an incident's history."""

    happened_at: datetime
    what: str  # opened | acknowledged | assigned | muted | mute_ended | resolved | reopened | released | discarded
    words: Words
    who: str | None  # None: by itself
    note: str | None


class AlertBrief(Answer, frozen=True):
    """Show one alert of an incident: through which channel, and whether it was taken."""

    channel: str  # mail | webhook
    due_at: datetime
    tries: int
    tried_at: datetime | None
    failure: str | None  # of the last try, while it is unsent
    sent_at: datetime | None


class IncidentDetail(Answer, frozen=True):
    """Answer for one incident: how it stands, its history, and who was told."""

    incident: IncidentBrief
    events: list[IncidentEvent]  # oldest first
    alerts: list[AlertBrief]  # newest first, at most a hundred
    held_exchange_id: int | None  # of an incident of a held batch: the newest one of its feed that is held
    reconciliation_id: int | None  # of ends that differ: the newest reconciliation of the feed that found it
    asked_at: datetime


class IncidentsAnswer(Answer, frozen=True):
    """List incidents, the gravest and newest first."""

    incidents: list[IncidentBrief]
    next: str | None
    asked_at: datetime
