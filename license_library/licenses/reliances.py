"""Note which version of a license a case relies on. The same case and version again is the same reliance.

Writes reliances only; a license that is not valid today is refused, and one against which
something else speaks is noted with a warning, and with what that was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from license_library.answers import RelianceBrief
from license_library.asking.cursors import LAST
from license_library.asking.doubts import doubts_of, kept_doubts
from license_library.asking.freshness import validity_of
from license_library.asking.listed_holders import persons_at, persons_of
from license_library.asking.looks import look, looks
from license_library.asking.readings import check_text
from license_library.asking.refusals import NotReliable
from license_library.asking.replaced import is_replaced
from license_library.licenses.license_hits import shown_text
from license_library.storage.keyring import Keyring
from license_library.words.standing_words import since_then
from license_library.words.wording import validity_words
from schemas.deliveries.deliveries import OWN_CASES
from schemas.errors import NotFound, RequestError

_RELIANCE = f"""
r.reliance_id, r.case_number, r.item_code, r.license_id, r.version_count, r.relied_by, r.relied_at, r.doubt_codes,
coalesce(t.name, h.license_type) as license_type_name, t.sensitivity, h.license_number, s.kind, s.code_encrypted, {persons_at("h")},
l.unlisted_at, {{doubts}}, f.fresh_at, f.fresh_seconds,
l.version_count as current_version_count, {is_replaced("l")} as is_replaced
"""


def reliance_columns(doubts: str) -> str:
    """Return the columns that reliance_of reads, over OF_RELIANCE; with the columns of the doubts of its license."""
    return _RELIANCE.format(doubts=doubts)


# The version that was relied on, whatever the license has become; and what speaks against the license now.
OF_RELIANCE = """
join license_history h on h.license_id = r.license_id and h.version_count = r.version_count
join subjects s on s.subject_id = h.subject_id
join licenses l on l.license_id = r.license_id
join feeds f on f.department = l.department and f.feed = l.feed
left join license_types t on t.license_type = h.license_type
"""
# Locked, so that no merge changes the license between the look and the note.
_LICENSE = looks(
    lambda doubts: text(f"""
select l.version_count, l.status, l.valid_from, l.valid_to, l.open_ended, l.unlisted_at,
  {doubts}, f.fresh_at, f.fresh_seconds
from licenses l join feeds f on f.department = l.department and f.feed = l.feed
where l.license_id = :license_id for share of l
"""),  # noqa: S608 - constants of this room
    "l",
)
_ITEM = text("select exists (select from items where item_code = :item_code)")
_NOTE = text("""
insert into reliances (case_number, item_code, license_id, version_count, relied_by, purpose, relied_at, doubt_codes)
values (:case_number, :item_code, :license_id, :version_count, :relied_by, :purpose, :now, :doubt_codes)
on conflict (case_number, license_id, version_count) do nothing
""")
_GET = looks(
    lambda doubts: text(f"""
select {reliance_columns(doubts)} from reliances r {OF_RELIANCE}
where r.case_number = :case_number and r.license_id = :license_id and r.version_count = :version_count
"""),  # noqa: S608 - constants of this file
    "l",
)


# Limited first: what is told of a license costs so much that planners take the rest for nothing.
_OF_LICENSE = looks(
    lambda doubts: text(f"""
select {reliance_columns(doubts)} from (select * from reliances where license_id = :license_id order by reliance_id desc limit :limit) r
{OF_RELIANCE} order by r.reliance_id desc
"""),  # noqa: S608 - constants of this file
    "l",
)
SHOWN = 20


@dataclass(frozen=True)
class Relying:
    """Say which case relies on which license, and who says so."""

    license_id: int
    case_number: str
    item_code: str | None
    relied_by: str
    purpose: str


def rely_on(conn: Connection, keyring: Keyring, relying: Relying, today: date, now: datetime) -> RelianceBrief:
    """Note it and return it with what speaks against it; NotFound without such a license, NotReliable where it is not valid today."""
    facts = {**vars(relying), "case_number": _case_number(relying.case_number), "now": now}
    row = next(iter(look(conn, _LICENSE, facts)), None) if abs(relying.license_id) <= LAST else None
    if row is None:
        raise NotFound(
            f"library: no license is kept under {relying.license_id}; expected an id of a search answer; nothing was noted"
        )
    _demand_valid(row, today)
    _demand_item(conn, relying.item_code)
    facts |= {"version_count": row.version_count, "doubt_codes": [doubt.code for doubt in doubts_of(row, now)]}
    conn.execute(_NOTE, facts)
    return reliance_of(look(conn, _GET, facts)[0], keyring, now)


def list_reliances(conn: Connection, keyring: Keyring, license_id: int, now: datetime) -> list[RelianceBrief]:
    """Return the latest cases that rely on a license, at most SHOWN of them."""
    rows = look(conn, _OF_LICENSE, {"license_id": license_id, "limit": SHOWN})
    return [reliance_of(row, keyring, now) for row in rows]


def reliance_of(row: Any, keyring: Keyring, now: datetime) -> RelianceBrief:
    """Return the reliance of a row that carries reliance_columns."""
    code = keyring.decrypt(row.code_encrypted).decode()
    return RelianceBrief(
        reliance_id=row.reliance_id,
        case_number=row.case_number,
        item_code=row.item_code,
        license_id=row.license_id,
        version_count=row.version_count,
        license_type_name=row.license_type_name,
        license_number=shown_text(row.license_number, row.kind, code, persons_of(row, keyring)),
        relied_by=row.relied_by,
        relied_at=row.relied_at,
        doubts=doubts_of(row, now),
        doubts_then=None if row.doubt_codes is None else kept_doubts(row.doubt_codes),
        warnings=since_then(row.version_count, row.current_version_count, is_replaced=row.is_replaced),
    )


def _case_number(typed: str) -> str:
    number = typed.strip()
    check_text(number, "rely")
    if not number or len(number) > 100 or not number.isascii() or not number.isprintable() or " " in number:
        raise RequestError(
            "reliance: the case number is wrong; expected 1 to 100 printable ASCII characters without blanks; nothing was noted",
            zh="办件编号有误：应为 1 至 100 个可打印的英文字符，不含空格；未记录",
        )
    if number.startswith(OWN_CASES):  # alerts about it would queue in the case of the hub's own request
        raise RequestError(
            "reliance: the case number is wrong; expected one of an approval case, got one of the hub's own requests, which "
            f"begin with {' or '.join(OWN_CASES)}; nothing was noted",
            zh=f"办件编号有误：以 {'、'.join(OWN_CASES)} 开头的是本系统自编的编号；未记录",
        )
    return number


def _demand_valid(row: Any, today: date) -> None:
    term = (row.status, row.valid_from, row.valid_to, row.open_ended)
    validity = validity_of(*term, today)
    if validity != "valid":
        raise NotReliable(validity_words(validity, *term))


def _demand_item(conn: Connection, item_code: str | None) -> None:
    if item_code is not None:
        check_text(item_code, "rely")
        if not conn.execute(_ITEM, {"item_code": item_code}).scalar_one():
            raise NotFound("reliance: there is no such item; expected a code of the item catalogue; nothing was noted")
