"""Verify a license: does it exist, is it as described, is it valid today; with the reasons, never the values.

A silent department turns every "yes" and every "no" into something less, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from license_library.answers import Doubt, FieldMatch, ReplacementBrief, Validity, VerifyAnswer, Words
from license_library.asking.doubts import doubts_of, may_have_changed
from license_library.asking.feed_sources import type_of_code
from license_library.asking.former_versions import former_words
from license_library.asking.freshness import source_of, validity_of
from license_library.asking.known_faces import known_faces
from license_library.asking.questions import VerifyQuestion
from license_library.asking.readings import Reading
from license_library.licenses.replacements import find_newer
from license_library.storage.keyring import Keyring
from license_library.verification.absence import answer_nothing, type_asked, untold_names
from license_library.verification.comparing import FACE, check_values, compare_values, refuse_faces
from license_library.verification.holder_matches import GivenHolder
from license_library.verification.likeness import (
    Compared,
    changes_beside,
    is_given,
    is_of_another,
    is_of_the_given,
    is_the_holder,
    likeness,
    overall,
)
from license_library.verification.unseen import with_unseen
from license_library.verification.verify_candidates import (
    MOST,
    find_candidates,
    find_former,
    named_by,
    read_license,
    refuse_several,
    refuse_unlike,
    without_blanks,
)
from license_library.words.verify_words import (
    ANOTHERS,
    CONFIRMED_UNCOMPARED,
    FORMER,
    FORMER_ALONE,
    VERDICTS,
    differing_words,
    reasons_for,
    replaced_words,
    stale_words,
)
from license_library.words.wording import validity_words


def verify_license(
    conn: Connection,
    keyring: Keyring,
    question: VerifyQuestion,
    today: date,
    now: datetime,
    told_types: Collection[str] | None = None,
) -> VerifyAnswer:
    """Return whether the license exists, matches the given values and is valid today, with reasons; `told_types` as answer_nothing says."""
    check_values(question.values)
    question = without_blanks(question)
    reading = read_license(question)
    question = _with_own_type(conn, question)
    rows = find_candidates(conn, question, reading)
    _check_faces(conn, rows, _values(question), question.license_type)
    if not rows:
        asked = None if reading.is_wrong else _by_number(conn, question)
        if asked is None:
            return answer_nothing(conn, keyring, question, reading, today, now, told_types)
        question, reading = asked, read_license(asked)
        rows = find_candidates(conn, question, reading)
    compared = _compare_all(conn, question, reading, rows, GivenHolder(conn, keyring, _values(question), today))
    row, matches, bound = max(compared, key=likeness(today, now))
    if reading.kind == "number" and all(is_of_another(fields) for _, fields, _ in compared):
        unseen = answer_nothing(conn, keyring, question, reading, today, now, told_types)
        if unseen.verdict == "unknown":  # a number may stand on many licenses, and theirs is not known
            return msgspec.structs.replace(unseen, reasons=[ANOTHERS, *unseen.reasons])
    if overall(matches) is not False:
        refuse_unlike(
            [(one, is_the_holder(fields)) for one, fields, _ in compared if overall(fields) == overall(matches)]
        )
    answer = _something(row, matches, reading, find_newer(conn, keyring, row), today, now)
    if len(rows) > MOST and not (answer.valid_today and (answer.matches or not matches)):
        refuse_several()
    answer = _with_changes(answer, compared, now)
    answer = with_unseen(conn, keyring, row, answer, now) if reading.kind == "number" else answer
    answer = msgspec.structs.replace(answer, reasons=[*answer.reasons, *bound])
    return _with_former(conn, row, question, reading, answer)


def _with_own_type(conn: Connection, question: VerifyQuestion) -> VerifyQuestion:
    """Return the question with our license type where a national type code was given; what is no type stays as it is."""
    values = dict(question.values)
    if claimed := values.get("license_type", "").strip():
        values["license_type"] = type_of_code(conn, claimed) or claimed
    asked = question.license_type and (type_of_code(conn, question.license_type) or question.license_type)
    return msgspec.structs.replace(question, license_type=asked, values=values)


def _by_number(conn: Connection, question: VerifyQuestion) -> VerifyQuestion | None:
    """Return the question by the number beside an identifier or a QR payload that its feeds do not tell; None where it finds none."""
    license_type = type_asked(conn, question)
    if not question.license_number or not untold_names(conn, question, license_type):
        return None
    named = {"license_identifier": question.identifier, f"{FACE}qr_payload": question.qr_payload}
    values = {**question.values, **{field: value for field, value in named.items() if value}}
    asked = msgspec.structs.replace(
        question, identifier=None, qr_payload=None, license_type=license_type, values=values
    )
    return asked if find_candidates(conn, asked, read_license(asked)) else None


def _with_changes(answer: VerifyAnswer, compared: Sequence[Compared], now: datetime) -> VerifyAnswer:
    """Deny nothing where another license of the given holder, under the same number, may be as described by now."""
    changes = changes_beside(compared, now) if answer.verdict == "mismatch" else []
    if not changes:
        return answer
    more = [one for one in dict.fromkeys(changes) if one not in answer.doubts]
    doubts, reasons = [*answer.doubts, *more], [*answer.reasons, *(one.words for one in more)]
    return msgspec.structs.replace(
        answer, verdict="stale", words=differing_words(changes), doubts=doubts, reasons=reasons
    )


def _with_former(
    conn: Connection, row: Any, question: VerifyQuestion, reading: Reading, answer: VerifyAnswer
) -> VerifyAnswer:
    """Tell that an earlier version bore what was given; without today's holder a number confirms nothing, nor what was another holder's."""
    name = named_by(question)
    said = former_words(conn, row, name, reading.values)
    if said is None:
        return answer
    reasons = [*answer.reasons, FORMER[name]]
    is_open = answer.verdict in ("confirmed", "not_compared") and not is_the_holder(answer.fields)
    told = FORMER_ALONE.get(name) if said == FORMER[name] else said
    if is_open and told:
        return msgspec.structs.replace(answer, verdict="stale", words=told, reasons=reasons)
    return msgspec.structs.replace(answer, reasons=reasons)


def _compare_all(
    conn: Connection, question: VerifyQuestion, reading: Reading, rows: Sequence[Any], holder: GivenHolder
) -> list[Compared]:
    """Compare those that may be meant, and where none is the given holder's, theirs that once bore the number: another bears it since."""
    values = _values(question)
    compared = [_compare(row, values, holder) for row in rows]
    is_found = any(is_of_the_given(fields) for _, fields, _ in compared)
    if is_found or reading.kind != "number" or not is_given(values):
        return compared
    once = [_compare(row, values, holder) for row in find_former(conn, question, reading, rows)]
    return [*compared, *(one for one in once if is_of_the_given(one[1]))]


def _compare(row: Any, values: dict[str, str], holder: GivenHolder) -> Compared:
    match = holder.match(row)
    return row, compare_values(row, values, match.fields), match.reasons


def _values(question: VerifyQuestion) -> dict[str, str]:
    """Return what is to be compared: beside an identifier, a number and a type are claims as well."""
    claims = {"license_number": question.license_number, "license_type": question.license_type}
    told = {field: value for field, value in claims.items() if value and (question.identifier or question.qr_payload)}
    return {**told, **question.values}


def _check_faces(conn: Connection, rows: Sequence[Any], values: dict[str, str], license_type: str | None) -> None:
    """Refuse a face field that no license of the type can have; where nothing is known of the type, none is refused."""
    asked = {field.removeprefix(FACE) for field, value in values.items() if field.startswith(FACE) and value.strip()}
    if asked:
        types = {row.license_type for row in rows} or {license_type or ""}
        refuse_faces(asked, known_faces(conn, types).union(*(row.face or () for row in rows)))


def _something(
    row: Any, fields: list[FieldMatch], reading: Reading, newer: list[ReplacementBrief], today: date, now: datetime
) -> VerifyAnswer:
    term = (row.status, row.valid_from, row.valid_to, row.open_ended)
    validity = validity_of(*term, today)
    source, doubts = source_of(row, now), doubts_of(row, now)
    matches = overall(fields)
    verdict = _verdict(fields, row.status, validity, doubts)
    return VerifyAnswer(
        verdict=verdict,
        words=_words(verdict, fields, row.status, doubts),
        exists=True,
        matches=matches,
        valid_today=validity == "valid",
        validity=validity,
        fields=fields,
        reasons=reasons_for(
            fields,
            [validity_words(validity, *term), *replaced_words(row.status, is_replaced=bool(newer))],
            doubts,
            source,
        ),
        doubts=doubts,
        license_id=row.license_id,
        replaced_by=newer,
        advice=list(reading.advice),
        source=source,
        today=today,
        asked_at=now,
    )


def _words(verdict: str, fields: list[FieldMatch], status: str, doubts: list[Doubt]) -> Words:
    if verdict == "stale" and overall(fields) is False:
        return differing_words(may_have_changed(status, doubts))
    if verdict == "stale":
        return stale_words(doubts)
    return VERDICTS[verdict] if fields or verdict != "confirmed" else CONFIRMED_UNCOMPARED


def _verdict(fields: list[FieldMatch], status: str, validity: Validity, doubts: list[Doubt]) -> Any:
    matches, changes = overall(fields), may_have_changed(status, doubts)
    if matches is False:  # a difference may be a change that nobody has told us yet
        return "stale" if changes else "mismatch"
    if doubts if validity == "valid" else changes:
        return "stale"
    if validity != "valid":
        return "not_valid"
    return "not_compared" if fields and matches is None else "confirmed"
