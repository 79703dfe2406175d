"""What a holder held on a day stays what it was: compared with a model that knows only the merges."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, timedelta, timezone

import msgspec
import pytest
from library_makers import DEPARTMENT, FEED, NOW, department_entry, feed_entry, record
from sqlalchemy import text

from license_library.asking import known_feeds
from license_library.asking.known_feeds import sources_then
from license_library.asking.refusals import WrongQuestion
from license_library.catalogue.declared_feeds import register_department
from license_library.facts.subject_facts import facts_of_subject
from license_library.licenses import held_as_of as asking
from license_library.licenses.as_of import license_as_of
from license_library.licenses.held_as_of import held_as_of
from license_library.service.acts.asking import HeldRequest

BEGUN = datetime(2014, 1, 1, tzinfo=UTC)
HOLDERS = {
    "91370283MA3N0A9C6Y": ("001", "平度市恒通运输有限公司"),
    "370283199003077211": ("111", "王五"),
    "370283198505051236": ("111", "赵六"),
}
# known from, true from, status, holders, told from, issued on
Known = dict[str, list[tuple[datetime, date, str, set[str], date, date]]]


def asked(library, keyring, code, *, on=None, known_at=None, now=NOW):
    with library.connect() as conn:
        return held_as_of(conn, keyring, code, None, on, known_at, date(2016, 6, 15), now)


def told(answer):
    return {(one.license_number, one.status) for one in answer.licenses}


def a_row(dice: random.Random, number: int, record_id: str) -> tuple[dict[str, object], set[str]]:
    """Invent what a department tells of a record that passes from hand to hand, now and then into several at once."""
    codes = dice.sample(sorted(HOLDERS), dice.choice((1, 1, 2)))
    entries = [{"code": code, "code_type": HOLDERS[code][0], "name": HOLDERS[code][1]} for code in codes]
    at = BEGUN + timedelta(days=30 * number, minutes=dice.randrange(1440))
    row = record(
        record_id=record_id,
        license_number=f"鲁平{record_id}",
        holder_code=codes[0],
        holder_code_type=HOLDERS[codes[0]][0],
        holder_name=HOLDERS[codes[0]][1],
        holders=json.dumps([one | {"share": None} for one in entries], ensure_ascii=False) if entries[1:] else None,
        status=dice.choice(("valid", "suspended", "revoked")),
        issued_on=date(2013, 1, 1) + timedelta(days=dice.randrange(500)),
        changed_on=dice.choice((None, at.date() - timedelta(days=dice.randrange(100)))),
        source_updated_at=at,
        change_reason=str(number),
    )
    return row, set(codes)


def learn(known: Known, row: dict[str, object], codes: set[str], known_from: datetime) -> None:
    versions = known.setdefault(str(row["record_id"]), [])
    local_day = (row["source_updated_at"] + timedelta(hours=8)).date()
    true_from = (row["changed_on"] or local_day) if versions else row["issued_on"]
    first = true_from if row["status"] == "valid" else max(local_day, true_from)
    told_from = true_from if versions else (row["changed_on"] or first)
    versions.append((known_from, true_from, str(row["status"]), codes, told_from, row["issued_on"]))


def expected(known: Known, code: str, on: date, known_at: datetime) -> set[tuple[str, str | None]]:
    found = set()
    for record_id, versions in known.items():
        held = [
            (status if told_from <= on else None, codes)
            for at, true_from, status, codes, told_from, _ in versions
            if at <= known_at and true_from <= on
        ]
        if not held and any(at <= known_at and issued_on <= on for at, *_, issued_on in versions):
            held = [
                (None, versions[0][3])
            ]  # issued by then, as somebody said; held by whom the first that was told names
        if held and code in held[-1][1]:
            found.add((f"鲁平{record_id}", held[-1][0]))
    return found


def test_a_generated_history_is_answered_as_a_model_that_knows_only_the_merges(library, keyring, pull):
    dice, known, moments = random.Random(3), Known(), []
    for number in range(1, 13):
        known_from = BEGUN + timedelta(days=30 * number + 3)
        batch = [a_row(dice, number, f"R{one}") for one in dice.sample(range(12), 5)]
        pull(*(row for row, _ in batch), now=known_from)
        for row, codes in batch:
            learn(known, row, codes, known_from)
        moments += [known_from, known_from - timedelta(microseconds=1), known_from + timedelta(days=11)]
    wrong, found, unsaid = [], 0, 0
    for _ in range(600):
        code, known_at = dice.choice(sorted(HOLDERS)), dice.choice(moments)
        on = date(2013, 1, 1) + timedelta(days=dice.randrange(900))
        got, right = told(asked(library, keyring, code, on=on, known_at=known_at)), expected(known, code, on, known_at)
        found, unsaid = found + len(right), unsaid + sum(status is None for _, status in right)
        wrong += [(code, on, known_at, got, right)] if got != right else []
    assert wrong == []
    assert found > 500
    assert unsaid > 50


def test_a_license_that_was_passed_on_is_still_held_in_the_past(library, keyring, pull):
    company, person = "91370283MA3N0A9C6Y", "370283199003077211"
    pull(record(holder_code=company, source_updated_at=NOW - timedelta(days=40)), now=NOW - timedelta(days=39))
    passed = record(
        holder_code=person, holder_code_type="111", holder_name="王五", source_updated_at=NOW - timedelta(days=9)
    )
    pull(passed, now=NOW - timedelta(days=8))
    before = asked(library, keyring, company, on=(NOW - timedelta(days=20)).date())
    assert [one.version_count for one in before.licenses] == [1]
    assert asked(library, keyring, company).licenses == []
    assert [one.version_count for one in asked(library, keyring, person).licenses] == [2]


def test_a_holder_of_more_than_can_be_listed_is_told_so(library, keyring, pull, monkeypatch):
    monkeypatch.setattr(asking, "MOST", 2)
    pull(
        *(
            record(holder_code="91370283MA3N0A9C6Y", record_id=f"R{number}", license_number=f"L{number}")
            for number in range(3)
        )
    )
    answer = asked(library, keyring, "91370283MA3N0A9C6Y")
    assert (len(answer.licenses), answer.is_cut) == (2, True)


def test_nobody_held_nothing_and_a_wrong_code_is_refused(library, keyring, pull):
    assert asked(library, keyring, "370283199003077211").licenses == []
    with pytest.raises(WrongQuestion):
        asked(library, keyring, "91370283MA3N0A9C6X")


def test_a_license_first_heard_of_as_changed_later_is_held_in_a_state_that_is_not_known(library, keyring, pull):
    person = "370283199003077211"
    row = record(holder_code=person, holder_code_type="111", holder_name="王五", status="cancelled")
    pull(row | {"issued_on": date(2010, 1, 1), "changed_on": date(2016, 5, 1)}, now=NOW - timedelta(days=1))
    one = asked(library, keyring, person, on=date(2012, 1, 1)).licenses[0]
    assert (one.state, one.status, one.status_words, one.validity) == ("state_not_known", None, None, None)
    assert "当日状态不详" in one.words.zh
    after = asked(library, keyring, person, on=date(2016, 5, 1)).licenses[0]
    assert (after.state, after.status, after.validity) == ("known", "cancelled", "not_good")


def test_a_license_whose_day_of_issue_was_put_right_is_held_before_the_first_that_was_told(library, keyring, pull):
    code = "91370283MA3N0A9C6Y"
    for days, issued_on in ((30, date(2015, 3, 1)), (3, date(2012, 3, 1))):
        at = NOW - timedelta(days=days)
        pull(record(holder_code=code, issued_on=issued_on, source_updated_at=at), now=at)
    (one,) = asked(library, keyring, code, on=date(2013, 6, 1)).licenses
    assert (one.state, one.status, one.validity, one.issued_on) == ("state_not_known", None, None, date(2012, 3, 1))
    assert "自 2015-03-01 起" in one.words.zh
    assert asked(library, keyring, code, on=date(2012, 2, 29)).licenses == []


def test_what_is_held_on_a_day_to_come_is_no_question_about_the_past(library, keyring, pull):
    with pytest.raises(WrongQuestion) as refused:
        asked(library, keyring, "91370283MA3N0A9C6Y", on=(NOW + timedelta(days=2)).date())
    assert refused.value.reason == "search.day_to_come"


def test_a_license_first_heard_of_as_revoked_without_a_day_is_held_in_a_state_that_is_not_known(library, keyring, pull):
    company = "91370283MA3N0A9C6Y"
    pull(record(holder_code=company, status="revoked", issued_on=date(2010, 1, 1)), now=NOW - timedelta(days=1))
    states = [asked(library, keyring, company, on=on).licenses[0].state for on in (date(2014, 1, 1), NOW.date())]
    assert states == ["state_not_known", "known"]


def test_an_empty_answer_says_since_when_its_feeds_are_known_and_stays_so(library, keyring, pull):
    company, first = "91370283MA3N0A9C6Y", NOW - timedelta(days=5)
    pull(record(holder_code=company), now=first)
    before = asked(library, keyring, "370283199003077211", known_at=first - timedelta(seconds=1))
    assert (before.licenses, before.known_feeds) == ([], [])
    assert "不能据此断定未持有" in before.words.zh
    known = asked(library, keyring, "370283199003077211", known_at=first)
    assert [(one.known_since, one.source.as_of, one.source.freshness) for one in known.known_feeds] == [
        (first, first, "fresh")
    ]
    assert "下列" in known.words.zh
    pull(record(record_id="R2", license_number="L2"), now=NOW - timedelta(days=1))
    again = [asked(library, keyring, "370283199003077211", on=one.on, known_at=one.known_at) for one in (before, known)]
    assert again == [before, known]
    held = asked(library, keyring, company)
    assert (bool(held.licenses), held.known_feeds, held.words) == (True, [], None)


def test_an_instant_without_its_zone_is_refused():
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(
            {"holder_code": "x", "purpose": "case 2016-0001", "known_at": "2016-06-01T00:00:00"}, HeldRequest
        )


def test_the_codes_are_masked(library, keyring, pull):
    person = "370283199003077211"
    pull(record(holder_code=person, holder_code_type="111", holder_name="王五", license_number=person))
    assert person not in msgspec.json.encode(asked(library, keyring, person)).decode()
    with library.connect() as conn:
        assert conn.scalar(text("select license_number from licenses")) == person


@pytest.mark.parametrize("year", [1, 1899, 2201, 9999])
def test_a_moment_that_no_calendar_holds_is_refused_and_not_turned_into_another_zone_s(library, keyring, pull, year):
    pull(record())
    east = datetime(year, 1, 1, tzinfo=timezone(timedelta(hours=14)))
    with library.connect() as conn:
        for question in (
            lambda: asked(library, keyring, "91370283MA3N0A9C6Y", known_at=east),
            lambda: asked(library, keyring, "91370283MA3N0A9C6Y", on=date(year, 1, 1)),
            lambda: license_as_of(conn, keyring, 1, None, east, NOW),
            lambda: facts_of_subject(
                conn, keyring, "91370283MA3N0A9C6Y", None, None, None, east, date(2016, 6, 15), NOW
            ),
        ):
            with pytest.raises(WrongQuestion) as refused:
                question()
            assert refused.value.reason == "search.bad_day"


def test_an_answer_about_the_past_asks_how_old_no_other_feed_s_word_was(library, pull):
    pull(record())
    with library.begin() as conn:
        register_department(
            conn, department_entry(department="transport", name="交通"), [feed_entry(feed="permits")], NOW
        )
        assert len(sources_then(conn, NOW)) == 2
        assert sources_then(conn, NOW, {(DEPARTMENT, FEED)}).keys() == {(DEPARTMENT, FEED)}


def test_since_when_a_feed_is_known_is_found_without_reading_its_exchanges(shelf):
    shelf.add_feed()
    shelf.add_exchange()
    shelf.change(
        """insert into exchanges (department, feed, epoch, state, started_at, finished_at, lease_until, lease_seconds,
             mapping_version, page_count)
           select department, feed, n, 'merged', started_at + n * interval '1 minute', finished_at + n * interval '1 minute',
             lease_until, 60, mapping_version, 1 from exchanges cross join generate_series(2, 5000) n"""
    )
    shelf.change("analyze exchanges")
    plan = shelf.conn.execute(text(f"explain {known_feeds._KNOWN}"), {"known_at": NOW + timedelta(days=9)})
    assert "ix_exchanges_known" in "".join(plan.scalars())
