"""What every answer carries, how much is read, and how malformed questions end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from httpx import Client
from service_makers import PERSON, PURPOSE, TOKEN, Shelf, calling, serving

from license_library.service.app import create_app
from license_library.service.bodies import InvalidQuestion, as_question
from license_library.service.settings import ServiceSettings
from license_library.service.wire import SECURITY_HEADERS
from license_library.storage.database import open_database

SEARCH = "/api/search"
PAGES = ["/sign-in", "/", "/checklist", "/departments", "/exchanges", "/quarantine", "/license-types", "/licenses/1"]
MALFORMED = [
    b"",
    b"{",
    b'{"text": "a", "text": "b", "purpose": "x"}',
    b'{"text": "a", "limit": NaN, "purpose": "x"}',
    b'{"text": "a", "limit": Infinity, "purpose": "x"}',
    b'{"text": "\xff", "purpose": "x"}',
    b'\xef\xbb\xbf{"text": "a", "purpose": "x"}',
    b"[" * 30_000,
    b'{"a":' * 5_000,
    b'{"limit": ' + b"9" * 5_000 + b"}",
    b'{"limit": 9223372036854775808, "text": "a", "purpose": "x"}',
    b'{"limit": -9223372036854775809, "text": "a", "purpose": "x"}',
]
WRONG = [
    ("[]", "the question"),
    ('{"purpose": "x", "text": 5}', "text"),
    ('{"purpose": "x", "text": "a", "limit": "20"}', "limit"),
    ('{"purpose": "x", "text": "a", "limit": 1e400}', "limit"),
    ('{"purpose": "x", "text": "a\\u0000b"}', "text"),
    ('{"purpose": "x", "text": "a\\ud800"}', "text"),
    ('{"purpose": "x\\n", "text": "ab"}', "purpose"),
    ('{"purpose": "' + "字" * 201 + '", "text": "ab"}', "purpose"),
    ('{"purpose": "", "text": "ab"}', "purpose"),
    ('{"purpose": "  ", "text": "ab"}', "purpose"),
    ('{"text": "ab"}', "purpose"),
    ('{"purpose": "x", "text": "' + "字" * 513 + '"}', "text"),
    ('{"purpose": "x", "unheard_of": "370283199003077211"}', "the question"),
]


@pytest.mark.parametrize("path", [*PAGES, "/api/health", "/api/items", "/openapi.json", "/nowhere", "/api/nowhere"])
def test_every_answer_carries_the_security_headers_and_is_not_kept(shelf: Shelf, person: Client, path: str) -> None:
    answer = person.get(path)
    assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_an_unexpected_failure_tells_nothing_of_itself(
    settings: ServiceSettings, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(settings)

    @app.get("/api/broken")
    def broken() -> None:
        raise RuntimeError(PERSON)

    with serving(app) as address, calling(address) as client:
        answer = client.get("/api/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "hub.failed")
    assert PERSON not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text
    assert "broken:" in caplog.text
    assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS


@pytest.mark.parametrize("body", MALFORMED, ids=range(len(MALFORMED)))
def test_a_malformed_body_is_refused_before_it_is_understood(machine: Client, body: bytes) -> None:
    answer = machine.post(SEARCH, content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "request.malformed")


@pytest.mark.parametrize(("body", "field"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_field_is_named_and_never_repeated(machine: Client, body: str, field: str) -> None:
    answer = machine.post(SEARCH, content=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert answer.headers["content-type"] == "application/problem+json"
    assert [problem["field"] for problem in answer.json()["problems"]] == [field]
    assert "370283199003077211" not in answer.text
    assert "unheard_of" not in answer.text


@pytest.mark.parametrize(
    "path", ["/api/licenses/370283199003077211234", "/api/licenses/x370283199003077211", "/api/quarantine/0"]
)
def test_a_wrong_address_is_not_repeated_either(machine: Client, path: str) -> None:
    answer = machine.get(path, headers={"X-Purpose": "x"})
    assert answer.status_code == 422
    assert "3702831990" not in answer.text


def test_a_large_body_is_refused(machine: Client) -> None:
    large = json.dumps({"text": "字" * 70_000, "purpose": PURPOSE}).encode()
    answer = machine.post(SEARCH, content=large)
    assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")


def test_a_large_body_of_undeclared_length_is_refused(machine: Client) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 1_000

    assert machine.post(SEARCH, content=pieces()).status_code == 413


def test_a_large_form_is_refused_on_a_page_of_its_own(person: Client) -> None:
    answer = person.post("/", data={"text": "x" * 70_000})
    assert answer.status_code == 413
    assert "提交的内容过大" in answer.text


@pytest.mark.parametrize("body", ["text=%FF", "text=a&text=b", "&".join(f"f{n}=1" for n in range(50))])
def test_a_malformed_form_is_refused(person: Client, body: str) -> None:
    answer = person.post("/", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 400


def test_an_unreachable_database_is_said_to_be_one(settings: ServiceSettings, caplog: pytest.LogCaptureFixture) -> None:
    nowhere = open_database(settings.engine.url.set(port=1).render_as_string(hide_password=False))
    app = create_app(replace(settings, engine=nowhere))
    with serving(app) as address, calling(address, Authorization=f"Bearer {TOKEN}") as client:
        answer = client.post(SEARCH, json={"text": PERSON, "purpose": PURPOSE})
        assert (answer.status_code, answer.json()["code"]) == (503, "hub.database_unavailable")
        assert client.get("/api/health").status_code == 503
        assert PERSON not in answer.text + caplog.text


def test_a_database_of_another_version_is_said_to_be_one_and_a_mistake_of_ours_is_not(
    own_settings: ServiceSettings, own_machine: Client, caplog: pytest.LogCaptureFixture
) -> None:
    def ask(**asked: str) -> tuple[int, str]:
        answer = own_machine.post(SEARCH, json={**asked, "purpose": PURPOSE})
        assert PERSON not in answer.text + caplog.text
        told = answer.json()
        return answer.status_code, told.get("code", "") and f"{told['code']}: {told['message']}"

    with own_settings.engine.begin() as conn:
        conn.exec_driver_sql("alter function number_key(text) rename to key_of_another_version")
    strange = (503, "hub.database_unavailable: The hub's database is not as this version of the service expects it.")
    assert ask(number=PERSON) == strange
    with own_settings.engine.begin() as conn:
        conn.exec_driver_sql("alter function key_of_another_version(text) rename to number_key")
    assert ask(number=PERSON)[0] == 200
    with own_settings.engine.begin() as conn:
        conn.exec_driver_sql("alter table inquiries add constraint refused check (purpose = 'another') not valid")
    assert ask(number=PERSON) == (500, "hub.failed: The hub could not answer.")


@pytest.mark.parametrize("values", [{"names": ["a", "\ud800"]}, {"\ud800": "a"}, {"a": [{"b\0": "c"}]}])
def test_half_a_character_is_refused_wherever_it_stands(values: dict[str, object]) -> None:
    with pytest.raises(InvalidQuestion):
        as_question(values, dict[str, object])
