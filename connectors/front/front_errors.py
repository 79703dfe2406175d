"""What an error of a front database means, and who must act. Knows codes, never repeats a database's own words."""

from __future__ import annotations

from sqlalchemy.exc import DataError, DBAPIError

from schemas.errors import (
    DepartmentBrokePromise,
    DepartmentError,
    DepartmentFault,
    DepartmentRefused,
    DepartmentTimeout,
    DepartmentUnavailable,
    DepartmentUnreachable,
)

# By SQLSTATE (PostgreSQL) and by number (MySQL, MariaDB).
REFUSED = {"28000", "28P01", "42501", "1044", "1045", "1698", "1142", "1143", "1227", "1370"}
CHANGED = {"42P01", "42703", "42804", "1146", "1054", "1406", "22001"}
TIMED_OUT = {"57014", "55P03", "1205", "1969", "3024"}
BUSY = {"40P01", "40001", "1213", "53300", "1040", "57P03"}
# Broken off, perhaps in the middle of a commit: class 08 is PostgreSQL's for the line.
LOST = {"2003", "2006", "2013", "1053", "1180", "1927", "57P01", "57P02", "40003"}
TAKEN = {"23505", "1062"}
SIGN_IN = ("authentication failed", "no pg_hba.conf entry", "role ", "Access denied")


class RowTaken(DepartmentFault):
    """The table holds a row of that key already; nothing was inserted."""


def translate_error(error: DBAPIError, who: str) -> DepartmentError:
    """Return the department's error for a driver's one."""
    code = _code_of(error)
    what = f"{who}: the front database gave {type(error.orig).__name__} {code}".rstrip()
    if code in REFUSED or (not code and any(words in str(error.orig) for words in SIGN_IN)):
        return DepartmentRefused(
            f"{what}; it refused the connection's account or a right; expected select on the table, and update on its "
            "acknowledgement columns"
        )
    if code in CHANGED or (not code and isinstance(error, DataError)):  # the driver could not read a value
        return DepartmentBrokePromise(
            f"{what}; its table, or a value in it, is not the contract's; nothing of it is applied"
        )
    if code in TIMED_OUT or _is_timeout(error):
        return DepartmentTimeout(f"{what}; it took too long, or another holds the rows; can be tried again")
    if code in BUSY:
        return DepartmentUnavailable(f"{what}; it is busy; can be tried again")
    if error.connection_invalidated or not code or code in LOST or code.startswith("08"):
        return DepartmentUnreachable(f"{what}; the connection broke or was never made; can be tried again")
    return (RowTaken if code in TAKEN else DepartmentFault)(f"{what}; nothing of it is applied")


def _code_of(error: DBAPIError) -> str:
    """Return MySQL's number, which says more than its SQLSTATE, or PostgreSQL's SQLSTATE."""
    number = error.orig.args[0] if error.orig and error.orig.args else None
    state = getattr(error.orig, "sqlstate", None)
    return str(number if isinstance(number, int) and number else state or "")


def _is_timeout(error: DBAPIError) -> bool:
    return "timed out" in str(error.orig)
