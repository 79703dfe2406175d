"""The sharing service for other departments: the same operations as REST and as SOAP, their statuses in the answer.

A door to the library: a call is recorded in the transaction that answers it, refused ones too. Writes no license.
"""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from license_library.asking.inquiries import hash_question, record_inquiry
from license_library.asking.refusals import LinkEnded
from license_library.asking.strangers import record_stranger
from license_library.service.access import Settings
from license_library.service.bodies import InvalidQuestion, MalformedBody, read_question
from license_library.service.calls.call_heads import head_of_envelope, head_of_json
from license_library.service.calls.soap_envelopes import read_envelope, write_fault, write_reply
from license_library.service.settings import ServiceSettings
from license_library.service.wire import too_large
from license_library.sharing.shared_files import use_link
from license_library.sharing.sharing import answer_call, knows_caller
from license_library.sharing.sharing_calls import CAUSES, CONTENT, MAKE_COPIES, OPERATIONS, TAKE_FILES, Call
from license_library.sharing.sharing_replies import Reply
from license_library.sharing.sharing_rights import FilePlace
from license_library.sharing.sharing_words import DENIED, MESSAGES, Status
from license_library.storage.database import of_one_moment
from schemas.errors import NotFound
from schemas.struct_readers import build_readers

router = APIRouter(prefix="/share", include_in_schema=False)
XML = "text/xml; charset=utf-8"
_CONTRACT = (files("license_library.service") / "contract" / "SharingService.wsdl").read_text("utf-8")
_ADDRESS = "http://localhost/share/soap"
UNKNOWN_CALLER = "share: a long call begins with a head that names a consumer and its token; nothing was read"


class CallHead(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Say who calls."""

    access_id: str = ""
    access_token: str = ""


class CallBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold a call as it is posted."""

    head: CallHead = CallHead()
    data: dict[str, Any] = {}


class _Asked(msgspec.Struct, frozen=True):
    """What was asked, for its hash: without who asks and why."""

    operation: str
    data: dict[str, Any]


async def read_call(request: Request, settings: Settings) -> bytes | None:
    """Return the body of a call; None where it is longer than a question and nobody known begins it."""
    body, is_known = bytearray(), False
    async for chunk in request.stream():
        body += chunk
        if len(body) > settings.body_bytes and not is_known:
            if not await run_in_threadpool(_is_from_consumer, settings, request.url.path, bytes(body)):
                return None
            is_known = True
    return bytes(body)


def _is_from_consumer(settings: ServiceSettings, path: str, beginning: bytes) -> bool:
    """Tell whether a long call is from a consumer; BodyTooLarge where its operation takes no file."""
    is_envelope = path.endswith("/soap")
    head = (head_of_envelope if is_envelope else head_of_json)(beginning)
    if head is None:
        return False
    with settings.engine.connect() as conn:
        if not knows_caller(conn, settings.keyring, head.access_id, head.access_token):
            return False
    if is_envelope and head.operation not in TAKE_FILES:
        named = head.operation if head.operation in OPERATIONS else "soap"
        _record_unread(settings, named, "413", f"consumer: {head.access_id}")
        raise too_large(settings.body_bytes)
    return True


Called = Annotated[bytes | None, Depends(read_call)]


@router.get("/soap")
def contract(request: Request) -> Response:
    """Show the contract, with the address it was asked at."""
    return Response(_CONTRACT.replace(_ADDRESS, f"{request.base_url}share/soap"), media_type=XML)


@router.post("/soap")
def call_by_soap(request: Request, settings: Settings, body: Called) -> Response:
    """Answer one operation by SOAP 1.1; an envelope that cannot be read is a fault."""
    if body is None:
        _unread(settings, "soap", Status.NOT_AUTHENTICATED)
        return Response(write_fault(UNKNOWN_CALLER, of_caller=True), 500, media_type=XML)
    try:
        call = read_envelope(body)
    except MalformedBody as fault:
        _unread(settings, "soap", Status.BAD_VALUE)
        return Response(write_fault(str(fault), of_caller=True), 500, media_type=XML)
    reply = share(settings, call, _links_at(request, settings))
    return Response(write_reply(call.operation, reply), media_type=XML)


@router.post("/{operation}")
def call_by_rest(
    request: Request, settings: Settings, operation: Annotated[str, Path(max_length=40)], body: Called
) -> Response:
    """Answer one operation of the specification; how it ended stands in head.status."""
    if operation not in OPERATIONS:
        raise NotFound("share: there is no such operation; expected one of the specification; nothing was asked")
    if body is None:
        return _answer(_unread(settings, operation, Status.NOT_AUTHENTICATED))
    try:
        posted = read_question(body, CallBody, frozenset({("data", CONTENT)}))
    except (MalformedBody, InvalidQuestion):
        return _answer(_unread(settings, operation, Status.BAD_VALUE))
    call = Call(operation, posted.head.access_id, posted.head.access_token, posted.data)
    return _answer(share(settings, call, _links_at(request, settings)))


@router.get("/download")
def download(settings: Settings, link_id: Annotated[str, Query(alias="id", max_length=100)] = "") -> Response:
    """Give the working copy behind a temporary address out, as long as that is good; each use is recorded."""
    now = settings.now()
    with settings.engine.begin() as conn:
        use = use_link(conn, settings.keyring, settings.files, link_id, settings.today(), now)
        hashed = hash_question(settings.keyring, _Asked("download", {"copy": use.identifier if use else ""}))
        if use is None:
            record_stranger(conn, "share download", hashed, None, now)
        else:
            given, actor = use.content is not None, f"consumer: {use.access_id}"
            record_inquiry(conn, actor, "share download", use.cause, hashed, int(given), now, denied=not given)
    if use is None:
        raise NotFound("share: nobody was given this address; expected one that downloadUrl answered")
    if use.content is None:
        raise LinkEnded(f"share: the address leads to nothing now: {use.why}; ask for a new one")
    headers = {"Content-Disposition": f'attachment; filename="working-copy-{use.identifier}.pdf"'}
    return Response(use.content, headers=headers, media_type="application/pdf")


def share(settings: ServiceSettings, call: Call, links_at: str) -> Reply:
    """Answer a call and record who asked what and why, and how it ended; no answer leaves without that."""
    place = FilePlace(settings.files, links_at)
    with _engine_of(settings, call).begin() as conn:
        reply = answer_call(conn, settings.keyring, place, call, settings.today(), settings.now())
        if reply.consumer is not None:
            record_inquiry(
                conn, f"consumer: {reply.consumer.access_id}", f"share {call.operation}", call.cause,
                _hash_of(settings, call), reply.told_count, settings.now(), denied=reply.status in DENIED,
                result_code=str(int(reply.status)),
            )  # fmt: skip
            return reply
    with settings.engine.begin() as conn:  # not of one moment: strangers of one minute share a row
        hashed = _hash_of(settings, call)
        record_stranger(conn, f"share {call.operation}", hashed, str(int(reply.status)), settings.now())
    return reply


def _engine_of(settings: ServiceSettings, call: Call) -> Engine:
    """Return where a call is answered: as of one moment where it only reads; a copy must not fail for a merge beside it."""
    engine = settings.questions or settings.engine
    return engine if call.operation in MAKE_COPIES else of_one_moment(engine)


def _hash_of(settings: ServiceSettings, call: Call) -> bytes:
    asked = {name: _short(name, value) for name, value in call.data.items() if name not in CAUSES}
    return hash_question(settings.keyring, _Asked(call.operation, asked))


def _links_at(request: Request, settings: ServiceSettings) -> str:
    """Return what a temporary address begins with; its id is added."""
    return f"{(settings.public_url or str(request.base_url)).rstrip('/')}/share/download?id="


def _short(name: str, value: Any) -> Any:
    """Let a file stand in the hash of what was asked by its own digest."""
    is_file = name == CONTENT and isinstance(value, str)
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest() if is_file else value


def _unread(settings: ServiceSettings, operation: str, status: Status) -> Reply:
    """Record a call that was not read, and return how it ended."""
    _record_unread(settings, operation, str(int(status)))
    return Reply(status, MESSAGES[status])


def _record_unread(settings: ServiceSettings, operation: str, code: str, actor: str | None = None) -> None:
    action, now = f"share {operation}", settings.now()
    with settings.engine.begin() as conn:
        if actor is None:
            record_stranger(conn, action, None, code, now)
        else:
            record_inquiry(conn, actor, action, "", None, 0, now, denied=True, result_code=code)


def _answer(reply: Reply) -> Response:
    told = {"head": {"status": int(reply.status), "message": reply.message}, "data": reply.data}
    return Response(msgspec.json.encode(told), media_type="application/json")


build_readers(CallBody)
