"""Licenses as the sharing service tells them: found by identifier or holder, in the field names of its specification.

Knows the tables behind a hit. Holder codes are masked here as everywhere; whoever must compare one verifies it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from license_library.asking.bound_holders import NOBODY, Bound
from license_library.asking.former_versions import once_borne
from license_library.asking.freshness import validity_of
from license_library.asking.holder_subjects import by_code
from license_library.asking.listed_holders import holders_of, persons_of
from license_library.asking.looks import look
from license_library.asking.masking import mask_code, mask_text
from license_library.licenses.license_hits import hits_query, holder_code_of, shown_text
from license_library.licenses.license_now import LicenseNow
from license_library.search.searches import held_by
from license_library.storage.keyring import Keyring
from license_library.words.verify_words import REPLACED
from schemas.bureau_time import local_minute
from schemas.catalogue.license_types import face_labels, load_license_types
from schemas.identifiers.holder_code_types import HOLDER_CODE_TYPES
from schemas.identifiers.license_identifier import identifier_forms
from schemas.license.states import GOOD_STATES

LISTED = 100
_TYPE_NAMES = {kind.code: kind.zh for kind in HOLDER_CODE_TYPES}

# As validity_today says: what may be relied on, now or once its term begins, is never cut off by what may not.
_GOOD = """(status = any(cast(:good_states as text[])) and (status = 'renewal_pending' or open_ended
    or coalesce(valid_to, 'infinity') >= cast(:today as date)))"""
_ORDER = f"{_GOOD} desc, issued_on desc, license_id desc"
_IDENTIFIED = f"""
select license_id, 1 as ordinal, cast(null as bigint[]) as place from licenses
 where {{}} and license_type = any(cast(:types as text[])) order by {_ORDER} limit 1
"""  # noqa: S608 - constants of this file
_BY_IDENTIFIER = hits_query(_IDENTIFIED.format("license_identifier = any(cast(:values as text[]))"))
_BY_FORMER_IDENTIFIER = hits_query(_IDENTIFIED.format(f"license_id in ({once_borne('identifier')})"))
_HELD = f"""
select license_id, row_number() over (order by {_ORDER}) as ordinal, cast(null as bigint[]) as place
  {held_by(by_code(":holders"))}
   and license_type = :license_type and {{}}
 order by {_ORDER} limit {LISTED} + 1
"""
_BY_HOLDER = hits_query(
    _HELD.format("(cast(:values as text[]) is null or number_key(license_number) = any(cast(:values as text[])))")
)
_BY_HOLDER_ONCE = hits_query(_HELD.format(f"l.license_id in ({once_borne('number')})"))
_VALUE_TYPES = {"text": "string", "date": "date", "number": "number", "code": "string"}
_STATUS = text("select status from licenses where license_id = :license_id")
_FACE = text("""
select distinct field from feeds cross join unnest(face_fields) as field
 where license_types @> array[cast(:license_type as text)] order by field
""")


class SurfaceField(msgspec.Struct, frozen=True, rename="camel"):
    """Hold one field of a license's face."""

    name: str
    value: str
    value_type: str = "string"
    column_name: str = ""


class CertInfo(msgspec.Struct, frozen=True, rename="camel"):
    """Hold one license as the specification names its fields; dates as YYYYMMDD, empty where there is none."""

    certificate_type: str
    certificate_name: str
    certificate_holder: str
    certificate_holder_code: str
    certificate_holder_type: str
    certificate_number: str
    certificate_identifier: str
    issue_dept: str
    issue_dept_code: str
    issue_date: str
    certificate_validate_start: str
    certificate_validate_end: str
    digital_sign: str
    as_of: str  # up to when its department is known, Beijing time
    freshness: str  # fresh, silent or never
    doubt: str  # why nobody vouches for it today; empty where nothing speaks against it
    bound_by: str  # held under another number of the asked holder: which, and who decided that it is theirs
    surface: list[SurfaceField]
    detail: list[Any] = []


def find_by_identifier(conn: Connection, identifier: str, types: Sequence[str], today: date) -> Sequence[Any]:
    """Return the license that bears or once bore an identifier, of one of these types, or nothing; of several the best, as of a holder."""
    asked: dict[str, Any] = {"values": identifier_forms(identifier), "types": list(types)}
    asked |= {"today": today, "good_states": sorted(GOOD_STATES)}
    return look(conn, _BY_IDENTIFIER, asked) or look(conn, _BY_FORMER_IDENTIFIER, asked)


def find_by_holder(
    conn: Connection, holders: Sequence[bytes], license_type: str, numbers: Sequence[str] | None, today: date
) -> Sequence[Any]:
    """Return the licenses of one type that a holder has, of these numbers, or where none is, once of them: the good ones first, then newest; one more than LISTED."""
    asked: dict[str, Any] = {"holders": list(holders), "license_type": license_type}
    asked |= {"values": numbers and list(numbers), "today": today, "good_states": sorted(GOOD_STATES)}
    return look(conn, _BY_HOLDER, asked) or (look(conn, _BY_HOLDER_ONCE, asked) if numbers else [])


def face_fields(conn: Connection, license_type: str) -> list[dict[str, str]]:
    """Return the face fields of a type as it is defined; those that feeds deliver where it has no definition."""
    known = load_license_types().get(license_type)
    if known is not None and known.face:
        return [{"name": one.zh, "columnName": one.name, "valueType": _VALUE_TYPES[one.kind]} for one in known.face]
    delivered = conn.execute(_FACE, {"license_type": license_type}).scalars()
    return [{"name": name, "columnName": name, "valueType": "string"} for name in delivered]


def status_of(conn: Connection, license_id: int | None) -> str:
    """Return the status of a license."""
    return str(conn.execute(_STATUS, {"license_id": license_id}).scalar_one())


def validity_today(row: Any, today: date) -> str:
    """Return whether a license may be relied on today."""
    return validity_of(row.status, row.valid_from, row.valid_to, row.open_ended, today)


def cert_info(row: Any, keyring: Keyring, stands: LicenseNow, bound: Bound = NOBODY) -> CertInfo:
    """Return a license as it is told to a consumer."""
    code, source = holder_code_of(row, keyring), stands.source
    holders = holders_of(row, keyring)
    persons, other = persons_of(row, keyring), bound.other_of({row.holder_hash, *(row.listed_hashes or ())})
    return CertInfo(
        certificate_type=row.license_type_name,
        certificate_name=shown_text(row.license_name, row.kind, code, persons),
        certificate_holder="、".join(one.name for one in holders) or row.holder_name,
        certificate_holder_code="、".join(one.code for one in holders) or mask_code(code),
        certificate_holder_type="、".join(_type_name(one.code_type) for one in holders) or _type_name(row.code_type),
        certificate_number=shown_text(row.license_number, row.kind, code, persons),
        certificate_identifier=shown_text(row.license_identifier or "", row.kind, code, persons),
        issue_dept=row.issuer_name,
        issue_dept_code=row.issuer_code or "",
        issue_date=_day(row.issued_on),
        certificate_validate_start=_day(row.valid_from),
        certificate_validate_end="长期" if row.open_ended else _day(row.valid_to),
        digital_sign="",
        as_of=local_minute(source.as_of) if source.as_of else "",
        freshness=source.freshness,
        doubt="；".join(words.zh for words in (stands.doubt, REPLACED if stands.is_replaced else None) if words),
        bound_by=other.told.words.zh if other else "",
        surface=_surface(row.face, [code, *persons]),
    )


def _type_name(code_type: str) -> str:
    return _TYPE_NAMES.get(code_type, code_type)


def _surface(face: Any, codes: list[str]) -> list[SurfaceField]:
    told = {str(name): mask_text(str(value), *codes) for name, value in (face or {}).items() if value is not None}
    defined = face_labels()
    return [
        SurfaceField(one.zh, value, _VALUE_TYPES[one.kind], name)
        if (one := defined.get(name))
        else SurfaceField(name, value, column_name=name)
        for name, value in told.items()
    ]


def _day(day: date | None) -> str:
    return f"{day:%Y%m%d}" if day else ""
