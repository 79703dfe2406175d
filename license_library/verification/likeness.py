"""Which of the licenses that a verification may mean is the likeliest, and what the others leave open.

Pure judgement of rows that were compared; the clock is an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from license_library.answers import Doubt, FieldMatch, Words
from license_library.asking.doubts import doubts_of, may_have_changed
from license_library.asking.freshness import validity_of
from license_library.verification.comparing import HOLDER_FIELDS

Compared = tuple[Any, list[FieldMatch], list[Words]]  # a license, what of it was compared, why a number is its holder's
_LIKELIEST = (False, None, True)


def likeness(today: date, now: datetime) -> Callable[[Compared], tuple[Any, ...]]:
    """Return the order of licenses that may be meant: what fits whole before all, then whose holder fits, and how much of the rest."""

    def of(candidate: Compared) -> tuple[Any, ...]:
        row, matches, _ = candidate
        told = overall(matches)
        valid = validity_of(row.status, row.valid_from, row.valid_to, row.open_ended, today) == "valid"
        fits = told is not False
        # Beside a difference a stranger's license, however new and good, is not the one described.
        near = (
            (not _is_unsure(matches), 0)
            if fits
            else (is_of_the_given(matches), sum(match.matches is True for match in matches))
        )
        return fits, *near, valid, _LIKELIEST.index(told), not doubts_of(row, now), -row.ordinal

    return of


def _is_unsure(matches: list[FieldMatch]) -> bool:
    """Tell whether nobody can say of something given that it is the holder's: one of whom it surely is goes before."""
    return any(match.field in HOLDER_FIELDS and match.matches is None for match in matches)


def changes_beside(compared: Sequence[Compared], now: datetime) -> list[Doubt]:
    """Return why any license of the given holder, of anybody where none is theirs, may have changed: it may be as described by now."""
    own = [one for one in compared if is_of_the_given(one[1])] or compared
    return [doubt for row, _, _ in own for doubt in may_have_changed(row.status, doubts_of(row, now))]


def is_given(values: Mapping[str, str]) -> bool:
    """Tell whether it is said whose the license is: by number or by name."""
    return any(values.get(name, "").strip() for name in ("holder_code", "holder_name"))


def is_of_the_given(matches: list[FieldMatch]) -> bool:
    """Tell whether the license is the given holder's: by the number where one is given, else by the name."""
    told = {match.field: match.matches for match in matches}
    return told.get("holder_code", told.get("holder_name")) is True


def is_of_another(matches: list[FieldMatch]) -> bool:
    """Tell whether the number of the holder, or what kind of number it is, is not the license's."""
    return any(match.field in ("holder_code", "holder_code_type") and match.matches is False for match in matches)


def is_the_holder(matches: list[FieldMatch]) -> bool:
    """Tell whether the number that is given is the holder's: then it is one holder, under whichever number of theirs."""
    return any(match.field == "holder_code" and match.matches is True for match in matches)


def overall(matches: list[FieldMatch]) -> bool | None:
    """Tell whether all that was given is the license's; None where something was not compared, or nothing was given."""
    told = [match.matches for match in matches]
    if False in told:
        return False
    return True if told and None not in told else None
