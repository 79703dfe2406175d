"""What cases rely on: noting it, and listing what has become of it. The only door from routes to that.

Writes reliances, each with who says so and why; no license is within reach.
"""

from __future__ import annotations

import msgspec

from license_library.answers import LicenseAlertsAnswer, RelianceBrief
from license_library.asking.inquiries import hash_question, record_inquiry
from license_library.asking.questions import LicenseAlertFilter
from license_library.licenses.license_alert_list import list_license_alerts
from license_library.licenses.reliances import Relying, rely_on
from license_library.service.acts.purposes import Purpose
from license_library.service.acts.refusals import noting_refusals
from license_library.service.settings import ServiceSettings
from schemas.struct_readers import build_readers


class RelianceRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Note that a case relies on a license as it stands, with a purpose."""

    license_id: int
    case_number: str
    purpose: Purpose
    item_code: str | None = None


def note_reliance(settings: ServiceSettings, actor: str, asked: RelianceRequest) -> RelianceBrief:
    """Note the reliance and that it was asked for, in one transaction; a refusal is recorded too."""
    now = settings.now()
    relying = Relying(asked.license_id, asked.case_number, asked.item_code or None, actor, asked.purpose)
    hashed = hash_question(settings.keyring, msgspec.structs.replace(asked, purpose=""))
    with noting_refusals(settings, actor, "reliance", asked.purpose, hashed), settings.engine.begin() as conn:
        noted = rely_on(conn, settings.keyring, relying, settings.today(), now)
        record_inquiry(conn, actor, "reliance", asked.purpose, hashed, 1, now)
        return noted


def license_alerts(settings: ServiceSettings, wanted: LicenseAlertFilter) -> LicenseAlertsAnswer:
    """List the cases whose licenses changed their state, newest first."""
    with settings.engine.connect() as conn:
        return list_license_alerts(conn, settings.keyring, wanted, settings.now())


build_readers(RelianceRequest)
