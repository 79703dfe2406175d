"""Answer what an applicant must still bring for an approval item.

One statement decides; here its rows become the answer. Holder codes are judged before anyone searches.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from license_library.answers import Checklist, ItemBrief, LicenseBrief, SubjectBrief, Verdict
from license_library.asking.bound_holders import NOBODY, Bound, bound_to_code
from license_library.asking.freshness import source_of
from license_library.asking.holder_codes import HolderCode, read_holder_code
from license_library.asking.listed_holders import persons_of
from license_library.asking.looks import look
from license_library.asking.masking import mask_code
from license_library.asking.organisation_numbers import numbers_asked
from license_library.asking.readings import check_text
from license_library.checklist.checklist_words import action_words, reason_words
from license_library.checklist.firm_noes import CHECKED, judged
from license_library.checklist.verdict_labels import LABELS
from license_library.licenses.license_hits import shown_text
from license_library.storage.keyring import Keyring
from license_library.words.wording import status_words
from schemas.catalogue.license_types import merged_types
from schemas.errors import NotFound
from schemas.identifiers.holder_code_types import CREDIT_CODE, holder_kind
from schemas.license.states import FINAL_STATES, GOOD_STATES

_TO_BRING = ("not_held", "expired", "not_good", "applicant_brings")
_UNCERTAIN = ("disputed", "stale", "in_quarantine", "unknown")


def answer_checklist(
    conn: Connection,
    keyring: Keyring,
    item_code: str,
    holder_code: str,
    holder_code_type: str | None,
    today: date,
    now: datetime,
) -> Checklist:
    """Return a verdict for every material of the item; NotFound for the item, WrongQuestion for the holder code."""
    check_text(item_code, "checklist")
    check_text(holder_code, "checklist")
    holder = read_holder_code(holder_code, holder_code_type, today)
    hashes = holder.hashes(keyring)
    parameters = {
        "item_code": item_code.strip(),
        "hashes": hashes,
        "kind": holder_kind(holder.code_type),
        "good_states": sorted(GOOD_STATES),
        "final_states": sorted(FINAL_STATES),
        "merged": sorted(merged_types()),
        "today": today,
        "now": now,
        **numbers_asked(keyring, holder),
    }
    other_number = "older_number" if holder.code_type == CREDIT_CODE else "other_number"
    rows = [judged(row, other_number) for row in look(conn, CHECKED, parameters)]
    if not rows:
        raise NotFound("checklist: there is no such item; expected a code of the item catalogue; nothing was asked")
    is_bound = any(row.is_own is False for row in rows)
    bound = bound_to_code(conn, keyring, hashes) if is_bound else NOBODY
    return _checklist(keyring, rows, holder, bound, today, now)


def _checklist(
    keyring: Keyring, rows: Sequence[Any], holder: HolderCode, bound: Bound, today: date, now: datetime
) -> Checklist:
    materials = [_verdict(keyring, row, holder, bound, now) for row in rows if row.ordinal is not None]
    required = [material.verdict for material in materials if material.required]
    return Checklist(
        item=_item(rows[0], materials),
        subject=_subject(rows[0], holder),
        materials=materials,
        bound_holders=bound.told,
        held_count=sum(material.satisfied for material in materials),
        to_bring_count=sum(verdict in _TO_BRING for verdict in required),
        uncertain_count=sum(verdict in _UNCERTAIN for verdict in required),
        today=today,
        asked_at=now,
    )


def _item(row: Any, materials: list[Verdict]) -> ItemBrief:
    return ItemBrief(
        item_code=row.item_code,
        name=row.item_name,
        line=row.line,
        department_id=row.department_id,
        department_name=row.item_department_name,
        item_type=row.item_type,
        applicant_kind=row.applicant_kind,
        case_type=row.case_type,
        legal_days=row.legal_days,
        promised_days=row.promised_days,
        material_count=len(materials),
        license_material_count=sum(material.origin == "license" for material in materials),
    )


def _subject(row: Any, holder: HolderCode) -> SubjectBrief:
    return SubjectBrief(
        known=row.subject_name is not None,
        name=row.subject_name,
        code=mask_code(holder.code),
        code_type=holder.code_type,
        kind=row.kind,
        undecided_count=row.undecided_count,
        subject_id=row.subject_id,
    )


def _verdict(keyring: Keyring, row: Any, holder: HolderCode, bound: Bound, now: datetime) -> Verdict:
    return Verdict(
        ordinal=row.ordinal,
        name=row.name,
        note=row.note,
        required=row.required,
        origin=row.origin,
        license_type=row.license_type,
        license_type_name=row.license_type_name,
        verdict=row.verdict,
        reason=row.reason,
        verdict_words=LABELS[row.verdict],
        words=reason_words(row),
        action=action_words(row),
        satisfied=row.verdict == "held",
        issuer_name=row.issuer_name,
        license=_license(keyring, row, holder, bound) if row.license_id is not None else None,
        quarantine_ids=list(row.quarantine_ids),
        source=source_of(row, now) if row.department is not None else None,
    )


def _license(keyring: Keyring, row: Any, holder: HolderCode, bound: Bound) -> LicenseBrief:
    other = None if row.is_own else bound.others.get(row.held_by)
    code = other.code if other else holder.code
    return LicenseBrief(
        license_id=row.license_id,
        license_number=shown_text(row.license_number, row.kind, code, persons_of(row, keyring)),
        issued_on=row.issued_on,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        open_ended=row.open_ended,
        status=row.status,
        status_words=status_words(row.status),
        issuer_name=row.license_issuer_name,
        bound_words=other.told.words if other else None,
    )
