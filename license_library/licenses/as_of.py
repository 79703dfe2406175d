"""What was true of a license on a day, as far as the hub knew at an instant. The answer never changes later.

Knows the history view and its two times. Each version is true from the day the issuer changed the license, and known
from the merge that brought it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from license_library.answers import AsOfAnswer, AsOfState, LicenseVersion, Words
from license_library.asking.cursors import LAST
from license_library.asking.freshness import validity_of
from license_library.asking.known_feeds import sources_then
from license_library.asking.moments import check_moment
from license_library.asking.refusals import NotSettled
from license_library.asking.settled import settled_until
from license_library.licenses.history import read_versions
from license_library.storage.keyring import Keyring
from license_library.words.wording import validity_words
from schemas.bureau_time import local_day, local_minute
from schemas.errors import NotFound

# The first version counts from the day of issue. What it tells may hold from a later day only: nobody told the hub what the
# license was between the two.
HOLDS_FROM = """case when version_count = 1 then issued_on
         else coalesce(changed_on, cast(source_updated_at at time zone 'Asia/Shanghai' as date)) end"""
# Where the version that holds on :on is such a first one: from which day on what it tells is known.
TOLD_FROM = "case when {0}.version_count = 1 and {0}.changed_on > :on then {0}.changed_on end"
_VERSION = text(f"""
select max(version_count) filter (where :on >= {HOLDS_FROM}) as holding,
       max(changed_on) filter (where version_count = 1 and changed_on > :on) as told_from,
       max(version_count) as known, kept.department, kept.feed
  from (select department, feed from licenses where license_id = :license_id) as kept
  left join (select version_count, issued_on, changed_on, source_updated_at from license_history
              where license_id = :license_id and known_from <= :known_at) as told on true
 group by kept.department, kept.feed
""")  # noqa: S608 - constants of this file


def license_as_of(
    conn: Connection, keyring: Keyring, license_id: int, on: date | None, known_at: datetime | None, now: datetime
) -> AsOfAnswer:
    """Return what held on a day (the one of `known_at` where none is given) as known at an instant (else: by now).

    NotFound where nothing is kept under that id; NotSettled where a merge under way may still change the answer.
    """
    check_moment(on, known_at)
    known_at = settled_instant(conn, known_at, now)
    on = on or local_day(known_at)
    facts = {"license_id": license_id, "on": on, "known_at": known_at}
    found = conn.execute(_VERSION, facts).one_or_none() if abs(license_id) <= LAST else None
    if found is None:
        raise NotFound(f"library: no license is kept under {license_id}; expected an id of a search answer")
    return _answer(conn, keyring, facts, found, now)


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


def _answer(conn: Connection, keyring: Keyring, facts: dict[str, Any], found: Any, now: datetime) -> AsOfAnswer:
    on, known_at = facts["on"], facts["known_at"]
    told_by = (found.department, found.feed)
    state, source = _state_of(found), sources_then(conn, known_at, {told_by})[told_by]
    if state != "known":
        said = (
            unknown_state_words(found.told_from) if state == "state_not_known" else _nothing_words(state, on, known_at)
        )
        return AsOfAnswer(facts["license_id"], on, known_at, state, None, None, said, source, now)
    version = _as_then(read_versions(conn, keyring, facts["license_id"]), found, known_at)
    term = (version.status, version.valid_from, version.valid_to, version.open_ended)
    validity = validity_of(*term, on)
    source = msgspec.structs.replace(source, exchange_id=version.exchange_id)
    said = validity_words(validity, *term)
    return AsOfAnswer(facts["license_id"], on, known_at, "known", version, validity, said, source, now)


def _state_of(found: Any) -> AsOfState:
    if found.holding is None:
        return "not_known" if found.known is None else "not_issued"
    return "state_not_known" if found.holding == 1 and found.told_from else "known"


def unknown_state_words(told_from: date) -> Words:
    """Say of a license that was issued by a day why its state on that day is not known."""
    return Words(
        f"已颁发；当日状态不详：本库最早获知的状态自 {told_from} 起",
        f"issued; what its state was on that day is not known: the first that the library heard of it holds from {told_from}",
    )


def _as_then(versions: list[LicenseVersion], found: Any, known_at: datetime) -> LicenseVersion:
    """Return the version that held, without what became known of it after the instant asked about."""
    version = next(one for one in versions if one.version_count == found.holding)
    known_to = None if version.known_to is None or version.known_to > known_at else version.known_to
    return msgspec.structs.replace(version, current=found.holding == found.known, known_to=known_to)


def _nothing_words(state: AsOfState, on: date, known_at: datetime) -> Words:
    moment = local_minute(known_at)
    if state == "not_known":
        return Words(f"{moment} 时本库尚无此证照", f"at {moment} Beijing time the library did not know this license")
    return Words(f"就 {moment} 时所知，{on} 尚未颁发", f"as known at {moment} Beijing time, it was not issued by {on}")
