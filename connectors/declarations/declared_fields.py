"""How a declaration says where the values of a record come from: one field, or several holders at once."""

from __future__ import annotations

from typing import Literal

import msgspec

from connectors.declarations.declared_parts import Struct


class FieldRule(Struct, frozen=True, kw_only=True):
    """Where a canonical field comes from. A bare string in TOML is short for `{ from = "…" }`."""

    from_: str = msgspec.field(default="", name="from")
    value: str | None = None  # a constant
    codes: dict[str, str] | None = None  # source code -> ours; an unknown code is a problem
    date: str | None = None  # strptime format of a date
    open_ended: list[str] = []  # source values that mean: no end
    normalise: Literal["", "identifier"] = ""  # strip, NFKC, upper case


class Holders(Struct, frozen=True, kw_only=True):
    """Where several holders of one record are: in a list inside it, or joined in the fields of the one holder.

    Without rules for the holder among the fields, the first of the list is the holder.
    """

    list: str = ""  # the list in the record: a JSON list of objects, or in XML a repeated element
    separator: str = ""  # what stands between joined names, codes and code types
    code: FieldRule | None = None  # in an entry of the list, like the three below
    code_type: FieldRule | None = None
    name: FieldRule | None = None
    share: FieldRule | None = None
