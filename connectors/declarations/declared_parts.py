"""What feeds and deliveries both declare, and what every table of a declaration is."""

from __future__ import annotations

import msgspec


class Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Refuse keys nobody reads."""


class Success(Struct, frozen=True, kw_only=True):
    """Where an answer says that it is one: `{ field = "code", values = ["0"] }`."""

    field: str
    values: list[str]
    message: str = ""  # path of the department's own words when it is not
