"""The sharing service for other departments: the same operations as REST and as SOAP, their statuses in the answer.

A door to the library: a call is recorded in the transaction that answers it, refused ones too. Writes no license.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from license_library.inquiries import hash_question, record_inquiry
from license_library.service.access import Settings
from license_library.service.bodies import Body, InvalidQuestion, MalformedBody, read_question
from license_library.service.settings import ServiceSettings
from license_library.service.soap_envelopes import read_envelope, write_fault, write_reply
from license_library.sharing import answer_call
from license_library.sharing_calls import OPERATIONS, Call
from license_library.sharing_replies import Reply
from license_library.sharing_words import DENIED, MESSAGES, Status
from schemas.errors import NotFound
from schemas.struct_readers import build_readers

router = APIRouter(prefix="/share", include_in_schema=False)
XML = "text/xml; charset=utf-8"
_CONTRACT = (files("license_library.service") / "contract" / "SharingService.wsdl").read_text("utf-8")
_ADDRESS = "http://localhost/share/soap"


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


@router.get("/soap")
def contract(request: Request) -> Response:
    """Show the contract, with the address it was asked at."""
    return Response(_CONTRACT.replace(_ADDRESS, f"{request.base_url}share/soap"), media_type=XML)


@router.post("/soap")
def call_by_soap(settings: Settings, body: Body) -> Response:
    """Answer one operation by SOAP 1.1; an envelope that cannot be read is a fault."""
    try:
        call = read_envelope(body)
    except MalformedBody as fault:
        _record_malformed(settings, "soap")
        return Response(write_fault(str(fault), of_caller=True), 500, media_type=XML)
    return Response(write_reply(call.operation, share(settings, call)), media_type=XML)


@router.post("/{operation}")
def call_by_rest(settings: Settings, operation: Annotated[str, Path(max_length=40)], body: Body) -> Response:
    """Answer one operation of the specification; how it ended stands in head.status."""
    if operation not in OPERATIONS:
        raise NotFound("share: there is no such operation; expected one of the specification; nothing was asked")
    try:
        posted = read_question(body, CallBody)
    except (MalformedBody, InvalidQuestion):
        return _answer(_record_malformed(settings, operation))
    call = Call(operation, posted.head.access_id, posted.head.access_token, posted.data)
    return _answer(share(settings, call))


def share(settings: ServiceSettings, call: Call) -> Reply:
    """Answer a call and record who asked what and why, and how it ended; no answer leaves without that."""
    with (settings.questions or settings.engine).begin() as conn:
        reply = answer_call(conn, settings.keyring, call, settings.today(), settings.now())
        asked = {name: value for name, value in call.data.items() if name != "useCause"}
        actor = f"consumer: {reply.consumer.access_id}" if reply.consumer else "consumer: unknown"
        hashed = hash_question(settings.keyring, _Asked(call.operation, asked))
        record_inquiry(
            conn, actor, f"share {call.operation}", call.cause, hashed, reply.told_count, settings.now(),
            denied=reply.status in DENIED, result_code=str(int(reply.status)),
        )  # fmt: skip
        return reply


def _record_malformed(settings: ServiceSettings, operation: str) -> Reply:
    with settings.engine.begin() as conn:
        code, actor = str(int(Status.BAD_VALUE)), "consumer: unknown"
        record_inquiry(conn, actor, f"share {operation}", "", None, 0, settings.now(), denied=True, result_code=code)
    return Reply(Status.BAD_VALUE, MESSAGES[Status.BAD_VALUE])


def _answer(reply: Reply) -> Response:
    told = {"head": {"status": int(reply.status), "message": reply.message}, "data": reply.data}
    return Response(msgspec.json.encode(told), media_type="application/json")


build_readers(CallBody)
