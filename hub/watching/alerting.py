"""Alerts sent: what is due, through the channels that are set, one for each incident and day; what failed stays due.

Introduces incidents to channels; judges nothing. An alert holds words about feeds, never about a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from connectors.alerts.alert import Alert, AlertNotSent
from connectors.alerts.alert_mail import DEADLINE_SECONDS, parse_mail_server, send_mail
from connectors.alerts.alert_webhook import parse_webhook, post_alert
from hub.context import HubContext
from hub.failures import plain_database_errors_at
from hub.settings import Settings
from license_library.answers import IncidentBrief, as_plain
from license_library.oversight.incident_alerts import DueAlert, claim_alert, mark_failed, mark_sent, note_due
from license_library.oversight.incidents import end_mutes
from schemas.bureau_time import local_minute
from schemas.errors import RequestError

Channels = Mapping[str, Callable[[Alert], None]]


@dataclass(frozen=True)
class Told:
    """Say what came of one alert."""

    alert_id: int
    incident_id: int
    department: str
    channel: str
    tries: int
    failure: str | None  # None: it was taken


def channels_of(settings: Settings) -> Channels:
    """Return the channels that are set; wrong settings are refused before anything is sent."""
    channels: dict[str, Callable[[Alert], None]] = {}
    if settings.alert_smtp:
        server = parse_mail_server(settings.alert_smtp.get_secret_value())
        receivers = [one.strip() for one in settings.alert_mail_to.split(",") if one.strip()]
        for name, given in (("FROM", [settings.alert_mail_from.strip()]), ("TO", receivers)):
            if not given or not all("@" in one and one.isascii() and " " not in one for one in given):
                raise RequestError(f"settings: HUB_ALERT_MAIL_{name}; expected mail addresses; nothing was sent")
        sender = settings.alert_mail_from.strip()
        channels["mail"] = partial(send_mail, server, sender, receivers, seconds=DEADLINE_SECONDS)
    if settings.alert_webhook:
        channels["webhook"] = partial(post_alert, parse_webhook(settings.alert_webhook.get_secret_value()))
    return channels


def send_alerts(hub: HubContext, channels: Channels, pages: str = "") -> list[Told]:
    """Send everything that is due; return what came of each. Safe to repeat, also twice at once."""
    with plain_database_errors_at("alerts"):
        with hub.engine.begin() as conn:
            end_mutes(conn, hub.clock())
            note_due(conn, list(channels), hub.clock())
        return [_send(hub, channels, due, pages) for due in _claimed(hub, channels)]


def require_told(told: list[Told]) -> int:
    """Return how many alerts were taken; AlertNotSent where some were not."""
    failures = [one.failure for one in told if one.failure]
    if failures:
        raise AlertNotSent(f"alerts: {len(failures)} of {len(told)} were not taken; the first: {failures[0]}")
    return len(told)


def _claimed(hub: HubContext, channels: Channels) -> Iterator[DueAlert]:
    """Yield what is due, each claimed when its turn comes; what fails is not claimed again by this run."""
    seen = list[int]()
    while True:
        with hub.engine.begin() as conn:
            due = claim_alert(conn, list(channels), seen, hub.clock())
        if due is None:
            return
        seen.append(due.alert_id)
        yield due


def _send(hub: HubContext, channels: Channels, due: DueAlert, pages: str) -> Told:
    failure = None
    try:
        channels[due.channel](alert_of(due, pages))
    except AlertNotSent as error:
        failure = str(error)
    with hub.engine.begin() as conn:
        if failure is None:
            mark_sent(conn, due.alert_id, hub.clock())
        else:
            mark_failed(conn, due.alert_id, failure)
    one = due.incident
    return Told(due.alert_id, one.incident_id, one.department, due.channel, due.tries, failure)


# Who decided, to whom it was given and what they wrote stays in the hub: it names persons.
LEFT_OUT = ("assigned_to", "decided_by", "note", "alert_failure")


def alert_of(due: DueAlert, pages: str) -> Alert:
    """Return what is told of an incident."""
    one = due.incident
    link = f"{pages.rstrip('/')}/incidents/{one.incident_id}" if pages else ""
    facts = {name: value for name, value in as_plain(one).items() if name not in LEFT_OUT} | {"link": link or None}
    where = "/".join(filter(None, [one.department, one.feed]))
    subject = f"[证照枢纽 License Hub] {one.severity_words.zh} · {one.department_name} · {one.kind_words.zh} ({where})"
    return Alert(f"hub-alert-{due.alert_id}", subject, _text(one, where, link), facts)


def _text(one: IncidentBrief, where: str, link: str) -> str:
    since, last = local_minute(one.first_seen_at), local_minute(one.last_seen_at)
    return "\n".join([
        f"{one.words.zh}",
        f"建议：{one.advice.zh}",
        f"{one.department_name}（{where}），{one.severity_words.zh}，{one.state_words.zh}；首次发现 {since}，最近 {last}，"
        f"共 {one.seen_count} 次。",
        "",
        f"{one.words.en}",
        f"What to do: {one.advice.en}",
        f"{where}, {one.severity_words.en}, {one.state_words.en}; first seen {since}, last {last} Beijing time, "
        f"{one.seen_count} times.",
        *(["", link] if link else []),
        "",
    ])  # fmt: skip
