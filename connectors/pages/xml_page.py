"""XML answers of a REST department: one document, read as safely and strictly as a SOAP payload.

Records and paths are soap_reply's business; here only what a document without envelope and schema needs beside them.
"""

from __future__ import annotations

from collections.abc import Iterator

from connectors.declarations.declared import Feed
from connectors.formats.page_rows import PageFacts, PageRows, source_names, total_in_records
from connectors.formats.safe_xml import local_name, utf8_xml
from connectors.formats.xml_listing import Listing, Wanted, read_listings
from connectors.formats.xml_rows import find_all
from connectors.soap.soap_envelope import SoapAnswer
from connectors.soap.soap_payload import Payload, require_payload_success
from connectors.soap.soap_reply import soap_facts, soap_rows
from schemas.errors import DepartmentBrokePromise


def xml_facts(feed: Feed, body: bytes, media_type: str, who: str) -> Iterator[PageFacts]:
    """Yield, of each piece of the page, how many records it holds and what it says about the others."""
    wanted = Wanted(feed.records, [name] if (name := total_in_records(feed)) else ())
    for payload in _open(feed, body, media_type, wanted, who):
        yield soap_facts(feed, payload, who)


def xml_rows(feed: Feed, body: bytes, media_type: str, who: str) -> Iterator[PageRows]:
    """Yield the declared source columns of the page's records, piece by piece."""
    wanted = Wanted(feed.records, source_names(feed), is_parsed=bool(feed.holder_keys))
    for payload in _open(feed, body, media_type, wanted, who):
        yield soap_rows(feed, payload, who)


def _open(feed: Feed, body: bytes, media_type: str, wanted: Wanted, who: str) -> Iterator[Payload]:
    """Yield the document, a long one in pieces, after every check of form and success."""
    if body.lstrip()[:1] in (b"{", b"["):
        raise DepartmentBrokePromise(f"{who}: the answer is JSON; expected XML; nothing of it is applied")
    for listing in read_listings(utf8_xml(body, media_type, who), wanted, who):
        yield _opened(feed, listing, who)


def _opened(feed: Feed, listing: Listing, who: str) -> Payload:
    root = listing.root
    if local_name(root).lower() == "html":
        raise DepartmentBrokePromise(f"{who}: the answer is a page of markup (a sign-in page?); expected records")
    payload = Payload(root, SoapAnswer(root), who, listing.records)
    require_payload_success(feed, payload, who)
    above = feed.records.rpartition("/")[0]
    # An empty list leaves no element behind: without what stands around it, nothing says that this is a page at all.
    if above and not find_all(root, above) and (payload.text(feed.paging.total) or "").strip() != "0":
        raise DepartmentBrokePromise(f"{who}: {above} is not in the answer; nothing of it is applied")
    return payload
