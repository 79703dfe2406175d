"""Find licenses: by number, identifier, holder code, holder name, or whatever was typed.

Reads only. An empty answer says how sure it is: which departments are silent, what waits in quarantine.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from psycopg.errors import QueryCanceled
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from license_library.answers import Advice, RecognisedAs, SearchAnswer, Words
from license_library.cursors import check_limit, open_cursor, write_cursor, wrong_cursor
from license_library.dossier import get_license
from license_library.keyring import Keyring
from license_library.license_hits import hit_of
from license_library.questions import SearchTerms
from license_library.readings import Reading, read_terms
from license_library.search_advice import advise
from license_library.searches import SEARCHES, STARTS, name_parameters
from schemas.errors import RequestError

__all__ = ["NAME_SEARCH_MILLISECONDS", "SearchTimedOut", "find_licenses", "get_license"]

NAME_SEARCH_MILLISECONDS = 2000

# A generic plan for pairs of characters walks the whole index: hundreds of times slower than planning each time.
_BOUND_SEARCH = text(
    "select set_config('statement_timeout', :milliseconds, true), set_config('plan_cache_mode', 'force_custom_plan', true)"
)

_RECOGNISED_WORDS: dict[RecognisedAs, Words] = {
    "number": Words("按证照编号查询", "by license number"),
    "identifier": Words("按电子证照标识查询", "by license identifier"),
    "holder_code": Words("按持证主体代码查询", "by holder code"),
    "holder_name": Words("按持证主体名称查询", "by holder name"),
}


class SearchTimedOut(RequestError):
    """The search took too long and was stopped; give more of the name."""

    code = "request.search_timed_out"


def find_licenses(conn: Connection, keyring: Keyring, terms: SearchTerms, today: date, now: datetime) -> SearchAnswer:
    """Return the licenses the terms ask for, one page of them; WrongQuestion when they cannot be asked for."""
    check_limit(terms.limit)
    readings = read_terms(terms, keyring, today)
    question = _question(keyring, terms)
    tried, place = _first_page(readings) if terms.after is None else _later_page(readings, question, terms.after)
    used, rows = _search_in_turn(conn, [(number, readings[number]) for number in tried], terms, place)
    shown, more = rows[: terms.limit], len(rows) > terms.limit
    return SearchAnswer(
        recognised_as=readings[used].kind,
        recognised_words=_RECOGNISED_WORDS[readings[used].kind],
        hits=[hit_of(row, keyring, today, now) for row in shown],
        next=write_cursor(question, [used, *shown[-1].place]) if more else None,
        advice=[*_said(readings[used], found=bool(rows)), *advise(conn, readings[used], rows, terms.license_type, now)],
        today=today,
        asked_at=now,
    )


def _said(reading: Reading, *, found: bool) -> tuple[Advice, ...]:
    # A license number that was found needs no doubt about being a mistyped holder code.
    return () if found and reading.kind == "number" else reading.advice


def _first_page(readings: list[Reading]) -> tuple[list[int], list[int]]:
    return list(range(len(readings))), []


def _later_page(readings: list[Reading], question: bytes, after: str) -> tuple[list[int], list[int]]:
    """Go on with the reading that found the page before."""
    place = open_cursor(question, after)
    if not place or not 0 <= place[0] < len(readings) or len(place) - 1 != len(STARTS[readings[place[0]].kind]):
        raise wrong_cursor()
    return [place[0]], place[1:]


def _search_in_turn(
    conn: Connection, tried: list[tuple[int, Reading]], terms: SearchTerms, place: list[int]
) -> tuple[int, Sequence[Any]]:
    """Return what the first reading that finds anything found; the likeliest reading where none does."""
    for number, reading in tried:
        if rows := _search(conn, reading, terms, place or STARTS[reading.kind]):
            return number, rows
    return tried[0][0], []


def _search(conn: Connection, reading: Reading, terms: SearchTerms, place: Sequence[int]) -> Sequence[Any]:
    if not reading.values:
        return []
    keys = {f"after_{number}": key for number, key in enumerate(place)}
    parameters: dict[str, Any] = {"license_type": terms.license_type, "limit": terms.limit + 1, **keys}
    if reading.kind == "holder_name":
        return _search_names(conn, parameters | name_parameters(str(reading.values[0])))
    return conn.execute(SEARCHES[reading.kind], parameters | {"values": reading.values}).all()


def _search_names(conn: Connection, parameters: dict[str, Any]) -> Sequence[Any]:
    try:
        with conn.begin_nested():  # a timeout must leave the caller's transaction usable
            conn.execute(_BOUND_SEARCH, {"milliseconds": str(NAME_SEARCH_MILLISECONDS)})
            return conn.execute(SEARCHES["holder_name"], parameters).all()
    except OperationalError as failure:
        if isinstance(failure.orig, QueryCanceled):
            raise SearchTimedOut from failure
        raise


def _question(keyring: Keyring, terms: SearchTerms) -> bytes:
    """Return what a cursor belongs to: everything asked except the page."""
    asked = {name: getattr(terms, name) for name in SearchTerms.__struct_fields__ if name not in ("after", "limit")}
    return keyring.fingerprint("cursor", msgspec.json.encode(asked).decode())
