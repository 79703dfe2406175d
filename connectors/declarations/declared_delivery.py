"""What a department's folder may declare of deliveries, the hub's other direction, as plain frozen values.

Knows names and types; reads no file, opens no connection, knows no payload.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from connectors.declarations.declared_parts import Struct, Success


class Out(Struct, frozen=True, kw_only=True):
    """Where a value of the department's comes from. A bare string in TOML is short for `{ from = "…" }`."""

    from_: str = msgspec.field(default="", name="from")
    value: str | None = None  # a constant; SOAP and REST: {login} {password} of the connection are filled in
    codes: dict[str, str] | None = None  # our code -> theirs; one that is not listed is refused, never guessed
    date: str | None = None  # strftime form of a date


class Key(Struct, frozen=True, kw_only=True):
    """What carries the idempotency key of class A: a field of the request, or a header."""

    field: str = ""
    header: str = ""


class Ask(Struct, frozen=True, kw_only=True):
    """How a department of class B is asked whether a delivery arrived."""

    call: str  # SOAP: operation; REST: path
    found_when: Success
    missing_when: Success
    method: Literal["GET", "POST"] = "GET"
    request: dict[str, str] = {}  # {delivery_key} {case_number} {sequence} and names of the payload are filled in
    after: str = "1m"  # how long a delivery may still be on its way inside the department before it is asked for


class Answered(Struct, frozen=True, kw_only=True):
    """Where a receipt says how a correction request was answered."""

    field: str
    codes: dict[str, Literal["corrected", "confirmed", "refused"]]  # theirs -> ours; one that is not listed is a doubt
    message: str = ""  # path of the department's own words


class Receipt(Struct, frozen=True, kw_only=True):
    """How a department's acknowledgement is asked for until its end."""

    done_when: Success
    poll: str = (
        ""  # SOAP: operation; REST: path; file drop: a file, {name} {stem}; front table: the delivered row itself
    )
    refused_when: Success | None = None
    method: Literal["GET", "POST"] = "GET"
    request: dict[str, str] = {}  # as in `ask`, and {number}, the department's own
    every: str = "10m"
    give_up: str = "3d"
    answer: Answered | None = None  # of a correction request


class OutFile(Struct, frozen=True, kw_only=True):
    """The file that brings one delivery into a drop. Its layout is the sample's; `fields` are paths in it."""

    name: str  # {delivery_key} {case_number} {sequence} {kind} are filled in
    sample: str  # below contract/: what such a file looks like
    format: Literal["xml", "csv", "json"]
    folder: str = ""  # below the connection's own path
    done: str = ""  # marker written beside a whole file, as `{stem}.ok`
    delimiter: str = ","
    taken: str = ""  # class B: folder in which the department keeps what it took


class Window(Struct, frozen=True, kw_only=True):
    """When the department may not be spoken to, in its own time, and the notice that says so."""

    notice: str
    from_: str = msgspec.field(name="from")  # 22:00
    to: str  # 06:00; before `from`: of the next day
    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] = []  # on which it begins; none: every day


class Delivery(Struct, frozen=True, kw_only=True):
    """One kind of delivery that the department accepts."""

    kind: str
    class_: Literal["A", "B", "C"] = msgspec.field(name="class")  # idempotency key | can be asked | neither
    operation: str = ""  # SOAP: operation name
    path: str = ""  # REST: path below the connection's address
    send: Literal["json", "form", "xml"] = "json"
    payload_root: str = ""  # root element of what is delivered, where it is another than the transport's
    answer: Literal["json", "xml"] = "json"
    headers: dict[str, Any] = {}  # SOAP: headers of the request by element name
    table: str = ""  # front table: its name, with its schema where it needs one
    file: OutFile | None = None  # file drop
    key: Key | None = None
    ask: Ask | None = None
    receipt: Receipt | None = None
    success: Success | None = None
    busy: list[str] = []  # values of success.field that mean: nothing was done, come again
    number: str = ""  # path of the department's own number in its answer
    schedule: str = "*/5 * * * *"
    tries: int = 20
    give_up: str = "7d"
    maintenance: list[Window] = []
    fields: dict[str, Out] = {}
