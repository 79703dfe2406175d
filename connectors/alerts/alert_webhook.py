"""Tell an alert to a webhook: one JSON object, posted through the door to one declared address.

Knows the form of the object. Deadline, byte cap, pinned address and TLS are the door's.
"""

from __future__ import annotations

import base64
from typing import Final

import msgspec

from connectors.alerts.alert import Alert, AlertNotSent
from connectors.declarations.declared_bounds import Limits
from connectors.wire.connection import Connection, parse_connection
from connectors.wire.door import Call, Door
from connectors.wire.wire_clock import read_clock
from schemas.errors import DeclarationError, DepartmentError, RequestError

LIMITS: Final = Limits(deadline_seconds=15, page_bytes=100_000)
# What a connection's extra says of the line; the rest of the address's query is the webhook's own.
OF_THE_LINE: Final = {"networks", "ca", "client_certificate", "client_key", "client_key_password"}
TAKEN: Final = (200, 201, 202, 204)
_NOT_TAKEN: Final = {
    "department.unreachable": "it cannot be reached",
    "department.timeout": f"no whole answer within {LIMITS.deadline_seconds:g} s",
    "department.unavailable": "it says it cannot answer now",
    "department.refused": "it refused the request or our sign-in",
    "department.fault": "it failed itself",
    "department.not_trusted": "its certificate is not trusted; nothing was sent",
    "department.broke_promise": "it answered otherwise than expected, which is 200, 201, 202 or 204",
    "declaration.wrong": "its address is not one that may be called",
}


def parse_webhook(address: str) -> Connection:
    """Read a webhook's address; a refusal never repeats it."""
    try:
        connection = parse_connection(address)
    except DeclarationError as error:
        raise RequestError(f"settings: HUB_ALERT_WEBHOOK: {error}; nothing was sent") from None
    if not connection.is_web:
        raise RequestError("settings: HUB_ALERT_WEBHOOK; expected http:// or https://; nothing was sent")
    return connection


def post_alert(connection: Connection, alert: Alert) -> None:
    """Post one alert; AlertNotSent when it was not taken."""
    query = {name: value for name, value in connection.extra.items() if name not in OF_THE_LINE}
    headers = {"Content-Type": "application/json", "Idempotency-Key": alert.key, **_sign_in(connection)}
    # `msgtype` and `text` are what the group robots of chat services read; whoever else listens reads `alert`.
    told = {"msgtype": "text", "text": {"content": f"{alert.subject}\n{alert.text}"}, "alert": alert.facts}
    try:
        door = Door("webhook", connection, LIMITS, read_clock)
        try:
            door.call(Call("POST", query=query, headers=headers, body=msgspec.json.encode(told)), TAKEN)
        finally:
            door.close()
    except (DepartmentError, DeclarationError) as error:
        raise AlertNotSent(f"webhook: {_NOT_TAKEN.get(error.code, error.code)}; tried again at the next run") from error


def _sign_in(connection: Connection) -> dict[str, str]:
    if not connection.login:
        return {}
    told = base64.b64encode(f"{connection.login}:{connection.password}".encode()).decode()
    return {"Authorization": f"Basic {told}"}
