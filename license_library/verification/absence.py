"""What is said where no license was found: that there is none, or why nobody can say so.

Knows what waits, who is silent, and which feeds do not tell that by which was asked.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from itertools import chain
from typing import Literal

from sqlalchemy import Connection

from license_library.answers import Advice, Source, VerifyAnswer, Words
from license_library.asking.delivered_names import untold
from license_library.asking.feed_sources import sources_of_type, type_of_identifier
from license_library.asking.holder_codes import HolderCode, read_holder_code
from license_library.asking.organisation_numbers import may_be_under_another
from license_library.asking.other_editions import other_edition
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
from license_library.storage.keyring import Keyring
from license_library.verification.older_types import kept_under, older_types, undelivered_words
from license_library.words.verify_words import NO_FEED, NOT_FOUND, OTHER_NUMBER, UNKNOWN_TYPE, VERDICTS


def answer_nothing(
    conn: Connection,
    keyring: Keyring,
    question: VerifyQuestion,
    reading: Reading,
    today: date,
    now: datetime,
    told_types: Collection[str] | None = None,
) -> VerifyAnswer:
    """Return that there is no such license, or that nobody can say, with reasons; of older types only these are told of, where any are named."""
    license_type = type_asked(conn, question)
    older = older_types(conn, question, license_type, told_types)
    types = [license_type, *(one.license_type for one in older)]
    own = sources_of_type(conn, license_type, now) if license_type else []
    told_by = {one.license_type: sources_of_type(conn, one.license_type, now) for one in older} if own else {}
    sources = [*own, *chain.from_iterable(told_by.values())]
    is_wrong = reading.is_wrong
    waiting = [words for one in types for words in _waiting(conn, keyring, question, one, today, is_wrong=is_wrong)]
    kept = [*kept_under(conn, question, reading, older, told_types), *_named(conn, keyring, question, reading, today)]
    why = [*kept, *waiting, *undelivered_words(older, told_by), *untold_names(conn, question, license_type)]
    is_all_known = bool(sources) and all(one.freshness == "fresh" for one in sources)
    surely_not = not waiting if reading.is_wrong else is_all_known and not why
    verdict: Literal["not_found", "unknown"] = "not_found" if surely_not else "unknown"
    return VerifyAnswer(
        verdict=verdict,
        words=VERDICTS[verdict],
        exists=False if surely_not else None,
        matches=None,
        valid_today=None,
        validity=None,
        fields=[],
        reasons=_why_nothing(reading.advice, license_type, sources, waiting, why),
        doubts=[],
        license_id=None,
        replaced_by=[],
        advice=list(reading.advice),
        source=sources[0] if sources else None,
        today=today,
        asked_at=now,
    )


def type_asked(conn: Connection, question: VerifyQuestion) -> str | None:
    """Return the type by which feeds are asked: what stands in the identifier before what was claimed beside it."""
    return type_of_identifier(conn, question.identifier or "") or question.license_type


def _named(conn: Connection, keyring: Keyring, question: VerifyQuestion, reading: Reading, today: date) -> list[Words]:
    """Say that another edition of the identifier is here, or that the holder may have another number, under which nobody looked."""
    by_identifier = question.identifier and not reading.is_wrong
    words = other_edition(conn, str(reading.values[0])) if by_identifier else None
    holder = _holder(question, today)
    is_elsewhere = holder is not None and may_be_under_another(conn, keyring, holder)
    return [*([words] if words else []), *([OTHER_NUMBER] if is_elsewhere else [])]


def untold_names(conn: Connection, question: VerifyQuestion, license_type: str | None) -> list[Words]:
    """Say that not every license of the type is told with that by which was asked."""
    if license_type is None or not (question.identifier or question.qr_payload):
        return []
    words = untold(conn, license_type, "identifier" if question.identifier else "qr_payload")
    return [words] if words else []


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
    holder = _holder(question, today)
    if holder is None:
        return waiting_of_nobody(conn, license_type, is_wrong=is_wrong)
    hashes = holder.hashes(keyring)
    own, anybodys = count_waiting(conn, hashes, license_type), count_unreadable(conn, license_type)
    return [words(count) for words, count in ((waiting_words, own), (unreadable_words, anybodys)) if count]


def _holder(question: VerifyQuestion, today: date) -> HolderCode | None:
    try:
        return read_holder_code(question.values["holder_code"], question.values.get("holder_code_type"), today)
    except (KeyError, WrongQuestion):
        return None


def _why_nothing(
    advice: tuple[Advice, ...],
    license_type: str | None,
    sources: list[Source],
    waiting: list[Words],
    why: list[Words],
) -> list[Words]:
    if advice and advice[0].code == "identifier.license_identifier_wrong":
        return [advice[0].words, *waiting]
    if license_type is None:
        return [UNKNOWN_TYPE]
    silent = [source.freshness_words for source in sources if source.freshness != "fresh"]
    return [*why, *silent] or ([NOT_FOUND] if sources else [NO_FEED])
