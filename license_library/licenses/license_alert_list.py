"""List the cases that relied on a license which is no longer what it was, and whether the platform was told.

Reads only. An alert is written by the merge that brings the news.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from license_library.answers import LicenseAlertBrief, LicenseAlertsAnswer, Words
from license_library.asking.cursors import read_page
from license_library.asking.looks import all_doubts, columns_of
from license_library.asking.masking import mask_code
from license_library.asking.questions import LicenseAlertFilter
from license_library.asking.readings import check_text
from license_library.licenses.reliances import OF_RELIANCE, reliance_columns, reliance_of
from license_library.storage.keyring import Keyring
from license_library.words.delivery_words import alert_change_words, delivery_state_words
from license_library.words.wording import status_words

_ALERTS = text(f"""
select a.alert_id, a.change, a.status_before, a.status, a.noticed_at, a.exchange_id, {reliance_columns(columns_of(all_doubts("l")))},
  exists (select from deliveries d where d.case_number = r.case_number and d.kind = 'decision') as is_decided,
  array(select p.name || '|' || d.state from deliveries d join departments p using (department)
    where d.delivery_key = any(array(select license_alert_key(a.alert_id, a.key_salt, department) from departments))
    order by d.delivery_id) as told
from license_alerts a join reliances r using (reliance_id) {OF_RELIANCE}
where (cast(:case_number as text) is null or r.case_number = :case_number)
  and (cast(:license_id as bigint) is null or r.license_id = :license_id) and a.alert_id < :before
order by a.alert_id desc limit :limit
""")  # noqa: S608 - constants of this file and reliances.py


def list_license_alerts(
    conn: Connection, keyring: Keyring, wanted: LicenseAlertFilter, now: datetime
) -> LicenseAlertsAnswer:
    """Return one page of alerts, newest first; WrongQuestion for a limit or cursor that is not ours."""
    check_text(wanted.case_number or "", "license alerts")
    scope = {"case_number": wanted.case_number, "license_id": wanted.license_id}
    rows, following = read_page(conn, _ALERTS, scope, wanted, "alert_id")
    return LicenseAlertsAnswer([_alert(row, keyring, now) for row in rows], following, now)


def _alert(row: Any, keyring: Keyring, now: datetime) -> LicenseAlertBrief:
    reliance = reliance_of(row, keyring, now)
    if row.sensitivity == "personal":  # as in every list: its own page tells the number, and who asked for it
        reliance = msgspec.structs.replace(reliance, license_number=mask_code(reliance.license_number))
    return LicenseAlertBrief(
        alert_id=row.alert_id,
        reliance=reliance,
        is_decided=row.is_decided,
        change=row.change,
        change_words=alert_change_words(row.change),
        status_before=row.status_before,
        status_before_words=status_words(row.status_before),
        status=row.status,
        status_words=status_words(row.status),
        noticed_at=row.noticed_at,
        exchange_id=row.exchange_id,
        told=[_told(one) for one in row.told],
    )


def _told(one: str) -> Words:
    department, _, state = one.rpartition("|")
    words = delivery_state_words(state)
    return Words(f"{department}：{words.zh}", f"{department}: {words.en}")
