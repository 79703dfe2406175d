"""A SOAP answer opened: envelope 1.1 or 1.2, header, the Body's one element, what was attached; a Fault becomes an error.

Knows no declaration and no record; what a Fault says is told in short words without anything that may name a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from connectors.formats.page_rows import quoted
from connectors.formats.safe_xml import FIELD, local_name, parse_xml, utf8_xml
from connectors.formats.xml_listing import Listing, Records, Wanted, read_listings
from connectors.soap.soap_attachments import Part, find_references, split_parts
from schemas.errors import (
    DepartmentBrokePromise,
    DepartmentError,
    DepartmentFault,
    DepartmentRefused,
    DepartmentServerFault,
    SignInRefused,
)

ENVELOPES = ("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")
UNDERSTOOD = {  # sign-in, time stamps and addresses of the answer itself: nothing of them changes a record
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd",
    "http://www.w3.org/2005/08/addressing",
    "http://schemas.xmlsoap.org/ws/2004/08/addressing",
}
SIGN_IN_FAULTS = {
    "FailedAuthentication", "InvalidSecurity", "InvalidSecurityToken", "SecurityTokenUnavailable", "FailedCheck",
}  # fmt: skip
THEIR_FAULTS = {"Server", "Receiver"}
OUR_FAULTS = {"Client", "Sender", "VersionMismatch", "MustUnderstand", "DataEncodingUnknown"}
TELLING = ("code", "message", "msg", "reason", "description", "desc", "text", "exception")
MOST_DETAILS = 3


@dataclass(frozen=True)
class SoapAnswer:
    """Hold the Body's only element, the header, and the attached files with the elements that stand for them."""

    element: etree._Element
    header: etree._Element | None = None
    files: dict[str, Part] = field(default_factory=dict)
    references: list[tuple[etree._Element, Part]] = field(default_factory=list)
    records: Records | None = None


def open_answer(body: bytes, media_type: str, who: str, longest: int = FIELD) -> SoapAnswer:
    """Return what a reply holds; a Fault in it is raised. `longest` is the longest text that one element may carry."""
    body, media_type, files = _envelope_of(body, media_type, who)
    return _opened(Listing(parse_xml(body, media_type, who, longest)), files, who)


def open_listing(body: bytes, media_type: str, who: str, wanted: Wanted) -> Iterator[SoapAnswer]:
    """Yield what a reply that lists records holds, a long one in pieces; a Fault in it is raised.

    `wanted` says where the records lie in the Body's element; they need not all be in its tree.
    """
    body, media_type, files = _envelope_of(body, media_type, who)
    inside = replace(wanted.under("Body/*"), is_parsed=wanted.is_parsed or bool(files))
    for listing in read_listings(utf8_xml(body, media_type, who), inside, who):
        yield _opened(listing, files, who)


def _envelope_of(body: bytes, media_type: str, who: str) -> tuple[bytes, str, dict[str, Part]]:
    """Return the envelope with its media type, and what is attached to it."""
    if not media_type.lower().startswith("multipart/"):
        return body, media_type, {}
    root, files = split_parts(body, media_type, who)
    return root.content, root.media_type, files


def _opened(listing: Listing, files: dict[str, Part], who: str) -> SoapAnswer:
    envelope = listing.root
    element = _open_body(envelope, who)
    header = envelope.find(envelope.tag.replace("}Envelope", "}Header"))
    references = find_references(element, files, who) if files else []
    return SoapAnswer(element, header, files, references, listing.records)


def require_understood(answer: SoapAnswer, read: Iterable[str], who: str) -> None:
    """Refuse an answer that demands to be understood by a header we neither know nor read (`read`: local names)."""
    for entry in answer.header if answer.header is not None else ():
        space, name = etree.QName(entry).namespace, local_name(entry)
        if _is_demanded(entry) and space not in UNDERSTOOD and name not in read:
            raise DepartmentBrokePromise(
                f"{who}: the answer demands that its header {name} be understood; "
                "it is when a path of the declaration reads it (soap:Header/…); nothing is applied"
            )


def _open_body(envelope: etree._Element, who: str) -> etree._Element:
    space = envelope.tag.rpartition("}")[0].lstrip("{")
    if space not in ENVELOPES or local_name(envelope) != "Envelope":
        hint = " (a sign-in page?)" if local_name(envelope).lower() == "html" else ""
        got = quoted(local_name(envelope))
        raise DepartmentBrokePromise(f"{who}: the answer is {got}{hint}; expected a SOAP envelope")
    bodies = envelope.findall(f"{{{space}}}Body")
    if len(bodies) != 1 or len(bodies[0]) != 1:
        got = f"{len(bodies)} of them" if len(bodies) != 1 else f"{len(bodies[0])} elements in it"
        raise DepartmentBrokePromise(
            f"{who}: expected one Body with one element, got {got}; nothing of the answer is applied"
        )
    if bodies[0][0].tag == f"{{{space}}}Fault":
        raise _fault(bodies[0][0], who)
    return bodies[0][0]


def _fault(fault: etree._Element, who: str) -> DepartmentError:
    codes = list(_codes(fault))
    known = {code.rpartition(":")[2].partition(".")[0] for code in codes}  # Client.Authentication is a Client fault
    code = " ".join(quoted(code) for code in codes) or "nothing"
    if known & SIGN_IN_FAULTS:
        return SignInRefused(
            f"{who}: our sign-in is not accepted ({code}); check the connection; nothing of the answer is applied"
        )
    told = "; ".join([quoted(_words(fault)), *_details(fault)])
    message = f"{who}: the department answered with Fault {code}: {told}; nothing of the answer is applied"
    if known & THEIR_FAULTS:
        return DepartmentServerFault(message)
    return DepartmentRefused(message) if known & OUR_FAULTS else DepartmentFault(message)


def _codes(fault: etree._Element) -> Iterator[str]:
    """Yield the fault's code and, in SOAP 1.2, what refines it."""
    plain = fault.findtext("{*}faultcode")
    values = [plain] if plain else [value.text for value in fault.iterfind("{*}Code//{*}Value")]
    yield from (value.strip() for value in values if value)


def _words(fault: etree._Element) -> str | None:
    texts = fault.findall("{*}Reason/{*}Text")
    chinese = [text for text in texts if text.get("{http://www.w3.org/XML/1998/namespace}lang", "").startswith("zh")]
    return (chinese or texts)[0].text if texts else fault.findtext("{*}faultstring")


def _details(fault: etree._Element) -> Iterator[str]:
    """Yield what a detail says of the error itself, a few values; what else it carries may be anybody's data."""
    detail = next((e for e in fault if local_name(e).lower() == "detail"), None)
    leaves = [e for e in detail.iter() if not len(e) and e is not detail] if detail is not None else []
    telling = [e for e in leaves if (e.text or "").strip() and local_name(e).lower().endswith(TELLING)]
    yield from (f"{quoted(local_name(e))[1:-1]} {quoted(e.text)}" for e in telling[:MOST_DETAILS])


def _is_demanded(entry: etree._Element) -> bool:
    """Say whether a header must be understood, and by us, not by a station on the way."""
    given = {etree.QName(str(name)).localname: str(value).strip() for name, value in entry.attrib.items()}
    role = given.get("actor", given.get("role", ""))
    is_ours = not role or role.endswith(("/next", "/ultimateReceiver"))
    return given.get("mustUnderstand") in {"1", "true"} and is_ours
