"""The operation of the sharing service that compares: whether given values are a license's, with the reasons and the source.

Never tells the license's own values. What nobody can say today ends the call, a difference as well.
"""

from __future__ import annotations

from typing import Any, Final

from license_library.answers import Source, VerifyAnswer
from license_library.asking.known_faces import known_faces
from license_library.asking.questions import VerifyQuestion
from license_library.sharing.consumers import granted_types
from license_library.sharing.shared_licenses import status_of
from license_library.sharing.sharing_calls import Ended, check_cert_data
from license_library.sharing.sharing_replies import Compared, FieldCompared
from license_library.sharing.sharing_rights import ENDS, Asking, granted_type
from license_library.sharing.sharing_words import Status
from license_library.verification.comparing import FACE
from license_library.verification.verification import verify_license
from license_library.words.verify_words import ANOTHERS
from schemas.bureau_time import local_minute
from schemas.catalogue.license_types import face_name

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
_OTHER_HOLDER: Final = "所给持证主体代码与证照不一致"


def verify_cert(asking: Asking, data: dict[str, Any]) -> Compared:
    """Compare given values with a license that is good and known today; end where there is none."""
    given = data["certData"]
    check_cert_data(given)
    license_type = granted_type(asking, data["certTypeCode"])
    names = _names(given)
    _demand_face(asking, license_type, names)
    values = {names[name]: given[name] for name in names}
    question = VerifyQuestion(license_type=license_type, license_number=given["certNo"], values=values)
    granted = granted_types(asking.conn, asking.consumer)
    answer = verify_license(asking.conn, asking.keyring, question, asking.today, asking.now, granted)
    if _is_of_another(answer):
        return _told_of_another(answer, names)
    return _told(answer, _source_to_tell(asking, answer), names)


def _is_of_another(answer: VerifyAnswer) -> bool:
    return any(match.field == "holder_code" and match.matches is False for match in answer.fields)


def _told_of_another(answer: VerifyAnswer, names: dict[str, str]) -> Compared:
    """Say only that the holder's code differs: whoever does not know it finds out nothing else of the license."""
    source = answer.source
    if source is None or answer.verdict != "mismatch" or answer.doubts:
        raise Ended(Status.OTHER, "无法核实：来源可能已有变更，所给内容未予比对")
    fields = [FieldCompared(name, False if ours == "holder_code" else None) for name, ours in names.items()]
    return Compared(
        match=False,
        message=f"{answer.words.zh}；{_OTHER_HOLDER}，其余内容不予比对",
        as_of=local_minute(source.as_of) if source.as_of else "",
        freshness=source.freshness,
        replaced=False,
        fields=[FieldCompared("certNo", match=True), *fields],
    )


def _names(given: dict[str, str]) -> dict[str, str]:
    """Return what each given field is called here."""
    names = {name: _COMPARED.get(name, f"{FACE}{face_name(name)}") for name in given if name != "certNo"}
    if len(set(names.values())) < len(names):
        raise Ended(Status.BAD_VALUE, "同一照面字段以名称和中文名各给出一次，请只给一个")
    return names


def _demand_face(asking: Asking, license_type: str, names: dict[str, str]) -> None:
    """End where a field is asked about that no license of this type can have: nobody could ever compare it."""
    known = known_faces(asking.conn, [license_type])
    for name, ours in names.items():
        if ours.startswith(FACE) and ours.removeprefix(FACE) not in known:
            raise Ended(
                Status.BAD_VALUE, f"certData 含该类证照没有的照面字段 {name if name.isidentifier() else ''}".strip()
            )


def _source_to_tell(asking: Asking, answer: VerifyAnswer) -> Source:
    """Return the source of what may be told; end for what is not there, not good, or not known today."""
    reasons = "；".join(reason.zh for reason in answer.reasons if reason != ANOTHERS)
    if answer.verdict == "not_found":
        raise Ended(Status.NO_LICENSE)
    if answer.matches is False and answer.doubts:  # a difference may be a change that we have not heard of
        raise Ended(Status.OTHER, f"无法核实：{answer.doubts[0].words.zh}")
    if answer.verdict in ("unknown", "stale") or answer.source is None:
        raise Ended(Status.OTHER, f"无法核实：{reasons}")
    if answer.verdict == "not_valid":
        status = "expired" if answer.validity == "expired" else status_of(asking.conn, answer.license_id)
        raise Ended(ENDS.get(status, Status.OTHER), reasons)
    return answer.source


def _told(answer: VerifyAnswer, source: Source, names: dict[str, str]) -> Compared:
    matches = {match.field: match.matches for match in answer.fields}
    fields = [FieldCompared(name, matches.get(ours)) for name, ours in names.items()]
    return Compared(
        match=answer.verdict == "confirmed",
        message="；".join([answer.words.zh, *(reason.zh for reason in answer.reasons)]),
        as_of=local_minute(source.as_of) if source.as_of else "",
        freshness=source.freshness,
        replaced=bool(answer.replaced_by),
        fields=[FieldCompared("certNo", match=True), *fields],
    )
