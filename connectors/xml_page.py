"""XML answers of a REST department: one document, read as safely and strictly as a SOAP payload.

Records and paths are soap_reply's business; here only what a document without envelope and schema needs beside them.
"""

from __future__ import annotations

from connectors.declared import Feed
from connectors.page_rows import PageFacts, PageRows, source_names
from connectors.safe_xml import local_name, utf8_xml
from connectors.soap_envelope import SoapAnswer
from connectors.soap_payload import Payload, require_payload_success
from connectors.soap_reply import soap_facts, soap_rows
from connectors.xml_listing import Wanted, read_listing
from connectors.xml_rows import find_all
from schemas.errors import DepartmentBrokePromise


def xml_facts(feed: Feed, body: bytes, media_type: str, who: str) -> PageFacts:
    """Return how many records the page holds and what it says about the others."""
    return soap_facts(feed, _open(feed, body, media_type, Wanted(feed.records), who), who)


def xml_rows(feed: Feed, body: bytes, media_type: str, who: str) -> PageRows:
    """Return the declared source columns of the page's records."""
    wanted = Wanted(feed.records, source_names(feed), has_lists=bool(feed.holder_keys))
    return soap_rows(feed, _open(feed, body, media_type, wanted, who), who)


def _open(feed: Feed, body: bytes, media_type: str, wanted: Wanted, who: str) -> Payload:
    """Return the document, after every check of form and success."""
    if body.lstrip()[:1] in (b"{", b"["):
        raise DepartmentBrokePromise(f"{who}: the answer is JSON; expected XML; nothing of it is applied")
    listing = read_listing(utf8_xml(body, media_type, who), wanted, who)
    root = listing.root
    if local_name(root).lower() == "html":
        raise DepartmentBrokePromise(f"{who}: the answer is a page of markup (a sign-in page?); expected records")
    payload = Payload(root, SoapAnswer(root), listing.records)
    require_payload_success(feed, payload, who)
    above = feed.records.rpartition("/")[0]
    # An empty list leaves no element behind: without what stands around it, nothing says that this is a page at all.
    if above and not find_all(root, above) and (payload.text(feed.paging.total) or "").strip() != "0":
        raise DepartmentBrokePromise(f"{who}: {above} is not in the answer; nothing of it is applied")
    return payload
