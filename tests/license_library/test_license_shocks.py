"""A license that a case relied on has become another one: its case is told, and of what merely ran out it is not."""

from __future__ import annotations

import json
from datetime import date, timedelta

import polars as pl
import pytest
from library_makers import DEPARTMENT, NOW, record
from sqlalchemy import text

from license_library.asking.questions import LicenseAlertFilter
from license_library.catalogue.catalogue_store import load_catalogue
from license_library.deliveries.untold_alerts import find_untold_alerts
from license_library.exchange.checking import finish_check
from license_library.exchange.exchanges import finish_landing
from license_library.licenses.license_alert_list import list_license_alerts
from license_library.licenses.reliances import Relying, rely_on
from license_library.merge.listings import note_missed, note_returned
from license_library.merge.merging import merge_exchange
from schemas.catalogue.catalogue import load_catalogue as read_catalogue

TODAY = date(2016, 5, 4)
OTHER = "91370283MA3C00002W"


def told(days: int, **changes):
    changes = {"open_ended": False, "valid_to": date(2020, 1, 1), **changes}
    return record(source_updated_at=NOW - timedelta(days=30 - days), **changes)


def shared(*names):
    holders = [{"name": name, "code": code, "code_type": "001"} for name, code in names]
    return {"holders": json.dumps(holders, ensure_ascii=False)}


@pytest.fixture
def rely(library, keyring, pull):
    """Give a function that pulls the only license and lets case C-1 rely on it; return its id."""

    def rely_once(**changes) -> int:
        pull(told(1, **changes))
        with library.begin() as conn:
            license_id = conn.execute(text("select license_id from licenses")).scalar_one()
            rely_on(conn, keyring, Relying(license_id, "C-1", None, "window", "case C-1"), TODAY, NOW)
        return license_id

    return rely_once


@pytest.fixture
def alerts(library, keyring):
    """Give a function that returns what was told, the oldest first."""

    def list_all():
        with library.connect() as conn:
            found = list_license_alerts(conn, keyring, LicenseAlertFilter(), NOW).alerts
            salts = set(conn.scalars(text("select key_salt from license_alerts where key_salt <> ''")))
        assert len(salts) == len(found)  # a key of its own, also after a restore
        return [(one.change, one.status_before, one.status) for one in reversed(found)]

    return list_all


@pytest.fixture
def list_whole(library, begin):
    """Give a function that takes in a whole list which has or lacks the only license."""

    def take(*, has_it: bool) -> None:
        exchange = begin()
        finish_landing(library, exchange, NOW)
        with library.begin() as conn:
            if has_it:
                note_returned(conn, exchange, ["R1"])
            else:
                note_missed(conn, exchange, pl.Series(["other"]))
            finish_check(conn, exchange, 0, 0, None, "rules-1", NOW)
        merge_exchange(library, exchange.exchange_id, lambda: NOW)

    return take


def test_what_was_revoked_and_explained_in_one_batch_is_told(rely, pull, alerts):
    rely()
    pull(told(2, status="revoked"), told(3, status="revoked", change_reason="虚假材料"))
    assert alerts() == [("status", "valid", "revoked")]


def test_a_list_of_alerts_tells_no_number_of_a_license_of_sensitive_personal_information(rely, pull, library, keyring):
    rely()
    pull(told(2, status="revoked"))
    shown = []
    for sensitivity in ("restricted", "personal"):
        with library.begin() as conn:
            load_catalogue(conn, read_catalogue())
            conn.execute(
                text("update license_types set sensitivity = :told where license_type = 'bizlic'"),
                {"told": sensitivity},
            )
            (alert,) = list_license_alerts(conn, keyring, LicenseAlertFilter(), NOW).alerts
            shown.append(alert.reliance.license_number)
    assert shown[0] == "鲁平1号"
    assert "*" in shown[1]


def test_what_is_as_good_after_a_batch_as_it_was_before_is_no_news(rely, pull, alerts):
    rely()
    pull(told(2, status="suspended"), told(3, status="valid", change_reason="暂扣发还"))
    assert alerts() == []


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"valid_to": date(2016, 5, 3)}, "expired"),
        ({"valid_to": date(2016, 5, 4)}, "valid"),
        ({"valid_to": date(2018, 1, 1)}, "valid"),
        ({"valid_from": date(2016, 5, 5)}, "valid"),
    ],
)
def test_a_term_that_is_told_to_be_shorter_is_told_once(rely, pull, alerts, changes, status):
    rely()
    pull(told(2, **changes))
    pull(told(3, **changes, change_reason="地址变更"))
    assert alerts() == [("term", "valid", status)]


def test_a_longer_term_and_one_that_runs_out_as_it_was_known_are_no_news(rely, pull, alerts):
    rely()
    pull(told(2, valid_to=date(2021, 1, 1)))
    pull(told(3, valid_to=date(2021, 1, 1), change_reason="地址变更"), now=NOW + timedelta(days=3000))
    pull(told(4, open_ended=True, valid_to=None), now=NOW + timedelta(days=3001))
    assert alerts() == []


def test_a_renewal_that_is_granted_is_no_news(rely, pull, alerts):
    rely(valid_to=date(2016, 5, 10))
    pull(told(2, valid_to=date(2016, 5, 10), status="renewal_pending"))
    pull(told(3, valid_to=date(2021, 5, 10)))
    assert alerts() == []


def test_what_ran_out_is_dropped_from_a_list_without_a_word(rely, library, alerts, list_whole):
    rely()
    with library.begin() as conn:
        conn.execute(text("update licenses set valid_to = '2016-05-03'"))
    list_whole(has_it=False)
    assert alerts() == []


def test_a_license_that_is_passed_on_is_told_and_a_new_name_of_its_holder_is_not(rely, pull, alerts, library):
    rely()
    pull(told(2, holder_name="平度市恒通物流有限公司"))
    assert alerts() == []
    pull(told(3, holder_name="平度市新恒通有限公司", holder_code=OTHER, change_reason="转让"))
    assert alerts() == [("holder", "valid", "valid")]
    with library.connect() as conn:
        (untold,) = find_untold_alerts(conn, DEPARTMENT)
    assert (untold.status, untold.reason) == ("valid", "持证主体或其号码已变更；转让")


def test_a_joint_holder_who_is_gone_is_told(rely, pull, alerts):
    first, second = ("平度市恒通运输有限公司", "91370283MA3C00001X"), ("平度市新恒通有限公司", OTHER)
    rely(**shared(first, second))
    pull(told(2, **shared(second, first)))
    assert alerts() == []
    pull(told(3, **shared(first)))
    assert alerts() == [("holder", "valid", "valid")]


def test_what_the_department_lists_no_more_is_told_and_that_it_is_back(rely, alerts, list_whole, library):
    rely()
    for has_it in (False, False, True, False):
        list_whole(has_it=has_it)
    assert [change for change, _, _ in alerts()] == ["unlisted", "listed", "unlisted"]
    with library.connect() as conn:
        untold = find_untold_alerts(conn, DEPARTMENT)[0]
    assert (untold.changed_on, untold.reason) == (TODAY, "发证部门的完整名单中已没有该证照")


IDENTIFIER = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"


def test_what_another_row_of_a_license_takes_away_is_told_to_whoever_relied_on_it(rely, pull, alerts, library):
    rely(license_identifier=IDENTIFIER)
    pull(told(2, record_id="R2", license_identifier=IDENTIFIER))
    pull(told(3, record_id="R3", status="revoked", issued_on=date(2010, 1, 1)))  # its own of before says nothing of it
    assert alerts() == []
    pull(told(3, record_id="R2", license_identifier=IDENTIFIER, status="withdrawn"))
    pull(told(4, record_id="R2", license_identifier=IDENTIFIER, status="withdrawn", change_reason="再述"))
    assert alerts() == [("contradicted", "valid", "withdrawn")]
    with library.connect() as conn:
        (untold,) = find_untold_alerts(conn, "approval_platform")
    assert (untold.status, untold.reason) == ("withdrawn", "另有同一证照的记录称其已不可用")
    assert untold.changed_on == TODAY


def test_what_another_feed_takes_away_by_number_and_holder_is_told(rely, pull, alerts, library):
    license_id = rely()
    with library.begin() as conn:
        conn.execute(
            text(
                "insert into feeds (department, feed, record_type, license_types, fresh_seconds)"
                " select department, 'others', record_type, license_types, fresh_seconds from feeds"
            )
        )
        conn.execute(
            text("update licenses set feed = 'others', record_id = 'P1' where license_id = :id"), {"id": license_id}
        )
    pull(told(2, record_id="R2", status="withdrawn"))
    assert alerts() == [("contradicted", "valid", "withdrawn")]


def test_a_case_is_told_of_a_bad_row_that_is_corrected_onto_its_license(rely, pull, alerts):
    rely()
    pull(told(2, record_id="R2", license_number="X2", license_identifier=IDENTIFIER[:-5] + "003.X", status="revoked"))
    assert alerts() == []
    pull(told(3, record_id="R1", license_identifier=IDENTIFIER))
    assert alerts() == []
    pull(told(4, record_id="R2", license_number="X2", license_identifier=IDENTIFIER, status="revoked"))
    assert alerts() == [("contradicted", "valid", "revoked")]
    pull(
        told(
            5, record_id="R2", license_number="X2", license_identifier=IDENTIFIER, status="revoked", area_code="370200"
        )
    )
    assert alerts() == [("contradicted", "valid", "revoked")]


@pytest.mark.parametrize(
    ("successor", "is_told"),
    [
        ({"replaces": "鲁平1号", "holder_code": OTHER, "holder_name": "别家"}, True),
        ({"replaces": IDENTIFIER, "status": "revoked"}, True),
        ({"license_identifier": IDENTIFIER[:-5] + "002.S", "status": "revoked"}, True),
        ({"license_identifier": IDENTIFIER, "holder_code": OTHER, "holder_name": "别家"}, True),
        ({"license_identifier": IDENTIFIER}, False),
        (
            {
                "license_identifier": IDENTIFIER,
                "holder_code": OTHER,
                "holder_name": "别家",
                "issued_on": date(2014, 1, 1),
            },
            False,
        ),
        (
            {
                "license_identifier": IDENTIFIER,
                "holder_code": OTHER,
                "holder_name": "别家",
                "issued_on": date(2014, 1, 1),
                "changed_on": date(2016, 4, 1),
            },
            True,
        ),
        ({"replaces": "鲁平1号"}, False),
        ({"license_identifier": IDENTIFIER[:-5] + "002.S"}, False),
        ({"status": "revoked"}, False),
        ({"replaces": "鲁平9号", "status": "revoked"}, False),
    ],
)
def test_a_case_is_told_when_its_license_is_displaced(rely, pull, alerts, library, successor, is_told):
    rely(license_identifier=IDENTIFIER)
    pull(told(2, record_id="R2", **{"license_number": "X2", **successor}))
    pull(told(3, record_id="R2", area_code="370200", **{"license_number": "X2", **successor}))  # once is enough
    assert alerts() == ([("displaced", "valid", "valid")] if is_told else [])
    with library.connect() as conn:
        told_to = find_untold_alerts(conn, "approval_platform")
    assert [one.reason for one in told_to] == ["取代它的证照属于其他主体或已不可用"] * is_told


def test_a_case_is_told_when_the_successor_of_its_license_leaves_a_joint_holder_out(rely, pull, alerts):
    both = shared(("平度市恒通运输有限公司", "91370283MA3C00001X"), ("别家", OTHER))
    rely(**both)
    pull(told(2, record_id="R2", license_number="X2", replaces="鲁平1号", **both))
    assert alerts() == []
    pull(told(3, record_id="R2", license_number="X2", replaces="鲁平1号"))
    assert alerts() == [("displaced", "valid", "valid")]


def test_a_later_issue_of_the_same_feed_that_was_taken_away_is_told(rely, pull, alerts):
    rely()
    pull(told(2, record_id="R2", status="expired", issued_on=date(2010, 1, 1)))
    assert alerts() == []
    pull(told(3, record_id="R3", status="withdrawn", issued_on=date(2016, 1, 1)))
    assert alerts() == [("contradicted", "valid", "withdrawn")]


def test_another_row_of_that_very_issue_that_was_taken_away_is_told(rely, pull, alerts):
    rely()
    for status in ("superseded", "revoked"):
        pull(told(2, record_id=f"R-{status}", status=status))
    assert alerts() == [("contradicted", "valid", "revoked")]


def test_a_case_is_told_when_the_successor_of_its_license_is_lost_later(rely, pull, alerts):
    rely()
    pull(told(2, record_id="R2", license_number="X2", replaces="鲁平1号"))
    assert alerts() == []
    pull(told(3, record_id="R2", license_number="X2", replaces="鲁平1号", status="revoked"))
    assert alerts() == [("displaced", "valid", "valid")]
