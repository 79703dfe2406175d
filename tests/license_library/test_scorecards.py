"""A month's scorecard is computed from what exchanges left behind, and a month that is over stays as it was."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from question_makers import Library
from sqlalchemy import Engine, text

from license_library.answers import Scorecard
from license_library.asking.questions import ScorecardFilter
from license_library.asking.refusals import WrongQuestion
from license_library.asking.table_export import write_csv
from license_library.oversight.scorecard_rows import scorecard_csv
from license_library.oversight.scorecards import score_month
from license_library.storage.keyring import Keyring

MAY = datetime(2016, 4, 30, 16, tzinfo=UTC)  # midnight in Beijing
JUNE = datetime(2016, 5, 31, 16, tzinfo=UTC)
LATER = JUNE + timedelta(days=40)
DAY = timedelta(days=1)
Write = Callable[..., int]


@pytest.fixture
def write(database: Engine, keyring: Keyring) -> Write:
    """Write an exchange of transport with what was counted of it."""
    with database.begin() as conn:
        Library(conn, keyring).add_feed("transport")
        conn.exec_driver_sql("delete from landed_pages; delete from exchanges")

    def add(at: datetime, *counted: tuple[str, str, int, int], **facts: object) -> int:
        with database.begin() as conn:
            facts = {
                "started_at": at,
                "finished_at": at,
                "checked_at": at,
                "received_count": 100,
                "merged_count": 100,
            } | facts
            number = Library(conn, keyring).add_exchange("transport", **facts)
            for measure, name, found, of in (("promise", "fresh_seconds", 86400, 86400), *counted):
                conn.execute(
                    text("insert into exchange_measures values (:number, :measure, :name, :found, :of)"),
                    {"number": number, "measure": measure, "name": name, "found": found, "of": of},
                )
        return number

    return add


def scored(database: Engine, month: str | None = "2016-05", now: datetime = LATER) -> Scorecard:
    with database.connect() as conn:
        return score_month(conn, ScorecardFilter(month), now)


def shares(card: Scorecard) -> dict[str, float | None]:
    (one,) = card.departments
    return {score.dimension: score.share and round(score.share, 4) for score in one.scores}


def test_each_dimension_is_so_much_of_so_much(database: Engine, write: Write) -> None:
    counted = [
        ("filled", "holder_code", 90, 100), ("filled", "valid_to", 100, 100), ("filled", "change_reason", 0, 100),
        ("duplicate", "license_number", 2, 100), ("contradiction", "identifier_issuer", 3, 50),
        ("problem", "record.dates_reversed", 1, 100), ("problem", "record.bad_date", 4, 100),
    ]  # fmt: skip
    write(MAY, *counted, merged_count=95, quarantined_count=5)
    assert shares(scored(database)) == {
        "completeness": 0.95, "validity": 0.95, "timeliness": round(1 / 31, 4), "uniqueness": 0.98,
        "consistency": 0.96, "corrections": None,
    }  # fmt: skip


def test_only_the_months_own_pulls_count(database: Engine, write: Write) -> None:
    bad = {"merged_count": 0, "quarantined_count": 100}
    write(MAY, ("filled", "valid_to", 100, 100))
    write(MAY - timedelta(seconds=1), ("filled", "valid_to", 0, 100), **bad)
    write(JUNE, ("filled", "valid_to", 0, 100), **bad)
    write(MAY, ("filled", "valid_to", 0, 100), kind="replay", **bad)
    write(MAY, ("filled", "valid_to", 0, 100), state="failed")
    write(MAY, ("filled", "valid_to", 0, 100), state="shadowed", is_shadow=True, **bad)
    assert (shares(scored(database))["completeness"], shares(scored(database))["validity"]) == (1, 1)


def test_timely_is_the_time_within_the_promise_as_it_was_then(database: Engine, write: Write) -> None:
    write(MAY - DAY / 2)  # twelve hours of it reach into May
    write(MAY + 10 * DAY)
    write(MAY + 10.5 * DAY)  # one and a half days with the one before
    write(MAY + 20 * DAY, state="held", held_count=100, merged_count=0)
    assert shares(scored(database))["timeliness"] == round(2 / 31, 4)
    with database.begin() as conn:
        conn.exec_driver_sql("update feeds set fresh_seconds = 1")
    assert shares(scored(database))["timeliness"] == round(2 / 31, 4)


def test_a_month_that_is_over_stays_as_it_was(database: Engine, write: Write) -> None:
    held = write(MAY, ("filled", "valid_to", 50, 100), state="held", held_count=100, merged_count=0)
    before = scored(database, now=JUNE)
    assert before.is_over
    write(JUNE + DAY, ("filled", "valid_to", 0, 100))
    with database.begin() as conn:  # released when the month was over
        release = "update exchanges set state = 'merged', merged_count = 100, held_count = 0, finished_at = %s where exchange_id = %s"
        conn.exec_driver_sql(release, (JUNE + DAY, held))
    assert scored(database, now=LATER).departments == before.departments


def test_a_month_that_goes_on_counts_until_now_and_the_trend_ends_with_it(database: Engine, write: Write) -> None:
    write(MAY)
    card = scored(database, None, MAY + 2 * DAY)
    assert (card.month, card.is_over, shares(card)["timeliness"]) == ("2016-05", False, 0.5)
    timely = [(one.month, one.share) for one in card.trend if one.dimension == "timeliness"]
    assert timely[-2:] == [("2016-04", None), ("2016-05", 0.5)]
    assert len(timely) == 6


@pytest.mark.parametrize("month", ["2016-13", "2016-5", "may", "2016-08", "１９９９-01", "1016-01"])
def test_a_month_that_is_none_or_to_come_is_refused(database: Engine, month: str) -> None:
    with pytest.raises(WrongQuestion, match="like 2026-11"):
        scored(database, month, LATER)


def test_a_scorecard_as_a_table_has_a_row_for_each_dimension(database: Engine, write: Write) -> None:
    write(MAY)
    rows = list(csv.DictReader(io.StringIO(scorecard_csv(scored(database)).removeprefix("\ufeff"))))
    assert [row["dimension"] for row in rows] == [
        "completeness", "validity", "timeliness", "uniqueness", "consistency", "corrections",
    ]  # fmt: skip
    assert (rows[1]["share"], rows[1]["维度"], rows[5]["share"]) == ("1.0", "准确性", "")


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "＝1", "＋1", "－1", "＠x", " =1", "370283199003077211", "007"]
)
def test_no_cell_is_a_formula_and_no_identifier_a_number(cell: str) -> None:
    (_, (shown,)) = csv.reader(io.StringIO(write_csv(["a"], [[cell]]), newline=""))
    assert shown == f"'{cell}"


@pytest.mark.parametrize(
    ("cell", "shown"), [(-1, "-1"), (0.5, "0.5"), (None, ""), ("平度", "平度"), ("2016-05", "2016-05")]
)
def test_other_cells_stay_as_they_are(cell: object, shown: str) -> None:
    assert list(csv.reader(io.StringIO(write_csv(["a", "b"], [["x", cell]]))))[1] == ["x", shown]
