"""Which of a license's holders a given name, number and kind of number belong to: all of them to one and the same.

A number that is not the one on a license, but another number of the same holder, matches and is said so; of one that holds the same
organisation code nobody can say before it is decided.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from license_library.answers import Words
from license_library.asking.bound_holders import OtherNumber, bound_to_code
from license_library.asking.holder_codes import HolderCode, read_holder_code, recognise_holder_code
from license_library.asking.holder_subjects import by_code
from license_library.asking.holders import holder_hash
from license_library.asking.organisation_numbers import may_be_one
from license_library.asking.refusals import WrongQuestion
from license_library.storage.keyring import Keyring
from license_library.verification.comparing import HOLDER_FIELDS
from schemas.identifiers.holder_code_types import OTHER_ORGANISATION, RESIDENT_IDENTITY
from schemas.identifiers.normal_form import normalise_identifier
from schemas.identifiers.organisation_code import organisation_forms
from schemas.identifiers.resident_identity import to_eighteen
from schemas.naming.names import name_key

_UNDER_CODE = text(f"select holder_hash from subjects join ({by_code(':values')}) as under using (subject_id)")  # noqa: S608

_NAMES = text("""
select s.name from subjects s where s.holder_hash = :holder_hash
 union all select f.name from former_names f join subjects s using (subject_id) where s.holder_hash = :holder_hash
""")
_BETWEEN_NAMES = re.compile(r"[、，,；;/]")
_OTHER_FORM = Words(
    "证照登记在该号码的另一形式（15 位或 18 位）名下，未认定为同一人",
    "the license is held under the other form of that number, 15 digits or 18, and nobody has decided that both are one person's",
)
_SAME_ORGANISATION_CODE = Words(
    "证照登记在含同一组织机构代码的另一号码名下，尚未认定为同一主体",
    "the license is held under another number that holds the same organisation code, and nobody has decided yet that both are one",
)
_OTHER_NAME = Words(
    "所给名称是该持证主体的现用名或曾用名，与证照所载不同",
    "the given name is one that this holder has or had, and not the one on the license",
)
_LIKELIEST = (False, None, True)


class HolderMatch(msgspec.Struct, frozen=True):
    """Hold which given facts of a holder are one holder's, None where nobody can say, and why of a number that is not the license's own."""

    fields: dict[str, bool | None] = {}
    reasons: list[Words] = []

    @property
    def is_whole(self) -> bool:
        """Tell whether everything given is that holder's."""
        return all(self.fields.values())


class _Holder(msgspec.Struct, frozen=True):
    name: str
    code_type: str
    holder_hash: bytes
    code_encrypted: bytes


class GivenHolder:
    """Hold what was given of a holder; the library is asked, once, only where a number is not a license's as it stands."""

    def __init__(self, conn: Connection, keyring: Keyring, values: Mapping[str, str], today: date) -> None:
        self._conn, self._keyring, self._today = conn, keyring, today
        self._given = {name: value for name in HOLDER_FIELDS if (value := values.get(name, "").strip())}

    def match(self, row: Any) -> HolderMatch:
        """Return what fits the holder of the license whom it fits best: by name, then by number, then by its kind."""
        if not self._given:
            return HolderMatch()
        holders = self._named_together(_holders(row))
        own = _best([self._with_own(one) for one in holders])
        if own.is_whole or "holder_code" not in self._given:
            return own
        return _best(
            [
                own,
                *(
                    self._with_other(one, self._others[one.holder_hash])
                    for one in holders
                    if one.holder_hash in self._others
                ),
            ]
        )

    def _named_together(self, holders: list[_Holder]) -> list[_Holder]:
        """Let a text that names everyone whom the license lists, as the paper does, be the name of each."""
        given = self._given.get("holder_name", "")
        named = {name_key(one) for one in _BETWEEN_NAMES.split(given)}
        if len(named) < 2 or named != {name_key(one.name) for one in holders}:
            return holders
        return [msgspec.structs.replace(one, name=given) for one in holders]

    def _with_own(self, holder: _Holder) -> HolderMatch:
        is_own = self._is_own(holder)
        fields = self._fields(holder, is_number=is_own, code_type=holder.code_type)
        named = [_OTHER_NAME] if fields.get("holder_name", True) is None else []
        if is_own or self._code is None:
            return HolderMatch(fields, named)
        kept = self._keyring.decrypt(holder.code_encrypted).decode()
        if may_be_one(self._conn, self._keyring, self._code, holder.code_type, kept):
            unsure = dict.fromkeys(fields.keys() - {"holder_name"})
            return HolderMatch(fields | unsure, [*named, _SAME_ORGANISATION_CODE])
        return HolderMatch(fields, [_OTHER_FORM] if self._is_some_form(holder) else [])

    def _with_other(self, holder: _Holder, other: OtherNumber) -> HolderMatch:
        code_type = self._code.code_type if self._code else ""
        return HolderMatch(self._fields(holder, is_number=True, code_type=code_type), [other.told.words])

    def _fields(self, holder: _Holder, *, is_number: bool, code_type: str) -> dict[str, bool | None]:
        fits: dict[str, bool | None] = {
            "holder_name": self._is_named(holder),
            "holder_code": is_number,
            "holder_code_type": self._given.get("holder_code_type") == code_type,
        }
        return {name: fits[name] for name in self._given}

    def _is_named(self, holder: _Holder) -> bool | None:
        """Tell whether the name is theirs on the license; None where it is one that they have elsewhere or had: who was renamed is no other."""
        given = name_key(self._given.get("holder_name", ""))
        if not given or given == name_key(holder.name):
            return bool(given)
        known = self._conn.scalars(_NAMES, {"holder_hash": holder.holder_hash})
        return None if given in map(name_key, known) else False

    def _is_own(self, holder: _Holder) -> bool:
        """Tell whether the number is theirs as it was given, or in another form that is the same holder's."""
        typed = normalise_identifier(self._given.get("holder_code", ""))
        forms = organisation_forms(typed) if holder.code_type == OTHER_ORGANISATION else [typed]
        if holder.holder_hash in {holder_hash(self._keyring, holder.code_type, form) for form in forms}:
            return True
        if not self._is_some_form(holder):
            return False
        return holder.holder_hash == self._hashes[0] or holder.holder_hash in self._under

    def _is_some_form(self, holder: _Holder) -> bool:
        """Tell whether the number has the holder's among its forms; one that nobody can have has none, whatever its digits."""
        if self._code is None:
            return False
        typed = normalise_identifier(self._given.get("holder_code", ""))
        code = to_eighteen(typed) if holder.code_type == RESIDENT_IDENTITY else typed
        return holder.holder_hash in HolderCode(code, holder.code_type).hashes(self._keyring)

    @cached_property
    def _code(self) -> HolderCode | None:
        typed, code_type = self._given.get("holder_code"), self._given.get("holder_code_type")
        if typed is None:
            return None
        try:
            return read_holder_code(typed, code_type, self._today)
        except WrongQuestion:
            return None if code_type else recognise_holder_code(typed, self._today)

    @cached_property
    def _hashes(self) -> list[bytes]:
        return self._code.hashes(self._keyring) if self._code else []

    @cached_property
    def _under(self) -> frozenset[bytes]:
        return frozenset(self._conn.scalars(_UNDER_CODE, {"values": self._hashes}))

    @cached_property
    def _others(self) -> dict[bytes, OtherNumber]:
        bound = bound_to_code(self._conn, self._keyring, self._hashes) if self._hashes else None
        return {other.holder_hash: other for other in bound.others.values()} if bound else {}


def _holders(row: Any) -> list[_Holder]:
    parts = (row.listed_names, row.listed_types, row.listed_hashes, row.listed_codes)
    first = _Holder(row.holder_name, row.code_type, row.holder_hash, row.code_encrypted)
    return [first, *(_Holder(*one) for one in zip(*(part or () for part in parts), strict=True))]


def _best(matches: list[HolderMatch]) -> HolderMatch:
    return max(matches, key=lambda match: [_LIKELIEST.index(match.fields.get(name, False)) for name in HOLDER_FIELDS])
