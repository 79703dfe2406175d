"""What was true of a license on a day, as far as the hub knew at an instant. The answer never changes later.

Knows the history view and its two times. Each version is true from the day the issuer changed the license, and known
from the merge that brought it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from license_library.answers import AsOfAnswer, AsOfState, LicenseVersion, Words
from license_library.asking.cursors import LAST
from license_library.asking.freshness import validity_of
from license_library.asking.known_feeds import sources_then
from license_library.asking.moments import check_moment, check_past
from license_library.asking.refusals import NotSettled
from license_library.asking.settled import settled_until
from license_library.licenses.history import HOLDS_FROM, version_rows, versions_of
from license_library.storage.keyring import Keyring
from license_library.words.wording import validity_words
from schemas.bureau_time import local_day, local_minute
from schemas.errors import NotFound
from schemas.license.states import GOOD_STATES

# Where the version that holds on :on is such a first one: from which day on what it tells is known. That a license is good needs no
# day of change; that it is not, and no day is told, is known of the day on which the issuer said so.
_FIRST_TOLD = f"""coalesce({{0}}.changed_on, case when {{0}}.status <> all(array{sorted(GOOD_STATES)})
  then cast({{0}}.source_updated_at at time zone 'Asia/Shanghai' as date) end)"""
TOLD_FROM = f"case when {{0}}.version_count = 1 and {_FIRST_TOLD} > :on then {_FIRST_TOLD} end"

# The first day of which a version of the history tells the state.
KNOWN_FROM_DAY = f"greatest({HOLDS_FROM}, case when version_count = 1 then {_FIRST_TOLD.format('license_history')} end)"


class _Asked(NamedTuple):
    license_id: int
    on: date
    known_at: datetime
    now: datetime


def license_as_of(
    conn: Connection, keyring: Keyring, license_id: int, on: date | None, known_at: datetime | None, now: datetime
) -> AsOfAnswer:
    """Return what held on a day (the one of `known_at` where none is given) as known at an instant (else: by now).

    NotFound where nothing is kept under that id; WrongQuestion of a day to come; NotSettled where a merge under way may still change the answer.
    """
    check_moment(on, known_at)
    check_past(on, now)
    known_at = settled_instant(conn, known_at, now)
    on = on or local_day(known_at)
    rows = version_rows(conn, license_id) if abs(license_id) <= LAST else ()
    if not rows:
        raise NotFound(f"library: no license is kept under {license_id}; expected an id of a search answer")
    return _answer(conn, keyring, _Asked(license_id, on, known_at, now), rows)


def settled_instant(conn: Connection, known_at: datetime | None, now: datetime) -> datetime:
    """Return the instant asked about (None: the latest that is settled), never after now; NotSettled where it may change."""
    settled = settled_until(conn, now)
    known_at = min(known_at or settled, now)
    if known_at > settled:
        raise NotSettled(
            f"library: what was known at {known_at.isoformat()} is not settled: a merge is under way since before; "
            "nothing was answered; ask again when it has ended",
            zh=f"{known_at.isoformat()} 时的情况尚未确定：有一批数据此前已开始入库；请在其结束后再查",
        )
    return known_at


def _answer(conn: Connection, keyring: Keyring, asked: _Asked, rows: Sequence[Any]) -> AsOfAnswer:
    told_by = (rows[0].department, rows[0].feed)
    source = sources_then(conn, asked.known_at, {told_by})[told_by]
    known = [row for row in rows if row.known_from <= asked.known_at]
    holding = next((place for place, row in enumerate(known) if row.holds_from <= asked.on), None)
    state = _state_of(known, holding, asked.on)
    if holding is None or state != "known":
        words = _nothing_words(state, known, asked)
        return AsOfAnswer(asked.license_id, asked.on, asked.known_at, state, None, None, words, source, asked.now)
    version = _as_then(versions_of(known[holding : holding + 2], keyring)[0], asked, is_last=holding == 0)
    term = (version.status, version.valid_from, version.valid_to, version.open_ended)
    validity = validity_of(*term, asked.on)
    source = msgspec.structs.replace(source, exchange_id=version.exchange_id)
    words = validity_words(validity, *term)
    return AsOfAnswer(asked.license_id, asked.on, asked.known_at, state, version, validity, words, source, asked.now)


def _state_of(known: Sequence[Any], holding: int | None, on: date) -> AsOfState:
    if holding is None and any(row.issued_on <= on for row in known):
        return "state_not_known"  # the day of issue was put right since: by whom it was told so, it was issued by then
    if holding is None:
        return "not_issued" if known else "not_known"
    return "state_not_known" if _told_from(known[holding], on) else "known"


def _told_from(row: Any, on: date) -> date | None:
    """Return from which day on a first version is known that holds on a day before it."""
    told = _first_told(row) if row.version_count == 1 else None
    return told if told and told > on else None


def _first_told(row: Any) -> date | None:
    """Return the day from which on what a first version tells is known, where it is not that of issue."""
    return row.changed_on or (None if row.status in GOOD_STATES else local_day(row.source_updated_at))


def _known_from_day(row: Any) -> date:
    """Return the first day of which a version tells the state."""
    told = _first_told(row) if row.version_count == 1 else None
    holds_from: date = row.holds_from
    return max(holds_from, told or holds_from)


def unknown_state_words(told_from: date) -> Words:
    """Say of a license that was issued by a day why its state on that day is not known."""
    return Words(
        f"已颁发；当日状态不详：本库最早获知的状态自 {told_from} 起",
        f"issued; what its state was on that day is not known: the first that the library heard of it holds from {told_from}",
    )


def _as_then(version: LicenseVersion, asked: _Asked, *, is_last: bool) -> LicenseVersion:
    """Return the version that held, without what became known of it after the instant asked about."""
    known_to = None if version.known_to is None or version.known_to > asked.known_at else version.known_to
    return msgspec.structs.replace(version, current=is_last, known_to=known_to)


def _nothing_words(state: AsOfState, known: Sequence[Any], asked: _Asked) -> Words:
    moment = local_minute(asked.known_at)
    if state == "state_not_known":
        return unknown_state_words(min(_known_from_day(row) for row in known))
    if state == "not_known":
        return Words(f"{moment} 时本库尚无此证照", f"at {moment} Beijing time the library did not know this license")
    return Words(
        f"就 {moment} 时所知，{asked.on} 尚未颁发",
        f"as known at {moment} Beijing time, it was not issued by {asked.on}",
    )
