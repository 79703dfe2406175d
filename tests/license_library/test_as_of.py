"""What the library said of a license on a day stays what it said: compared with a model that knows only the merges."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from library_makers import NOW, record

from license_library.asking.refusals import NotSettled, WrongQuestion
from license_library.asking.settled import settled_until
from license_library.licenses.as_of import license_as_of
from license_library.merge.merging import merge_exchange, release_held
from schemas.errors import NotFound

BEGUN = datetime(2014, 1, 1, tzinfo=UTC)
STATUSES = ("valid", "suspended", "revoked", "renewal_pending", "cancelled")


@dataclass
class Model:
    """Know of each record when the hub learnt which version, true from which day, its state told from which day."""

    told: dict[str, list[tuple[datetime, date, str, date, date]]] = field(default_factory=dict)

    def learn(self, row: dict[str, object], known_from: datetime) -> None:
        """Take in what one merge brought of one record."""
        versions = self.told.setdefault(str(row["record_id"]), [])
        local_day = (row["source_updated_at"] + timedelta(hours=8)).date()
        true_from = (row["changed_on"] or local_day) if versions else row["issued_on"]
        first = true_from if row["status"] in {"valid", "renewal_pending"} else max(local_day, true_from)
        told_from = true_from if versions else (row["changed_on"] or first)
        versions.append((known_from, true_from, str(row["status"]), told_from, row["issued_on"]))

    def answer(self, record_id: str, on: date, known_at: datetime) -> tuple[str, str | None]:
        """Return the state of the answer and the status of the version that held."""
        known = [version for version in self.told[record_id] if version[0] <= known_at]
        holding = [(status, told_from) for _, true_from, status, told_from, _ in known if true_from <= on]
        if holding:
            status, told_from = holding[-1]
            return ("known", status) if told_from <= on else ("state_not_known", None)
        if any(issued_on <= on for *_, issued_on in known):  # somebody said that it was issued by then
            return "state_not_known", None
        return ("not_issued" if known else "not_known"), None


def a_batch(dice: random.Random, model: Model, number: int, size: int) -> list[dict[str, object]]:
    """Invent what a department tells in one exchange; sometimes one record twice, sometimes with a day of change long past."""
    batch = []
    for record_id in dice.sample([f"R{one}" for one in range(size)], size // 2):
        for step in range(dice.choice((1, 1, 2))):
            last = model.told.get(record_id, [(BEGUN, BEGUN.date(), "", BEGUN.date(), BEGUN.date())])[-1]
            told = BEGUN + timedelta(days=30 * number, hours=step, minutes=dice.randrange(1440))
            batch.append(
                record(
                    record_id=record_id,
                    status=dice.choice([one for one in STATUSES if one != last[2]]),
                    issued_on=date(2013, 1, 1) + timedelta(days=dice.randrange(800)),
                    changed_on=dice.choice((None, told.date() - timedelta(days=dice.randrange(200)))),
                    source_updated_at=told,
                    change_reason=f"{number}.{step}",  # so that no version is a copy of the one before
                )
            )
    return sorted(batch, key=lambda row: row["source_updated_at"])


def ids(library) -> dict[str, int]:
    with library.connect() as conn:
        return dict(conn.exec_driver_sql("select record_id, license_id from licenses").all())


def asked(library, keyring, license_id, *, on=None, known_at=None, now=NOW):
    with library.connect() as conn:
        return license_as_of(conn, keyring, license_id, on, known_at, now)


@pytest.mark.parametrize(
    ("seed", "merges", "questions"), [(1, 12, 800), pytest.param(2, 30, 10_000, marks=pytest.mark.scale)]
)
def test_a_generated_history_is_answered_as_a_model_that_knows_only_the_merges(
    *, library, keyring, pull, seed, merges, questions
):
    dice, model, moments = random.Random(seed), Model(), []
    for number in range(1, merges + 1):
        known_from = BEGUN + timedelta(days=30 * number + 3)
        batch = a_batch(dice, model, number, 20)
        pull(*batch, now=known_from)
        for row in batch:
            model.learn(row, known_from)
        moments += [known_from, known_from - timedelta(microseconds=1), known_from + timedelta(days=11)]
    known = ids(library)
    wrong, states, after = [], set(), BEGUN + timedelta(days=999)
    for _ in range(questions):
        record_id, known_at = dice.choice(sorted(known)), dice.choice(moments)
        on = date(2013, 1, 1) + timedelta(days=dice.randrange(1200))
        answer = asked(library, keyring, known[record_id], on=on, known_at=known_at, now=after)
        got = (answer.state, answer.version and answer.version.status)
        states.add(answer.state)
        if got != model.answer(record_id, on, known_at):
            wrong.append((record_id, on, known_at, got))
    assert wrong == []
    assert states == {"known", "state_not_known", "not_issued", "not_known"}


def test_what_was_answered_is_answered_the_same_after_everything_that_came_later(library, keyring, pull, hold):
    dice, model, given, held = random.Random(5), Model(), [], []
    for number in range(1, 9):
        now = BEGUN + timedelta(days=30 * number + 3)
        batch = a_batch(dice, model, number, 8)
        pull(*batch, now=now)
        for row in batch:
            model.learn(row, now)
        given += [
            (license_id, asked(library, keyring, license_id, now=now + timedelta(days=1)))
            for license_id in ids(library).values()
        ]
        # A batch that tells it otherwise waits, and is let go when everything was heard again, unchanged.
        held.append(hold(*(row | {"change_reason": "otherwise"} for row in batch), now=now + timedelta(days=2)))
        assert pull(*batch, now=now + timedelta(days=3)).merged == 0
    later = BEGUN + timedelta(days=999)
    assert [release_held(library, one, lambda: later - timedelta(days=1)).merged for one in held] == [0] * 8
    again = [
        asked(library, keyring, license_id, on=one.on, known_at=one.known_at, now=later) for license_id, one in given
    ]
    assert len(given) > 40
    assert [msgspec.structs.replace(one, asked_at=later) for _, one in given] == again


def test_the_age_told_is_what_it_was_at_the_instant_asked_about_and_stays_so(library, keyring, pull):
    first, hour = NOW - timedelta(days=9), timedelta(hours=1)
    pull(record(source_updated_at=first), now=first)
    license_id = ids(library)["R1"]
    moments = (first - hour, first + hour, first + 2 * hour)
    before = [asked(library, keyring, license_id, known_at=moment) for moment in moments]
    assert [one.source.freshness for one in before] == ["never", "fresh", "silent"]  # promised: an hour
    assert [one.source.as_of for one in before] == [None, first, first]
    assert "has been silent since" in before[-1].source.freshness_words.en
    assert before[-1].source.freshness_words.en.endswith(
        "longer than the 1 hours it promised (by its promise of today)"
    )
    assert before[-1].source.freshness_words.zh.endswith("（按现行承诺计算）")
    pull(record(source_updated_at=first), now=NOW - hour)
    assert [asked(library, keyring, license_id, known_at=moment) for moment in moments] == before
    assert asked(library, keyring, license_id).source.as_of == NOW - hour


def test_while_a_merge_is_under_way_only_what_is_before_it_is_settled(library, keyring, pull, check):
    pull(record(source_updated_at=NOW - timedelta(days=9)), now=NOW - timedelta(days=5))
    license_id = ids(library)["R1"]
    exchange = check(record(status="revoked", source_updated_at=NOW - timedelta(days=1)))
    written, asked_meanwhile = threading.Event(), threading.Event()

    def wait() -> None:
        written.set()
        assert asked_meanwhile.wait(30)

    merging = threading.Thread(target=lambda: merge_exchange(library, exchange.exchange_id, lambda: NOW, wait))
    merging.start()
    try:
        assert written.wait(30)
        later = NOW + timedelta(minutes=1)
        with pytest.raises(NotSettled):
            asked(library, keyring, license_id, known_at=later, now=later)
        before = asked(library, keyring, license_id, now=later)
    finally:
        asked_meanwhile.set()
        merging.join()
    assert before.known_at < NOW
    assert before.version.status == "valid"
    assert (
        asked(library, keyring, license_id, on=before.on, known_at=before.known_at, now=later).version == before.version
    )
    assert asked(library, keyring, license_id, known_at=later, now=later).version.status == "revoked"


def test_a_merge_that_died_leaves_everything_settled(library, check):
    exchange = check(record())

    def die() -> None:
        raise RuntimeError("gone")

    with pytest.raises(RuntimeError):
        merge_exchange(library, exchange.exchange_id, lambda: NOW, die)
    with library.connect() as conn:
        assert settled_until(conn, NOW) == NOW


def test_a_clock_that_went_back_never_makes_a_version_known_before_the_one_it_replaced(library, keyring, pull):
    pull(record(source_updated_at=NOW - timedelta(days=9)), now=NOW)
    pull(record(status="revoked", source_updated_at=NOW - timedelta(days=8)), now=NOW - timedelta(hours=2))
    license_id = ids(library)["R1"]
    assert asked(library, keyring, license_id, known_at=NOW - timedelta(hours=1)).state == "not_known"
    assert asked(library, keyring, license_id, known_at=NOW).version.status == "revoked"


def test_an_answer_tells_nothing_that_became_known_later(library, keyring, pull):
    pull(record(source_updated_at=NOW - timedelta(days=9)), now=NOW - timedelta(days=5))
    pull(record(status="revoked", source_updated_at=NOW - timedelta(days=1)), now=NOW)
    version = asked(library, keyring, ids(library)["R1"], known_at=NOW - timedelta(days=2)).version
    assert (version.status, version.current, version.known_to) == ("valid", True, None)


def test_the_first_state_that_was_told_is_not_projected_back_before_the_day_it_holds_from(library, keyring, pull):
    changed = date(2016, 5, 1)
    pull(record(status="cancelled", issued_on=date(2010, 1, 1), changed_on=changed), now=NOW - timedelta(days=5))
    license_id = ids(library)["R1"]
    between = asked(library, keyring, license_id, on=date(2012, 1, 1))
    assert (between.state, between.version, between.validity) == ("state_not_known", None, None)
    assert between.words.zh == "已颁发；当日状态不详：本库最早获知的状态自 2016-05-01 起"
    states = [(date(2009, 12, 31), "not_issued"), (date(2010, 1, 1), "state_not_known")]
    states += [(changed - timedelta(days=1), "state_not_known"), (changed, "known")]
    assert [asked(library, keyring, license_id, on=on).state for on, _ in states] == [state for _, state in states]
    assert asked(library, keyring, license_id, on=changed).validity == "not_good"


@pytest.mark.parametrize(("status", "state"), [("revoked", "state_not_known"), ("valid", "known")])
def test_a_first_state_that_is_not_good_is_known_from_the_day_it_was_told_where_no_day_of_change_is(
    library, keyring, pull, status, state
):
    said = datetime(2016, 4, 30, 17, 0, tzinfo=UTC)  # 1 May in Beijing
    pull(record(status=status, issued_on=date(2010, 1, 1), source_updated_at=said), now=NOW - timedelta(days=1))
    license_id = ids(library)["R1"]
    before = asked(library, keyring, license_id, on=date(2016, 4, 30))
    assert before.state == state
    assert ("自 2016-05-01 起" in before.words.zh) == (state == "state_not_known")
    assert asked(library, keyring, license_id, on=date(2016, 5, 1)).version.status == status


def test_a_day_of_issue_that_was_put_right_leaves_the_days_before_the_first_that_was_told_unknown(
    library, keyring, pull
):
    pull(record(issued_on=date(2015, 3, 1), source_updated_at=NOW - timedelta(days=30)), now=NOW - timedelta(days=30))
    corrected = {"issued_on": date(2012, 3, 1), "source_updated_at": NOW - timedelta(days=3)}
    pull(record(**corrected), now=NOW - timedelta(days=3))
    license_id = ids(library)["R1"]
    between = asked(library, keyring, license_id, on=date(2013, 6, 1))
    assert (between.state, between.version, between.validity) == ("state_not_known", None, None)
    assert "自 2015-03-01 起" in between.words.zh
    assert asked(library, keyring, license_id, on=date(2012, 2, 29)).state == "not_issued"
    before = asked(library, keyring, license_id, on=date(2013, 6, 1), known_at=NOW - timedelta(days=9))
    assert before.state == "not_issued"


def test_a_day_to_come_is_no_question_about_the_past(library, keyring, pull):
    pull(record(source_updated_at=NOW - timedelta(days=3)), now=NOW - timedelta(days=3))
    license_id, today = ids(library)["R1"], (NOW + timedelta(hours=8)).date()
    assert asked(library, keyring, license_id, on=today).state == "known"
    with pytest.raises(WrongQuestion) as refused:
        asked(library, keyring, license_id, on=today + timedelta(days=1))
    assert refused.value.reason == "search.day_to_come"
    assert str(refused.value).startswith("day: ")


def test_nothing_is_said_of_a_license_nobody_keeps(library, keyring):
    with pytest.raises(NotFound):
        asked(library, keyring, 404)
