"""The operations of the sharing service: what a consumer that is known and allowed is told, with the status of each end.

One core under the REST and the SOAP service. Reads only; whoever calls it records the call before the answer leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from license_library.answers import VerifyAnswer
from license_library.consumers import Consumer, find_consumer, may_ask
from license_library.feed_sources import sources_of_type
from license_library.holder_codes import read_holder_code
from license_library.keyring import Keyring
from license_library.qr_payloads import find_by_qr_payload
from license_library.questions import VerifyQuestion, WrongQuestion
from license_library.readings import number_forms, read_identifier
from license_library.shared_licenses import (
    CertInfo,
    cert_info,
    face_fields,
    find_by_holder,
    find_by_identifier,
    status_of,
    type_of_code,
    validity_today,
)
from license_library.sharing_calls import Call, Ended, check_cert_data, check_input
from license_library.sharing_replies import Compared, FieldCompared, Reply, Told
from license_library.sharing_words import MESSAGES, Status
from license_library.verification import verify_license
from schemas.holder_code_types import HOLDER_CODE_TYPE_CODES
from schemas.identifiers.license_identifier import parse_license_identifier

# What certData may name beside face fields, in the specification's words and in ours.
_COMPARED: Final = {
    "holder": "holder_name",
    "holderCode": "holder_code",
    "issueDept": "issuer_name",
    "issueDeptCode": "issuer_code",
    "issueDate": "issued_on",
    "certificateValidateStart": "valid_from",
    "certificateValidateEnd": "valid_to",
}
_ENDS: Final = {
    **dict.fromkeys(("revoked", "withdrawn", "cancelled", "superseded"), Status.ABOLISHED),
    **dict.fromkeys(("suspended", "restricted"), Status.RESTRICTED),
    "expired": Status.EXPIRED,
}


class _Asking(msgspec.Struct, frozen=True):
    conn: Connection
    keyring: Keyring
    consumer: Consumer
    today: date
    now: datetime


def answer_call(conn: Connection, keyring: Keyring, call: Call, today: date, now: datetime) -> Reply:
    """Answer one call; every end of it is a status, in the order: who asks, what is asked, may they, what there is."""
    consumer = find_consumer(conn, keyring, call.access_id, call.access_token)
    if consumer is None:
        return Reply(Status.NOT_AUTHENTICATED, MESSAGES[Status.NOT_AUTHENTICATED])
    try:
        check_input(call)
        data = _OPERATIONS[call.operation](_Asking(conn, keyring, consumer, today, now), dict(call.data))
    except Ended as end:
        return Reply(end.status, end.message, consumer)
    except WrongQuestion as fault:
        return Reply(Status.BAD_VALUE, f"{MESSAGES[Status.BAD_VALUE]}：{fault.words.zh}", consumer)
    return Reply(Status.OK, MESSAGES[Status.OK], consumer, data)


def _by_identifier(asking: _Asking, data: dict[str, Any]) -> list[CertInfo]:
    reading = read_identifier(data["certIdentifier"])
    if not reading.values:
        raise Ended(Status.BAD_VALUE, reading.advice[0].words.zh)
    identifier = str(reading.values[0])
    parts = parse_license_identifier(identifier)
    license_type = type_of_code(asking.conn, parts.type_code) if parts else None
    if license_type:
        _demand_grant(asking, license_type)
    return _told(asking, find_by_identifier(asking.conn, identifier), license_type)


def _by_qr_payload(asking: _Asking, data: dict[str, Any]) -> list[CertInfo]:
    rows = find_by_qr_payload(asking.conn, data["qrcode"])
    if len({row.license_id for row in rows}) > 1:
        raise Ended(Status.OTHER, "该二维码对应多件证照，无法确定")
    return _told(asking, rows, None)


def _by_holder(asking: _Asking, data: dict[str, Any]) -> list[CertInfo]:
    license_type = _type(asking, data["certTypeCode"])
    if data["holderTypeCode"] not in HOLDER_CODE_TYPE_CODES:
        raise Ended(Status.BAD_HOLDER_TYPE)
    holder = read_holder_code(data["holderCode"], data["holderTypeCode"], asking.today)
    number = (data.get("certNo") or "").strip()
    numbers = number_forms(number) if number else None
    return _told(
        asking, find_by_holder(asking.conn, holder.hashes(asking.keyring), license_type, numbers), license_type
    )


def _verify(asking: _Asking, data: dict[str, Any]) -> Compared:
    given = data["certData"]
    check_cert_data(given)
    license_type = _type(asking, data["certTypeCode"])
    names = {name: _COMPARED.get(name, f"face.{name}") for name in given if name != "certNo"}
    values = {names[name]: given[name] for name in names}
    question = VerifyQuestion(license_type=license_type, license_number=given["certNo"], values=values)
    answer = verify_license(asking.conn, asking.keyring, question, asking.today, asking.now)
    _end_unless_told(asking, answer)
    matches = {match.field: match.matches for match in answer.fields}
    fields = [FieldCompared("certNo", match=True), *(FieldCompared(n, matches.get(ours)) for n, ours in names.items())]
    return Compared(answer.verdict == "confirmed", fields)


def _face(asking: _Asking, data: dict[str, Any]) -> list[dict[str, str]]:
    license_type = _type(asking, data["certTypeCode"])
    fields = face_fields(asking.conn, license_type)
    return [{"name": name, "columnName": name, "valueType": "string"} for name in fields]


def _end_unless_told(asking: _Asking, answer: VerifyAnswer) -> None:
    """End a verification of what is not there, not good, or not known today."""
    reasons = "；".join(reason.zh for reason in answer.reasons)
    if answer.verdict == "not_found":
        raise Ended(Status.NO_LICENSE)
    if answer.verdict in ("unknown", "stale"):
        raise Ended(Status.OTHER, f"无法核实：{reasons}")
    if answer.verdict == "not_valid":
        status = "expired" if answer.validity == "expired" else status_of(asking.conn, answer.license_id)
        raise Ended(_ENDS.get(status, Status.OTHER), reasons)


def _told(asking: _Asking, rows: Sequence[Any], license_type: str | None) -> list[CertInfo]:
    """Tell what may be relied on; where nothing may, end with why."""
    if not rows:
        raise _nothing(asking, license_type)
    for one in {row.license_type for row in rows}:
        _demand_grant(asking, one)
    good = [row for row in rows if validity_today(row, asking.today) in ("valid", "not_yet_valid")]
    if not good:
        raise Ended(_end_of(rows[0], asking.today))
    return [cert_info(row, asking.keyring, asking.now) for row in good]


def _end_of(row: Any, today: date) -> Status:
    return Status.EXPIRED if validity_today(row, today) == "expired" else _ENDS.get(row.status, Status.OTHER)


def _nothing(asking: _Asking, license_type: str | None) -> Ended:
    """A silent department makes "none" a "nobody can say"."""
    sources = sources_of_type(asking.conn, license_type, asking.now) if license_type else []
    doubtful = [source.freshness_words.zh for source in sources if source.freshness != "fresh"]
    if license_type and not sources:
        return Ended(Status.OTHER, "无法核实：尚无部门向本平台提供该类证照")
    return Ended(Status.OTHER, f"无法核实：{'；'.join(doubtful)}") if doubtful else Ended(Status.NO_LICENSE)


def _type(asking: _Asking, code: str) -> str:
    if not code.strip().replace("_", "").isalnum():
        raise Ended(Status.BAD_TYPE_CODE)
    license_type = type_of_code(asking.conn, code.strip())
    if license_type is None:
        raise Ended(Status.TYPE_UNKNOWN)
    _demand_grant(asking, license_type)
    return license_type


def _demand_grant(asking: _Asking, license_type: str) -> None:
    if not may_ask(asking.conn, asking.consumer, license_type):
        raise Ended(Status.NOT_AUTHORISED)


_OPERATIONS: Final[dict[str, Callable[[_Asking, dict[str, Any]], Told]]] = {
    "queryCertInfo": _by_identifier,
    "queryCertInfoByHolderCode": _by_holder,
    "queryCertInfoByQRcode": _by_qr_payload,
    "verifyCertInfo": _verify,
    "getCertRemarkInfo": _face,
}
