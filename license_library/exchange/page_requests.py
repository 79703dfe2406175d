"""What was asked for each landed page: of one exchange, and of everything a feed has merged.

What the words of a request mean is the connector's business; pages are fetched one by one, in any order.
"""

from __future__ import annotations

from sqlalchemy import Engine, text

from license_library.exchange.landing import LandedPage, open_page
from license_library.storage.keyring import Keyring
from schemas.errors import NotFound

_OF_EXCHANGE = text("""
select page_number, request from landed_pages where exchange_id = :exchange_id order by page_number
""")
_MERGED = text("""
select p.exchange_id, p.request from exchanges e join landed_pages p using (exchange_id)
where e.department = :department and e.feed = :feed and e.state = 'merged' and p.media_type = :media_type
order by p.exchange_id, p.page_number
""")
_PAGE = text("""
select page_number, media_type, digest, size_bytes, body from landed_pages
where exchange_id = :exchange_id and page_number = :page_number
""")


def list_requests(engine: Engine, exchange_id: int) -> list[tuple[int, str]]:
    """Return number and request of every page of an exchange, in order."""
    with engine.connect() as conn:
        return [(row.page_number, row.request) for row in conn.execute(_OF_EXCHANGE, {"exchange_id": exchange_id})]


def list_merged_requests(engine: Engine, department: str, feed: str, media_type: str) -> list[tuple[int, str]]:
    """Return exchange and request of the pages of one media type that a feed has merged, in order."""
    asked = {"department": department, "feed": feed, "media_type": media_type}
    with engine.connect() as conn:
        return [(row.exchange_id, row.request) for row in conn.execute(_MERGED, asked)]


def read_one_page(engine: Engine, keyring: Keyring, exchange_id: int, page_number: int) -> bytes:
    """Return the bytes of one page, proven to be what was received."""
    return read_landed_page(engine, keyring, exchange_id, page_number).body


def read_landed_page(engine: Engine, keyring: Keyring, exchange_id: int, page_number: int) -> LandedPage:
    """Return one page, proven to be what was received."""
    with engine.connect() as conn:
        row = conn.execute(_PAGE, {"exchange_id": exchange_id, "page_number": page_number}).first()
    if row is None:
        raise NotFound(f"library: exchange {exchange_id} has no page {page_number}; nothing was read")
    return LandedPage(page_number, row.media_type, open_page(keyring, exchange_id, row))
