"""The operations of the sharing service on files: working copies for a consumer, their temporary addresses, and checks.

A consumer is never given an original: every file that leaves is a working copy for its cause. Each use of an address is told.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, text

from license_library.answers import CopyBrief
from license_library.asking.listed_holders import persons_of
from license_library.asking.refusals import NotReliable, NotSettled
from license_library.copies.copy_checks import check_content, check_identifier
from license_library.copies.working_copies import LONGEST, DrawnCopy, Making, draw, note_copy
from license_library.files.file_store import FileStore
from license_library.licenses.license_hits import holder_code_of, shown_text
from license_library.licenses.license_now import license_now
from license_library.sharing.copied_licenses import copied_of_holder, copied_of_identifier
from license_library.sharing.file_values import decoded_file, demand_pdf, read_end
from license_library.sharing.shared_licenses import status_of
from license_library.sharing.sharing_calls import Ended
from license_library.sharing.sharing_replies import FileCompared, FileTold, LinkTold, Partly, partly
from license_library.sharing.sharing_rights import (
    ENDS,
    Asking,
    granted_type,
    missing_of_holder,
)
from license_library.sharing.sharing_words import Status
from license_library.storage.keyring import Keyring
from schemas.bureau_time import local_minute, local_second

COPY_GOOD_FOR: Final = timedelta(days=30)
LINK_GOOD_FOR: Final = timedelta(days=1)
LINK_LONGEST: Final = timedelta(days=7)
LINKS: Final = 20  # at most at once: each is a PDF to be made
_KIND: Final = "file link"
_LINK = text("""
select w.identifier, w.purpose, w.digest, w.link_expires_at, c.access_id,
       c.ended_at is null and exists (select from consumer_grants g join licenses l on l.license_type = g.license_type
         where g.consumer_id = c.consumer_id and g.revoked_at is null and l.license_id = w.license_id) as is_granted
  from working_copies w join consumers c on c.consumer_id = w.consumer_id
 where w.link_hash = :link_hash
""")


class LinkUse(msgspec.Struct, frozen=True):
    """Say what became of one use of a temporary address; without content it was refused."""

    identifier: str
    access_id: str
    cause: str
    content: bytes | None = None
    why: str = ""


def verify_file(asking: Asking, data: dict[str, Any]) -> FileCompared:
    """Say whether a file is a working copy or a license file of ours; end where it, or its license, is no longer good."""
    license_type = granted_type(asking, data["certTypeCode"])
    if data["contentType"].strip().lower() != "base64":
        raise Ended(Status.BAD_VALUE, "contentType（应为 base64）")
    content = decoded_file(data["content"], asking.place.files.max_bytes)
    check = check_content(asking.conn, asking.keyring, content, asking.today, asking.now, license_type)
    if check.verdict == "expired":
        raise Ended(Status.EXPIRED, check.words.zh)
    found = check.copy or check.file
    if check.verdict == "license_not_good" and found:
        raise Ended(_end_of_license(asking, found.license_id), check.words.zh)
    if check.verdict in ("file_withdrawn", "stale"):
        raise Ended(Status.OTHER, check.words.zh)
    return FileCompared(
        match=check.verdict == "valid",
        verdict=check.verdict,
        kind="working_copy" if check.copy else "license_file" if check.file else "",
        message=check.words.zh,
        is_current=found is not None and found.version_count == check.current_version_count,
        certificate_copy_identifier=check.copy.identifier if check.copy else "",
        certificate_copy_expiring_time=local_second(check.copy.expires_at) if check.copy else "",
        as_of=local_minute(check.source.as_of) if check.source and check.source.as_of else "",
        freshness=check.source.freshness if check.source else "",
    )


def download_file(asking: Asking, data: dict[str, Any]) -> FileTold:
    """Make a working copy of a license and tell it whole."""
    demand_pdf(data.get("fileType"))
    ends = read_end("certificateCopyExpiringTime", data, COPY_GOOD_FOR, LONGEST, asking.now)
    (row,) = copied_of_identifier(asking, data["certificateIdentifier"])
    try:
        drawn = _drawn(asking, row, data["certificateCopyCause"], ends)
    except NotReliable as why:
        raise Ended(Status.OTHER, why.words.zh) from None
    made = _noted(asking, drawn)
    return FileTold(
        certificate_identifier=row.license_identifier,
        certificate_copy_identifier=made.identifier,
        certificate_copy_creation_time=local_second(made.made_at),
        certificate_copy_creator=made.made_by,
        certificate_copy_cause=made.purpose,
        certificate_copy_expiring_time=local_second(made.expires_at),
        file_type="pdf",
        digest=made.digest,
        content=drawn.content,
    )


def download_url(asking: Asking, data: dict[str, Any]) -> list[LinkTold] | Partly:
    """Make a working copy of a license and tell a temporary address of it."""
    return partly(*_links(asking, data, lambda: copied_of_identifier(asking, data["certIdentifier"])))


def download_urls_by_holder(asking: Asking, data: dict[str, Any]) -> list[LinkTold] | Partly:
    """Make working copies of a holder's licenses of one type and tell a temporary address of each."""
    links, missing = _links(asking, data, lambda: copied_of_holder(asking, data))
    return partly(links, missing, missing_of_holder(asking, data))


def use_link(
    conn: Connection, keyring: Keyring, files: FileStore, link_id: str, today: date, now: datetime
) -> LinkUse | None:
    """Return what a temporary address leads to now; None where nobody was given it."""
    row = conn.execute(_LINK, {"link_hash": keyring.fingerprint(_KIND, link_id)}).one_or_none()
    if row is None:
        return None
    refused = LinkUse(row.identifier, row.access_id, row.purpose)
    if now >= row.link_expires_at:
        return msgspec.structs.replace(
            refused, why=f"the address ended at {local_second(row.link_expires_at)} Beijing time"
        )
    if not row.is_granted:
        return msgspec.structs.replace(refused, why="the consumer may no longer ask for this license type")
    check = check_identifier(conn, keyring, row.identifier, today, now)
    if check.verdict != "valid":
        return msgspec.structs.replace(refused, why=check.words.en)
    if check.copy is None or check.copy.version_count != check.current_version_count:
        return msgspec.structs.replace(refused, why=f"the license has changed since it was made: {check.words.en}")
    return msgspec.structs.replace(refused, content=files.get(bytes(row.digest)))


def _links(asking: Asking, data: dict[str, Any], find: Any) -> tuple[list[LinkTold], str]:
    """Return the addresses, and the words that say which licenses are left out."""
    ends = read_end("expiryTime", data, LINK_GOOD_FOR, LINK_LONGEST, asking.now)
    drawn: list[tuple[Any, str, DrawnCopy]] = []
    refused: list[NotReliable] = []
    rows = find()
    for row in rows:
        try:
            link_id = secrets.token_urlsafe(32)
            drawn.append(
                (row, link_id, _drawn(asking, row, data["useCause"], asking.now + COPY_GOOD_FOR, link_id, ends))
            )
        except NotReliable as why:  # not yet valid, or nobody vouches for it: it withholds no other license
            refused.append(why)
        if len(drawn) == LINKS:
            break
    if refused and not drawn:
        raise Ended(Status.OTHER, refused[0].words.zh)
    # Noted when all are drawn: what is noted locks its license, and no merge shall wait for a drawing.
    links = [_link(asking, row, link_id, _noted(asking, copy), ends) for row, link_id, copy in drawn]
    return links, _missing(refused, is_cut=len(links) + len(refused) < len(rows))


def _missing(refused: Sequence[NotReliable], *, is_cut: bool) -> str:
    """Say which licenses a list of addresses is without."""
    doubtful = [f"{len(refused)} 件未给出（{refused[0].words.zh}）"] if refused else []
    return "；".join([*doubtful, *([f"一次最多 {LINKS} 件，请给出证照编号取其余"] if is_cut else [])])


def _link(asking: Asking, row: Any, link_id: str, made: CopyBrief, ends: datetime) -> LinkTold:
    return LinkTold(
        certificate_identifier=shown_text(
            row.license_identifier or "", row.kind, holder_code_of(row, asking.keyring), persons_of(row, asking.keyring)
        ),
        certificate_number=made.license_number,
        certificate_copy_identifier=made.identifier,
        certificate_copy_expiring_time=local_second(made.expires_at),
        file_type="pdf",
        url=f"{asking.place.address}{link_id}",
        expiry_time=local_second(ends),
    )


def _drawn(
    asking: Asking, row: Any, cause: str, ends: datetime, link_id: str = "", link_ends: datetime | None = None
) -> DrawnCopy:
    consumer, place = asking.consumer, asking.place
    making = Making(
        row.license_id,
        cause.strip(),
        f"{consumer.name}（{consumer.access_id}）",
        ends,
        consumer_id=consumer.consumer_id,
        link_hash=asking.keyring.fingerprint(_KIND, link_id) if link_id else None,
        link_expires_at=link_ends,
    )
    return draw(asking.conn, asking.keyring, place.files, making, asking.today, asking.now)


def _noted(asking: Asking, drawn: DrawnCopy) -> CopyBrief:
    try:
        return note_copy(asking.conn, asking.keyring, drawn, asking.now)
    except NotSettled as why:
        raise Ended(Status.OTHER, why.words.zh) from None


def _end_of_license(asking: Asking, license_id: int) -> Status:
    stands = license_now(asking.conn, license_id, asking.today, asking.now)
    status = "expired" if stands.validity == "expired" else status_of(asking.conn, license_id)
    return ENDS.get(status, Status.OTHER)
