"""What must hold between the values of one declaration, beyond their types.

Each breach is a DeclarationError that names file, table and key. Knows no network and no record.
"""

from __future__ import annotations

import math
import re
import zoneinfo
from collections.abc import Callable, Mapping

from connectors.declarations.declared import TO_FILL_IN, Feed, Transport
from connectors.declarations.durations import duration
from connectors.declarations.field_rules import check_rule
from connectors.declarations.file_rules import check_files
from connectors.declarations.holder_rules import check_holders
from connectors.declarations.reconcile_rules import check_reconcile
from connectors.declarations.request_rules import ACCOUNT, PLACEHOLDERS, check_flat, check_placeholders, check_root
from connectors.declarations.request_template import placeholders
from connectors.declarations.schedule_rules import check_schedule
from connectors.declarations.sign_in_rules import check_carrying, check_seal, check_sign_in
from connectors.declarations.text_encoding import CODECS
from connectors.declarations.time_forms import time_pattern
from schemas.errors import DeclarationError
from schemas.license.license import LICENSE, RecordType

RECORD_TYPES: Mapping[str, RecordType] = {LICENSE.name: LICENSE}
NEEDED = {"soap": ("operation", "records"), "rest": ("path", "records"), "table": ("table",), "file": ("files",)}
SHARES = ("max_bad_ratio", "max_missed_ratio", "max_loss", "max_fill_drop", "max_duplicates", "max_contradictions")
FOLLOWED = {"link", "next"}  # paging styles whose next page is a URL of the department's


def check_zone(zone: str, place: str) -> None:
    """Refuse a time zone that does not exist."""
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        raise DeclarationError(
            f"{place}: key 'timezone': no zone {zone!r}; expected a name such as Asia/Shanghai"
        ) from error


def check_transport(transport: Transport, place: str) -> None:
    """Refuse a sign-in or payload that the transport cannot carry, and limits that stop everything."""
    check_sign_in(transport, place)
    _check_payload(transport, place)
    live = transport.live_contract
    if live and (
        transport.kind not in {"soap", "rest"} or not re.fullmatch(r"(\?|/(?!/))[!-~]+", live) or set(live) & set("#\\")
    ):
        raise DeclarationError(
            f"{place}: key 'live_contract': expected ?wsdl or a path such as /v3/api-docs, in ASCII, of kind soap or rest, "
            f"got {live!r} of kind {transport.kind}"
        )
    limits = transport.limits
    given = (
        limits.requests_per_second,
        limits.concurrency,
        limits.deadline_seconds,
        limits.page_bytes,
        limits.statement_seconds,
    )
    if not all(0 < limit < math.inf for limit in given):
        raise DeclarationError(f"{place[:-1]}.limits]: every limit must be above zero and have an end")


def _check_payload(transport: Transport, place: str) -> None:
    """Refuse keys of a carried payload where nothing is carried, and a root that is no name."""
    check_root(transport.payload_root, place)
    for key in ("payload", "port"):
        if transport.kind != "soap" and getattr(transport, key) not in {"none", ""}:
            raise DeclarationError(f"{place}: key {key!r}: {getattr(transport, key)} needs kind soap")
    for key in ("payload_path", "payload_packing"):
        if transport.payload == "none" and getattr(transport, key) not in {"none", ""}:
            raise DeclarationError(f"{place}: key {key!r} needs a payload: xml-in-string or json-in-string")


def check_feed(feed: Feed, transport: Transport, place: str) -> None:
    """Refuse a feed whose keys contradict each other."""
    record = RECORD_TYPES.get(feed.record)
    if record is None:
        raise DeclarationError(
            f"{place}: key 'record': no record type {feed.record!r}; there are {', '.join(RECORD_TYPES)}"
        )
    check_root(feed.payload_root or transport.payload_root, place)
    _check_request(feed, transport, place)
    _check_paging(feed, transport, place)
    check_seal(transport, feed, place)
    _check_times(feed, place)
    _check_bounds(feed, place)
    check_reconcile(feed, transport, place)
    if not feed.key or not all(feed.key):
        raise DeclarationError(f"{place}: key 'key': expected at least one source field")
    for name, rule in feed.fields.items():
        check_rule(name, rule, record, f"{place[:-1]}.fields] {name}")
    check_holders(feed, transport, place)


def _check_request(feed: Feed, transport: Transport, place: str) -> None:
    for needed in NEEDED[transport.kind]:
        if not getattr(feed, needed):
            raise DeclarationError(f"{place}: key {needed!r} is missing; kind {transport.kind} needs it")
    _check_table(feed, transport, place)
    _check_change(feed, transport, place)
    check_files(feed, transport, place)
    # Without its slash a path would lengthen the address's port, or with an @ name another host.
    is_written = feed.path not in ("", TO_FILL_IN)
    if is_written and (not re.fullmatch(r"/(?!/)[!-~]*", feed.path) or set(feed.path) & set("?#\\")):
        raise DeclarationError(
            f"{place}: key 'path': expected one such as /api/licenses, in ASCII and without a query, got {feed.path!r}"
        )
    if transport.kind == "rest":
        _check_form(feed, transport, place)
    check_placeholders(feed.request, PLACEHOLDERS | ACCOUNT, f"{place}: key 'request.")
    check_placeholders(feed.headers, ACCOUNT, f"{place}: key 'headers.")
    if feed.headers and transport.kind != "soap":
        raise DeclarationError(f"{place}: key 'headers' needs kind soap")


def _check_form(feed: Feed, transport: Transport, place: str) -> None:
    """Refuse what a way to send, or a form of answer, cannot carry."""
    check_carrying(feed, transport, place)
    if feed.method == "GET" and feed.send != "query":
        raise DeclarationError(f"{place}: key 'send': {feed.send} needs method POST")
    check_flat(feed.send, feed.request, place)
    if feed.answer == "xml" and feed.records == ".":
        raise DeclarationError(f"{place}: key 'records': in XML a list stands inside an element; expected its path")
    if feed.send == "xml" and transport.payload_encoding.lower() not in CODECS:
        raise DeclarationError(
            f"{place}: key 'send': payload_encoding {transport.payload_encoding!r} cannot be written"
        )


def _check_table(feed: Feed, transport: Transport, place: str) -> None:
    """Refuse the keys of a front table elsewhere, and on a front table a flag that says two things at once."""
    is_table = transport.kind == "table"
    for key in ("table", "order", "flag"):
        if getattr(feed, key) and not is_table:
            raise DeclarationError(f"{place}: key {key!r} needs kind table")
    for key in ("request", "success", "records"):
        if getattr(feed, key) and is_table:
            raise DeclarationError(
                f"{place}: key {key!r} means nothing to kind table; rows are chosen by flag and cursor"
            )
    if is_table and feed.paging.style != "none":
        raise DeclarationError(f"{place[:-1]}.paging]: key 'style': a table has no pages; expected only 'size'")
    flag = feed.flag
    if flag and (flag.read == flag.error or {flag.read, flag.error} & set(flag.unread)):
        raise DeclarationError(
            f"{place[:-1]}.flag]: 'unread', 'read' and 'error' must differ, or rows are read for ever"
        )


def _check_change(feed: Feed, transport: Transport, place: str) -> None:
    change = feed.change
    if change and transport.kind not in {"table", "file"}:
        raise DeclarationError(f"{place}: key 'change' needs kind table or file")
    if change and (not change.deleted or set(change.kept) & set(change.deleted)):
        raise DeclarationError(f"{place[:-1]}.change]: 'kept' and 'deleted' must differ, and 'deleted' names a code")


def _check_paging(feed: Feed, transport: Transport, place: str) -> None:
    paging, where = feed.paging, f"{place[:-1]}.paging]"
    needed = {"page": "total", "offset": "total", "cursor": "next", "next": "next"}.get(paging.style, "")
    has_other = needed == "total" and (paging.total_header or paging.end)
    if needed and not getattr(paging, needed) and not has_other:
        otherwise = ", or 'end' where no total is told" if needed == "total" else ""
        raise DeclarationError(f"{where}: key {needed!r} is missing; style {paging.style} needs it{otherwise}")
    if paging.end and (needed != "total" or paging.total or paging.total_header):
        raise DeclarationError(f"{where}: key 'end': only for style page or offset, and only where no total is told")
    if transport.kind != "rest" and (paging.style in FOLLOWED or paging.total_header):
        key = "style" if paging.style in FOLLOWED else "total_header"
        raise DeclarationError(f"{where}: key {key!r}: headers and next URLs need kind rest")
    if paging.style in FOLLOWED and feed.method != "GET":
        raise DeclarationError(
            f"{where}: key 'style': {paging.style} needs method GET: a URL is all there is to ask with"
        )
    if paging.total and paging.total_header:
        raise DeclarationError(f"{where}: expected at most one of 'total' and 'total_header'")
    if feed.paging.size <= 0:
        raise DeclarationError(
            f"{place[:-1]}.paging]: key 'size': expected a number above zero, got {feed.paging.size}"
        )


def _check_times(feed: Feed, place: str) -> None:
    cursor = f"{place[:-1]}.cursor]"
    check_text(duration, feed.fresh_within, f"{place}: key 'fresh_within'")
    check_text(duration, feed.cursor.overlap, f"{cursor}: key 'overlap'")
    check_text(time_pattern, feed.cursor.format, f"{cursor}: key 'format'")
    check_text(time_pattern, feed.cursor.form_asked(), f"{cursor}: key 'asked'")
    if feed.cursor.asked and "since" not in placeholders(feed.request):
        raise DeclarationError(f"{cursor}: key 'asked': the request asks nothing with {{since}}")
    check_schedule(feed.schedule, place)


def _check_bounds(feed: Feed, place: str) -> None:
    expects = f"{place[:-1]}.expects]"
    for key in SHARES:
        if not 0 <= (share := getattr(feed.expects, key)) <= 1:
            raise DeclarationError(f"{expects}: key {key!r}: expected 0 to 1, got {share}")
    fewest, most = feed.expects.records_per_day
    if not 0 <= fewest <= most:
        raise DeclarationError(f"{expects}: key 'records_per_day': expected [fewest, most], got [{fewest}, {most}]")
    if feed.expects.max_growth < 1:
        raise DeclarationError(f"{expects}: key 'max_growth': expected at least 1, got {feed.expects.max_growth}")
    if feed.success and not feed.success.values:
        raise DeclarationError(f"{place[:-1]}.success]: key 'values': expected at least one, or no answer is one")


def check_text(read: Callable[[str], object], text: str, where: str) -> None:
    """Say where a text stands that cannot be read."""
    try:
        read(text)
    except DeclarationError as error:
        raise DeclarationError(f"{where}: {error}") from error
