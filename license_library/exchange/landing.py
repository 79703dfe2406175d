"""Raw pages as the department sent them: kept byte for byte before anyone interprets them.

Knows compression, encryption and digests. Refuses to look inside a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import zstandard
from sqlalchemy import Engine, text

from license_library.merge.leases import Exchange, hold_lease, renew_lease
from license_library.storage.keyring import Keyring
from schemas.errors import HubError, NotFound

LEVEL = 3


@dataclass(frozen=True)
class StoredPage:
    """Carry one page to be stored: what was asked (without secrets), what came, and when."""

    page_number: int
    request: str
    media_type: str
    http_status: int
    body: bytes
    requested_at: datetime
    first_byte_at: datetime
    received_at: datetime


@dataclass(frozen=True)
class LandedPage:
    """Carry one stored page to whoever reads it."""

    page_number: int
    media_type: str
    body: bytes


class PageDamaged(HubError):
    """A stored page is not what was received."""

    code = "hub.page_damaged"


class PageLetGo(NotFound):
    """A page is past its retention: its digest is kept, its bytes are not."""


_STORE = text("""
insert into landed_pages (exchange_id, page_number, request, media_type, http_status, digest, size_bytes, body,
  requested_at, first_byte_at, received_at, stored_at)
values (:exchange_id, :page_number, :request, :media_type, :http_status, :digest, :size_bytes, :body,
  :requested_at, :first_byte_at, :received_at, :stored_at)
""")
_COUNT = text("update exchanges set page_count = page_count + 1 where exchange_id = :exchange_id")
_NEXT = text("""
select page_number, media_type, digest, size_bytes, body from landed_pages
where exchange_id = :exchange_id and page_number > :after order by page_number limit 1
""")


def store_page(engine: Engine, keyring: Keyring, exchange: Exchange, page: StoredPage, now: datetime) -> None:
    """Store a page in a transaction of its own; LeaseLost where a newer exchange has overtaken this one."""
    sealed = keyring.encrypt(zstandard.ZstdCompressor(level=LEVEL).compress(page.body))
    row = {**vars(page), "exchange_id": exchange.exchange_id, "stored_at": now, "body": sealed}
    row |= {"digest": sha256(page.body).digest(), "size_bytes": len(page.body)}
    with engine.begin() as conn:
        hold_lease(conn, exchange, ["landing"])
        renew_lease(conn, exchange, now)
        conn.execute(_STORE, row)
        conn.execute(_COUNT, {"exchange_id": exchange.exchange_id})


def read_pages(engine: Engine, keyring: Keyring, exchange_id: int) -> Iterator[LandedPage]:
    """Yield the pages of an exchange in order, one at a time, each proven to be what was received."""
    after = -1
    with engine.connect() as conn:
        while True:
            with conn.begin():  # none stays open while whoever asked is busy with the page
                row = conn.execute(_NEXT, {"exchange_id": exchange_id, "after": after}).first()
            if row is None:
                return
            after = row.page_number
            yield LandedPage(after, row.media_type, open_page(keyring, exchange_id, row))


def open_page(keyring: Keyring, exchange_id: int, row: object) -> bytes:
    """Return the bytes of a stored row; PageDamaged where they are not what was received."""
    number, sealed, size = row.page_number, row.body, row.size_bytes  # type: ignore[attr-defined]
    where = f"page {number} of exchange {exchange_id}"
    if sealed is None:
        raise PageLetGo(f"library: {where} is past its retention; only its digest is kept; pull again to see it")
    body = zstandard.ZstdDecompressor().decompress(keyring.decrypt(sealed), max_output_size=size)
    if sha256(body).digest() != row.digest:  # type: ignore[attr-defined]
        raise PageDamaged(f"library: {where} does not match its digest; nothing was read from it")
    return body
