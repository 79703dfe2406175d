"""Working copies (加注件): a license as a PDF for one purpose, with an identifier, until an instant; and how one is checked.

Made of the license as it stands, and only while it may be relied on. The bytes lie in the file store.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, text

from license_library.answers import CopyBrief, LicenseAnswer
from license_library.asking.cursors import LAST
from license_library.asking.listed_holders import persons_at, persons_of
from license_library.asking.refusals import NotReliable, NotSettled
from license_library.asking.replaced import is_replaced
from license_library.copies.copy_marks import Mark
from license_library.files.file_store import FileStore
from license_library.licenses.dossier import get_license
from license_library.licenses.license_hits import shown_text
from license_library.storage.keyring import Keyring
from license_library.words.standing_words import since_then
from schemas.errors import NotFound, RequestError

LONGEST: Final = timedelta(days=365)
# Crockford's letters: none of them is taken for another when it is read aloud or typed.
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_IDENTIFIER: Final = re.compile(rf"JZ(?:-[{_LETTERS}]{{5}}){{4}}")
_PRINTED: Final = re.compile(rb"JZ(?:(?:-|\\055)[0-9A-Z]{5}){4}")

COPIES: Final = f"""
select c.identifier, c.license_id, c.version_count, c.file_id, c.case_number, c.purpose, c.made_by, c.made_at,
       c.expires_at, c.digest, c.size_bytes, c.consumer_id, c.link_expires_at, h.license_type, h.license_number,
       coalesce(t.name, h.license_type) as license_type_name, s.kind, s.code_encrypted, {persons_at("h")},
       f.withdrawn_at is not null as is_file_withdrawn,
       l.version_count as current_version_count, {is_replaced("l")} as is_replaced
  from working_copies c
  join license_history h on h.license_id = c.license_id and h.version_count = c.version_count
  join subjects s on s.subject_id = h.subject_id
  join licenses l on l.license_id = c.license_id
  left join license_types t on t.license_type = h.license_type
  left join license_files f on f.file_id = c.file_id
"""  # noqa: S608 - a constant of this room
SHOWN: Final = 50
_NOTE = text("""
insert into working_copies (identifier, license_id, version_count, file_id, case_number, purpose, made_by, consumer_id,
                            made_at, expires_at, digest, size_bytes, link_hash, link_expires_at)
values (:identifier, :license_id, :version_count, :file_id, :case_number, :purpose, :made_by, :consumer_id,
        :made_at, :expires_at, :digest, :size_bytes, :link_hash, :link_expires_at)
""")
_VERSION = text("select version_count from licenses where license_id = :license_id")
# Locked only when all is drawn and stored, so that no merge waits for a drawing or for the store.
_STILL = text("select version_count from licenses where license_id = :license_id for share")
_BY_IDENTIFIER = text(COPIES + "where c.identifier = :identifier")
_BY_DIGEST = text(COPIES + "where c.digest = :digest")
_OF_LICENSE = text(COPIES + f"where c.license_id = :license_id order by c.copy_id desc limit {SHOWN}")


class Making(msgspec.Struct, frozen=True):
    """Say of which license a working copy is to be made, what for, for whom, and until when."""

    license_id: int
    purpose: str
    made_by: str
    expires_at: datetime
    case_number: str | None = None
    consumer_id: int | None = None
    link_hash: bytes | None = None
    link_expires_at: datetime | None = None


class DrawnCopy(msgspec.Struct, frozen=True):
    """Hold a working copy that is drawn and stored, and not yet good: it is noted as `row`."""

    row: dict[str, Any]
    content: bytes


def make_copy(
    conn: Connection,
    keyring: Keyring,
    store: FileStore,
    making: Making,
    today: date,
    now: datetime,
) -> tuple[CopyBrief, bytes]:
    """Make, store and note a working copy; NotReliable where nobody vouches for the license today, NotSettled where it changes meanwhile."""
    drawn = draw(conn, keyring, store, making, today, now)
    return note_copy(conn, keyring, drawn, now), drawn.content


def draw(
    conn: Connection,
    keyring: Keyring,
    store: FileStore,
    making: Making,
    today: date,
    now: datetime,
) -> DrawnCopy:
    """Draw and store a working copy, and lock nothing; NotReliable where nobody vouches for the license today."""
    # What draws costs a second to import, which only a command that makes a copy should pay.
    from license_library.copies.copy_bodies import draw_copy  # noqa: PLC0415

    _demand_term(making.expires_at, now)
    asked = {"license_id": making.license_id if abs(making.license_id) <= LAST else 0}
    version = conn.execute(_VERSION, asked).scalar_one_or_none()
    answer = get_license(conn, keyring, making.license_id, today, now)
    _demand_good(answer)
    mark = Mark(new_identifier(), making.purpose, making.case_number, making.made_by, now, making.expires_at)
    file, content = draw_copy(conn, store, answer, mark)
    row = {
        **msgspec.structs.asdict(making),
        "identifier": mark.identifier,
        "version_count": version,
        "file_id": file.file_id if file else None,
        "made_at": now,
        "digest": store.put(content, is_drawn=True),
        "size_bytes": len(content),
    }
    return DrawnCopy(row, content)


def note_copy(conn: Connection, keyring: Keyring, drawn: DrawnCopy, now: datetime) -> CopyBrief:
    """Note a working copy, which makes it good; NotSettled where its license has changed since it was drawn. Its license stays locked till the transaction ends."""
    if conn.execute(_STILL, drawn.row).scalar_one() != drawn.row["version_count"]:
        raise NotSettled(
            "copies: the license changed while the copy was drawn; nothing was made; ask again",
            zh="制作期间证照有变化，未制成；请重试",
        )
    conn.execute(_NOTE, drawn.row)
    return copy_of(get_copy(conn, drawn.row["identifier"]), keyring, now)


def new_identifier() -> str:
    """Return an identifier of 100 random bits."""
    return "-".join(["JZ", *("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))])


def read_copy_identifier(typed: str) -> str | None:
    """Return an identifier as it is kept, of one typed or scanned; None where it cannot be one."""
    plain = "".join(char for char in typed.upper() if char.isascii() and char.isalnum())
    rest = plain.removeprefix("JZ").translate(str.maketrans("OIL", "011"))
    whole = "-".join(["JZ", *(rest[start : start + 5] for start in range(0, len(rest), 5))])
    return whole if _IDENTIFIER.fullmatch(whole) else None


def printed_identifier(content: bytes) -> str | None:
    """Return the identifier that a PDF carries, whatever else became of it."""
    found = _PRINTED.search(content)
    return found[0].decode("ascii").replace("\\055", "-") if found else None


def find_copy(conn: Connection, identifier: str) -> Any | None:
    """Return the row of a working copy, or None."""
    return conn.execute(_BY_IDENTIFIER, {"identifier": identifier}).one_or_none()


def find_copy_of_content(conn: Connection, content: bytes) -> Any | None:
    """Return the row of the working copy that has these very bytes, or None."""
    return conn.execute(_BY_DIGEST, {"digest": hashlib.sha256(content).digest()}).first()


def get_copy(conn: Connection, identifier: str) -> Any:
    """Return the row of a working copy; NotFound where there is none."""
    row = find_copy(conn, identifier)
    if row is None:
        raise NotFound("copies: no working copy has this identifier; expected one that is printed on a working copy")
    return row


def list_copies(conn: Connection, keyring: Keyring, license_id: int, now: datetime) -> list[CopyBrief]:
    """Return the latest working copies of a license, at most SHOWN of them."""
    return [copy_of(row, keyring, now) for row in conn.execute(_OF_LICENSE, {"license_id": license_id})]


def copy_of(row: Any, keyring: Keyring, now: datetime) -> CopyBrief:
    """Return the working copy of a row of COPIES."""
    return CopyBrief(
        identifier=row.identifier,
        license_id=row.license_id,
        version_count=row.version_count,
        license_type=row.license_type,
        license_type_name=row.license_type_name,
        license_number=shown_text(
            row.license_number, row.kind, keyring.decrypt(row.code_encrypted).decode(), persons_of(row, keyring)
        ),
        case_number=row.case_number,
        purpose=row.purpose,
        made_by=row.made_by,
        made_at=row.made_at,
        expires_at=row.expires_at,
        is_expired=now >= row.expires_at,
        body="file" if row.file_id is not None else "data_sheet",
        size_bytes=row.size_bytes,
        digest=bytes(row.digest).hex(),
        warnings=since_then(row.version_count, row.current_version_count, is_replaced=row.is_replaced),
    )


def _demand_good(answer: LicenseAnswer) -> None:
    if answer.license.validity != "valid":
        raise NotReliable(answer.license.validity_words)
    if answer.doubts:
        raise NotReliable(answer.doubts[0].words)  # a check would refuse the copy at once


def _demand_term(expires_at: datetime, now: datetime) -> None:
    if not now < expires_at <= now + LONGEST:
        raise RequestError(
            f"copies: the end of the working copy is wrong; expected an instant within the next {LONGEST.days} days; nothing was made",
            zh=f"加注件期限有误：应在今后 {LONGEST.days} 天内；未制成",
        )
