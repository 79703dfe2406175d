"""Filters that could never fit anything are refused: an empty list would say that nothing waits.

Knows departments and problem codes; which records a filter chooses is the lists' business.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, text

from license_library.answers import Words
from license_library.asking.refusals import WrongQuestion
from license_library.words.wording import SUITE
from schemas.license.problems import PROBLEM_CODES

_DEPARTMENTS = text("select department from departments order by department")


def check_department(conn: Connection, department: str | None, declared: Collection[str] = ()) -> None:
    """Refuse a department of which nothing was ever noted, unless it is `declared`: then there truly is nothing."""
    if department is None:
        return
    known = sorted({*conn.scalars(_DEPARTMENTS), *declared})
    if department not in known:
        named = ", ".join(known) or "none yet"
        zh = f"没有该部门的任何记录；可选：{named}"
        words = Words(zh, f"list: nothing was ever noted of such a department; expected one of {named}")
        raise WrongQuestion("search.no_such_department", words)


def check_code(code: str | None) -> None:
    """Refuse a problem code that there is not."""
    if code is not None and code not in PROBLEM_CODES and not code.startswith(SUITE):
        named = ", ".join([*PROBLEM_CODES, f"{SUITE}…"])
        words = Words(
            f"没有这种原因代码；可选：{named}", f"list: there is no such problem code; expected one of {named}"
        )
        raise WrongQuestion("search.no_such_code", words)
