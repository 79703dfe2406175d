"""Questions with someone behind them: ask the library and record who asked what, and why, in one transaction.

The only door from routes to the library. A personal answer that cannot be recorded is not given. Writes no license.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

import msgspec
from sqlalchemy import Connection

from license_library.answers import (
    AsOfAnswer,
    Checklist,
    FactsAnswer,
    HeldAnswer,
    LicenseAnswer,
    Prefill,
    SearchAnswer,
    VerifyAnswer,
)
from license_library.asking.inquiries import hash_question, record_inquiry
from license_library.asking.questions import SearchTerms, VerifyQuestion
from license_library.checklist.checklist import answer_checklist
from license_library.facts.prefill import answer_prefill
from license_library.facts.subject_facts import facts_of_subject
from license_library.licenses.as_of import license_as_of
from license_library.licenses.dossier import get_license
from license_library.licenses.held_as_of import held_as_of
from license_library.search.lookup import find_licenses
from license_library.service.acts.purposes import Purpose
from license_library.service.acts.refusals import noting_refusals
from license_library.service.settings import ServiceSettings
from license_library.storage.database import of_one_moment
from license_library.verification.verification import verify_license
from schemas.struct_readers import build_readers

Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class SearchRequest(SearchTerms, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Ask for licenses by exactly one of number, identifier, holder_code, holder_name or text, with a purpose."""

    purpose: Purpose


class VerifyRequest(VerifyQuestion, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Ask whether a license is what it is said to be, with a purpose."""

    purpose: Purpose


class ChecklistRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask what an applicant must still bring for an item, with a purpose."""

    item_code: str
    holder_code: str
    purpose: Purpose
    holder_code_type: str | None = None  # None: a resident number or a USCC


class PrefillRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask which fields of an item's form are known of an applicant, with a purpose."""

    item_code: str
    holder_code: str
    purpose: Purpose
    holder_code_type: str | None = None  # None: a resident number or a USCC
    fields: list[str] | None = None  # None: every field of the form; one outside it is refused


class FactsRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask what is known of a subject by data element, now or on a day as known at an instant, with a purpose."""

    holder_code: str
    purpose: Purpose
    holder_code_type: str | None = None  # None: a resident number or a USCC
    elements: list[str] | None = None  # None: every one of which anything is told
    on: date | None = None
    known_at: Instant | None = None


class LicenseRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for one license, with a purpose."""

    license_id: int
    purpose: Purpose


class AsOfRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask what held of one license on a day, as known at an instant, with a purpose."""

    license_id: int
    purpose: Purpose
    on: date | None = None  # None: the day of known_at
    known_at: datetime | None = None  # None: what is settled now


class HeldRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask what a holder held on a day, as known at an instant, with a purpose."""

    holder_code: str
    purpose: Purpose
    holder_code_type: str | None = None  # None: a resident number or a USCC
    on: date | None = None  # None: the day of known_at
    known_at: Instant | None = None  # None: what is settled now


Request = (
    HeldRequest
    | SearchRequest
    | LicenseRequest
    | AsOfRequest
    | VerifyRequest
    | ChecklistRequest
    | PrefillRequest
    | FactsRequest
)
OF_AN_INSTANT = (AsOfRequest, HeldRequest, FactsRequest)
ACTIONS: dict[type[Request], str] = {
    SearchRequest: "search",
    LicenseRequest: "license",
    AsOfRequest: "as_of",
    HeldRequest: "held",
    VerifyRequest: "verify",
    ChecklistRequest: "checklist",
    PrefillRequest: "prefill",
    FactsRequest: "facts",
}


def search(settings: ServiceSettings, actor: str, asked: SearchRequest) -> SearchAnswer:
    """Answer a search and record it."""
    with _asking(settings, actor, asked) as inquiry:
        answer = find_licenses(inquiry.conn, settings.keyring, asked, settings.today(), settings.now())
        inquiry.record(len(answer.hits))
        return answer


def show_license(settings: ServiceSettings, actor: str, asked: LicenseRequest) -> LicenseAnswer:
    """Answer for one license and record it; NotFound where there is none."""
    with _asking(settings, actor, asked) as inquiry:
        answer = get_license(inquiry.conn, settings.keyring, asked.license_id, settings.today(), settings.now())
        inquiry.record(1)
        return answer


def show_as_of(settings: ServiceSettings, actor: str, asked: AsOfRequest) -> AsOfAnswer:
    """Answer what held of a license and record it; NotFound where there is none, NotSettled while that may change."""
    now = settings.now()
    with _asking(settings, actor, asked) as inquiry:
        answer = license_as_of(inquiry.conn, settings.keyring, asked.license_id, asked.on, asked.known_at, now)
        inquiry.record(int(answer.version is not None))
        return answer


def show_held(settings: ServiceSettings, actor: str, asked: HeldRequest) -> HeldAnswer:
    """Answer what a holder held and record it; NotSettled while that may change."""
    now = settings.now()  # before the library is asked how far it is settled
    with _asking(settings, actor, asked) as inquiry:
        holder = (asked.holder_code, asked.holder_code_type)
        answer = held_as_of(inquiry.conn, settings.keyring, *holder, asked.on, asked.known_at, settings.today(), now)
        inquiry.record(len(answer.licenses))
        return answer


def verify(settings: ServiceSettings, actor: str, asked: VerifyRequest) -> VerifyAnswer:
    """Answer whether a license is what it is said to be and record it."""
    with _asking(settings, actor, asked) as inquiry:
        answer = verify_license(inquiry.conn, settings.keyring, asked, settings.today(), settings.now())
        inquiry.record(int(bool(answer.exists)))
        return answer


def check_materials(settings: ServiceSettings, actor: str, asked: ChecklistRequest) -> Checklist:
    """Answer what an applicant must still bring and record it."""
    with _asking(settings, actor, asked) as inquiry:
        answer = answer_checklist(
            inquiry.conn,
            settings.keyring,
            asked.item_code,
            asked.holder_code,
            asked.holder_code_type,
            settings.today(),
            settings.now(),
        )
        inquiry.record(answer.held_count)
        return answer


def fill_form(settings: ServiceSettings, actor: str, asked: PrefillRequest) -> Prefill:
    """Answer what is known of a form's fields and record which were told."""
    question = (asked.item_code, asked.holder_code, asked.holder_code_type, asked.fields)
    with _asking(settings, actor, asked) as inquiry:
        answer = answer_prefill(inquiry.conn, settings.keyring, *question, settings.today(), settings.now())
        told = [field.name for field in answer.fields if field.facts]
        inquiry.record(len(told), told)
        return answer


def show_facts(settings: ServiceSettings, actor: str, asked: FactsRequest) -> FactsAnswer:
    """Answer what is known of a subject and record which elements were told; NotSettled while the past may change."""
    now = settings.now()
    with _asking(settings, actor, asked) as inquiry:
        question = (asked.holder_code, asked.holder_code_type, asked.elements, asked.on, asked.known_at)
        answer = facts_of_subject(inquiry.conn, settings.keyring, *question, settings.today(), now)
        told = [field.name for field in answer.fields]
        inquiry.record(len(told), told)
        return answer


@dataclass(frozen=True)
class _Inquiry:
    """One question inside its transaction: where it is answered, and what its record tells."""

    conn: Connection
    settings: ServiceSettings
    facts: tuple[str, str, Purpose, bytes]  # actor, action, purpose, hash of the question

    def record(self, results: int, told: list[str] | None = None) -> None:
        """Record the question with how much was found and which fields were told."""
        record_inquiry(self.conn, *self.facts, results, self.settings.now(), fields_told=told)


@contextmanager
def _asking(settings: ServiceSettings, actor: str, question: Request) -> Iterator[_Inquiry]:
    """Open the one transaction in which an answer is found and its record written; a refusal is recorded in another."""
    # The hash is without the purpose: the same question has the same one whoever asks it, and why.
    hashed = hash_question(settings.keyring, msgspec.structs.replace(question, purpose=""))
    facts = (actor, ACTIONS[type(question)], question.purpose, hashed)
    engine = settings.questions or settings.engine
    # What was known at an instant is so by itself, and has to see each merge that ended before it asks what is settled.
    engine = engine if isinstance(question, OF_AN_INSTANT) else of_one_moment(engine)
    with noting_refusals(settings, *facts), engine.begin() as conn:
        yield _Inquiry(conn, settings, facts)


build_readers(*ACTIONS)
