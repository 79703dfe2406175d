"""A department that fell silent: whatever is answered out of what it said before says so, in both languages, page and API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest
from httpx import Client
from service_makers import COMPANY, ITEM, NOW, PURPOSE, TOKEN, Shelf, calling, post_form, serving
from sqlalchemy import text

from license_library.service.app import create_app
from license_library.service.settings import ServiceSettings

LAST = NOW - timedelta(days=40)
SAID = {"zh": "已超过承诺的", "en": "has been silent since"}


@pytest.fixture
def frozen(own_settings: ServiceSettings, own_shelf: Shelf) -> Iterator[str]:
    """Give a service whose departments were all heard of for the last time forty days ago."""
    with own_settings.engine.begin() as conn:
        conn.execute(text("update feeds set fresh_at = :last"), {"last": LAST})
    with serving(create_app(own_settings)) as address:
        yield address


def sources(answer: object) -> Iterator[dict[str, object]]:
    """Yield every source that an answer names, however deep."""
    for inner in answer.values() if isinstance(answer, dict) else answer if isinstance(answer, list) else ():
        yield from sources(inner)
    if isinstance(answer, dict) and "freshness" in answer:
        yield answer


def test_every_answer_of_the_api_says_how_old_it_is_and_that_this_is_too_old(frozen: str, own_shelf: Shelf) -> None:
    asked = {"holder_code": COMPANY}
    said = {"license_type": "bizlic", "license_number": own_shelf.license_number}
    with calling(frozen, Authorization=f"Bearer {TOKEN}", **{"X-Purpose": quote(PURPOSE)}) as machine:
        told = {
            "search": machine.post("/api/search", json={"purpose": PURPOSE, **asked}),
            "checklist": machine.post("/api/checklist", json={"purpose": PURPOSE, "item_code": ITEM, **asked}),
            "verify": machine.post(
                "/api/verify", json={"purpose": PURPOSE, **said, "values": {"holder_name": "另一家"}}
            ),
            "license": machine.get(f"/api/licenses/{own_shelf.license_id}"),
            "departments": machine.get("/api/departments"),
        }
    for name, answer in told.items():
        assert answer.status_code == 200, (name, answer.text)
        named = [one for one in sources(answer.json()) if one.get("as_of", one.get("fresh_at"))]
        assert named, name
        for one in named:
            assert one["freshness"] == "silent", (name, one)
            words = one.get("freshness_words")
            assert isinstance(words, dict), (name, one)
            assert SAID["zh"] in words["zh"], (name, words)
            assert SAID["en"] in words["en"], (name, words)
    verdicts = {one["verdict"] for one in told["checklist"].json()["materials"]}
    assert "not_held" not in verdicts
    assert "unknown" in verdicts


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_says_that_what_it_shows_is_too_old(frozen: str, own_shelf: Shelf, language: str) -> None:
    with calling(frozen, Origin=frozen) as person:
        assert person.post("/sign-in", data={"token": TOKEN}).status_code == 303
        shown = pages_of(person, own_shelf, language)
    for name, page in shown.items():
        assert SAID[language] in page, name


def pages_of(person: Client, shelf: Shelf, language: str) -> dict[str, str]:
    """Return the pages that show what departments said."""
    found = post_form(person, "/", text="恒通", lang=language).text
    asked = post_form(person, f"/checklist/{ITEM}", holder_code=COMPANY, lang=language).text
    post_form(person, f"/licenses/{shelf.license_id}")
    addresses = {"license": f"/licenses/{shelf.license_id}", "departments": "/departments"}
    others = {name: person.get(address, params={"lang": language}).text for name, address in addresses.items()}
    return {"search": found, "checklist": asked, **others}
