"""What an error of the database means for whoever meets it: it broke off, its tables are another version's, or we erred.

Knows PostgreSQL's codes; no statement, and nobody who asks.
"""

from __future__ import annotations

from typing import Final

import psycopg
from psycopg import errors
from sqlalchemy.exc import DBAPIError

# Of what PostgreSQL calls operational, only this is about what was written: the same again would be too much again.
_LIMITS: Final = "54"
# What a statement names is gone or not there yet, is no longer only its own, or its unique key is another.
_OF_ANOTHER_VERSION: Final = (
    errors.UndefinedTable,
    errors.UndefinedColumn,
    errors.UndefinedFunction,
    errors.AmbiguousColumn,
    errors.InvalidColumnReference,
)
# Where PostgreSQL refuses a statement that was prepared before its columns changed: its words are in the server's language.
_PREPARED_BEFORE: Final = "RevalidateCachedQuery"


def cause_of(error: BaseException | None) -> BaseException | None:
    """Return the driver's error where ours carries one."""
    return error.orig if isinstance(error, DBAPIError) else error


def is_broken_off(error: BaseException | None) -> bool:
    """Say whether it was the moment: a lost connection, a lock that was not given, somebody's stop."""
    cause = cause_of(error)
    return isinstance(cause, psycopg.OperationalError) and not (cause.sqlstate or "").startswith(_LIMITS)


def is_of_another_version(error: BaseException | None) -> bool:
    """Say whether the database is not as the statement expects it: older or newer than who runs, or changed under them."""
    cause = cause_of(error)
    if isinstance(cause, errors.FeatureNotSupported):
        return cause.diag.source_function == _PREPARED_BEFORE
    return isinstance(cause, _OF_ANOTHER_VERSION)


def may_be_repeated(error: BaseException | None) -> bool:
    """Say whether the same transaction may go through another time; nothing of it was applied."""
    return is_broken_off(error) or is_of_another_version(error)
