"""One license as a list shows it: the columns every search selects, and the row made into a hit.

Knows the tables behind a hit. How licenses are found is the searches' business.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import TextClause, text

from license_library.answers import LicenseHit, Words
from license_library.freshness import source_of, validity_of
from license_library.keyring import Keyring
from license_library.listed_holders import LISTED, holders_of, listed_at
from license_library.masking import mask_code, mask_text
from license_library.wording import status_words, validity_words

# `found` brings license_id, ordinal and place (the cursor's keys).
_HITS = """
select found.ordinal, found.place, l.subject_id,
       l.license_id, l.license_type, coalesce(t.name, l.license_type) as license_type_name,
       coalesce(l.license_name, t.name, l.license_type) as license_name, l.license_number, l.license_identifier,
       l.identifier_class, l.issuer_name, l.issued_on, l.holder_name, l.valid_from, l.valid_to, l.open_ended, l.status,
       l.version_number, l.issuer_code, l.area_code, l.item_code, l.item_name, l.changed_on, l.change_reason,
       l.file_url, l.face, l.source_updated_at, l.version_count, l.record_id, l.page_number, l.position, l.exchange_id,
       l.mapping_version, l.department, l.feed, d.name as department_name, f.fresh_at, f.fresh_seconds,
       s.code_encrypted, s.code_type, s.kind, s.holder_hash, {listed}
  from ({found}) as found
  join licenses l on l.license_id = found.license_id
  join subjects s on s.subject_id = l.subject_id
  join departments d on d.department = l.department
  join feeds f on f.department = l.department and f.feed = l.feed
  left join license_types t on t.license_type = l.license_type
  {joined}
 order by found.ordinal
"""


class Fitting(msgspec.Struct, frozen=True):
    """Say how a hit fits what was typed."""

    code: str
    words: Words


def hits_statement(found: str) -> TextClause:
    """Return the statement that shows what `found` finds."""
    return text(_HITS.format(found=found, listed=LISTED, joined=listed_at("l")))


def holder_code_of(row: Any, keyring: Keyring) -> str:
    """Return the holder's code in the clear, for masking only."""
    return keyring.decrypt(row.code_encrypted).decode()


def hit_of(row: Any, keyring: Keyring, today: date, now: datetime, fit: Fitting | None = None) -> LicenseHit:
    """Return the hit of one row; `fit` says why it was found."""
    code = holder_code_of(row, keyring)
    term = (row.status, row.valid_from, row.valid_to, row.open_ended)
    validity = validity_of(*term, today)
    return LicenseHit(
        license_id=row.license_id,
        license_type=row.license_type,
        license_type_name=row.license_type_name,
        license_name=row.license_name,
        license_number=shown_number(row.license_number, row.kind, code),
        license_identifier=row.license_identifier,
        identifier_class=row.identifier_class,
        issuer_name=row.issuer_name,
        issued_on=row.issued_on,
        holder_name=row.holder_name,
        holder_code=mask_code(code),
        holder_code_type=row.code_type,
        holder_kind=row.kind,
        holders=holders_of(row, keyring),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        open_ended=row.open_ended,
        status=row.status,
        status_words=status_words(row.status),
        validity=validity,
        validity_words=validity_words(validity, *term),
        source=source_of(row, now),
        fit=fit.code if fit else None,
        fit_words=fit.words if fit else None,
    )


def shown_number(number: str, kind: str, code: str) -> str:
    """Return a license number as it may be shown: a person's own code inside it is masked."""
    return mask_text(number, code if kind == "person" else "")
