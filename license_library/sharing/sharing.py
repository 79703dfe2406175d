"""The operations of the sharing service: what a consumer that is known and allowed is told, with the status of each end.

One core under the REST and the SOAP service. Writes working copies, no license; whoever calls it records the call before the answer leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from license_library.answers import Words
from license_library.asking.bound_holders import NOBODY, Bound
from license_library.asking.former_versions import Named, former_words
from license_library.asking.refusals import WrongQuestion
from license_library.files.file_store import FileDamaged, FileStoreUnavailable, FileTooLarge
from license_library.licenses.license_now import licenses_now
from license_library.sharing.consumers import find_consumer, granted_types
from license_library.sharing.shared_files import download_file, download_url, download_urls_by_holder, verify_file
from license_library.sharing.shared_licenses import LISTED, CertInfo, cert_info, face_fields
from license_library.sharing.shared_verification import verify_cert
from license_library.sharing.sharing_calls import Call, Ended, check_input, trimmed
from license_library.sharing.sharing_replies import Partly, Reply, Told, partly
from license_library.sharing.sharing_rights import (
    Asking,
    FilePlace,
    asked_numbers,
    bound_of_holder,
    good_rows,
    granted_type,
    missing_of_holder,
    rows_of_holder,
    rows_of_identifier,
)
from license_library.sharing.sharing_words import MESSAGES, Status
from license_library.storage.keyring import Keyring
from license_library.verification.qr_payloads import find_by_qr_payload
from license_library.verification.verify_candidates import are_one_license
from schemas.identifiers.license_identifier import identifier_forms
from schemas.identifiers.normal_form import normalise_identifier


def knows_caller(conn: Connection, keyring: Keyring, access_id: str, access_token: str) -> bool:
    """Tell whether a call names a consumer and its token; what it may ask is not looked at."""
    return find_consumer(conn, keyring, access_id, access_token) is not None


def answer_call(conn: Connection, keyring: Keyring, place: FilePlace, call: Call, today: date, now: datetime) -> Reply:
    """Answer one call; every end of it is a status, in the order: who asks, what is asked, may they, what there is."""
    consumer = find_consumer(conn, keyring, call.access_id, call.access_token)
    if consumer is None:
        return Reply(Status.NOT_AUTHENTICATED, MESSAGES[Status.NOT_AUTHENTICATED])
    try:
        call = trimmed(call)
        check_input(call)
        with conn.begin_nested():  # what ends otherwise has done nothing, and is recorded all the same
            data = _OPERATIONS[call.operation](Asking(conn, keyring, place, consumer, today, now), dict(call.data))
    except Ended as end:
        return Reply(end.status, end.message, consumer)
    except WrongQuestion as fault:
        return Reply(Status.BAD_VALUE, f"{MESSAGES[Status.BAD_VALUE]}：{fault.words.zh}", consumer)
    except FileTooLarge as fault:
        return Reply(Status.OTHER, f"{MESSAGES[Status.OTHER]}：{fault.words.zh}", consumer)
    except (FileDamaged, FileStoreUnavailable):
        return Reply(Status.OTHER, f"{MESSAGES[Status.OTHER]}：文件库不可用", consumer)
    rest = f"：{data.words}" if isinstance(data, Partly) else ""
    told = data.told if isinstance(data, Partly) else data
    return Reply(Status.OK, f"{MESSAGES[Status.OK]}{rest}", consumer, told)


def _by_identifier(asking: Asking, data: dict[str, Any]) -> list[CertInfo]:
    identifier = normalise_identifier(data["certIdentifier"])
    rows = rows_of_identifier(asking, identifier)
    return _of_former(asking, rows, "identifier", identifier_forms(identifier))


def _by_qr_payload(asking: Asking, data: dict[str, Any]) -> list[CertInfo]:
    payload = data["qrcode"]
    rows = find_by_qr_payload(asking.conn, payload, granted_types(asking.conn, asking.consumer))
    if not are_one_license(rows):
        raise Ended(Status.OTHER, "该二维码对应多件证照，无法确定")
    return _of_former(asking, good_rows(asking, rows, None, named_by="qr_payload"), "qr_payload", [payload])


def _of_former(asking: Asking, rows: Sequence[Any], name: Named, values: Sequence[str]) -> list[CertInfo]:
    """Tell what was found, and doubt what only an earlier version of it bore."""
    return _doubted(asking, rows, _told(asking, rows), name, values)


def _doubted(
    asking: Asking, rows: Sequence[Any], told: list[CertInfo], name: Named, values: Sequence[str]
) -> list[CertInfo]:
    said = [former_words(asking.conn, row, name, values) for row in rows]
    return [_with_doubt(one, words) if words else one for one, words in zip(told, said, strict=True)]


def _with_doubt(told: CertInfo, said: Words) -> CertInfo:
    return msgspec.structs.replace(told, doubt="；".join(filter(None, (told.doubt, said.zh))))


def _by_holder(asking: Asking, data: dict[str, Any]) -> list[CertInfo] | Partly:
    rows = rows_of_holder(asking, data)
    told, numbers = _told(asking, rows[:LISTED], bound_of_holder(asking, data)), asked_numbers(data)
    told = _doubted(asking, rows[:LISTED], told, "number", numbers) if numbers else told
    rest = f"仅列出最新的 {LISTED} 件，请给出证照编号查询其余" if len(rows) > LISTED else ""
    return partly(told, rest, missing_of_holder(asking, data))


def _face(asking: Asking, data: dict[str, Any]) -> list[dict[str, str]]:
    return face_fields(asking.conn, granted_type(asking, data["certTypeCode"]))


def _told(asking: Asking, rows: Sequence[Any], bound: Bound = NOBODY) -> list[CertInfo]:
    stand = licenses_now(asking.conn, [row.license_id for row in rows], asking.today, asking.now)
    return [cert_info(row, asking.keyring, stand[row.license_id], bound) for row in rows]


_OPERATIONS: Final[dict[str, Callable[[Asking, dict[str, Any]], Told | Partly]]] = {
    "queryCertInfo": _by_identifier,
    "queryCertInfoByHolderCode": _by_holder,
    "queryCertInfoByQRcode": _by_qr_payload,
    "verifyCertInfo": verify_cert,
    "getCertRemarkInfo": _face,
    "verifyFile": verify_file,
    "downloadFile": download_file,
    "downloadUrl": download_url,
    "downloadUrlsByHolderCode": download_urls_by_holder,
}
