"""What people decided over the quarantine, carried out: batches, and all that is due to be checked again.

A batch goes on where its cursor stands; what was asked of it meanwhile, to pause or to end, is heeded between slices.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from hub.context import HubContext, today
from hub.failures import DATABASE_ERRORS, kind_and_place, plain_database_errors_at
from hub.progress import Progress, no_progress
from hub.pulling.checking import rule_version, suite_of
from hub.pulling.pull import declared_feed
from hub.pulling.replay import replay
from license_library.answers import BatchBrief
from license_library.exchange.summaries import ExchangeSummary
from license_library.merge.attendance import attended
from license_library.quarantine.batch_list import get_batch
from license_library.quarantine.case_batches import (
    advance_batch,
    correction_of,
    decision_of,
    finish_batch,
    list_waiting_batches,
    next_cases,
)
from license_library.quarantine.case_decisions import decide_case
from license_library.quarantine.corrections import ask_for_case
from license_library.quarantine.replaying import list_due, list_open_feeds, split_by_feed
from license_library.quarantine.standing import end_waivers
from license_library.storage.keyring import KeyringError
from schemas.errors import HubError, LeaseLost, LeaseTaken, RequestError

SLICE = 200
_log = logging.getLogger(__name__)


class BatchTaken(LeaseTaken):
    """Another process is carrying this batch out."""

    code = "hub.batch_taken"


class Mended(msgspec.Struct, kw_only=True):
    """Say what became of the due cases of one feed."""

    department: str
    feed: str
    taken: int = 0
    mended: int = 0
    waiting: int = 0
    error_code: str | None = None
    error_message: str | None = None


def run_batch(hub: HubContext, batch_id: int, progress: Progress = no_progress, slice_size: int = SLICE) -> BatchBrief:
    """Carry a batch out from where its cursor stands, until it is done, paused or cancelled; BatchTaken while another does."""
    with _carried_out(hub, batch_id):
        while True:
            with plain_database_errors_at(f"batch {batch_id}"), hub.engine.begin() as conn:
                batch, cases = next_cases(conn, batch_id, slice_size)
                if not cases:
                    break
                if batch.action != "recheck":
                    _decide_slice(hub, conn, batch, cases)
            if batch.action == "recheck":
                _recheck_slice(hub, batch_id, cases)
            progress("replay", batch.done_count + batch.skipped_count + len(cases))
        with hub.engine.begin() as conn:
            if batch.state in {"waiting", "running"}:
                finish_batch(conn, batch_id, hub.clock())
            return get_batch(conn, batch_id)


class Stopped(msgspec.Struct):
    """Say why a batch could not go on; it stays as it is and is tried again with the next run."""

    batch_id: int
    error_code: str
    error_message: str


def run_waiting(hub: HubContext, progress: Progress = no_progress) -> tuple[list[BatchBrief], list[Stopped]]:
    """Carry out every batch that is to go on, and tell which could not; one that meets a running exchange or another runner is left for the next time."""
    with hub.engine.connect() as conn:
        waiting = list_waiting_batches(conn)
    told, stopped = [], []
    for batch_id in waiting:
        try:
            told.append(run_batch(hub, batch_id, progress))
        except LeaseTaken:
            continue
        except HubError as error:
            stopped.append(Stopped(batch_id, error.code, str(error)))
        except DATABASE_ERRORS:  # of no batch's making
            raise
        except Exception as error:  # noqa: BLE001 - a mistake of ours: the other batches are still carried out
            words = f"batch {batch_id}: {kind_and_place(error)}; it waits, the other batches go on; report it"
            _log.warning("[%s] %s", HubError.code, words)
            stopped.append(Stopped(batch_id, HubError.code, words))
    return told, stopped


def mend_due(hub: HubContext, progress: Progress = no_progress) -> list[Mended]:
    """Check again what somebody asked for, and what another mapping or other rules judged; one feed's trouble stays its own."""
    with hub.engine.connect() as conn:
        feeds = list_open_feeds(conn)
    return [_mend_feed(hub, department, feed, progress) for department, feed in feeds]


def _mend_feed(hub: HubContext, department: str, feed: str, progress: Progress) -> Mended:
    told = Mended(department=department, feed=feed)
    where = f"{department}/{feed}"
    try:
        _take_up(hub, told, progress)
    except HubError as error:
        told.error_code, told.error_message = error.code, str(error)
    except DATABASE_ERRORS:  # of no feed's making: the part fails with it, and says so
        raise
    except Exception as error:  # noqa: BLE001 - a mistake of ours, over one record: the other feeds are still mended
        told.error_code = HubError.code
        told.error_message = f"{where}: {kind_and_place(error)}; its due cases wait, the other feeds go on; report it"
        _log.warning("[%s] %s", told.error_code, told.error_message)
    return told


def _take_up(hub: HubContext, told: Mended, progress: Progress) -> None:
    """Replay all that is due of one feed, slice by slice."""
    declared, one = declared_feed(hub, told.department, told.feed)
    rules = rule_version(suite_of(declared, one))
    with hub.engine.begin() as conn:
        end_waivers(conn, told.department, told.feed, today(hub), hub.clock())
    after = 0
    while cases := _due(hub, told.department, told.feed, declared.digest, rules, after, SLICE):
        _add(told, replay(hub, told.department, told.feed, cases))
        after = max(cases)
        progress("replay", told.taken)


def _due(hub: HubContext, *wanted: Any) -> list[int]:
    with hub.engine.connect() as conn:
        return list_due(conn, *wanted)


def _add(told: Mended, summary: ExchangeSummary | None) -> None:
    if summary:
        told.taken += summary.received
        told.mended += summary.received - summary.quarantined
        told.waiting += summary.quarantined


def _decide_slice(hub: HubContext, conn: Connection, batch: Row[Any], cases: Sequence[int]) -> None:
    """Decide each case and move the cursor in one transaction: whatever is killed, each is decided once.

    A case that cannot be decided so, lacks the field that is edited, or cannot be opened, is skipped.
    """
    decide = _deciding(hub, conn, batch)  # first: what the batch itself holds may be damaged, which skips no case
    done = 0
    for case in cases:
        try:
            with suppress(RequestError), conn.begin_nested():
                decide(case)
                done += 1
        except KeyringError as error:
            _log.warning("batch %s: case %s is skipped: [%s] %s", batch.batch_id, case, error.code, error)
    advance_batch(conn, batch.batch_id, cases, done, hub.clock())


def _deciding(hub: HubContext, conn: Connection, batch: Row[Any]) -> Callable[[int], object]:
    """Return what a batch does with one case."""
    if batch.action == "return":
        asked = correction_of(batch, hub.keyring)
        return lambda case: ask_for_case(conn, hub.keyring, case, asked, today(hub), hub.clock())
    decision = decision_of(batch, hub.keyring)
    return lambda case: decide_case(conn, hub.keyring, case, decision, today(hub), hub.clock())


def _recheck_slice(hub: HubContext, batch_id: int, cases: Sequence[int]) -> None:
    """Replay the cases, feed by feed; those of one that cannot be are skipped, and what may be tried again is."""
    with hub.engine.connect() as conn:
        by_feed = split_by_feed(conn, cases)
    done = 0
    for (department, feed), of_feed in by_feed.items():
        where = f"batch {batch_id}: {department}/{feed}: {len(of_feed)} cases are skipped"
        try:
            replay(hub, department, feed, of_feed)
            done += len(of_feed)
        except HubError as error:
            if error.retryable or isinstance(error, LeaseLost):
                raise
            _log.warning("%s: [%s] %s", where, error.code, error)
        except DATABASE_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001 - a mistake of ours, over one feed: the others are still replayed
            _log.warning("%s: [%s] %s; report it", where, HubError.code, kind_and_place(error))
    with hub.engine.begin() as conn:
        advance_batch(conn, batch_id, cases, done, hub.clock())


@contextmanager
def _carried_out(hub: HubContext, batch_id: int) -> Iterator[None]:
    with attended(hub.engine, "a batch", str(batch_id)) as is_alone:
        if not is_alone:
            raise BatchTaken(f"batch {batch_id}: another process carries it out; nothing was done here")
        yield
