"""One page of a list, where the next begins, and one row by its id. A cursor is an opaque text that fits one question only.

It holds sort keys, all of them integers, never a value that was asked for.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Any, Protocol

import msgspec
from sqlalchemy import Connection, Row, TextClause

from license_library.answers import Words
from license_library.asking.questions import MAX_LIMIT
from license_library.asking.refusals import WrongQuestion
from schemas.errors import NotFound
from schemas.struct_readers import build_readers

LAST = 2**62  # beyond every id and day: where a list that runs downwards starts
_Key = Annotated[int, msgspec.Meta(ge=-LAST, le=LAST)]


class _Cursor(msgspec.Struct, frozen=True, array_like=True):
    question: str
    place: list[_Key]


class Paged(Protocol):
    """A question whose answer comes in pages."""

    @property
    def limit(self) -> int:
        """Say how much one page holds."""

    @property
    def after(self) -> str | None:
        """Return `next` of the page before."""


build_readers(_Cursor)


def write_cursor(question: bytes, place: Sequence[int]) -> str:
    """Return the cursor that goes on after `place` in the list answering `question`."""
    cursor = _Cursor(_mark(question), list(place))
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def read_cursor(question: bytes, after: str | None, start: Sequence[int]) -> list[int]:
    """Return the place a cursor stands for, or `start` without one; WrongQuestion when it is not ours."""
    place = list(start) if after is None else open_cursor(question, after)
    if len(place) != len(start):
        raise wrong_cursor()
    return place


def read_page(
    conn: Connection, statement: TextClause, scope: Mapping[str, Any], wanted: Paged, key: str
) -> tuple[Sequence[Row[Any]], str | None]:
    """Return the rows of one page, by `key` downwards, and the cursor of the next; WrongQuestion for a limit or cursor not ours."""
    limit = check_limit(wanted.limit)
    question = msgspec.json.encode([key, scope])
    (before,) = read_cursor(question, wanted.after, (LAST,))
    rows = conn.execute(statement, {**scope, "before": before, "limit": limit + 1}).all()
    following = write_cursor(question, [getattr(rows[limit - 1], key)]) if len(rows) > limit else None
    return rows[:limit], following


def read_ordered(
    conn: Connection, statement: TextClause, scope: Mapping[str, Any], wanted: Paged, keys: Sequence[str]
) -> tuple[Sequence[Row[Any]], str | None]:
    """Return the rows of one page, by several keys upwards, and the cursor of the next; WrongQuestion as `read_page`.

    The statement orders by its columns of these names and goes on after the parameters of these names.
    """
    limit = check_limit(wanted.limit)
    question = msgspec.json.encode([keys, scope])
    place = read_cursor(question, wanted.after, [-LAST] * len(keys))
    rows = conn.execute(statement, {**scope, **dict(zip(keys, place, strict=True)), "limit": limit + 1}).all()
    more = len(rows) > limit
    following = write_cursor(question, [getattr(rows[limit - 1], key) for key in keys]) if more else None
    return rows[:limit], following


def find_by_id(conn: Connection, statement: TextClause, name: str, number: int, missing: str) -> Row[Any]:
    """Return the one row of an id; NotFound where there is none, told as `missing`. A number beyond every id is not looked for."""
    row = conn.execute(statement, {name: number}).one_or_none() if abs(number) <= LAST else None
    if row is None:
        raise NotFound(f"{missing} {number}; expected an id of the list")
    return row


def open_cursor(question: bytes, after: str) -> list[int]:
    """Return the keys in a cursor; WrongQuestion when it belongs to another question."""
    try:
        padded = after + "=" * (-len(after) % 4)
        cursor = msgspec.json.decode(base64.b64decode(padded, altchars=b"-_", validate=True), type=_Cursor)
    except (binascii.Error, msgspec.DecodeError, ValueError) as failure:
        raise wrong_cursor() from failure
    if cursor.question != _mark(question):
        raise wrong_cursor()
    return cursor.place


def wrong_cursor() -> WrongQuestion:
    """Return the error for a cursor that cannot be gone on from."""
    words = Words(
        "翻页位置无效，请重新查询",
        "list: the cursor is not of this question; expected `next` of its last page; ask again without it",
    )
    return WrongQuestion("search.bad_cursor", words)


def check_limit(limit: int) -> int:
    """Return the limit; WrongQuestion when it is outside what one page may hold."""
    if not 1 <= limit <= MAX_LIMIT:
        words = Words(
            f"每页条数应在 1 到 {MAX_LIMIT} 之间", f"list: the limit is wrong; expected 1 to {MAX_LIMIT}, got {limit}"
        )
        raise WrongQuestion("search.bad_limit", words)
    return limit


def _mark(question: bytes) -> str:
    return sha256(question).hexdigest()[:12]
