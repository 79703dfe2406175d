"""Find licenses: by number, identifier, holder code, holder name, letters, or whatever was typed.

Reads only. An empty answer says how sure it is: which departments are silent, what waits in quarantine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Final

import msgspec
from psycopg.errors import QueryCanceled
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from license_library.answers import Advice, LicenseHit, RecognisedAs, SearchAnswer, SearchCounts
from license_library.asking.bound_holders import NOBODY, Bound, bound_to_code, bound_to_organisation
from license_library.asking.cursors import check_limit, open_cursor, write_cursor, wrong_cursor
from license_library.asking.former_versions import Named, is_borne
from license_library.asking.looks import look
from license_library.asking.questions import SearchTerms
from license_library.asking.readings import Reading, read_terms
from license_library.licenses.dossier import get_license
from license_library.licenses.license_hits import Fitting, listed_hit
from license_library.search.name_candidates import (
    CANDIDATES,
    FILTERED_CANDIDATES,
    RANKS,
    Candidate,
    Candidates,
    letter_candidates,
    name_candidates,
    similar_candidates,
)
from license_library.search.search_advice import advise_found, advise_nothing, bad_of
from license_library.search.search_counts import count_found
from license_library.search.search_words import RECOGNISED, fitting
from license_library.search.searches import PAGES, STARTS
from license_library.storage.database import plan_once
from license_library.storage.keyring import Keyring
from schemas.errors import RequestError

__all__ = ["NAME_SEARCH_MILLISECONDS", "SearchTimedOut", "find_licenses", "get_license"]

NAME_SEARCH_MILLISECONDS = 2000

# A generic plan for pairs of characters walks the whole index: hundreds of times slower than planning each time. A walk of
# the table, or several workers, would begin elsewhere each time, and the pages of an answer would not follow one another.
_BOUND_SEARCH = text("""
select set_config('statement_timeout', :milliseconds, true), set_config('plan_cache_mode', 'force_custom_plan', true),
  set_config('enable_seqscan', 'off', true), set_config('max_parallel_workers_per_gather', '0', true)
""")

_FILTERS: Final = ("license_type", "issuer", "status", "valid_on")
_FORMER: Final[dict[RecognisedAs, Named]] = {"former_number": "number", "former_identifier": "identifier"}
_CANDIDATES: Final[dict[RecognisedAs, Callable[[Connection, str, int], Candidates]]] = {
    "holder_name": name_candidates,
    "similar_name": similar_candidates,
    "letters": letter_candidates,
}


class SearchTimedOut(RequestError):
    """The search took too long and was stopped; give more of the name."""

    code = "request.search_timed_out"


class _Found(msgspec.Struct, frozen=True):
    """Hold what one reading found: the page's rows, one more than shown where there are more, and the counts."""

    rows: Sequence[Any] = ()
    candidates: Candidates = Candidates([], too_many=False)
    counts: SearchCounts | None = None


def find_licenses(conn: Connection, keyring: Keyring, terms: SearchTerms, today: date, now: datetime) -> SearchAnswer:
    """Return the licenses the terms ask for, one page of them; WrongQuestion when they cannot be asked for."""
    check_limit(terms.limit)
    readings = read_terms(terms, keyring, today)
    question = _question(keyring, terms)
    tried, place = _pages(readings, question, terms.after)
    used, found = _search_in_turn(conn, [(number, readings[number]) for number in tried], terms, place, today)
    reading, shown, more = readings[used], found.rows[: terms.limit], len(found.rows) > terms.limit
    bound = _bound(conn, keyring, reading, shown)
    return SearchAnswer(
        recognised_as=reading.kind,
        recognised_words=RECOGNISED[reading.kind],
        hits=_hits(shown, reading, found.candidates, bound, lambda row, fit: listed_hit(row, keyring, today, now, fit)),
        next=write_cursor(question, [used, *shown[-1].place]) if more else None,
        advice=[
            *_said(reading, found),
            *_advise(conn, keyring, reading, [readings[number] for number in tried], found, terms, today, now),
        ],
        counts=found.counts,
        bound_holders=bound.told,
        look_alikes_offered=reading.kind == "holder_name" and (bool(found.rows) or found.candidates.too_many),
        today=today,
        asked_at=now,
    )


def _hits(
    rows: Sequence[Any],
    reading: Reading,
    candidates: Candidates,
    bound: Bound,
    hit: Callable[[Any, Fitting], LicenseHit],
) -> list[LicenseHit]:
    """Return the hits, each with how it fits: the kind of the reading, another number, or the rank of its holder's name."""
    fits = {one.subject_id: fitting(RANKS[one.rank], one.former_name) for one in candidates.listed}

    def fit(row: Any) -> Fitting:
        if other := bound.other_of(_holders(row)):
            return Fitting("bound_holder", other.told.words)
        return fits.get(row.place[2] if fits else 0) or fitting(reading.kind)

    return [hit(row, fit(row)) for row in rows]


def _bound(conn: Connection, keyring: Keyring, reading: Reading, rows: Sequence[Any]) -> Bound:
    """Return the holder's other numbers, asked only where something is held under one of them."""
    if reading.kind == "organisation_code" and rows:
        return bound_to_organisation(conn, keyring, reading.values)  # type: ignore[arg-type]  # hashes, as its kind says
    if reading.kind != "holder_code" or all(_holders(row).intersection(reading.values) for row in rows):
        return NOBODY
    return bound_to_code(conn, keyring, reading.values)  # type: ignore[arg-type]


def _holders(row: Any) -> set[Any]:
    return {row.holder_hash, *(row.listed_hashes or ())}


def _said(reading: Reading, found: _Found) -> tuple[Advice, ...]:
    # A license number that was found needs no doubt about being a mistyped holder code.
    return () if found.rows and reading.kind in ("number", "former_number") else reading.advice


def _advise(  # noqa: PLR0913, PLR0917 - what was asked, what was found, and both clocks
    conn: Connection,
    keyring: Keyring,
    reading: Reading,
    tried: list[Reading],
    found: _Found,
    terms: SearchTerms,
    today: date,
    now: datetime,
) -> list[Advice]:
    too_many = found.candidates.too_many
    if found.rows:
        bad = bad_of(found.rows, today)
        return advise_found(conn, reading, tried, terms.license_type, bad, now, too_many=too_many)
    return advise_nothing(conn, keyring, tried, terms.license_type, now, too_many=too_many)


def _pages(readings: list[Reading], question: bytes, after: str | None) -> tuple[list[int], list[int]]:
    """Try every reading for the first page; go on with the reading that found the page before."""
    if after is None:
        return list(range(len(readings))), []
    place = open_cursor(question, after)
    if not place or not 0 <= place[0] < len(readings) or len(place) - 1 != len(STARTS[readings[place[0]].kind]):
        raise wrong_cursor()
    return [place[0]], place[1:]


def _search_in_turn(
    conn: Connection, tried: list[tuple[int, Reading]], terms: SearchTerms, place: list[int], today: date
) -> tuple[int, _Found]:
    """Return what the first reading that finds anything found, or may have missed; the likeliest where none does."""
    first: _Found | None = None
    for number, reading in tried:
        found = _search(conn, reading, terms, place or STARTS[reading.kind], today)
        if found.rows or found.candidates.too_many:
            return number, found
        first = first or found
    return tried[0][0], first or _Found()


def _search(conn: Connection, reading: Reading, terms: SearchTerms, place: Sequence[int], today: date) -> _Found:
    # A filter may hide who bears a number today; whoever once bore it is not meant all the same.
    if not reading.values or (reading.kind in _FORMER and is_borne(conn, _FORMER[reading.kind], reading.values)):
        return _Found()
    asked: dict[str, Any] = {name: getattr(terms, name) for name in _FILTERS}
    asked |= {"limit": terms.limit + 1, **{f"after_{number}": key for number, key in enumerate(place)}}
    if reading.kind in _CANDIDATES:
        return _bounded(conn, lambda: _search_subjects(conn, reading, terms, asked, today))
    return _look_up(conn, reading, terms, asked | {"values": reading.values}, today)


def _search_subjects(
    conn: Connection, reading: Reading, terms: SearchTerms, asked: dict[str, Any], today: date
) -> _Found:
    candidates = _candidates(conn, reading, terms)
    if not candidates.listed:
        return _Found(candidates=candidates)
    plan_once(conn)
    first = _first_of(candidates.listed, [asked[f"after_{number}"] for number in range(3)], terms.limit)
    every = asked | _columns(candidates.listed)
    rows = look(conn, PAGES[reading.kind], asked | _columns(candidates.listed[:first]))
    if len(rows) <= terms.limit and first < len(candidates.listed):
        rows = look(conn, PAGES[reading.kind], every)
    counts = count_found(conn, reading.kind, terms, every, today, is_cut=candidates.too_many)
    return _Found(rows, candidates, counts)


def _candidates(conn: Connection, reading: Reading, terms: SearchTerms) -> Candidates:
    """Return who may be meant; where those are not all and only some of their licenses are wanted, many more of them."""
    find, name = _CANDIDATES[reading.kind], str(reading.values[0])
    candidates = find(conn, name, CANDIDATES)
    if candidates.too_many and any(getattr(terms, filter_) is not None for filter_ in _FILTERS):
        return find(conn, name, FILTERED_CANDIDATES)
    return candidates


def _first_of(listed: list[Candidate], place: list[int], limit: int) -> int:
    """Return how many of the best candidates fill a page where each holds a license: those of earlier pages, and as many as it shows."""
    seen = sum([one.rank, one.size, one.subject_id] <= place for one in listed)
    return seen + limit + 1


def _columns(candidates: list[Candidate]) -> dict[str, list[int]]:
    return {f"{name}s": [getattr(one, name) for one in candidates] for name in ("subject_id", "rank", "size")}


def _look_up(conn: Connection, reading: Reading, terms: SearchTerms, asked: dict[str, Any], today: date) -> _Found:
    rows = look(conn, PAGES[reading.kind], asked)
    return _Found(rows, counts=count_found(conn, reading.kind, terms, asked, today))


def _bounded(conn: Connection, search: Callable[[], _Found]) -> _Found:
    try:
        with conn.begin_nested():  # a timeout must leave the caller's transaction usable
            conn.execute(_BOUND_SEARCH, {"milliseconds": str(NAME_SEARCH_MILLISECONDS)})
            return search()
    except OperationalError as failure:
        if isinstance(failure.orig, QueryCanceled):
            raise SearchTimedOut from failure
        raise


def _question(keyring: Keyring, terms: SearchTerms) -> bytes:
    """Return what a cursor belongs to: everything asked except the page and the counts."""
    asked = {
        name: getattr(terms, name) for name in SearchTerms.__struct_fields__ if name not in ("after", "limit", "counts")
    }
    return keyring.fingerprint("cursor", msgspec.json.encode(asked).decode())
