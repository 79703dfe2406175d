"""What a failed step leaves behind: an exchange that says why, and an error that gives nothing personal away.

Knows which failures end an exchange and which may be tried again; not what the step did.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import psycopg
from sqlalchemy.exc import DBAPIError

from hub.backoff import pause_after
from hub.context import HubContext
from license_library.exchange.exchanges import Exchange, fail_exchange
from license_library.exchange.sparing import FAILURES, failures_in_a_row, note_pause
from license_library.storage.database_failures import cause_of, is_broken_off, is_of_another_version
from schemas.errors import DatabaseUnavailable, DepartmentError, DepartmentUnavailable, HubError

PAUSE = timedelta(minutes=1)  # the first one, doubled each time
DATABASE_ERRORS = (DBAPIError, psycopg.Error)


@contextmanager
def failed_at_any_error(hub: HubContext, exchange: Exchange) -> Iterator[None]:
    """End the exchange whatever happens, an interruption too, so that the next one need not wait for the lease."""
    try:
        with plain_database_errors(exchange):
            yield
    except BaseException as error:
        _fail(hub, exchange, error)
        raise


@contextmanager
def failed_unless_repeatable(hub: HubContext, exchange: Exchange) -> Iterator[None]:
    """Leave the exchange open when the database broke off: the step can be repeated. End it at any other error."""
    try:
        with plain_database_errors(exchange):
            yield
    except DatabaseUnavailable:
        raise
    except Exception as error:
        _fail(hub, exchange, error)
        raise


@contextmanager
def plain_database_errors(exchange: Exchange) -> Iterator[None]:
    """A database error of an exchange goes no further than here."""
    with plain_database_errors_at(f"{exchange.department}/{exchange.feed}: exchange {exchange.exchange_id}"):
        yield


@contextmanager
def plain_database_errors_at(where: str) -> Iterator[None]:
    """A database error quotes the row it stumbled over, so it goes no further than here."""
    try:
        yield
    except DATABASE_ERRORS as error:
        raise _plain(where, error) from None


def kind_and_place(error: Exception) -> str:
    """Return what is said of an error that nobody foresaw: its own words may quote a record."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"


def _plain(where: str, error: DBAPIError | psycopg.Error) -> HubError:
    cause = cause_of(error)
    if is_broken_off(cause):
        return DatabaseUnavailable(
            f"{where}: the database broke off ({type(cause).__name__}); nothing of this step was applied; it can be repeated"
        )
    if is_of_another_version(cause):
        return DatabaseUnavailable(
            f"{where}: the database is not as this version expects it ({type(cause).__name__}); nothing of this step was "
            "applied; it can be repeated; run `hub db up`, or restart what runs an older version"
        )
    return HubError(
        f"{where}: the database refused what the hub wrote: {type(cause).__name__}{_place(cause)}; "
        "nothing of this step was applied; this is a fault of the hub"
    )


def _place(cause: BaseException | None) -> str:
    """Return what the database names of where it refused; not every refusal has a place."""
    diag = cause.diag if isinstance(cause, psycopg.Error) else None
    named = [diag.table_name, diag.column_name or diag.constraint_name] if diag else []
    place = ".".join(filter(None, named))
    return f" at {place}" if place else ""


def _fail(hub: HubContext, exchange: Exchange, error: BaseException) -> None:
    """Words of errors that are not ours stay out of the library: they may quote a record."""
    name = f"{exchange.department}/{exchange.feed}"
    unexpected = f"{name}: {type(error).__name__} in exchange {exchange.exchange_id}; nothing of it was applied"
    code, words = (error.code, str(error)) if isinstance(error, HubError) else (HubError.code, unexpected)
    with suppress(*DATABASE_ERRORS):
        fail_exchange(hub.engine, exchange.exchange_id, code, words, hub.clock())
        if isinstance(error, DepartmentError) and error.retryable:
            _note_pause(hub, exchange, error)


def _note_pause(hub: HubContext, exchange: Exchange, error: DepartmentError) -> None:
    """Leave a department alone that is down: as long as it asks for, and longer each time once it was down thrice."""
    now = hub.clock()
    failures = failures_in_a_row(hub.engine, exchange.department, now) + 1
    asked = error.retry_after_seconds if isinstance(error, DepartmentUnavailable) else None
    own = (
        pause_after(failures - FAILURES + 1, hub.bounds.chance(), first=PAUSE) if failures >= FAILURES else timedelta(0)
    )
    note_pause(hub.engine, exchange.exchange_id, now + max(own, timedelta(seconds=asked or 0)))
