"""One license as a list shows it: the columns every search selects, and the row made into a hit.

Knows the tables behind a hit. How licenses are found is the searches' business.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final

import msgspec
from sqlalchemy import column, text
from sqlalchemy.sql.selectable import TextualSelect

from license_library.answers import LicenseHit, Words
from license_library.asking.doubts import doubts_of
from license_library.asking.freshness import source_of, validity_of
from license_library.asking.listed_holders import LISTED, holders_of, listed_at, persons_of
from license_library.asking.looks import Looks, all_doubts, columns_of, first_doubts
from license_library.asking.masking import mask_code, mask_name, mask_text
from license_library.storage.keyring import Keyring
from license_library.words.wording import status_words, validity_words

# `found` brings license_id, ordinal and place (the cursor's keys).
_OF_LICENSE: Final = (
    "subject_id", "license_id", "license_type", "license_number", "license_identifier", "identifier_class", "issuer_name",
    "issued_on", "holder_name", "valid_from", "valid_to", "open_ended", "status", "version_number", "issuer_code",
    "area_code", "item_code", "item_name", "changed_on", "change_reason", "file_url", "replaces", "face",
    "source_updated_at", "version_count", "record_id", "page_number", "position", "exchange_id", "mapping_version",
    "department", "feed", "unlisted_at",
)  # fmt: skip
_TOLD: Final = {
    "ordinal": "found.ordinal",
    "place": "found.place",
    **{name: f"l.{name}" for name in _OF_LICENSE},
    "license_type_name": "coalesce(t.name, l.license_type)",
    "license_name": "coalesce(l.license_name, t.name, l.license_type)",
    "sensitivity": "t.sensitivity",
    "department_name": "d.name",
    **{name: f"f.{name}" for name in ("fresh_at", "fresh_seconds")},
    **{name: f"s.{name}" for name in ("code_encrypted", "code_type", "kind", "holder_hash")},
    **LISTED,
}
_HITS = """
select {told}
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
    veiled_words: Words | None = None  # where the words would tell a name that this list does not show


def hits_query(found: str) -> Looks:
    """Return the query that shows what `found` finds."""
    return Looks(_statement(found, _TOLD | first_doubts("l")), _statement(found, _TOLD | all_doubts("l")))


def _statement(found: str, told: dict[str, str]) -> TextualSelect:
    # Named beforehand, or the names of every answer would be looked up anew: a fifth of a search's time in Python.
    statement = text(_HITS.format(found=found, told=columns_of(told), joined=listed_at("l")))
    return statement.columns(*map(column, told))


def holder_code_of(row: Any, keyring: Keyring) -> str:
    """Return the holder's code in the clear, for masking only."""
    return keyring.decrypt(row.code_encrypted).decode()


def hit_of(row: Any, keyring: Keyring, today: date, now: datetime, fit: Fitting | None = None) -> LicenseHit:
    """Return the hit of one row; `fit` says why it was found."""
    code, persons = holder_code_of(row, keyring), persons_of(row, keyring)
    term = (row.status, row.valid_from, row.valid_to, row.open_ended)
    validity = validity_of(*term, today)
    return LicenseHit(
        license_id=row.license_id,
        license_type=row.license_type,
        license_type_name=row.license_type_name,
        license_name=shown_text(row.license_name, row.kind, code, persons),
        license_number=shown_text(row.license_number, row.kind, code, persons),
        license_identifier=row.license_identifier and shown_text(row.license_identifier, row.kind, code, persons),
        identifier_class=row.identifier_class,
        issuer_name=row.issuer_name,
        issued_on=row.issued_on,
        holder_name=row.holder_name,
        holder_code=mask_code(code),
        holder_code_type=row.code_type,
        holder_kind=row.kind,
        subject_id=row.subject_id,
        holders=holders_of(row, keyring),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        open_ended=row.open_ended,
        status=row.status,
        status_words=status_words(row.status),
        validity=validity,
        validity_words=validity_words(validity, *term),
        source=source_of(row, now),
        doubts=doubts_of(row, now),
        fit=fit.code if fit else None,
        fit_words=fit.words if fit else None,
    )


def listed_hit(row: Any, keyring: Keyring, today: date, now: datetime, fit: Fitting | None = None) -> LicenseHit:
    """Return the hit of one row in a list: of a sensitive type without name, number and identifier, which its own page tells."""
    hit = hit_of(row, keyring, today, now, fit)
    if row.sensitivity != "personal":
        return hit
    return msgspec.structs.replace(
        hit,
        is_veiled=True,
        license_number=mask_code(hit.license_number),
        license_identifier=hit.license_identifier and mask_code(hit.license_identifier),
        holder_name=mask_name(hit.holder_name),
        holders=[msgspec.structs.replace(one, name=mask_name(one.name)) for one in hit.holders],
        fit_words=fit and (fit.veiled_words or fit.words),
    )


def shown_text(said: str, kind: str, code: str, persons: Iterable[str] = ()) -> str:
    """Return what a license says as it may be shown: a person's code inside it is masked, be it any holder's."""
    return mask_text(said, code if kind == "person" else "", *persons)
