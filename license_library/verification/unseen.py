"""What may speak for a license under whose number nothing good, or nothing as described, was found: what of its holder nobody has seen yet.

Knows what waits and who is silent. What was taken away stays so.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from license_library.answers import Doubt, VerifyAnswer, Words
from license_library.asking.feed_sources import sources_of_type
from license_library.asking.holder_codes import HolderCode
from license_library.asking.waiting_records import (
    count_unreadable,
    count_waiting,
    count_waiting_of_type,
    type_waiting_words,
    unreadable_words,
    waiting_words,
)
from license_library.storage.keyring import Keyring
from license_library.words.verify_words import differing_words, stale_words
from schemas.license.states import FINAL_STATES


def with_unseen(conn: Connection, keyring: Keyring, row: Any, answer: VerifyAnswer, now: datetime) -> VerifyAnswer:
    """Deny nothing of a number while another record of its holder may be the license: a later issue, or the one that is described."""
    if answer.verdict not in ("mismatch", "not_valid") or row.status in FINAL_STATES:
        return answer
    doubts = [*_waiting(conn, keyring, row, answer), *_silent(conn, row.license_type, now)]
    if not doubts:
        return answer
    words = differing_words(doubts) if answer.verdict == "mismatch" else stale_words(doubts)
    told = [*answer.doubts, *(one for one in doubts if one not in answer.doubts)]
    reasons = [*answer.reasons, *(one.words for one in doubts)]
    return msgspec.structs.replace(answer, verdict="stale", words=words, doubts=told, reasons=reasons)


def _waiting(conn: Connection, keyring: Keyring, row: Any, answer: VerifyAnswer) -> list[Doubt]:
    """Say what waits of the holder, or of nobody knows whom; of anybody where only a name is given, and it is another's."""
    told = {match.field: match.matches for match in answer.fields}
    if told.get("holder_name") is False and told.get("holder_code") is not True:
        count = count_waiting_of_type(conn, row.license_type)
        return [Doubt("in_quarantine", type_waiting_words(count))] if count else []
    listed = zip(row.listed_codes or (), row.listed_types or (), strict=True)
    holders = dict.fromkeys([(row.code_encrypted, row.code_type), *listed])
    codes = {HolderCode(keyring.decrypt(sealed).decode(), code_type) for sealed, code_type in holders}
    own = sum(count_waiting(conn, one.hashes(keyring), row.license_type) for one in codes)
    counted = ((waiting_words, own), (unreadable_words, count_unreadable(conn, row.license_type)))
    return [Doubt("in_quarantine", words(count)) for words, count in counted if count]


def _silent(conn: Connection, license_type: str, now: datetime) -> list[Doubt]:
    """Say which departments that tell of the type are not heard of as they promised."""
    sources = (one for one in sources_of_type(conn, license_type, now) if one.freshness != "fresh")
    return [
        Doubt(
            "never" if one.freshness == "never" else "silent", _of_department(one.department_name, one.freshness_words)
        )
        for one in sources
    ]


def _of_department(name: str, said: Words) -> Words:
    return Words(f"{name}：{said.zh}", f"{name}: {said.en}")
