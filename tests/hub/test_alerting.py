"""One alert for each incident, channel and day; what was not taken is sent by a later run; nothing personal in it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from alert_sinks import Hook, Mailbox, mail_server, webhook
from hub_makers import column
from sqlalchemy import Engine, text

from connectors.alerts.alert import Alert, AlertNotSent
from connectors.alerts.alert_mail import parse_mail_server, send_mail
from connectors.declarations.declaration import load_department
from hub.context import HubContext
from hub.registration import register
from hub.settings import Settings
from hub.watching.alerting import Channels, channels_of, require_told, send_alerts
from license_library.oversight.incident_decisions import IncidentDecision, decide_incident
from license_library.oversight.incident_list import report_incident
from license_library.oversight.incidents import Cause, tell_incidents
from schemas.errors import RequestError
from tests.connectors.raw_server import serving

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)  # twelve o'clock in Beijing
VOLUME = Cause("licenses", "ten times", "critical", "数量异常", "ten times as many")
FILL = Cause("licenses", "holder_code", "warning", "填充率下降", "filled less")
QUIET = Cause("", "operation_added X", "notice", "新增接口", "X is new")


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook() as sink:
        yield sink


@pytest.fixture
def channels(mailbox: Mailbox, hook: Hook) -> Channels:
    settings = {
        "alert_smtp": f"smtp://127.0.0.1:{mailbox.port}",
        "alert_mail_from": "hub@pingdu.example",
        "alert_mail_to": "steward@pingdu.example, engineer@pingdu.example",
        "alert_webhook": f"http://robot:secret@127.0.0.1:{hook.port}/robot/send?key=abc",
    }
    return channels_of(Settings(**settings))  # type: ignore[arg-type]


@pytest.fixture
def alarmed(hub: HubContext) -> HubContext:
    """Give a hub with three incidents, one of them harmless, at noon."""
    hub = replace(hub, clock=lambda: NOON)
    register(hub, load_department("transport"))
    with hub.engine.begin() as conn:
        tell_incidents(conn, "transport", "watched", [VOLUME, FILL, QUIET], NOON)
    return hub


def at(hub: HubContext, **later: int) -> HubContext:
    return replace(hub, clock=lambda: NOON + timedelta(**later))


def number_of(hub: HubContext, cause: Cause) -> int:
    return int(str(column(hub, f"select incident_id from incidents where cause = '{cause.cause}'")[0]))


def test_each_incident_is_told_once_a_day_through_each_channel(
    alarmed: HubContext, channels: Channels, mailbox: Mailbox, hook: Hook
) -> None:
    assert require_told(send_alerts(alarmed, channels, "https://hub.pingdu.example/")) == 4
    assert send_alerts(at(alarmed, hours=11, minutes=59), channels) == []
    assert (len(mailbox.mails), len(hook.posts)) == (2, 2)
    assert len(send_alerts(at(alarmed, hours=12), channels)) == 4  # midnight in Beijing
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == len(mailbox.mails) == 4
    first = mailbox.mails[0]
    assert first["To"] == "steward@pingdu.example, engineer@pingdu.example"
    assert "影响取数" in first["Subject"]
    body = first.get_content()
    assert VOLUME.words_zh in body
    assert VOLUME.words_en in body
    assert f"https://hub.pingdu.example/incidents/{number_of(alarmed, VOLUME)}" in body


def test_a_webhook_is_signed_in_at_and_told_facts_words_and_a_key(
    alarmed: HubContext, channels: Channels, hook: Hook
) -> None:
    send_alerts(alarmed, channels)
    assert hook.lines[0] == "/robot/send?key=abc Basic cm9ib3Q6c2VjcmV0"
    first = hook.posts[0]
    assert first["msgtype"] == "text"
    assert VOLUME.words_zh in first["text"]["content"]
    assert (first["alert"]["department"], first["alert"]["severity"]) == ("transport", "critical")
    assert len(set(hook.keys)) == 2


def test_who_decided_and_what_they_wrote_is_in_no_alert(
    alarmed: HubContext, channels: Channels, mailbox: Mailbox, hook: Hook
) -> None:
    with alarmed.engine.begin() as conn:
        decision = IncidentDecision("assign", "李小明", "电话 13800000000", "王大伟")
        decide_incident(conn, number_of(alarmed, VOLUME), decision, NOON)
    send_alerts(alarmed, channels)
    told = json.dumps(hook.posts, ensure_ascii=False) + "".join(mail.get_content() for mail in mailbox.mails)
    assert VOLUME.words_zh in told
    assert not [one for one in ("李小明", "13800000000", "王大伟") if one in told]


def test_what_was_not_taken_is_shown_and_sent_by_a_later_run_once(
    alarmed: HubContext, channels: Channels, mailbox: Mailbox, hook: Hook
) -> None:
    mailbox.code, hook.status = 451, 500
    told = send_alerts(alarmed, channels)
    assert [one.failure is None for one in told] == [False] * 4
    with pytest.raises(AlertNotSent, match="4 of 4"):
        require_told(told)
    assert not [one for one in told if "secret" in str(one.failure)]
    with alarmed.engine.connect() as conn:
        shown = report_incident(conn, number_of(alarmed, FILL), NOON)
    assert shown.incident.alert_failure == "mail: the server answered 451; it is tried again at the next run"
    assert [(one.channel, one.tries, one.sent_at) for one in shown.alerts] == [("webhook", 1, None), ("mail", 1, None)]
    mailbox.code, hook.status, hook.posts[:] = 250, 200, []
    tomorrow = at(alarmed, days=1)
    assert [one.tries for one in send_alerts(tomorrow, channels)] == [2] * 4
    assert send_alerts(tomorrow, channels) == []
    assert (len(mailbox.mails), len(hook.posts)) == (2, 2)


def test_an_alert_that_failed_is_sent_though_its_incident_is_over(
    alarmed: HubContext, channels: Channels, mailbox: Mailbox, hook: Hook
) -> None:
    mailbox.code = 451
    send_alerts(alarmed, channels)
    with alarmed.engine.begin() as conn:
        tell_incidents(conn, "transport", "watched", [], NOON)
    mailbox.code = 250
    assert len(send_alerts(alarmed, channels)) == 2
    assert "已恢复" in mailbox.mails[0].get_content()


@pytest.mark.parametrize("choice", ["acknowledge", "mute", "resolve"])
def test_what_is_known_muted_or_over_is_not_alerted(alarmed: HubContext, channels: Channels, choice: str) -> None:
    with alarmed.engine.begin() as conn:
        for cause in (VOLUME, FILL):
            decide_incident(conn, number_of(alarmed, cause), IncidentDecision(choice, "li", days=1), NOON)  # type: ignore[arg-type]
    assert send_alerts(alarmed, channels) == []
    assert len(send_alerts(at(alarmed, days=1), channels)) == (4 if choice == "mute" else 0)


def test_two_runs_at_once_send_each_alert_once(
    alarmed: HubContext, channels: Channels, mailbox: Mailbox, hook: Hook
) -> None:
    def slowly(one: Alert) -> None:
        inner.extend(send_alerts(alarmed, channels))  # another run in the middle of this one
        channels["mail"](one)

    inner: list[object] = []
    send_alerts(alarmed, {"mail": slowly, "webhook": channels["webhook"]})
    assert (len(mailbox.mails), len(hook.posts)) == (2, 2)
    assert len(inner) == 3


def test_a_run_that_died_in_the_middle_loses_nothing(alarmed: HubContext, channels: Channels, database: Engine) -> None:
    def die(_one: Alert) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send_alerts(alarmed, {"mail": die})
    assert len(send_alerts(alarmed, channels)) == 3
    assert len(send_alerts(at(alarmed, minutes=2), channels)) == 1
    with database.connect() as conn:
        assert conn.scalar(text("select count(*) from incident_alerts where sent_at is null")) == 0


def test_a_channel_that_hangs_until_the_run_is_ended_starves_no_other(hub: HubContext) -> None:
    hub, told = replace(hub, clock=lambda: NOON), list[str]()
    register(hub, load_department("transport"))
    causes = [Cause("licenses", f"c{number:02}", "critical", "数", "x") for number in range(12)]
    with hub.engine.begin() as conn:
        tell_incidents(conn, "transport", "watched", causes, NOON)

    def hang(_: Alert) -> None:
        hung.append(1)
        if len(hung) == 8:
            raise KeyboardInterrupt  # the task's time is over
        raise AlertNotSent("mail: no answer within 30 s")

    for run in range(3):
        hung = list[int]()
        with suppress(KeyboardInterrupt):
            send_alerts(at(hub, minutes=15 * run), {"mail": hang, "webhook": lambda alert: told.append(alert.key)})
    assert (len(told), len(set(told))) == (12, 12)


def test_a_mail_server_that_says_nothing_or_drips_is_given_up_at_the_deadline() -> None:
    def drip(client: object, _request: bytes) -> None:
        """Never reached: a mail server speaks first."""

    with serving(drip) as silent:
        server = parse_mail_server(f"smtp://127.0.0.1:{silent.port}")
        began = time.monotonic()
        with pytest.raises(AlertNotSent, match=r"no answer within 0.3 s"):
            send_mail(server, "a@b.example", ["c@d.example"], Alert("k", "s", "t"), 0.3)
        assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("alert_smtp", "smtp://login:secret@mail:25"),
        ("alert_smtp", "mail.example"),
        ("alert_webhook", "ftp://secret.example"),
        ("alert_mail_to", "not an address"),
    ],
)
def test_a_wrong_setting_is_refused_without_repeating_it(name: str, value: str) -> None:
    given = {
        "alert_smtp": "smtp://mail:25",
        "alert_mail_from": "a@b.example",
        "alert_mail_to": "c@d.example",
        name: value,
    }
    with pytest.raises(RequestError) as refused:
        channels_of(Settings(**given))  # type: ignore[arg-type]
    assert "secret" not in str(refused.value)
    assert name.upper() in str(refused.value)
