"""How many records wait, in quarantine or in a held batch, that may be the license asked for: while any does, nobody can say that there is none."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import Connection, text

from license_library.answers import Words
from license_library.asking.held_records import ANY_HELD, COUNTED, count_held, held_rows
from license_library.asking.holder_subjects import by_code, waiting_under, with_bound

_OF_TYPE: Final = """(cast(:license_type as text) is null or license_type = cast(:license_type as text)
    or license_type is null and (department, feed) in (
      select department, feed from feeds where license_types @> array[cast(:license_type as text)]))"""
# Nobody can say whose a record is whose holder was not told, or told wrongly: it may be anybody's, whatever hash came of it.
# The codes, all that a holder's number, its kind or a list of holders can be wrong by, have an index; the fields have none.
HOLDER_PROBLEMS: Final = (
    "identifier.holder_code_wrong",
    "identifier.holder_type_mismatch",
    "identifier.resident_id_wrong",
    "identifier.uscc_wrong",
    "record.bad_text",
    "record.holders_differ",
    "record.missing_field",
    "record.too_long",
    "record.unknown_code",
    "record.wrong_type",
)
_ANYBODYS: Final = f"""({{0}}.holder_hashes = '{{{{}}}}' or {{0}}.codes && cast(array{list(HOLDER_PROBLEMS)} as text[])
    and ({{0}}.problems @> '[{{{{"field": "holder_code"}}}}]' or {{0}}.problems @> '[{{{{"field": "holder_code_type"}}}}]'
      or {{0}}.problems @> '[{{{{"field": "holders"}}}}]'))"""


def is_anybodys(case_alias: str) -> str:
    """Return the condition that the holder of a waiting record could not be read."""
    return _ANYBODYS.format(case_alias)


_OF_HOLDER = text(f"""
select count(*) as waiting, exists (select from exchanges where state = 'held') as is_any_held from quarantined_records q
 where state = 'open' and {_OF_TYPE}
   and holder_hashes && {waiting_under(":values", f"({with_bound(by_code(':values'))}) as w join subjects using (subject_id)")}
""")  # noqa: S608 - constants of this room
_HOLDERS_FOUND: Final = with_bound("select subject_id from subjects where holder_hash = any(cast(:values as bytea[]))")
_HASHES_FOUND: Final = f"(select array_agg(holder_hash) from ({_HOLDERS_FOUND}) as w join subjects using (subject_id))"  # noqa: S608
_BESIDE = text(f"""
select (select count(*) from quarantined_records q where state = 'open' and holder_hashes && {_HASHES_FOUND}
           and (license_type = any(cast(:types as text[])) or license_type is null and (department, feed) in (
             select department, feed from feeds where license_types && cast(:types as text[]))))
     + case when {ANY_HELD} then (
         select count(*) from ({held_rows(_HASHES_FOUND)}) as held where license_type = any(cast(:types as text[]))) else 0 end
""")  # noqa: S608 - constants of this room
_UNREADABLE = text(
    f"select count(*) from quarantined_records q where state = 'open' and {_OF_TYPE} and {is_anybodys('q')}"  # noqa: S608
)
_WRONG_IDENTIFIER = text("""
select count(*) from quarantined_records where state = 'open' and codes && array['identifier.license_identifier_wrong']
""")
_OF_ANYBODY = text(f"select count(*) from quarantined_records where state = 'open' and {_OF_TYPE}")  # noqa: S608


def count_waiting(conn: Connection, hashes: Sequence[Any], license_type: str | None) -> int:
    """Count the records of a holder, given by every form of the code, that wait; of a type, where one is given."""
    found = conn.execute(_OF_HOLDER, {"values": list(hashes), "license_type": license_type}).one()
    return int(found.waiting) + (count_held(conn, hashes, license_type) if found.is_any_held else 0)


def count_waiting_beside(conn: Connection, hashes: Collection[bytes], types: Collection[str]) -> int:
    """Count the records of any of several holders, with all who are bound to them, that wait and are of one of these types."""
    return int(conn.execute(_BESIDE, {"values": list(hashes), "types": list(types)}).scalar_one())


def count_unreadable(conn: Connection, license_type: str | None) -> int:
    """Count the records that wait and whose holder could not be read: each may be anybody's; of a type, where one is given."""
    return int(conn.execute(_UNREADABLE, {"license_type": license_type}).scalar_one())


def count_waiting_of_type(conn: Connection, license_type: str | None) -> int:
    """Count the records of a type, or of any, that wait, whoever holds what they are about; of those held up to COUNTED."""
    waiting = int(conn.execute(_OF_ANYBODY, {"license_type": license_type}).scalar_one())
    return waiting + count_held(conn, None, license_type)


def count_wrong_identifiers(conn: Connection) -> int:
    """Count the records that wait and whose identifier is wrong: one that cannot exist may yet be written in one of them."""
    return int(conn.execute(_WRONG_IDENTIFIER).scalar_one())


def waiting_of_nobody(conn: Connection, license_type: str | None, *, is_wrong: bool) -> list[Words]:
    """Say what waits where no holder is told: of a type, or, of an identifier that is wrong and tells none, what is as wrong."""
    if license_type is None:
        count = count_wrong_identifiers(conn) if is_wrong else 0
        return [wrong_waiting_words(count)] if count else []
    count = count_waiting_of_type(conn, license_type)
    return [type_waiting_words(count)] if count else []


def _at_least(count: int) -> Words:
    return Words("至少", "at least ") if count >= COUNTED else Words("", "")


def type_waiting_words(count: int) -> Words:
    """Say that records wait any of which may be the license."""
    return Words(
        f"该类证照有{_at_least(count).zh} {count} 条记录因数据问题待处理，其中可能有此证照；请同时给出持证主体代码",
        f"{_at_least(count).en}{count} records of its type wait in quarantine, and it may be one of them; give the holder's code, too",
    )


def wrong_waiting_words(count: int) -> Words:
    """Say that records wait whose identifier is wrong, as the one asked for is."""
    return Words(
        f"有 {count} 条记录因电子证照标识有误待处理，其中可能有此证照；请同时给出证照类型或证照编号",
        f"{count} records with a wrong identifier wait in quarantine, and it may be one of them; give the type or the number, too",
    )


def any_waiting_words(count: int) -> Words:
    """Say that records wait any of which may be the license, whatever its type."""
    return Words(
        f"另有{_at_least(count).zh} {count} 条记录因数据问题待处理，其中可能有此证照；请同时给出证照类型或持证主体代码",
        f"{_at_least(count).en}{count} records wait in quarantine, and it may be one of them; give the license type or the holder's code, too",
    )


def waiting_words(count: int) -> Words:
    """Say that records of the holder wait."""
    return Words(
        f"该主体有 {count} 条记录因数据问题待处理", f"{count} records of this holder wait in quarantine for the steward"
    )


def waiting_beside_words(count: int) -> Words:
    """Say that records of those who hold what was found wait, none of which is good."""
    return Words(
        f"所列证照均非有效；其持证主体另有 {count} 条记录因数据问题待处理，其中可能有有效的证照",
        f"none that is listed is good, and {count} records of their holders wait for the steward, any of which may be a good one",
    )


def unreadable_words(count: int) -> Words:
    """Say that records wait which may be the holder's, because nobody could read whose they are."""
    return Words(
        f"另有 {count} 条记录的持证主体无法识别，可能属于该主体，待处理",
        f"{count} records, whose holder could not be read and may be this one, wait in quarantine for the steward",
    )
