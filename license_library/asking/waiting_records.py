"""How many records wait, in quarantine or in a held batch, that may be the license asked for: while any does, nobody can say that there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, text

from license_library.answers import Words
from license_library.asking.held_records import count_held
from license_library.asking.holder_subjects import by_code, waiting_under, with_bound

_OF_TYPE: Final = """(cast(:license_type as text) is null or license_type = cast(:license_type as text)
    or license_type is null and (department, feed) in (
      select department, feed from feeds where license_types @> array[cast(:license_type as text)]))"""
_OF_HOLDER = text(f"""
select count(*) from quarantined_records
 where state = 'open' and holder_hashes && {waiting_under(":values", f"({with_bound(by_code(':values'))}) as w join subjects using (subject_id)")}
   and {_OF_TYPE}
""")  # noqa: S608 - constants of this room


_OF_ANYBODY = text(f"select count(*) from quarantined_records where state = 'open' and {_OF_TYPE}")  # noqa: S608


def count_waiting(conn: Connection, hashes: Sequence[Any], license_type: str | None) -> int:
    """Count the records of a holder, given by every form of the code, that wait; of a type, where one is given."""
    waiting = int(conn.execute(_OF_HOLDER, {"values": list(hashes), "license_type": license_type}).scalar_one())
    return waiting + count_held(conn, hashes, license_type)


def count_waiting_of_type(conn: Connection, license_type: str) -> int:
    """Count the records of a type that wait, whoever holds what they are about."""
    waiting = int(conn.execute(_OF_ANYBODY, {"license_type": license_type}).scalar_one())
    return waiting + count_held(conn, None, license_type)


def type_waiting_words(count: int) -> Words:
    """Say that records wait any of which may be the license."""
    return Words(
        f"该类证照有 {count} 条记录因数据问题待处理，其中可能有此证照；请同时给出持证主体代码",
        f"{count} records of its type wait in quarantine, and it may be one of them; give the holder's code, too",
    )


def waiting_words(count: int) -> Words:
    """Say that records of the holder wait."""
    return Words(
        f"该主体有 {count} 条记录因数据问题待处理", f"{count} records of this holder wait in quarantine for the steward"
    )
