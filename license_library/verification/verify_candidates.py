"""Which licenses a verification may mean: those that bear, or once bore, the identifier, the QR payload or the number that was given.

Compares nothing. A number may stand on many licenses: what has been looked at is bounded, and the bound is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NoReturn

import msgspec
from sqlalchemy import Connection

from license_library.answers import Words
from license_library.asking.former_versions import BORNE, Named, once_borne
from license_library.asking.looks import look
from license_library.asking.questions import VerifyQuestion
from license_library.asking.readings import Reading, check_text, read_identifier
from license_library.asking.refusals import WrongQuestion
from license_library.licenses.license_hits import hits_query
from license_library.verification.qr_payloads import find_by_qr_payload
from schemas.identifiers.license_identifier import parse_license_identifier
from schemas.naming.number_key import number_key

MOST: Final = 100
_CANDIDATES = f"""
select license_id, row_number() over (order by issued_on desc, license_id desc) as ordinal,
       cast(null as bigint[]) as place
  from (select license_id, issued_on from licenses
         where {{bears}}
           and (cast(:license_type as text) is null or license_type = cast(:license_type as text))
         order by issued_on desc, license_id desc limit {MOST + 1}) as page
"""  # noqa: S608 - a constant of this file
_BEARS: Final = {
    name: f"{BORNE[name].format('licenses')} = any(cast(:values as text[]))" for name in ("number", "identifier")
}
_NOW: Final = {name: hits_query(_CANDIDATES.format(bears=bears)) for name, bears in _BEARS.items()}
_ONCE: Final = {
    name: hits_query(_CANDIDATES.format(bears=f"license_id in ({once_borne(name)})"))
    for name in ("number", "identifier")
}


def without_blanks(question: VerifyQuestion) -> VerifyQuestion:
    """Return the question without blanks around what names a license; what is blank was not given."""
    named = ("identifier", "qr_payload", "license_number", "license_type")
    told = {name: (getattr(question, name) or "").strip() or None for name in named}
    return msgspec.structs.replace(question, **told)


def read_license(question: VerifyQuestion) -> Reading:
    """Return how the license is named; WrongQuestion where it is not."""
    for value in (question.identifier, question.qr_payload, question.license_number, question.license_type):
        check_text(value or "", "verify")
    if question.identifier and question.qr_payload:
        words = Words(
            "标识与二维码内容只能填写一项，二者可能不属于同一证照",
            "verify: expected an identifier or a QR payload, got both, which may be two licenses'; nothing was searched",
        )
        raise WrongQuestion("verify.two_names", words)
    if question.identifier:
        return read_identifier(question.identifier)
    if question.qr_payload:
        return Reading("identifier", [question.qr_payload])
    if question.license_number:
        return Reading("number", [number_key(question.license_number)])
    words = Words(
        "请填写电子证照标识、二维码内容或证照编号",
        "verify: expected an identifier, a QR payload, or a license number with its type; got none; nothing was searched",
    )
    raise WrongQuestion("verify.no_license", words)


def named_by(question: VerifyQuestion) -> Named:
    """Return what names the license: an identifier before a QR payload before a number."""
    return "identifier" if question.identifier else "qr_payload" if question.qr_payload else "number"


def find_candidates(conn: Connection, question: VerifyQuestion, reading: Reading) -> Sequence[Any]:
    """Return the licenses so named, or where there are none, once so named, newest first; one more than MOST says that there may be others."""
    name = named_by(question)
    if name == "qr_payload":
        return _of_one_license(find_by_qr_payload(conn, str(reading.values[0])))
    asked = _asked(question, reading)
    return look(conn, _NOW[name], asked) or look(conn, _ONCE[name], asked)


def find_former(conn: Connection, question: VerifyQuestion, reading: Reading, but: Sequence[Any]) -> Sequence[Any]:
    """Return the licenses that once bore the number, whoever bears it today, but those."""
    seen = {row.license_id for row in but}
    found = look(conn, _ONCE["number"], _asked(question, reading))
    return [row for row in found if row.license_id not in seen]


def _asked(question: VerifyQuestion, reading: Reading) -> dict[str, Any]:
    is_number = named_by(question) == "number"
    return {"values": reading.values, "license_type": question.license_type if is_number else None}


def refuse_several() -> NoReturn:
    """Refuse a number that stands on more licenses than were looked at, none of which is as described."""
    words = Words(
        f"该编号对应的证照超过 {MOST} 件，其中最新的 {MOST} 件均与所给内容不符或当前无效，请改用电子证照标识或注明证照类型",
        f"verify: the number stands on more than {MOST} licenses, and none of the newest is as described and valid;"
        " give the identifier or the license type",
    )
    raise WrongQuestion("verify.several_licenses", words)


def refuse_unlike(fitting: Sequence[tuple[Any, bool]]) -> None:
    """Refuse a number where several licenses fit alike that are of several types, or of several holders none of whom was given: any may be meant."""
    if len({(None if is_the_holder else row.holder_hash, row.license_type) for row, is_the_holder in fitting}) > 1:
        words = Words(
            "该编号对应不同持证主体或不同类型的证照，所给内容不足以区分，请同时给出持证主体或证照类型",
            "verify: the number stands on licenses of several holders or types that fit alike; expected the holder or the license type as well",
        )
        raise WrongQuestion("verify.several_licenses", words)


def are_one_license(rows: Sequence[Any]) -> bool:
    """Tell whether rows are of one license as several feeds may tell it: one identifier, and where one is not told, one number and type."""
    told = [row for row in rows if row.license_identifier]
    numbers = {_numbered(row) for row in told or rows}
    untold = {_numbered(row) for row in rows if not row.license_identifier}
    bodies = {_body(row.license_identifier) for row in told}
    return len(bodies) < 2 and (untold <= numbers if told else len(numbers) < 2)


def _body(identifier: str) -> str:
    """Return an identifier without its check character, which issuers compute by two rules."""
    return identifier[:-1] if parse_license_identifier(identifier) else identifier


def _numbered(row: Any) -> tuple[str, str]:
    return number_key(row.license_number), row.license_type


def _of_one_license(rows: Sequence[Any]) -> Sequence[Any]:
    if not are_one_license(rows):
        words = Words(
            "该二维码对应多件证照，请改用标识或编号", "verify: the QR payload stands on several licenses; give a number"
        )
        raise WrongQuestion("verify.several_licenses", words)
    return rows
