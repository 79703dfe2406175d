"""Tell an alert by mail: SMTP to one declared server, ended by the wall clock however slowly it answers.

Knows addresses and TLS. A password leaves only inside TLS; no failure repeats what the server said.
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final
from urllib.parse import unquote, urlsplit

from connectors.alerts.alert import Alert, AlertNotSent
from connectors.wire.watchdog import Watchdog
from connectors.wire.wire_clock import read_clock
from schemas.errors import RequestError

PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
DEADLINE_SECONDS: Final = 30.0


@dataclass(frozen=True)
class MailServer:
    """Hold where mail is handed in and how we sign in; the password stays out of its repr."""

    scheme: str
    host: str
    port: int
    login: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


def parse_mail_server(address: str) -> MailServer:
    """Read smtp://host:25, smtp+starttls://login:password@host:587 or smtps://…; a refusal never repeats it."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise _wrong("what was given cannot be read") from None
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/"):
        raise _wrong("another form")
    if parts.username and parts.scheme == "smtp":
        raise _wrong("a password that would leave without TLS")
    login, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(parts.scheme, parts.hostname, port or PORTS[parts.scheme], login, password)


def send_mail(server: MailServer, sender: str, receivers: list[str], alert: Alert, seconds: float) -> None:
    """Hand one alert in; AlertNotSent when it was not taken for every receiver within `seconds`."""
    message = _message(sender, receivers, alert)
    dog = Watchdog()
    try:
        with dog.guard(seconds), _connected(server, dog, seconds) as smtp:
            if server.login:
                smtp.login(server.login, server.password)
            refused = smtp.send_message(message, sender, receivers)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise AlertNotSent(f"mail: {_told(error, dog, seconds)}; it is tried again at the next run") from error
    finally:
        dog.forget()
    if refused:
        raise AlertNotSent(f"mail: the server refused {len(refused)} of {len(receivers)} receivers; tried again")


def _wrong(got: str) -> RequestError:
    return RequestError(
        "settings: HUB_ALERT_SMTP; expected smtp://host:25, smtp+starttls://login:password@host:587 or "
        f"smtps://login:password@host:465, got {got}; nothing was sent"
    )


def _connected(server: MailServer, dog: Watchdog, seconds: float) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.scheme == "smtps":
        smtp: smtplib.SMTP = _WatchedSSL(dog, server.host, server.port, seconds, context)
    else:
        smtp = _Watched(dog, server.host, server.port, seconds)
    if server.scheme == "smtp+starttls":
        smtp.starttls(context=context)
    return smtp


class _Watched(smtplib.SMTP):
    """Let the watchdog see the socket before the first answer is waited for."""

    def __init__(self, dog: Watchdog, host: str, port: int, timeout: float) -> None:
        self._dog = dog
        super().__init__(host, port, timeout=timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> object:
        opened = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self._dog.watch(opened)
        return opened


class _WatchedSSL(smtplib.SMTP_SSL):
    """The same, inside TLS."""

    def __init__(self, dog: Watchdog, host: str, port: int, timeout: float, context: ssl.SSLContext) -> None:
        self._dog = dog
        super().__init__(host, port, timeout=timeout, context=context)

    def _get_socket(self, host: str, port: int, timeout: float) -> object:
        opened = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self._dog.watch(opened)
        return opened


def _message(sender: str, receivers: list[str], alert: Alert) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = sender, ", ".join(receivers)
    message["Subject"] = " ".join(alert.subject.split())
    message["Date"] = format_datetime(read_clock())
    # A server that got it and was not heard is sent the same id again.
    message["Message-ID"] = f"<{alert.key}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(alert.text)
    return message


def _told(error: Exception, dog: Watchdog, seconds: float) -> str:
    """Say what happened in our words: a server's own may repeat an address or a name."""
    if dog.has_barked or isinstance(error, TimeoutError):
        return f"no answer within {seconds:g} s"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the server answered {error.smtp_code}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "the server refused every receiver"
    return f"the server cannot be reached or broke off ({type(error).__name__})"
