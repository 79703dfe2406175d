"""A batch is judged by its feed's own past and by what is declared; the same numbers say the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connectors.declarations.declaration import Expects
from hub.pulling.anomalies import KINDS, Anomaly, Batch, find_anomalies, judged_kinds
from license_library.exchange.feed_history import Past
from schemas.suites.measures import Measured

DAY = timedelta(days=1)
START = datetime(2026, 6, 1, tzinfo=UTC)


def past(
    *received: int, window: timedelta | None = DAY, filled: tuple[int, int] | None = None, every: timedelta = DAY
) -> list[Past]:
    counts = {("filled", "holder_code"): filled} if filled else {}
    return [Past(START + every * place, window, many, counts) for place, many in enumerate(received)]


def found(batch: Batch, history: list[Past], expects: Expects | None = None) -> list[tuple[str, str, bool]]:
    anomalies: list[Anomaly] = find_anomalies(expects or Expects(), batch, history)
    return [(one.kind, one.cause, one.held_for is not None) for one in anomalies]


def news(received: int, window: timedelta = DAY, *counted: Measured) -> Batch:
    return Batch(window, received, counted, None)


def test_ten_times_the_volume_is_held_and_what_came_before_is_not() -> None:
    history = past(100, 90, 110, 100, 95)
    assert found(news(1000), history) == [("volume", "growth", True)]
    assert found(news(550), history) == []
    assert found(news(1000), history[:4]) == []  # four exchanges are no past
    assert found(news(1000), history, Expects(max_growth=20)) == []


def test_an_exchange_of_everything_is_no_past_of_news() -> None:
    assert found(news(1000), [*past(100, 90, 110, 100), *past(100, window=None)]) == []


def test_an_exchange_that_covers_less_than_any_before_may_bring_as_much_as_a_whole_one() -> None:
    assert found(news(550, DAY / 4), past(100, 90, 110, 100, 95)) == []
    assert found(news(500), past(100, 90, 110, 100, 95, window=timedelta(0))) == []


def test_a_late_exchange_may_bring_as_much_more_as_it_covers() -> None:
    assert found(news(2500, DAY * 5), past(100, 90, 110, 100, 95)) == []
    assert found(news(2500, DAY * 4), past(100, 90, 110, 100, 95)) == [("volume", "growth", True)]


def test_a_feed_that_delivers_in_bulk_now_and_then_is_not_held_for_it() -> None:
    assert found(news(5000), past(0, 0, 0, 5000, 0, 0)) == []
    assert found(news(99), past(0, 0, 0, 0, 0, 0)) == []


def test_silence_is_held_only_where_there_never_was_any() -> None:
    always = [100, 50, 40, 70, 20, 30, 60, 50, 90, 30]
    assert found(news(0), past(*always)) == [("volume", "silence", True)]
    assert found(news(0), past(*always[:-1], 0)) == []
    assert found(news(0), past(*always[:9])) == []
    assert found(news(0, DAY / 2), past(*always)) == []
    assert found(news(0), past(*always, every=DAY / 2)) == []  # within less than a week
    assert found(news(0), [*past(*always), *past(40, window=5 * DAY)]) == [("volume", "silence", True)]
    assert found(news(0), past(*[19] * 10)) == []  # so few may be none, once
    assert found(news(0), past(*[20] * 10)) == [("volume", "silence", True)]


@pytest.mark.parametrize(
    ("received", "known", "told"),
    [
        (499, 1000, [("volume", "loss", True)]),
        (0, 100, [("volume", "loss", True)]),
        (500, 1000, []),
        (5000, 1000, []),
        (5001, 1000, [("volume", "growth", True)]),
        (0, 99, []),
        (0, None, []),
    ],
)
def test_everything_is_judged_by_what_the_library_holds(received: int, known: int | None, told: list[object]) -> None:
    assert found(Batch(None, received, [], known), []) == told


def test_a_field_that_is_filled_less_than_before_is_told_and_not_held() -> None:
    history = past(200, filled=(198, 200))
    assert found(news(100, DAY, Measured("filled", "holder_code", 78, 100)), history) == [
        ("fill", "holder_code", False)
    ]
    assert found(news(100, DAY, Measured("filled", "holder_code", 80, 100)), history) == []
    assert found(news(49, DAY, Measured("filled", "holder_code", 0, 49)), history) == []
    assert found(news(100, DAY, Measured("filled", "holder_code", 100, 100)), past(200, filled=(60, 200))) == []
    assert found(news(100, DAY, Measured("filled", "holder_code", 0, 100)), past(99, filled=(99, 99))) == []


@pytest.mark.parametrize(
    ("measured", "kind"),
    [
        (Measured("duplicate", "license_number", 6, 100), "duplicates"),
        (Measured("contradiction", "identifier_issuer", 6, 100), "contradictions"),
        (Measured("problem", "record.dates_reversed", 6, 100), "contradictions"),
    ],
)
def test_doubles_and_contradictions_beyond_the_declared_share_are_told(measured: Measured, kind: str) -> None:
    assert found(news(100, DAY, measured), []) == [(kind, measured.name, False)]
    assert found(news(100, DAY, measured), [], Expects(max_duplicates=0.06, max_contradictions=0.06)) == []
    assert found(news(100, DAY, Measured("problem", "record.bad_date", 90, 100)), []) == []
    assert found(news(49, DAY, Measured(measured.measure, measured.name, 49, 49)), []) == []


def test_a_handful_says_nothing_of_shares_so_it_ends_no_incident_about_them() -> None:
    assert (judged_kinds(news(49)), judged_kinds(news(50))) == (("volume",), KINDS)


def test_the_words_are_in_both_languages_and_tell_the_numbers() -> None:
    (one,) = find_anomalies(Expects(), Batch(None, 10, [], 1000), [])
    assert "10 条" in one.words.zh
    assert "500" in one.words.en
