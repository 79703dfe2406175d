"""What a holder held on a day, as far as the hub knew at an instant: every license, in the version that held told.

Follows the holder through the history, so a license that was passed on or that nobody lists any more is found as well.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, text

from license_library.answers import HeldAnswer, HeldLicense, Source
from license_library.asking.bound_holders import NOBODY, Bound, bound_to_code
from license_library.asking.freshness import validity_of
from license_library.asking.holder_codes import HolderCode, read_holder_code
from license_library.asking.holder_subjects import by_code, with_bound
from license_library.asking.known_feeds import feeds_known_at, nothing_words, sources_then
from license_library.asking.listed_holders import LISTED, holders_of, listed_at, persons_of
from license_library.asking.masking import mask_code
from license_library.asking.moments import check_moment, check_past
from license_library.asking.readings import check_text
from license_library.licenses.as_of import KNOWN_FROM_DAY, TOLD_FROM, settled_instant, unknown_state_words
from license_library.licenses.history import HOLDS_FROM
from license_library.licenses.license_hits import shown_text
from license_library.storage.keyring import Keyring
from license_library.words.wording import status_words, validity_words
from schemas.bureau_time import local_day
from schemas.identifiers.holder_code_types import holder_kind

MOST: Final = 500  # a holder of more is told so

_LISTED: Final = ", ".join(f"{told} as {name}" for name, told in LISTED.items())
_HELD = text(f"""
with subject as materialized (
  {with_bound(by_code(":hashes", then=True), then=True)}
), named as (
  select l.license_id from subject join licenses l using (subject_id)
   union
  select v.license_id from subject join license_versions v using (subject_id)
   union
  select h.license_id from subject join license_holders h using (subject_id)
)
select told.license_id, told.version_count, told.license_type, coalesce(t.name, told.license_type) as license_type_name,
       told.license_number, {_LISTED}, told.issuer_name, coalesce(holding.issued_on, told.issued_on) as issued_on, told.valid_from, told.valid_to, told.open_ended, told.status,
       told.holder_name, coalesce(holding.told_from, {TOLD_FROM.format("told")}) as told_from, told.department, told.feed, told.exchange_id, told.known_from, holder.subject_id as held_by, holder.is_own
  from named
 cross join lateral (
   -- Before every version, but issued by then as a later one put it right: the first that was told names who held it.
   select coalesce(held, case when issued_on <= :on then 1 end) as version_count, case when held is null then issued_on end as issued_on,
          case when held is null then told_from end as told_from
     from (select max(version_count) filter (where :on >= {HOLDS_FROM}) as held, min(issued_on) as issued_on,
                  min({KNOWN_FROM_DAY}) as told_from
             from license_history where license_id = named.license_id and known_from <= :known_at) as known) as holding
  join lateral (
   select * from license_history
    where license_id = named.license_id and version_count = holding.version_count offset 0) as told on true
  left join license_types t on t.license_type = told.license_type
  {listed_at("told")}
 cross join lateral (
   -- under the number that was asked before any other
   select subject_id, is_own from subject where subject_id = told.subject_id or exists (
     select from license_holders h where h.subject_id = subject.subject_id and h.license_id = told.license_id
        and h.version_count = told.version_count)
    order by is_own desc, subject_id limit 1) as holder
 order by issued_on desc, told.license_id desc
 limit :limit
""")  # noqa: S608 - constants of this room


def held_as_of(  # noqa: PLR0913, PLR0917 - the question has a holder and two times, and both clocks are arguments
    conn: Connection,
    keyring: Keyring,
    holder_code: str,
    holder_code_type: str | None,
    on: date | None,
    known_at: datetime | None,
    today: date,
    now: datetime,
) -> HeldAnswer:
    """Return what a holder held on a day (that of `known_at` where none is given) as known at an instant (else: by now).

    WrongQuestion for the holder code or a day to come; NotSettled where a merge under way may still change the answer.
    """
    check_text(holder_code, "held")
    check_moment(on, known_at)
    check_past(on, now)
    holder = read_holder_code(holder_code, holder_code_type, today)
    known_at = settled_instant(conn, known_at, now)
    on = on or local_day(known_at)
    hashes = holder.hashes(keyring)
    facts = {"hashes": hashes, "on": on, "known_at": known_at, "limit": MOST + 1}
    rows = conn.execute(_HELD, facts).all()
    bound = bound_to_code(conn, keyring, hashes, known_at) if any(not row.is_own for row in rows) else NOBODY
    sources = sources_then(conn, known_at, {(row.department, row.feed) for row in rows}) if rows else {}
    licenses = [_license(keyring, row, holder, bound, on, sources) for row in rows[:MOST]]
    feeds = [] if licenses else feeds_known_at(conn, known_at)
    return HeldAnswer(
        holder_code=mask_code(holder.code),
        holder_code_type=holder.code_type,
        on=on,
        known_at=known_at,
        licenses=licenses,
        bound_holders=bound.told,
        is_cut=len(rows) > MOST,
        known_feeds=feeds,
        words=None if licenses else nothing_words(feeds),
        asked_at=now,
    )


def _license(
    keyring: Keyring, row: Any, holder: HolderCode, bound: Bound, on: date, sources: dict[tuple[str, str], Source]
) -> HeldLicense:
    other = None if row.is_own else bound.others.get(row.held_by)
    code = other.code if other else holder.code
    term = (row.status, row.valid_from, row.valid_to, row.open_ended)
    validity = None if row.told_from else validity_of(*term, on)
    return HeldLicense(
        state="known" if validity else "state_not_known",
        license_id=row.license_id,
        version_count=row.version_count,
        license_type=row.license_type,
        license_type_name=row.license_type_name,
        license_number=shown_text(row.license_number, holder_kind(holder.code_type), code, persons_of(row, keyring)),
        holder_name=row.holder_name,
        holders=holders_of(row, keyring),
        issuer_name=row.issuer_name,
        issued_on=row.issued_on,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        open_ended=row.open_ended,
        status=row.status if validity else None,
        status_words=status_words(row.status) if validity else None,
        validity=validity,
        words=validity_words(validity, *term) if validity else unknown_state_words(row.told_from),
        source=msgspec.structs.replace(sources[row.department, row.feed], exchange_id=row.exchange_id),
        known_from=row.known_from,
        bound_words=other.told.words if other else None,
    )
