"""Verify a license: does it exist, is it as described, is it valid today; with the reasons, never the values.

A silent department turns every "yes" and every "no" into something less, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from license_library.answers import Advice, Doubt, FieldMatch, ReplacementBrief, Source, Validity, VerifyAnswer, Words
from license_library.asking.doubts import doubts_of, may_have_changed
from license_library.asking.feed_sources import sources_of_type, type_of_identifier
from license_library.asking.freshness import source_of, validity_of
from license_library.asking.holder_codes import read_holder_code
from license_library.asking.known_faces import known_faces
from license_library.asking.questions import VerifyQuestion
from license_library.asking.readings import Reading
from license_library.asking.refusals import WrongQuestion
from license_library.asking.waiting_records import (
    count_unreadable,
    count_waiting,
    unreadable_words,
    waiting_of_nobody,
    waiting_words,
)
from license_library.licenses.replacements import find_newer
from license_library.storage.keyring import Keyring
from license_library.verification.comparing import FACE, check_values, compare_values, refuse_faces
from license_library.verification.holder_matches import GivenHolder, HolderMatch
from license_library.verification.qr_payloads import is_former
from license_library.verification.verify_candidates import (
    MOST,
    find_candidates,
    read_license,
    refuse_several,
    refuse_unlike,
    without_blanks,
)
from license_library.words.verify_words import (
    CONFIRMED_UNCOMPARED,
    FORMER_QR,
    NO_FEED,
    NOT_FOUND,
    UNKNOWN_TYPE,
    VERDICTS,
    reasons_for,
    replaced_words,
    stale_words,
)
from license_library.words.wording import validity_words

_LIKELIEST = (False, None, True)


def verify_license(
    conn: Connection, keyring: Keyring, question: VerifyQuestion, today: date, now: datetime
) -> VerifyAnswer:
    """Return whether the license exists, matches the given values and is valid today, with reasons."""
    check_values(question.values)
    question = without_blanks(question)
    reading = read_license(question)
    rows = find_candidates(conn, question, reading)
    values = _values(question)
    _check_faces(conn, rows, values, question.license_type)
    if not rows:
        return _nothing(conn, keyring, question, reading, today, now)
    holder = GivenHolder(conn, keyring, values, today)
    compared = [(row, *_compare(row, values, holder.match(row))) for row in rows]
    row, matches, bound = max(compared, key=_likeness(today, now))
    if reading.kind == "number" and all(_is_of_another(fields) for _, fields, _ in compared):
        asked = msgspec.structs.replace(question, license_type=question.license_type or row.license_type)
        unseen = _nothing(conn, keyring, asked, reading, today, now)
        if unseen.verdict == "unknown":  # a number may stand on many licenses, and theirs is not known
            return unseen
    if _overall(matches) is not False:
        refuse_unlike(
            [(one, _is_the_holder(fields)) for one, fields, _ in compared if _overall(fields) == _overall(matches)]
        )
    answer = _something(row, matches, reading, find_newer(conn, keyring, row), today, now)
    if len(rows) > MOST and not (answer.valid_today and (answer.matches or not matches)):
        refuse_several()
    return msgspec.structs.replace(answer, reasons=[*answer.reasons, *_of_former(row, question), *bound])


def _of_former(row: Any, question: VerifyQuestion) -> list[Words]:
    payload = None if question.identifier else question.qr_payload
    return [FORMER_QR] if payload and is_former(row, payload) else []


def _compare(row: Any, values: dict[str, str], of_holder: HolderMatch) -> tuple[list[FieldMatch], list[Words]]:
    return compare_values(row, values, of_holder.fields), of_holder.reasons


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


def _likeness(today: date, now: datetime) -> Any:
    def of(candidate: tuple[Any, list[FieldMatch], list[Words]]) -> tuple[bool, bool, int, bool, int]:
        row, matches, _ = candidate
        overall = _overall(matches)
        valid = validity_of(row.status, row.valid_from, row.valid_to, row.open_ended, today) == "valid"
        return overall is not False, valid, _LIKELIEST.index(overall), not doubts_of(row, now), -row.ordinal

    return of


def _is_of_another(matches: list[FieldMatch]) -> bool:
    """Tell whether the number of the holder, where one is given, is not the license's."""
    return any(match.field == "holder_code" and match.matches is False for match in matches)


def _is_the_holder(matches: list[FieldMatch]) -> bool:
    """Tell whether the number that is given is the holder's: then it is one holder, under whichever number of theirs."""
    return any(match.field == "holder_code" and match.matches is True for match in matches)


def _overall(matches: list[FieldMatch]) -> bool | None:
    """Tell whether all that was given is the license's; None where something was not compared, or nothing was given."""
    told = [match.matches for match in matches]
    if False in told:
        return False
    return True if told and None not in told else None


def _something(
    row: Any, fields: list[FieldMatch], reading: Reading, newer: list[ReplacementBrief], today: date, now: datetime
) -> VerifyAnswer:
    term = (row.status, row.valid_from, row.valid_to, row.open_ended)
    validity = validity_of(*term, today)
    source, doubts = source_of(row, now), doubts_of(row, now)
    matches = _overall(fields)
    verdict = _verdict(fields, row.status, validity, doubts)
    return VerifyAnswer(
        verdict=verdict,
        words=_words(verdict, fields, doubts),
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


def _words(verdict: str, fields: list[FieldMatch], doubts: list[Doubt]) -> Words:
    if verdict == "stale":
        return stale_words(doubts)
    return VERDICTS[verdict] if fields or verdict != "confirmed" else CONFIRMED_UNCOMPARED


def _verdict(fields: list[FieldMatch], status: str, validity: Validity, doubts: list[Doubt]) -> Any:
    matches = _overall(fields)
    if matches is False:
        return "mismatch"
    if doubts if validity == "valid" else may_have_changed(status, doubts):
        return "stale"
    if validity != "valid":
        return "not_valid"
    return "not_compared" if fields and matches is None else "confirmed"


def _nothing(
    conn: Connection, keyring: Keyring, question: VerifyQuestion, reading: Reading, today: date, now: datetime
) -> VerifyAnswer:
    license_type = _type_asked(conn, question)
    sources = sources_of_type(conn, license_type, now) if license_type else []
    waiting = _waiting(conn, keyring, question, license_type, today, is_wrong=reading.is_wrong)
    is_all_known = bool(sources) and all(one.freshness == "fresh" for one in sources)
    surely_not = (reading.is_wrong or is_all_known) and not waiting
    return VerifyAnswer(
        verdict="not_found" if surely_not else "unknown",
        words=VERDICTS["not_found" if surely_not else "unknown"],
        exists=False if surely_not else None,
        matches=None,
        valid_today=None,
        validity=None,
        fields=[],
        reasons=_why_nothing(reading.advice, license_type, sources, waiting),
        doubts=[],
        license_id=None,
        replaced_by=[],
        advice=list(reading.advice),
        source=sources[0] if sources else None,
        today=today,
        asked_at=now,
    )


def _waiting(
    conn: Connection,
    keyring: Keyring,
    question: VerifyQuestion,
    license_type: str | None,
    today: date,
    *,
    is_wrong: bool,
) -> list[Words]:
    """Say what waits in quarantine that may be the license: of its holder, where one is told, else of its type or just as wrong."""
    try:
        told = question.values["holder_code"], question.values.get("holder_code_type")
        hashes = read_holder_code(*told, today).hashes(keyring)
    except (KeyError, WrongQuestion):
        return waiting_of_nobody(conn, license_type, is_wrong=is_wrong)
    own, anybodys = count_waiting(conn, hashes, license_type), count_unreadable(conn, license_type)
    return [words(count) for words, count in ((waiting_words, own), (unreadable_words, anybodys)) if count]


def _type_asked(conn: Connection, question: VerifyQuestion) -> str | None:
    """Return the type by which feeds are asked: what stands in the identifier before what was claimed beside it."""
    return type_of_identifier(conn, question.identifier or "") or question.license_type


def _why_nothing(
    advice: tuple[Advice, ...], license_type: str | None, sources: list[Source], waiting: list[Words]
) -> list[Words]:
    if advice and advice[0].code == "identifier.license_identifier_wrong":
        return [advice[0].words, *waiting]
    if license_type is None:
        return [UNKNOWN_TYPE]
    silent = [source.freshness_words for source in sources if source.freshness != "fresh"]
    return [*waiting, *silent] or ([NOT_FOUND] if sources else [NO_FEED])
