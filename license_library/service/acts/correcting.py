"""Correction requests on a page or over the interface: listed, shown, made and answered. The only door from routes to them.

What is asked is recorded here and brought to the department by the hub; no license is within reach.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from license_library.answers import CorrectionDetail, CorrectionsAnswer, FaceField, Words
from license_library.asking.inquiries import hash_question
from license_library.asking.questions import CorrectionFilter
from license_library.quarantine.correction_list import list_corrections, show_correction
from license_library.quarantine.corrections import (
    Answer,
    Correction,
    answer_correction,
    ask_for_case,
    ask_for_license,
)
from license_library.quarantine.revealing import RevealedRequest, reveal_correction
from license_library.service.acts.purposes import signed
from license_library.service.acts.refusals import noting_refusals
from license_library.service.bodies import invalid
from license_library.service.settings import ServiceSettings
from license_library.words.wording import field_words
from schemas.license.license import LICENSE
from schemas.struct_readers import build_readers


class CorrectionOrder(Correction, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for one field to be put right, of a license or of a case that waits; who asks, on what basis, by when."""

    license_id: int | None = None
    quarantine_id: int | None = None


class CorrectionAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Write down what the department answered, or withdraw the request; and who says so."""

    answer: Answer
    who: str
    note: str = ""


class _Doubted(msgspec.Struct, frozen=True):
    """Name what is doubted, for the record of a request that is refused."""

    license_id: int | None
    quarantine_id: int | None


def fields(face: Iterable[FaceField] = ()) -> list[tuple[str, Words]]:
    """Return every field that may be asked about, with its name: of a license, and of the face that it shows."""
    named = [(field.name, field_words(field.name)) for field in LICENSE.fields]
    return named + [(f"face.{field.name}", field_words(f"face.{field.name}")) for field in face]


def corrections(settings: ServiceSettings, wanted: CorrectionFilter) -> CorrectionsAnswer:
    """List requests, the open ones first, by their last day."""
    with settings.engine.connect() as conn:
        return list_corrections(
            conn, settings.keyring, wanted, settings.today(), settings.now(), declared=settings.declared()
        )


def correction(settings: ServiceSettings, request_id: int) -> CorrectionDetail:
    """Return one request with its history; NotFound where there is none."""
    with settings.engine.connect() as conn:
        return show_correction(conn, settings.keyring, request_id, settings.today(), settings.now())


def reveal(settings: ServiceSettings, actor: str, request_id: int, purpose: str) -> CorrectionDetail:
    """Record the act and return the request with its values and its evidence."""
    hashed = hash_question(settings.keyring, RevealedRequest(request_id))
    with noting_refusals(settings, actor, "correction", purpose, hashed), settings.engine.begin() as conn:
        about = (settings.today(), settings.now())
        return reveal_correction(conn, settings.keyring, request_id, actor, purpose, *about)


def ask(settings: ServiceSettings, actor: str, order: CorrectionOrder) -> CorrectionDetail:
    """Note the request and return it as it stands."""
    order = msgspec.structs.replace(order, who=signed(order.who, actor))
    hashed = hash_question(settings.keyring, _Doubted(order.license_id, order.quarantine_id))
    with noting_refusals(settings, actor, "correction asked", order.basis, hashed), settings.engine.begin() as conn:
        about = (order, settings.today(), settings.now())
        if order.license_id is not None and order.quarantine_id is None:
            request_id = ask_for_license(conn, settings.keyring, order.license_id, *about)
        elif order.quarantine_id is not None and order.license_id is None:
            request_id = ask_for_case(conn, settings.keyring, order.quarantine_id, *about)
        else:
            raise invalid("license_id", "the number of a license or of a case, one of both")
        return show_correction(conn, settings.keyring, request_id, settings.today(), settings.now())


def answer(settings: ServiceSettings, actor: str, request_id: int, given: CorrectionAnswer) -> CorrectionDetail:
    """Write the answer and return the request as it stands now."""
    with settings.engine.begin() as conn:
        answer_correction(conn, request_id, given.answer, signed(given.who, actor), given.note, settings.now())
        return show_correction(conn, settings.keyring, request_id, settings.today(), settings.now())


build_readers(CorrectionOrder, CorrectionAnswer)
