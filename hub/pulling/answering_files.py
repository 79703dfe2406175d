"""What a department is told of its files after their records are kept: a receipt with counts and reasons, and a move.

Follows from what the library keeps and what still lies in the drop, so nothing is remembered here: a file whose answer was
lost is answered by the next exchange.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from connectors.declarations.declaration import Department, Feed
from connectors.drops.file_answering import LISTED, FileAnswers, Receipt, RowError, opened_answers
from connectors.drops.file_parts import CLOSING_TYPE, Closing, read_closings
from connectors.front.front_marking import Marked
from connectors.pages.pages import PageRows
from connectors.wire.connection import Connection
from hub.context import HubContext
from hub.crash_points import pass_by
from hub.progress import Progress
from hub.pulling.landed_rows import read_landed_files
from hub.pulling.row_reasons import wrong_rows
from license_library.exchange.exchanges import Exchange, get_exchange
from license_library.exchange.landing import PageDamaged, PageLetGo
from license_library.exchange.page_requests import list_merged_requests
from license_library.storage.keyring import KeyringError
from schemas.errors import HubError

DAMAGE = (PageDamaged, KeyringError)
_log = logging.getLogger(__name__)


class _NoReceipt(Exception):
    """A file's records cannot be told of any more; the words say why."""


def taken_requests(hub: HubContext, department: Department, feed: Feed) -> list[str]:
    """Return what was asked for every file that the library has merged; nothing for a feed of no files."""
    if feed.files is None:
        return []
    found = list_merged_requests(hub.engine, department.department, feed.name, CLOSING_TYPE)
    return [request for _, request in found]


def answer_files(
    hub: HubContext, exchange: Exchange, department: Department, feed: Feed, connection: Connection, progress: Progress
) -> Marked:
    """Answer the files of a merged exchange, and older ones that still lie there; return how many records were told of."""
    told, number, damage = Marked(), 0, list[HubError]()
    progress("acknowledge", number)
    with opened_answers(department, feed, connection) as answers:
        for exchange_id, closing in _owed(hub, exchange, answers):
            pass_by("before_send")
            try:
                told += _answer(hub, get_exchange(hub.engine, exchange_id), department, feed, closing, answers)
            except DAMAGE as error:  # the others are still answered
                damage.append(_left(exchange, closing, error))
            pass_by("after_mark")
            number += 1
            progress("acknowledge", number)
    if damage:
        raise damage[0]
    return told


def _owed(hub: HubContext, exchange: Exchange, answers: FileAnswers) -> Iterator[tuple[int, Closing]]:
    """Yield exchange and closing of every file that may still lack its answer; one that was read again is answered once."""
    latest: dict[tuple[str, str], tuple[int, Closing]] = {}
    for exchange_id, request in list_merged_requests(hub.engine, exchange.department, exchange.feed, CLOSING_TYPE):
        (closing,) = read_closings([request])
        latest[closing.file, closing.sha256] = exchange_id, closing
    for exchange_id, closing in latest.values():
        lying = answers.find(closing)
        if lying or exchange_id == exchange.exchange_id:
            yield exchange_id, lying or closing


def _left(exchange: Exchange, closing: Closing, error: HubError) -> HubError:
    """Tell of a file that stays where it lies, unanswered: what landed of it is damaged."""
    told = PageDamaged(
        f"{exchange.department}/{exchange.feed}: what landed of {closing.file} is damaged ({error.code}); expected what was "
        "received; it gets no receipt and is left where it lies, the others are answered; pull everything to read it anew"
    )
    _log.warning("[%s] %s", told.code, told)
    return told


def _answer(
    hub: HubContext, exchange: Exchange, department: Department, feed: Feed, closing: Closing, answers: FileAnswers
) -> Marked:
    told = Marked()
    if answers.needs_receipt(closing):
        try:
            receipt = _make_receipt(hub, exchange, department, feed, closing)
        except _NoReceipt as why:  # the others are still answered
            _log.warning(
                "%s/%s: %s %s; it gets no receipt any more", exchange.department, exchange.feed, closing.file, why
            )
        else:
            answers.write_receipt(closing, receipt)
            told = Marked(receipt.accepted, receipt.rejected)
    answers.put_away(closing)
    return told


def _make_receipt(hub: HubContext, exchange: Exchange, department: Department, feed: Feed, closing: Closing) -> Receipt:
    """Read the file's records again from the landed pages, and look up which of them wait; _NoReceipt where that cannot be."""
    if exchange.mapping_version != department.digest:
        raise _NoReceipt("was read by an older declaration")
    errors, rejected, received = list[RowError](), 0, 0
    for rows in _rows_of(hub, exchange, department, feed, closing):
        wrong = wrong_rows(hub, exchange, feed, rows.digests())
        received, rejected = received + rows.count, rejected + len(wrong)
        errors += [RowError(rows.first + row + 1, words) for row, words in sorted(wrong.items())]
        del errors[LISTED:]
    return Receipt(
        file=closing.file, sha256=closing.sha256, exchange=exchange.exchange_id, received=received,
        accepted=received - rejected, rejected=rejected, again=closing.again, errors=errors,
    )  # fmt: skip


def _rows_of(
    hub: HubContext, exchange: Exchange, department: Department, feed: Feed, closing: Closing
) -> Iterator[PageRows]:
    for file, blocks in read_landed_files(hub, exchange.exchange_id, department, feed):
        if (file.closing.file, file.closing.sha256) == (closing.file, closing.sha256):
            try:
                yield from blocks
            except PageLetGo:
                raise _NoReceipt("landed in pages that are past their retention") from None
            return
