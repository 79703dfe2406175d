"""What a consumer that is known may be told of: by its grants, by what a license is today, and by what its department promises.

Ends a call with its status; tells nothing itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from license_library.asking.bound_holders import Bound, bound_to_code
from license_library.asking.delivered_names import Name, untold
from license_library.asking.doubts import doubts_of, may_have_changed
from license_library.asking.feed_sources import sources_of_type, type_of_code
from license_library.asking.holder_codes import HolderCode, read_holder_code
from license_library.asking.organisation_numbers import may_be_under_another
from license_library.asking.other_editions import other_edition
from license_library.asking.readings import read_identifier
from license_library.asking.waiting_records import (
    count_unreadable,
    count_waiting,
    count_waiting_of_type,
    unreadable_words,
    waiting_words,
)
from license_library.files.file_store import FileStore
from license_library.licenses.license_now import licenses_now
from license_library.sharing.consumers import Consumer, granted_types, may_ask
from license_library.sharing.shared_licenses import find_by_holder, find_by_identifier, validity_today
from license_library.sharing.sharing_calls import Ended
from license_library.sharing.sharing_words import Status
from license_library.storage.keyring import Keyring
from license_library.words.verify_words import OTHER_NUMBER, SUCCESSOR_UNKNOWN
from schemas.identifiers.holder_code_types import HOLDER_CODE_TYPE_CODES
from schemas.identifiers.license_identifier import parse_license_identifier
from schemas.naming.number_key import number_key

ENDS: Final = {
    **dict.fromkeys(("revoked", "withdrawn", "cancelled", "superseded"), Status.ABOLISHED),
    **dict.fromkeys(("suspended", "restricted"), Status.RESTRICTED),
    "expired": Status.EXPIRED,
}
DOUBTS: Final = 3  # named in one message at most
_MAY_WAIT: Final = "该类证照有记录因数据问题待处理，其中可能有此证照；可按持证主体代码查询"


class FilePlace(msgspec.Struct, frozen=True):
    """Hold what operations on files need: where files lie and where they are fetched."""

    files: FileStore
    address: str  # of temporary addresses, to which an id is added


class Asking(msgspec.Struct, frozen=True):
    """Hold what one call is answered with."""

    conn: Connection
    keyring: Keyring
    place: FilePlace
    consumer: Consumer
    today: date
    now: datetime


def rows_of_identifier(asking: Asking, typed: str) -> Sequence[Any]:
    """Return the license of an identifier that may be relied on; a wrong one only where it was let pass."""
    reading = read_identifier(typed)
    identifier, granted = str(reading.values[0]), granted_types(asking.conn, asking.consumer)
    found = find_by_identifier(asking.conn, identifier, granted, asking.today)
    if reading.is_wrong and not found:
        raise Ended(Status.BAD_VALUE, reading.advice[0].words.zh)
    parts = parse_license_identifier(identifier)
    license_type = type_of_code(asking.conn, parts.type_code) if parts else None
    if license_type:
        demand_grant(asking, license_type)
    try:
        return good_rows(asking, found, license_type, named_by="identifier")
    except Ended as end:
        other = other_edition(asking.conn, identifier, granted) if end.status is Status.NO_LICENSE else None
        raise Ended(Status.OTHER, f"无法核实：{other.zh}") if other else end from None


def rows_of_holder(asking: Asking, data: dict[str, Any]) -> Sequence[Any]:
    """Return the licenses of one type that a holder may rely on, newest first."""
    license_type = granted_type(asking, data["certTypeCode"])
    hashes = _holder(asking, data)
    numbers = asked_numbers(data)
    rows = find_by_holder(asking.conn, hashes, license_type, numbers, asking.today)
    try:
        return good_rows(asking, rows, license_type, hashes, is_numbered=bool(numbers))
    except Ended as end:
        is_settled = end.status is Status.ABOLISHED and numbers
        if end.status is Status.OTHER or is_settled or not (said := _other_number(asking, data)):
            raise
        raise Ended(Status.OTHER, f"无法核实：{said}") from end


def asked_numbers(data: dict[str, Any]) -> list[str] | None:
    """Return the number by which one license of a holder is asked for, as numbers are compared; None where all are."""
    number = (data.get("certNo") or "").strip()
    return [number_key(number)] if number else None


def bound_of_holder(asking: Asking, data: dict[str, Any]) -> Bound:
    """Return the other numbers of a holder."""
    return bound_to_code(asking.conn, asking.keyring, _holder(asking, data))


def missing_of_holder(asking: Asking, data: dict[str, Any]) -> str:
    """Say what a list of a holder may lack: what waits of them or of nobody knows whom, and what silent departments may tell."""
    types = [granted_type(asking, data["certTypeCode"])]
    waiting = _waiting(asking, types, _holder(asking, data)), _unreadable(asking, types)
    return "；".join(filter(None, (*waiting, *_doubts(asking, types[0])[:DOUBTS], _other_number(asking, data))))


def _other_number(asking: Asking, data: dict[str, Any]) -> str:
    """Say that an organisation may have another number, under which nobody looked."""
    return OTHER_NUMBER.zh if may_be_under_another(asking.conn, asking.keyring, _code(asking, data)) else ""


def _holder(asking: Asking, data: dict[str, Any]) -> list[bytes]:
    return _code(asking, data).hashes(asking.keyring)


def _code(asking: Asking, data: dict[str, Any]) -> HolderCode:
    if data["holderTypeCode"] not in HOLDER_CODE_TYPE_CODES:
        raise Ended(Status.BAD_HOLDER_TYPE)
    return read_holder_code(data["holderCode"], data["holderTypeCode"], asking.today)


def good_rows(
    asking: Asking,
    found: Sequence[Any],
    license_type: str | None,
    hashes: Sequence[bytes] = (),
    *,
    is_numbered: bool = False,
    named_by: Name | None = None,
) -> list[Any]:
    """Return what may be relied on; where nothing may, end with why. `is_numbered`: one license is asked for, not a list."""
    rows = rows_granted(asking, found)
    if not rows:
        raise _nothing(asking, license_type, hashes, is_numbered=is_numbered, named_by=named_by)
    good = [row for row in rows if validity_today(row, asking.today) in ("valid", "not_yet_valid")]
    if not good:
        raise _not_good(asking, rows, hashes, is_numbered=is_numbered)
    return good


def rows_granted(asking: Asking, rows: Sequence[Any]) -> list[Any]:
    """Return what this consumer may ask for: the rest is to it as if there were none, lest its ends tell the two apart."""
    granted = granted_types(asking.conn, asking.consumer)
    return [row for row in rows if row.license_type in granted]


def granted_type(asking: Asking, code: str) -> str:
    """Return our license type of a code, which this consumer may ask for."""
    if not code.strip().replace("_", "").isalnum():
        raise Ended(Status.BAD_TYPE_CODE)
    license_type = type_of_code(asking.conn, code.strip())
    if license_type is None:
        raise Ended(Status.TYPE_UNKNOWN)
    demand_grant(asking, license_type)
    return license_type


def demand_grant(asking: Asking, license_type: str) -> None:
    """End the call where this consumer may not ask for a license type."""
    if not may_ask(asking.conn, asking.consumer, license_type):
        raise Ended(Status.NOT_AUTHORISED)


def _end_of(row: Any, today: date) -> Status:
    return Status.EXPIRED if validity_today(row, today) == "expired" else ENDS.get(row.status, Status.OTHER)


def _not_good(asking: Asking, rows: Sequence[Any], hashes: Sequence[bytes], *, is_numbered: bool) -> Ended:
    """End with what the newest is; where any may be good again, or the holder may have another, nobody can say. What was taken away stays so."""
    is_settled = all(_end_of(row, asking.today) is Status.ABOLISHED for row in rows)
    unreadable = _unreadable(asking, [rows[0].license_type]) if hashes and not is_settled else ""
    others = [] if not hashes or (is_settled and is_numbered) else _others(asking, rows, hashes)
    others += [unreadable] if unreadable and is_numbered else []
    doubts = [doubt for row in rows for doubt in may_have_changed(row.status, doubts_of(row, asking.now))]
    own = [doubt.words.zh for doubt in doubts if not others or doubt.code in ("in_quarantine", "disputed")]
    if said := list(dict.fromkeys([*own, *others])):
        return Ended(Status.OTHER, f"无法核实：{'；'.join(said[:DOUBTS])}")
    beside = [*(doubt.words.zh for doubt in doubts_of(rows[0], asking.now)), unreadable]
    return Ended(_end_of(rows[0], asking.today), "；".join(filter(None, beside)))


def _others(asking: Asking, rows: Sequence[Any], hashes: Sequence[bytes]) -> list[str]:
    """Return why the holder may have a license that is not here: one waits, took the place of any, or nobody was heard of."""
    license_type = rows[0].license_type
    waiting = _waiting(asking, [license_type], hashes)
    lost = SUCCESSOR_UNKNOWN.zh if _is_lost(asking, rows) else ""
    return [*filter(None, (waiting, lost)), *_doubts(asking, license_type)]


def _is_lost(asking: Asking, rows: Sequence[Any]) -> bool:
    """Tell whether what took the place of any of these is not here."""
    superseded = [row.license_id for row in rows if row.status == "superseded"]
    stand = licenses_now(asking.conn, superseded, asking.today, asking.now)
    return not all(one.is_replaced for one in stand.values())


def _nothing(
    asking: Asking, license_type: str | None, hashes: Sequence[bytes], *, is_numbered: bool, named_by: Name | None
) -> Ended:
    """A silent department, or what waits, makes "none" a "nobody can say"; with no known type, each type granted."""
    types = [license_type] if license_type else granted_types(asking.conn, asking.consumer)
    if not types:
        return Ended(Status.NOT_AUTHORISED)
    unreadable = _unreadable(asking, types) if hashes else ""
    if waiting := _waiting(asking, types, hashes) or (is_numbered and unreadable):
        return Ended(Status.OTHER, f"无法核实：{waiting}")
    if doubts := list(dict.fromkeys(doubt for one in types for doubt in _doubts(asking, one, named_by))):
        rest = f"；等 {len(doubts)} 项" if len(doubts) > DOUBTS else ""
        return Ended(Status.OTHER, f"无法核实：{'；'.join(doubts[:DOUBTS])}{rest}")
    return Ended(Status.NO_LICENSE, unreadable if license_type else "在获准使用的证照类型中")


def _waiting(asking: Asking, types: Sequence[str], hashes: Sequence[bytes]) -> str:
    """Say what waits that may be the license asked for: of its holder where one is told, else of anybody."""
    if not hashes:
        return _MAY_WAIT if any(count_waiting_of_type(asking.conn, one) for one in types) else ""
    count = sum(count_waiting(asking.conn, hashes, one) for one in types)
    return waiting_words(count).zh if count else ""


def _unreadable(asking: Asking, types: Sequence[str]) -> str:
    """Say what waits of nobody knows whom; with a few such records a list is still worth more than none."""
    count = sum(count_unreadable(asking.conn, one) for one in types)
    return unreadable_words(count).zh if count else ""


def _doubts(asking: Asking, license_type: str, named_by: Name | None = None) -> list[str]:
    """Return why nobody can say that there is no license of a type, or none of that name."""
    sources = sources_of_type(asking.conn, license_type, asking.now)
    if not sources:
        return [f"尚无部门向本平台提供证照类型 {license_type}"]
    words = untold(asking.conn, license_type, named_by) if named_by else None
    silent = [f"{one.department_name}：{one.freshness_words.zh}" for one in sources if one.freshness != "fresh"]
    return [*silent, *([words.zh] if words else [])]
