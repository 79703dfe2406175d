"""What a search must say about itself: why it found nothing, or that what it found is not all or not what was typed.

A "no" is only as good as the feeds behind it, and the asker is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from license_library.answers import Advice, Words
from license_library.asking.delivered_names import untold
from license_library.asking.feed_sources import type_of_identifier
from license_library.asking.former_versions import Named, count_once_borne
from license_library.asking.freshness import validity_of
from license_library.asking.organisation_numbers import may_be_under_another
from license_library.asking.other_editions import other_edition
from license_library.asking.readings import Reading
from license_library.asking.waiting_records import (
    any_waiting_words,
    count_unreadable,
    count_waiting,
    count_waiting_beside,
    count_waiting_of_type,
    type_waiting_words,
    unreadable_words,
    waiting_beside_words,
    waiting_words,
)
from license_library.search.certainty import PLAIN, certainty_of_none, silent_beside
from license_library.storage.keyring import Keyring
from license_library.words.verify_words import OTHER_NUMBER, UNKNOWN_TYPE

_ENDED = text("""
select o.name, o.ended_on, n.name as replaced_by
  from license_types o left join license_types n on n.license_type = o.replaced_by
 where o.license_type = :license_type and o.ended_on is not null
""")

_TOO_MANY = Advice(
    "search.too_many",
    Words(
        "名称匹配的主体过多，仅列出一部分，请输入更完整的名称",
        "the name fits too many holders; only some are listed; give more of it",
    ),
)

# Nobody may take it for a "no": the holder asked for may be among those not looked at.
_TOO_MANY_TO_TELL = Advice(
    "search.too_many",
    Words(
        "名称匹配的主体过多，只查看了其中一部分，没有找到不代表不存在；请输入更完整的名称，或按持证主体代码查询",
        "the name fits too many holders; only some were looked at, so nothing found is no proof of absence;"
        " give more of the name, or the holder's code",
    ),
)

_LOOK_ALIKE = Advice(
    "search.look_alikes",
    Words(
        "以下主体只是读音或字号相近，并非所查名称，请逐一核对",
        "these holders only sound alike or share a company's own words; none has the name that was typed",
    ),
)

_OTHER_KIND = Advice(
    "search.other_kind",
    Words(
        "该 15 位号码也可能是另一类主体的号码，请注明代码类型后再查",
        "the 15 digits may be the number of another kind of holder, too; give the code type to ask for that one",
    ),
)

# By what today's licenses are looked for before former ones: where any bears it, those that once bore it are not listed.
_BORNE: dict[str, Named] = {"number": "number", "identifier": "identifier"}

# Until the keys are made, nobody is found by an organisation code, by a former name or by how a name sounds.
_ARE_KEYS_WAITING = text("select exists (select from subjects_to_key)")
_BY_KEYS = {"organisation_code", "holder_name", "similar_name", "letters"}
_KEYS_WAIT = Advice(
    "search.keys_wait",
    Words(
        "部分主体的检索信息尚在整理，按组织机构代码、曾用名或读音可能暂时查不到，没有找到不代表不存在；请稍后再查，或按持证主体代码查询",
        "the search keys of some holders are still being made: by organisation code, former name or sound they are not found yet,"
        " so nothing found is no proof of absence; ask again later, or by the holder's code",
    ),
)


class Bad(msgspec.Struct, frozen=True):
    """Hold of what types, and whose, everything is that was found, where nothing of it is good: a good one may be unseen."""

    types: frozenset[str] = frozenset()
    holders: frozenset[bytes] = frozenset()


def advise_found(
    conn: Connection,
    reading: Reading,
    tried: Sequence[Reading],
    license_type: str | None,
    bad: Bad,
    now: datetime,
    *,
    too_many: bool,
) -> list[Advice]:
    """Return what a list must say about itself: that it is not all, not what was typed or not all it may be, or that more of the holder waits."""
    return [
        *([_LOOK_ALIKE] if reading.kind == "similar_name" else []),
        *([_TOO_MANY] if too_many else []),
        *([_OTHER_KIND] if sum(one.kind == "holder_code" for one in tried) > 1 else []),
        *(_keys_wait(conn, [reading]) if reading.kind == "similar_name" else []),
        *_waiting_beside(conn, reading, license_type, bad),
        *_once_borne(conn, [reading], license_type),
        *silent_beside(conn, bad.types, now),
    ]


def bad_of(rows: Sequence[Any], today: date) -> Bad:
    """Return the types and holders of these licenses where none of them is valid; nothing where one is."""
    is_any_good = any(
        validity_of(row.status, row.valid_from, row.valid_to, row.open_ended, today) == "valid" for row in rows
    )
    if is_any_good:
        return Bad()
    holders = {one for row in rows for one in (row.holder_hash, *(row.listed_hashes or ()))}
    return Bad(frozenset(row.license_type for row in rows), frozenset(holders))


def _waiting_beside(conn: Connection, reading: Reading, license_type: str | None, bad: Bad) -> list[Advice]:
    """Say what waits of the holder who was asked for; where nothing good was found, of those whose it is, and of nobody knows whom."""
    if reading.kind == "holder_code":
        count, words = count_waiting(conn, reading.values, license_type), waiting_words
    else:
        count, words = count_waiting_beside(conn, bad.holders, bad.types) if bad.types else 0, waiting_beside_words
    anybodys = sum(count_unreadable(conn, one) for one in bad.types)
    counted = ((words, count), (unreadable_words, anybodys))
    return [Advice("search.in_quarantine", words(count)) for words, count in counted if count]


def advise_nothing(
    conn: Connection,
    keyring: Keyring,
    tried: Sequence[Reading],
    license_type: str | None,
    now: datetime,
    *,
    too_many: bool = False,
) -> list[Advice]:
    """Return why nothing was found by any reading, the likeliest first, and how sure that is."""
    tried = [one for one in tried if one.values]  # what cannot exist, its reading has said so
    if not tried:
        return []
    reading = tried[0]
    if license_type is None and reading.kind == "identifier":
        license_type = type_of_identifier(conn, str(reading.values[0]))
        if license_type is None and not reading.is_wrong:
            return [*_waiting(conn, tried, None), Advice("search.unknown_type", UNKNOWN_TYPE)]
    if reading.is_wrong:  # the reading has said so; a record may wait for just that reason
        return _waiting(conn, tried, license_type)
    certainty = certainty_of_none(conn, license_type, now)
    untold_words = untold(conn, license_type, "identifier") if reading.kind == "identifier" and license_type else None
    doubts = [
        *_waiting(conn, tried, license_type),
        *([Advice("search.identifier_untold", untold_words)] if untold_words else []),
        *_other_edition(conn, reading),
        *([_TOO_MANY_TO_TELL] if too_many else []),
        *_keys_wait(conn, tried),
        *_other_number(conn, keyring, tried),
        *_once_borne(conn, tried, license_type),
    ]
    return [*_ended(conn, license_type), *doubts, *([] if doubts and certainty.code in PLAIN else [certainty])]


def _once_borne(conn: Connection, tried: Sequence[Reading], license_type: str | None) -> list[Advice]:
    """Say of a number or an identifier that a license bears today how many others once bore it."""
    named = [one for one in tried if one.kind in _BORNE]
    count = sum(count_once_borne(conn, _BORNE[one.kind], one.values, license_type) for one in named)
    if not count:
        return []
    words = Words(
        f"另有 {count} 件证照的先前版本曾用此编号或标识，未在此列出；请按持证主体查询",
        f"{count} other licenses bore it in an earlier version and are not listed here; ask by their holder",
    )
    return [Advice("search.once_borne", words)]


def _keys_wait(conn: Connection, tried: Sequence[Reading]) -> list[Advice]:
    by_keys = any(one.kind in _BY_KEYS for one in tried)
    return [_KEYS_WAIT] if by_keys and conn.execute(_ARE_KEYS_WAITING).scalar_one() else []


def _other_edition(conn: Connection, reading: Reading) -> list[Advice]:
    words = other_edition(conn, str(reading.values[0])) if reading.kind == "identifier" else None
    return [Advice("search.other_edition", words)] if words else []


def _other_number(conn: Connection, keyring: Keyring, tried: Sequence[Reading]) -> list[Advice]:
    """Say that an organisation may have another number, under which nobody looked."""
    is_seen = any(one.kind == "organisation_code" for one in tried)  # by that all such numbers are found
    holders = [one.holder for one in tried if one.holder and not is_seen]
    is_elsewhere = any(may_be_under_another(conn, keyring, one) for one in holders)
    return [Advice("search.other_number", OTHER_NUMBER)] if is_elsewhere else []


def _ended(conn: Connection, license_type: str | None) -> list[Advice]:
    """Say of a type that nobody issues any more what took its place."""
    row = conn.execute(_ENDED, {"license_type": license_type}).one_or_none() if license_type else None
    if row is None:
        return []
    zh, en = f"{row.name}自 {row.ended_on} 起不再颁发", f"{row.name} is issued no more since {row.ended_on}"
    if row.replaced_by:
        zh, en = f"{zh}，已由{row.replaced_by}取代，请改查{row.replaced_by}", f"{en}; ask for {row.replaced_by} instead"
    return [Advice("search.type_ended", Words(zh, en))]


def _waiting(conn: Connection, tried: Sequence[Reading], license_type: str | None) -> list[Advice]:
    """Say what waits that may be what was asked for: of the holder, whichever kind it is, or of nobody knows whom, or of a type or of any."""
    # Whatever credit code holds an organisation code, a record may wait under it.
    if tried[0].kind == "holder_code" and all(one.kind != "organisation_code" for one in tried):
        own = sum(count_waiting(conn, one.values, license_type) for one in tried if one.kind == "holder_code")
        counted = [
            (own, waiting_words),
            (count_unreadable(conn, license_type), unreadable_words),
        ]
    else:
        words = type_waiting_words if license_type else any_waiting_words
        counted = [(count_waiting_of_type(conn, license_type), words)]
    return [Advice("search.in_quarantine", words(count)) for count, words in counted if count]
