"""What a fake reads in a request and says in an answer, apart from how both are written on the wire.

Paths such as `data/rows` are the declaration's own. Knows no HTTP and no XML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from connectors.declarations.declared import Feed
from connectors.declarations.request_template import holds_secret
from connectors.declarations.time_forms import written_form
from connectors.fake.rows.row_totals import tell_total
from connectors.fake.rows.shelf import Position, Render, Shelf
from connectors.formats.page_rows import total_in_records

LARGEST_PAGE = 1_000
EVERYTHING = 10**9
LIE = 7
BEGINNING = ("", "None", "null")


class WrongRequest(Exception):
    """The request cannot be answered; the text is for whoever sent it."""


@dataclass(frozen=True)
class Asked:
    """Hold what one request asks for."""

    since: datetime | None
    skip: int
    size: int
    after: Position | None


@dataclass(frozen=True)
class Page:
    """Hold one answer: rendered rows, and what the declaration's paging must show."""

    rows: list[bytes]
    total: int
    next: str


def read_request(feed: Feed, given: dict[str, str], after: str = "") -> Asked:
    """Return what `given` asks for, read by the declaration's request template; `after` is where a next URL continues."""
    wanted = {name: text for name, text in flatten(feed.request).items() if not holds_secret(text)}
    unknown = sorted(given.keys() - wanted.keys())
    if unknown:
        raise WrongRequest(f"参数 {unknown[0]} 不存在")
    found: dict[str, str] = {}
    for name, template in wanted.items():
        found |= _read_template(name, template, given.get(name, ""))
    size = _read_number("page_size", found.get("page_size"), min(feed.paging.size, LARGEST_PAGE))
    skip = _read_skip(feed, found, size)
    if skip < 0 or not 0 < size <= LARGEST_PAGE:
        raise WrongRequest(f"页码或起始行号从 {feed.paging.begin()} 起，每页 1 至 {LARGEST_PAGE} 条")
    since = _read_since(found.get("since", ""), feed.cursor.form_asked())
    return Asked(since, skip, size, _read_cursor(found.get("cursor", after)))


def flatten(values: Mapping[str, Any], above: str = "") -> dict[str, str]:
    """Return nested values as texts under their paths; the second of a list under its name with [2]."""
    flat: dict[str, str] = {}
    for name, value in values.items():
        for number, one in enumerate(value if isinstance(value, list) else [value], 1):
            place = f"{above}{name}" + (f"[{number}]" if number > 1 else "")
            if isinstance(one, Mapping):
                flat |= flatten(one, f"{place}/")
            else:
                flat[place] = "" if one is None else str(one)
    return flat


def find_page(feed: Feed, shelf: Shelf, asked: Asked, mode: str = "ok") -> Page:
    """Return the page that was asked for, as a department in `mode` understands, finds and counts it."""
    if feed.paging.style == "none":
        rows = shelf.slice(asked.since, size=EVERYTHING, mode=mode)
        return Page(tell_total(feed, rows.rows, rows.total), rows.total, "")
    if mode == "page_loops":
        asked = replace(asked, skip=0, after=None)
    found = shelf.slice(asked.since, size=asked.size, skip=asked.skip, after=asked.after, mode=mode)
    total = found.total + LIE * (mode == "count_lies")
    return Page(tell_total(feed, found.rows, total), total, _write_cursor(found.after))


def find_by_key(feed: Feed, shelf: Shelf, given: Mapping[str, str], render: Render) -> Page:
    """Return the record whose key stands in the parameter that the declaration fills with it, or none."""
    ask = feed.reconcile.ask
    names = [name for name, text in flatten(ask.request if ask else {}).items() if "{key}" in text]
    wanted = {given.get(name) for name in names}
    rows = [render(one.row) for one in shelf.listed() if one.record_id in wanted]
    return Page(rows, len(rows), "")


def lay_out(feed: Feed, page: Page, records: Any, *, message: str = "", code: str | None = None) -> dict[str, Any]:
    """Return the answer as nested values by the declared paths, `records` where the list belongs."""
    answer: dict[str, Any] = {}
    good = feed.success.values[0] if feed.success and code is None else code
    if feed.success and good:  # success may be that nothing stands there
        _put(answer, feed.success.field, good)
        _put(answer, feed.success.message, message or "成功")
    if code is None:
        _put(answer, "" if total_in_records(feed) else feed.paging.total, page.total)
        _put(answer, feed.paging.next, page.next)
        _put(answer, feed.records, records)
    return answer


def _read_skip(feed: Feed, found: Mapping[str, str], size: int) -> int:
    """Return how many records lie before the page."""
    begin = feed.paging.begin()
    if feed.paging.style == "page":
        return (_read_number("page", found.get("page"), begin) - begin) * size
    return _read_number("offset", found.get("offset"), begin) - begin if feed.paging.style == "offset" else 0


def _put(answer: dict[str, Any], path: str, value: Any) -> None:
    if not path:
        return
    *parents, last = path.split("/")
    for name in parents:
        answer = answer.setdefault(name, {})
    answer[last] = value


def _read_template(name: str, template: str, value: str) -> dict[str, str]:
    pattern = re.sub(r"\\{(since|page_size|page|offset|cursor)\\}", r"(?P<\1>.*)", re.escape(template))
    if value in BEGINNING and "{since}" in template:
        return {}  # asked for everything
    match = re.fullmatch(pattern, value)
    if match is None:
        raise WrongRequest(f"参数 {name} 有误")
    return match.groupdict()


def _read_number(name: str, text: str | None, default: int) -> int:
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
        raise WrongRequest(f"参数 {name} 不是数字")
    return int(text)


def _read_since(text: str, form: str) -> datetime | None:
    if text in BEGINNING:
        return None
    try:
        return datetime.strptime(text, written_form(form)).replace(tzinfo=None)  # noqa: DTZ007  the department's own local time
    except ValueError:
        raise WrongRequest(f"更新时间有误，格式为 {form}") from None


def _write_cursor(after: Position | None) -> str:
    return f"{after[0]:%Y%m%d%H%M%S}-{after[1]}" if after else ""


def _read_cursor(text: str) -> Position | None:
    if text in BEGINNING:
        return None
    try:
        written, _, number = text.partition("-")
        return datetime.strptime(written, "%Y%m%d%H%M%S"), int(number)  # noqa: DTZ007  as _write_cursor wrote it
    except ValueError:
        raise WrongRequest("游标有误") from None
