"""One license whole: its values, every version the hub has known, and the way back to the page it was read from.

Reads only. Holder codes are masked before they leave, in whatever field they hide.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from license_library.answers import FaceField, LicenseAnswer, Provenance
from license_library.asking.cursors import LAST
from license_library.asking.doubts import doubts_of
from license_library.asking.field_lineage import list_lineage
from license_library.asking.listed_holders import persons_of
from license_library.asking.looks import look
from license_library.asking.masking import mask_text
from license_library.licenses.history import read_versions
from license_library.licenses.license_hits import hit_of, hits_query, holder_code_of, shown_text
from license_library.licenses.reliances import list_reliances
from license_library.licenses.replacements import find_newer, find_older
from license_library.storage.keyring import Keyring
from license_library.words.wording import face_words
from schemas.errors import NotFound

_LICENSE = hits_query("""
select cast(:license_id as bigint) as license_id, 1 as ordinal, cast(null as bigint[]) as place
""")

_ORIGIN = text("""
select f.catalogue_code, f.basis, f.purpose, e.exchange_id, e.state as exchange_state,
       e.started_at as exchange_started_at, e.finished_at as exchange_finished_at, e.rule_version,
       p.digest as page_digest, p.size_bytes as page_size_bytes, p.body is not null as page_kept,
       p.requested_at, p.first_byte_at, p.received_at, p.stored_at, e.kind as exchange_kind,
       coalesce(r.source_exchange_id, l.exchange_id) as page_exchange_id,
       coalesce(r.source_page_number, l.page_number) as source_page_number,
       exists (select from quarantined_records q where q.quarantine_id = r.quarantine_id and q.edits is not null) as is_edited,
       (select count(*) from quarantined_records q
         where q.department = l.department and q.feed = l.feed and q.state = 'open' and q.record_id = l.record_id)
         as quarantined
  from licenses l
  join feeds f on f.department = l.department and f.feed = l.feed
  join exchanges e on e.exchange_id = l.exchange_id
  left join replayed_records r
    on r.exchange_id = l.exchange_id and r.page_number = l.page_number and r.position = l.position
  left join landed_pages p on p.exchange_id = coalesce(r.source_exchange_id, l.exchange_id)
    and p.page_number = coalesce(r.source_page_number, l.page_number)
 where l.license_id = :license_id
""")


def get_license(conn: Connection, keyring: Keyring, license_id: int, today: date, now: datetime) -> LicenseAnswer:
    """Return the license with its history and provenance; NotFound when nothing is kept under that id."""
    known = abs(license_id) <= LAST  # a number beyond the database's own is nobody's id
    row = next(iter(look(conn, _LICENSE, {"license_id": license_id})), None) if known else None
    origin = conn.execute(_ORIGIN, {"license_id": license_id}).one_or_none() if known else None
    if row is None or origin is None:
        raise NotFound(f"library: no license is kept under {license_id}; expected an id of a search answer")
    code, persons = holder_code_of(row, keyring), persons_of(row, keyring)
    return LicenseAnswer(
        license=hit_of(row, keyring, today, now),
        version_number=row.version_number,
        issuer_code=row.issuer_code,
        area_code=row.area_code,
        item_code=row.item_code,
        item_name=_masked(row.item_name, [code, *persons]),
        changed_on=row.changed_on,
        change_reason=_masked(row.change_reason, [code, *persons]),
        file_url=_masked(row.file_url, [code, *persons]),
        source_updated_at=row.source_updated_at,
        replaced_by=find_newer(conn, keyring, row),
        replaces=find_older(conn, keyring, row),
        replaces_told=row.replaces and shown_text(row.replaces, row.kind, code, persons),
        face=_face(row.face, [code, *persons]),
        versions=read_versions(conn, keyring, license_id),
        provenance=_provenance(row, origin, code, persons),
        lineage=list_lineage(conn, row.department, row.feed, row.mapping_version),
        reliances=list_reliances(conn, keyring, license_id, now),
        quarantined=origin.quarantined,
        unlisted_at=row.unlisted_at,
        is_disputed=row.is_disputed,
        doubts=doubts_of(row, now),
        asked_at=now,
    )


def _masked(told: str | None, codes: list[str]) -> str | None:
    return told and mask_text(told, *codes)


def _face(face: Any, codes: list[str]) -> list[FaceField]:
    if not isinstance(face, dict):
        return []
    told = {str(name): str(value) for name, value in face.items() if value is not None}
    return [FaceField(name, face_words(name), mask_text(value, *codes)) for name, value in told.items()]


def _provenance(row: Any, origin: Any, code: str, persons: list[str]) -> Provenance:
    return Provenance(
        department=row.department,
        department_name=row.department_name,
        feed=row.feed,
        catalogue_code=origin.catalogue_code,
        basis=origin.basis,
        purpose=origin.purpose,
        record_id=shown_text(row.record_id, row.kind, code, persons),
        exchange_id=origin.exchange_id,
        exchange_state=origin.exchange_state,
        exchange_started_at=origin.exchange_started_at,
        exchange_finished_at=origin.exchange_finished_at,
        is_replayed=origin.exchange_kind == "replay",
        is_edited=origin.is_edited,
        page_exchange_id=origin.page_exchange_id,
        page_number=origin.source_page_number,
        position=row.position,
        mapping_version=row.mapping_version,
        rule_version=origin.rule_version,
        page_digest=origin.page_digest.hex() if origin.page_digest else None,
        page_size_bytes=origin.page_size_bytes,
        page_kept=bool(origin.page_kept),
        requested_at=origin.requested_at,
        first_byte_at=origin.first_byte_at,
        received_at=origin.received_at,
        stored_at=origin.stored_at,
    )
