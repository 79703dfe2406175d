"""A department that fell silent: whatever is answered out of what it said before says so, in both languages, page, API and call.

Every operation and every page is asked; what tells nothing of a department's word is named here, with why.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from httpx import Client
from service_makers import (
    COMPANY,
    IDENTIFIER,
    ITEM,
    NOW,
    PURPOSE,
    TOKEN,
    Shelf,
    calling,
    form_token,
    post_form,
    serving,
)
from service_operations import HEADER, answered, make_copy
from sqlalchemy import text

from license_library.service.app import PAGES, create_app
from license_library.service.settings import ServiceSettings
from license_library.sharing.consumers import add_consumer, grant_types
from license_library.sharing.sharing_calls import OPERATIONS
from tests.license_library.file_samples import pdf
from tests.license_library.question_makers import Library

LAST = NOW - timedelta(days=40)
SAID = {"zh": "已超过承诺的", "en": "has been silent since"}
UNSAID = {
    "what the hub itself did, found or was told to do, each with its instant": {
        *("get /api/exchanges", "get /api/exchanges/{exchange_id}", "get /api/exchanges/{exchange_id}/shadow"),
        *("post /api/exchanges/{exchange_id}/decision", "get /api/health", "get /api/license-alerts"),
        *("get /api/incidents", "get /api/incidents/{incident_id}", "post /api/incidents/{incident_id}/decision"),
        *("get /api/quarantine", "get /api/quarantine/{quarantine_id}", "post /api/quarantine/{quarantine_id}/reveal"),
        *("post /api/quarantine/{quarantine_id}/decision", "get /api/case-batches", "post /api/case-batches"),
        "post /api/case-batches/{batch_id}/decision",
        *("get /api/corrections", "post /api/corrections", "get /api/corrections/{request_id}"),
        *("post /api/corrections/{request_id}/reveal", "post /api/corrections/{request_id}/answer"),
        *("get /api/deliveries", "post /api/deliveries", "post /api/deliveries/{delivery_id}/decision"),
        *("get /api/reconciliations", "get /api/reconciliations/{reconciliation_id}"),
        *("get /api/quality", "get /api/scorecard", "get /api/steward"),
    },
    "which numbers are one person's: decided by people, or by the numbers": {
        *("get /api/subject-pairs", "post /api/subject-pairs/{one}/{other}/decision"),
        *("post /api/subject-decisions/{decision_id}/undo", "post /api/subject-decisions/{decision_id}/owner"),
    },
    "the catalogue": {
        *("get /api/items", "get /api/license-types", "get /api/license-types/{license_type}"),
        *("get /api/elements", "post /api/elements/{element}/master"),
    },
    "a file as it was attached; its check says the age": {
        *("get /api/licenses/{license_id}/files", "post /api/licenses/{license_id}/files", "get /api/files/{file_id}"),
        "post /api/files/{file_id}/withdrawal",
    },
}
UNSAID_PAGES = {
    "asks what is to be asked": {
        *("get /", "get /checklist", "get /checklist/{item_code}", "get /holdings", "get /working-copies"),
    },
    "leads to a page": {
        *("post /quarantine", "post /case-batches/{batch_id}", "post /quarantine/{quarantine_id}"),
        *("post /corrections", "post /corrections/{request_id}", "post /deliveries/{delivery_id}"),
        *("post /conflicts/{subject_id}/{element}", "post /elements/{element}", "post /licenses/{license_id}/files"),
        *("post /files/{file_id}/withdrawal", "post /incidents/{incident_id}", "post /exchanges/{exchange_id}"),
        *("post /licenses/{license_id}", "post /subjects", "post /subjects/{one}/{other}"),
    },
    "what the hub itself did, found or was told to do, each with its instant": {
        *("get /quarantine", "get /quarantine/{quarantine_id}", "post /quarantine/{quarantine_id}/reveal"),
        *("get /corrections", "get /corrections/{request_id}", "post /corrections/{request_id}/reveal"),
        *("get /deliveries", "get /incidents", "get /incidents/{incident_id}", "get /license-alerts"),
        *("get /exchanges", "get /exchanges/{exchange_id}", "get /exchanges/{exchange_id}/shadow"),
        *("get /reconciliations", "get /reconciliations/{reconciliation_id}"),
        *("get /steward", "get /quality", "get /scorecard", "get /scorecard.csv"),
    },
    "which numbers are one person's: decided by people, or by the numbers": {"get /subjects"},
    "the catalogue": {"get /elements", "get /license-types", "get /license-types/{license_type}"},
    "a file as it was attached; its check says the age": {
        "get /files/{file_id}",
    },
}


@dataclass(frozen=True)
class Frozen:
    """Hold a service whose departments all fell silent, after a working copy was made."""

    address: str
    copy: str
    content: bytes  # of the copy
    token: str  # of a consumer


@pytest.fixture
def frozen(own_settings: ServiceSettings, own_shelf: Shelf) -> Iterator[Frozen]:
    """Give a service whose departments were all heard of for the last time forty days ago, and contradict each other."""
    with serving(create_app(own_settings)) as address:
        with calling(address, Authorization=f"Bearer {TOKEN}") as machine:
            copy = make_copy(machine, own_shelf)
            content = machine.get(f"/api/working-copies/{copy}", headers=HEADER).content
        yield Frozen(address, copy, content, fall_silent(own_settings, own_shelf))


def fall_silent(settings: ServiceSettings, shelf: Shelf) -> str:
    """Let another department name the company otherwise, let both fall silent, and return the token of a consumer."""
    with settings.engine.begin() as conn:
        library = Library(conn, settings.keyring)
        road = {"department": "transport", "license_type": "roadgoods"}
        library.add_license(shelf.company_id, **road, license_number="R9", holder_name="平度市恒通货运有限公司")
        conn.execute(text("update exchanges set started_at = :last, finished_at = :last"), {"last": LAST})
        conn.execute(text("update feeds set fresh_at = :last"), {"last": LAST})
        qr = 'update licenses set face = face || \'{"qr_payload": "QR-1"}\' where license_id = :license_id'
        conn.execute(text(qr), {"license_id": shelf.license_id})
        token = add_consumer(conn, settings.keyring, "transport", "交通运输局", "王工", NOW)
        grant_types(conn, "transport", ["bizlic"], "王工", NOW)
    return token


def sources(answer: object) -> Iterator[dict[str, Any]]:
    """Yield every source that an answer names, however deep."""
    for inner in answer.values() if isinstance(answer, dict) else answer if isinstance(answer, list) else ():
        yield from sources(inner)
    if isinstance(answer, dict) and "freshness" in answer:
        yield answer


def says_so(answer: Any) -> bool:
    """Tell whether every source that an answer names is silent in words; without one, whether its words say so."""
    if isinstance(answer, bytes):
        return SAID["en"].encode() in answer
    named = [one for one in sources(answer) if "freshness_words" in one]
    told = [one["freshness_words"] for one in named] or [json.dumps(answer, ensure_ascii=False)]
    return all(one["freshness"] == "silent" for one in named) and all(SAID["en"] in str(one) for one in told)


def test_every_answer_of_the_api_says_how_old_it_is_and_that_this_is_too_old(frozen: Frozen, own_shelf: Shelf) -> None:
    with calling(frozen.address, Authorization=f"Bearer {TOKEN}") as machine:
        answers = answered(machine, own_shelf, frozen.copy)
    unsaid = set().union(*UNSAID.values())
    assert {name for name, answer in answers.items() if says_so(answer)} == (set(answers) - unsaid)
    assert [name for name in unsaid if list(sources(answers[name]))] == []
    verdicts = {one["verdict"] for one in answers["post /api/checklist"]["materials"]}
    assert "not_held" not in verdicts
    assert "unknown" in verdicts


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_says_that_what_it_shows_is_too_old(frozen: Frozen, own_shelf: Shelf, language: str) -> None:
    with calling(frozen.address, Origin=frozen.address) as person:
        assert person.post("/sign-in", data={"token": TOKEN}).status_code == 303
        pages = pages_of(person, own_shelf, frozen.copy, language)
    assert {name for name, page in pages.items() if SAID[language] not in page} == set()
    routes = {f"{method.lower()} {one.path}" for part in PAGES for one in part.router.routes for method in one.methods}
    assert routes - set(pages) == set().union(*UNSAID_PAGES.values())


def pages_of(person: Client, shelf: Shelf, copy: str, language: str) -> dict[str, str]:
    """Return the pages that show what departments said."""
    here, pair = f"/licenses/{shelf.license_id}", f"/subjects/{shelf.company_id}/{shelf.twin_id}"
    forms: dict[str, tuple[str, dict[str, str]]] = {
        "post /": ("/", {"text": "恒通"}),
        "post /checklist/{item_code}": (f"/checklist/{ITEM}", {"holder_code": COMPANY}),
        "post /holdings": ("/holdings", {"holder_code": COMPANY}),
        "post /working-copies": ("/working-copies", {"identifier": copy}),
        "post /licenses/{license_id}/copies": (f"{here}/copies", {"days": "3"}),
        "post /licenses/{license_id}/reliances": (f"{here}/reliances", {"case_number": "S-1"}),
        "post /subjects/{one}/{other}/reveal": (f"{pair}/reveal", {}),
    }
    shown = {name: told_by(person, path, language, **fields) for name, (path, fields) in forms.items()}
    shown["post /working-copies/file"] = told_of_a_file(person, here, language)
    addresses = {
        "get /licenses/{license_id}": here,
        "get /working-copies/{identifier}": f"/working-copies/{copy}",
        "get /departments": "/departments",
        "get /conflicts": "/conflicts",
        "get /conflicts/{subject_id}/{element}": f"/conflicts/{shelf.company_id}/organisation_name",
        "get /subjects/{one}/{other}": pair,
    }
    return shown | {name: person.get(path, params={"lang": language}).text for name, path in addresses.items()}


def told_by(person: Client, path: str, language: str, **fields: str) -> str:
    """Return the page that a form leads to."""
    answer = post_form(person, path, lang=language, **fields)
    return person.get(answer.headers["location"], params={"lang": language}).text if answer.is_redirect else answer.text


def told_of_a_file(person: Client, place: str, language: str) -> str:
    """Attach a file to a license and return the page that checks it."""
    given = {"data": {"csrf": form_token(person), "purpose": PURPOSE}, "files": {"file": ("a.pdf", pdf())}}
    assert person.post(f"{place}/files", **given).is_redirect
    return person.post("/working-copies/file", params={"lang": language}, **given).text


def test_every_operation_for_other_departments_says_that_what_it_tells_is_too_old(
    frozen: Frozen, own_shelf: Shelf
) -> None:
    why, holder = {"useCause": PURPOSE}, {"holderCode": COMPANY, "holderTypeCode": "001", "certTypeCode": "bizlic"}
    said = {"certNo": own_shelf.license_number, "holder": "另一家", "holderCode": COMPANY}
    content = {"contentType": "base64", "content": base64.b64encode(frozen.content).decode()}
    asked: dict[str, dict[str, Any]] = {
        "queryCertInfo": {"certIdentifier": IDENTIFIER} | why,
        "queryCertInfoByHolderCode": holder | why,
        "queryCertInfoByQRcode": {"qrcode": "QR-1"} | why,
        "verifyCertInfo": {"certTypeCode": "bizlic", "certData": said} | why,
        "verifyFile": {"certTypeCode": "bizlic"} | content | why,
        "downloadFile": {"certificateIdentifier": IDENTIFIER, "certificateCopyCause": PURPOSE},
        "downloadUrl": {"certIdentifier": IDENTIFIER} | why,
        "downloadUrlsByHolderCode": holder | why,
    }
    head = {"accessId": "transport", "accessToken": frozen.token}
    with calling(frozen.address) as consumer:
        told = {
            name: consumer.post(f"/share/{name}", json={"head": head, "data": data}).text
            for name, data in asked.items()
        }
    assert {
        name: answer for name, answer in told.items() if SAID["zh"] not in answer and '"silent"' not in answer
    } == {}
    assert set(OPERATIONS) - set(asked) == {"getCertRemarkInfo"}  # what a license type is: the catalogue
