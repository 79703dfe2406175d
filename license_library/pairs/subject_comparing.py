"""Two subjects side by side: numbers, names, licenses, what speaks for and against, what was decided. Reads only.

Numbers are masked in whatever field they hide, unless the caller says that they may be revealed; whoever calls records it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from license_library.answers import PairDetail, SubjectLicense, SubjectShown
from license_library.asking.bound_holders import bound_to_subject
from license_library.asking.cursors import LAST
from license_library.asking.freshness import source_of, validity_of
from license_library.asking.listed_holders import persons_at, persons_of
from license_library.asking.masking import mask_code, mask_text
from license_library.licenses.license_hits import shown_text
from license_library.pairs.pair_signs import Known, sex_words, signs_of
from license_library.pairs.subject_pairs import find_pair, list_events
from license_library.storage.keyring import Keyring
from license_library.words.wording import code_type_words, status_words
from schemas.errors import NotFound, RequestError
from schemas.identifiers.holder_code_types import CREDIT_CODE, RESIDENT_IDENTITY
from schemas.identifiers.resident_identity import read_resident_identity

SHOWN: Final = 50
_SUBJECT = text("""
select subject_id, code_encrypted, code_type, kind, name, known_from, array(
         select f.name from former_names f where f.subject_id = s.subject_id and f.name <> s.name order by f.named_at desc, f.ordinal desc
       ) as former_names
  from subjects s where subject_id = :subject_id
""")
_LICENSES = text(f"""
with held as (
  select license_id from licenses where subject_id = :subject_id
   union
  select h.license_id from license_holders h join licenses using (license_id, version_count) where h.subject_id = :subject_id
)
select l.license_id, l.license_type, coalesce(t.name, l.license_type) as license_type_name, l.license_number, {persons_at("l")}, l.issuer_name,
       l.issued_on, l.status, l.valid_from, l.valid_to, l.open_ended, l.face, l.department, d.name as department_name, l.feed, l.exchange_id, f.fresh_at, f.fresh_seconds
  from held join licenses l using (license_id) left join license_types t on t.license_type = l.license_type
  join departments d on d.department = l.department join feeds f on f.department = l.department and f.feed = l.feed
 order by l.issued_on desc, l.license_id desc limit :limit
""")  # noqa: S608 - constants of this room


def compare_subjects(
    conn: Connection, keyring: Keyring, one: int, other: int, today: date, now: datetime, *, reveal: bool = False
) -> PairDetail:
    """Return two subjects side by side; NotFound where one of them is not there."""
    if one == other:
        raise RequestError("subjects: expected two subjects, got one", zh="须选两个不同的主体")
    known = [_known(conn, keyring, subject_id, today, now, reveal=reveal) for subject_id in (one, other)]
    return PairDetail(
        pair=find_pair(conn, keyring, one, other),
        subjects=[each.shown for each in known],
        signs=signs_of(known[0], known[1]),
        events=list_events(conn, keyring, one, other),
        is_revealed=reveal,
        asked_at=now,
    )


def _known(conn: Connection, keyring: Keyring, subject_id: int, today: date, now: datetime, *, reveal: bool) -> Known:
    facts = {"subject_id": subject_id, "limit": SHOWN + 1}
    row = conn.execute(_SUBJECT, facts).one_or_none() if abs(subject_id) <= LAST else None
    if row is None:
        raise NotFound(f"subjects: there is no subject {subject_id}; expected a number of the list")
    code = keyring.decrypt(row.code_encrypted).decode()
    held = conn.execute(_LICENSES, facts).all()
    shown = SubjectShown(
        subject_id=subject_id,
        code=code if reveal else mask_code(code),
        code_type=row.code_type,
        code_type_words=code_type_words(row.code_type),
        kind=row.kind,
        name=row.name,
        former_names=list(dict.fromkeys(row.former_names)),
        known_from=row.known_from,
        licenses=[_license(one, row.kind, code, persons_of(one, keyring), now) for one in held[:SHOWN]],
        is_cut=len(held) > SHOWN,
        bound=bound_to_subject(conn, keyring, subject_id).told,
        **_told_by(code, row.code_type, reveal=reveal),
    )
    good = {one.license_type: one.license_type_name for one in held if _is_good(one, today)}
    faces = [(one.license_id, one.face) for one in held if isinstance(one.face, dict)]
    return Known(shown, code, good, faces)


def _told_by(code: str, code_type: str, *, reveal: bool) -> dict[str, Any]:
    """Return what a number says of its holder: division and day of birth are all that its mask hides, and hidden with it."""
    told = read_resident_identity(code) if code_type == RESIDENT_IDENTITY else None
    if told:
        hidden = {"born_on": told.born_on, "division": told.division} if reveal else {"born_on": None, "division": None}
        return {"sex": sex_words(is_female=told.is_female), **hidden}
    return {"sex": None, "born_on": None, "division": code[2:8] if code_type == CREDIT_CODE else None}


def _license(row: Any, kind: str, code: str, persons: list[str], now: datetime) -> SubjectLicense:
    face = row.face if isinstance(row.face, dict) else {}
    return SubjectLicense(
        license_id=row.license_id,
        license_type_name=row.license_type_name,
        license_number=shown_text(row.license_number, kind, code, persons),
        issuer_name=row.issuer_name,
        issued_on=row.issued_on,
        status_words=status_words(row.status),
        source=source_of(row, now),
        addresses=[mask_text(str(face["address"]), code, *persons)] if face.get("address") else [],
    )


def _is_good(row: Any, today: date) -> bool:
    return validity_of(row.status, row.valid_from, row.valid_to, row.open_ended, today) == "valid"
