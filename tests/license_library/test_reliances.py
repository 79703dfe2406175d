"""What a case relied on is remembered, and whoever relied on a license that stops being good is told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from library_makers import DEPARTMENT, NOW, record
from sqlalchemy import text

from license_library.asking.questions import LicenseAlertFilter
from license_library.asking.refusals import NotReliable
from license_library.deliveries.outbox import Owing, enqueue
from license_library.deliveries.untold_alerts import find_untold_alerts
from license_library.licenses.license_alert_list import list_license_alerts
from license_library.licenses.reliances import Relying, list_reliances, rely_on
from schemas.errors import NotFound, RequestError

pytestmark = pytest.mark.usefixtures("both_looks")

TODAY = date(2016, 5, 4)
DISPUTE = """
insert into correction_requests (department, feed, record_id, license_id, field, basis, asked_by, asked_at, due_on, state)
select department, feed, record_id, license_id, 'valid_to', 'x', 'x', now(), '2016-05-04', 'open' from licenses
"""


def told(days: int, **changes):
    return record(source_updated_at=NOW - timedelta(days=30 - days), **changes)


@pytest.fixture
def relied(library, keyring, pull):
    """Give a library in which case C-1 relies on the only license, and its id."""
    pull(told(1))
    with library.begin() as conn:
        license_id = conn.execute(text("select license_id from licenses")).scalar_one()
        rely_on(conn, keyring, relying(license_id), TODAY, NOW)
    return license_id


def relying(license_id: int, case: str = "C-1") -> Relying:
    return Relying(license_id, case, None, "window", "case C-1")


def alerts(library, keyring):
    with library.connect() as conn:
        found = list_license_alerts(conn, keyring, LicenseAlertFilter(), NOW).alerts
    return [(one.reliance.case_number, one.status_before, one.status, one.is_decided) for one in reversed(found)]


def test_the_same_case_and_version_is_one_reliance(library, keyring, relied):
    with library.begin() as conn:
        again = rely_on(conn, keyring, relying(relied, " C-1 "), TODAY, NOW + timedelta(days=1))
        assert list_reliances(conn, keyring, relied, NOW + timedelta(days=1)) == [again]
    assert (again.version_count, again.relied_at) == (1, NOW)


def test_a_version_that_is_relied_on_stays_what_it_was(library, keyring, pull, relied):
    pull(told(2, license_number="鲁平2号"))
    with library.connect() as conn:
        (one,) = list_reliances(conn, keyring, relied, NOW)
    assert (one.version_count, one.license_number) == (1, "鲁平1号")


@pytest.mark.parametrize(
    ("changes", "today"),
    [
        ({"status": "revoked"}, TODAY),
        ({"open_ended": False, "valid_to": date(2016, 5, 3)}, TODAY),
        ({"valid_from": date(2016, 5, 5)}, TODAY),
    ],
)
def test_what_is_not_valid_today_is_not_relied_on(library, keyring, pull, changes, today):
    pull(told(1, **changes))
    with library.begin() as conn, pytest.raises(NotReliable):
        rely_on(conn, keyring, relying(1), today, NOW)


def doubts(library, keyring, license_id):
    """Note once more that a case relies on it, and return what is told against it: noted, listed and alerted."""
    with library.begin() as conn:
        noted = rely_on(conn, keyring, relying(license_id), TODAY, NOW)
        listed = list_reliances(conn, keyring, license_id, NOW)
        alerted = [one.reliance for one in list_license_alerts(conn, keyring, LicenseAlertFilter(), NOW).alerts]
    assert noted in listed
    assert {len(listed), len(alerted)} == {2}
    assert all(one.doubts == noted.doubts for one in (*listed, *alerted))
    return [one.code for one in noted.doubts]


def test_a_license_that_is_listed_no_more_disputed_or_of_a_silent_department_is_relied_on_with_a_warning(
    library, keyring, pull, relied
):
    pull(told(2, status="suspended"))
    pull(told(3))
    assert doubts(library, keyring, relied) == []
    for change, code in (
        ("update feeds set fresh_at = '2016-01-01'", "silent"),
        ("update licenses set unlisted_at = now()", "unlisted"),
        (DISPUTE, "disputed"),
    ):
        with library.begin() as conn:
            conn.execute(text(change))
        assert doubts(library, keyring, relied)[0] == code
    assert doubts(library, keyring, relied) == ["disputed", "unlisted", "silent"]
    with library.begin() as conn:
        conn.execute(text("update correction_requests set state = 'withdrawn', answered_at = now()"))
    assert doubts(library, keyring, relied) == ["unlisted", "silent"]


def test_what_spoke_against_a_license_when_a_case_relied_on_it_stays_with_the_case(library, keyring, pull, relied):
    with library.begin() as conn:
        conn.execute(text("update licenses set unlisted_at = now()"))
        conn.execute(text(DISPUTE))
        noted = rely_on(conn, keyring, relying(relied, "C-2"), TODAY, NOW + timedelta(days=9))
    assert [one.code for one in noted.doubts] == ["disputed", "unlisted", "silent"]
    with library.begin() as conn:
        conn.execute(text("update correction_requests set state = 'withdrawn', answered_at = now()"))
        conn.execute(text("update licenses set unlisted_at = null"))
        rely_on(conn, keyring, relying(relied, "C-2"), TODAY, NOW)
        listed = list_reliances(conn, keyring, relied, NOW)
    then = {one.case_number: [doubt.code for doubt in one.doubts_then] for one in listed}
    assert then == {"C-1": [], "C-2": ["disputed", "unlisted", "silent"]}
    assert [one.doubts for one in listed] == [[], []]
    assert "未按承诺的时限" in listed[0].doubts_then[-1].words.zh


def test_of_a_case_that_was_noted_before_that_was_kept_nobody_knows_it(library, keyring, relied):
    with library.begin() as conn:
        conn.execute(text("update reliances set doubt_codes = null"))
        assert [one.doubts_then for one in list_reliances(conn, keyring, relied, NOW)] == [None]


@pytest.mark.parametrize("case", ["", "  ", "办件1", "a b", "x" * 101, "a\nb", "correction-5", " correction-5"])
def test_a_case_number_that_is_none_is_refused(library, keyring, relied, case):
    with library.begin() as conn, pytest.raises(RequestError):
        rely_on(conn, keyring, relying(relied, case), TODAY, NOW)


def test_a_license_or_item_that_is_unknown_is_not_relied_on(library, keyring, relied):
    with library.begin() as conn, pytest.raises(NotFound):
        rely_on(conn, keyring, relying(404), TODAY, NOW)
    with library.begin() as conn, pytest.raises(NotFound):
        rely_on(conn, keyring, Relying(relied, "C-2", "NO-SUCH", "window", "case"), TODAY, NOW)


def test_a_license_that_stops_being_good_alerts_every_case_that_relied_on_it(library, keyring, pull, relied):
    pull(told(2, change_reason="地址变更"))
    with library.begin() as conn:
        rely_on(conn, keyring, relying(relied, "C-2"), TODAY, NOW)
        enqueue(conn, keyring, Owing(DEPARTMENT, "decision", "C-2", "A", {}), NOW)
    assert alerts(library, keyring) == []
    pull(told(3, status="suspended"))
    assert sorted(alerts(library, keyring)) == [
        ("C-1", "valid", "suspended", False),
        ("C-2", "valid", "suspended", True),
    ]


def test_what_it_becomes_afterwards_is_told_too_and_a_renewal_under_way_is_no_news(library, keyring, pull, relied):
    pull(told(2, status="renewal_pending"))
    for day, status in enumerate(("suspended", "suspended", "revoked", "valid"), 3):
        pull(told(day, status=status, change_reason=str(day)))
    assert [(before, after) for _, before, after, _ in alerts(library, keyring)] == [
        ("renewal_pending", "suspended"),
        ("suspended", "revoked"),
        ("revoked", "valid"),
    ]


def test_an_alert_is_untold_until_a_delivery_of_its_own_stands_in_the_outbox(library, keyring, pull, relied):
    pull(told(2, status="revoked", changed_on=date(2016, 4, 20), license_number="鲁平2号"))
    with library.begin() as conn:
        (untold,) = find_untold_alerts(conn, DEPARTMENT)
        assert (untold.license_number, untold.status, untold.changed_on) == ("鲁平1号", "revoked", date(2016, 4, 20))
        owing = Owing(DEPARTMENT, "license_alert", untold.case_number, "A", {}, untold.delivery_key)
        enqueue(conn, keyring, owing, NOW)
        assert find_untold_alerts(conn, DEPARTMENT) == []
        (shown,) = list_license_alerts(conn, keyring, LicenseAlertFilter(case_number="C-1"), NOW).alerts
        assert [words.zh for words in shown.told] == ["平度市市场监督管理局：待发送"]


def test_a_reliance_says_what_became_of_its_license_since(library, keyring, pull, relied):
    def warnings():
        with library.connect() as conn:
            (one,) = list_reliances(conn, keyring, relied, NOW)
        return [(warning.code, warning.words.zh) for warning in one.warnings]

    assert warnings() == []
    pull(told(2, license_number="鲁平2号"))
    former = ("license.former_version", "属于先前的第 1 版，证照现为第 2 版")
    assert warnings() == [former]
    pull(told(3, record_id="R9", license_number="鲁平3号", license_identifier=None, replaces="鲁平2号"))
    assert warnings() == [("license.replaced", "已有证照取代本证照，请核验取代它的证照"), former]
