"""Who gets an answer: every route is tried, and the exceptions are named here."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from httpx import Client
from service_makers import NOW, PURPOSE, TOKEN, Shelf, calling, form_token, post_form, serving
from sqlalchemy import Engine, text
from starlette.routing import Mount

from license_library.service.app import create_app
from license_library.service.pages.sign_in import own_path
from license_library.service.settings import ServiceSettings

OPEN_ROUTES = {("GET", "/api/health"), ("GET", "/sign-in"), ("POST", "/sign-in")}
# Other departments say in each call who they are, and are told by a status; see test_service_sharing.py.
OPEN_ROUTES |= {
    ("GET", "/share/soap"),
    ("POST", "/share/soap"),
    ("POST", "/share/{operation}"),
    ("GET", "/share/download"),
}
OPEN_MOUNTS = {"/static"}


def routes_of(app: FastAPI) -> set[tuple[str, str]]:
    """List method and path of every route; anything that is neither a route nor the static files is a surprise."""
    assert {route.path for route in app.routes if isinstance(route, Mount)} == OPEN_MOUNTS
    plain = [route for route in app.routes if not isinstance(route, Mount)]
    assert all(isinstance(route, APIRoute) for route in plain)
    return {(method, route.path) for route in plain for method in route.methods}


def address(path: str) -> str:
    """Fill a route's parameters."""
    return (
        path.replace("{license_id}", "1")
        .replace("{quarantine_id}", "1")
        .replace("{item_code}", "PD-E-002")
        .replace("{delivery_id}", "1")
    )


@pytest.mark.parametrize("sent", ["http://[", "http://[370283199003077211]/"])
def test_an_address_that_is_none_is_another_site_s_and_never_a_fault_of_ours(
    stranger: Client, person: Client, sent: str
) -> None:
    answers = [
        stranger.post("/sign-in", data={"token": "wrong"}, headers={"Referer": sent, "Origin": sent}),
        person.post("/", data={"csrf": form_token(person), "text": "a"}, headers={"Referer": sent, "Origin": sent}),
    ]
    assert [one.status_code for one in answers] == [403, 403]
    assert not [
        one for one in answers if "370283199003077211" in one.text or "content-security-policy" not in one.headers
    ]


def test_every_route_but_the_named_ones_demands_someone(app: FastAPI, stranger: Client) -> None:
    routes = routes_of(app)
    assert routes > OPEN_ROUTES
    for method, path in sorted(routes - OPEN_ROUTES):
        answer = stranger.request(method, address(path), headers={"Origin": str(stranger.base_url)})
        if path.startswith("/api/") or path == "/openapi.json":
            assert (answer.status_code, answer.json()["code"]) == (401, "request.not_signed_in"), path
        else:
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/sign-in"), path


def test_every_route_refuses_a_wrong_token(app: FastAPI, person: Client) -> None:
    for method, path in sorted(routes_of(app) - OPEN_ROUTES):
        answer = person.request(method, address(path), headers={"Authorization": "Bearer wrong"})
        assert answer.status_code in {401, 303}, path


def test_every_write_demands_the_form_token(app: FastAPI, person: Client) -> None:
    writes = {path for method, path in routes_of(app) - OPEN_ROUTES if method not in {"GET", "HEAD"}}
    assert writes
    for path in sorted(writes):
        assert person.post(address(path), data={"csrf": "0" * 64, "purpose": PURPOSE}).status_code == 403, path


@pytest.mark.parametrize("origin", ["", "null", "http://elsewhere.test", "http://hub.test:8081"])
def test_a_write_from_another_site_is_refused(person: Client, origin: str) -> None:
    fields = {"csrf": form_token(person), "text": "恒通", "purpose": PURPOSE}
    assert person.post("/", data=fields, headers={"Origin": origin}).status_code == 403
    assert person.post("/sign-in", data={"token": TOKEN}, headers={"Origin": origin}).status_code == 403


def test_a_wrong_token_opens_no_session(stranger: Client) -> None:
    answer = stranger.post("/sign-in", data={"token": "guessed"}, headers={"Origin": str(stranger.base_url)})
    assert answer.status_code == 401
    assert "hub_session" not in answer.headers.get("set-cookie", "")
    assert "guessed" not in answer.text


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(stranger: Client) -> None:
    answer = stranger.post("/sign-in", data={"token": TOKEN}, headers={"Origin": str(stranger.base_url)})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert TOKEN not in cookie


def test_behind_tls_the_session_cookie_belongs_to_this_host_alone(settings: ServiceSettings) -> None:
    with (
        serving(create_app(replace(settings, secure_cookies=True))) as address,
        calling(address, Origin=address) as client,
    ):
        cookie = client.post("/sign-in", data={"token": TOKEN}).headers["set-cookie"]
    assert cookie.startswith("__Host-hub_session=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_a_session_ends(settings: ServiceSettings, person: Client) -> None:
    later = create_app(replace(settings, clock=lambda: NOW + timedelta(hours=8, seconds=1)))
    with serving(later) as address, calling(address, Cookie=f"hub_session={person.cookies['hub_session']}") as client:
        assert client.get("/").status_code == 303


def test_an_altered_session_is_no_session(served: str, person: Client) -> None:
    expires, nonce, signature = person.cookies["hub_session"].split(".")
    forged = f"{int(expires) + 99999}.{nonce}.{signature}"
    with calling(served, Cookie=f"hub_session={forged}") as client:
        assert client.get("/").status_code == 303


def test_signing_out_forgets_the_session_and_the_purpose(shelf: Shelf, person: Client) -> None:
    post_form(person, "/", text="恒通")
    assert "hub_purpose" in person.cookies
    assert post_form(person, "/sign-out").status_code == 303
    assert "hub_session" not in person.cookies
    assert "hub_purpose" not in person.cookies
    assert person.get("/").status_code == 303


def test_after_signing_in_the_reader_comes_back(stranger: Client) -> None:
    sent = stranger.get("/quarantine?state=open").headers["location"]
    assert sent == "/sign-in?next=%2Fquarantine%3Fstate%3Dopen"
    answer = stranger.post(
        "/sign-in", data={"token": TOKEN, "next": "/quarantine?state=open"}, headers={"Origin": str(stranger.base_url)}
    )
    assert answer.headers["location"] == "/quarantine?state=open"


def test_who_was_signed_out_meanwhile_is_told_that_what_was_sent_was_not_done(stranger: Client) -> None:
    page = f"{stranger.base_url}/quarantine/1?lang=en"
    sent = stranger.post("/quarantine/1", data={"action": "discard"}, headers={"Referer": page})
    assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in?next=%2Fquarantine%2F1&unsent=yes")
    told = stranger.get(sent.headers["location"]).text
    assert "刚才提交的内容未作处理" in told
    assert 'name="next" value="/quarantine/1"' in told
    assert "未作处理" not in stranger.get("/sign-in?next=/quarantine").text
    left = stranger.post("/sign-out", headers={"Referer": page})
    assert "unsent" not in left.headers["location"]


@pytest.mark.parametrize(
    "wanted", ["//elsewhere.test", "/\\elsewhere.test", "http://elsewhere.test", "", "/a\r\nb", "/sign-in"]
)
def test_signing_in_never_leads_to_another_site(wanted: str) -> None:
    assert own_path(wanted) == "/"


def test_a_token_that_can_be_guessed_starts_nothing(settings: ServiceSettings) -> None:
    with pytest.raises(ValueError, match="token is too short"):
        replace(settings, token="secret")


def test_settings_never_show_the_token(settings: ServiceSettings) -> None:
    assert TOKEN not in repr(settings)


SENT_AS_BYTES = [
    "Bearer 令牌".encode(),
    "Bearer 令牌".encode("gbk"),
    b"Bearer \xff\xfe",
    "Bearer caf\xe9".encode("latin-1"),
    "Basic 张三:密码".encode(),
    b"Basic \xff\xff",
    b"Basic " + base64.b64encode("张三:密码".encode("gbk")),
    b"\xff",
    b"",
]


@pytest.mark.parametrize("sent", SENT_AS_BYTES)
def test_a_token_in_any_bytes_is_refused_in_the_usual_words(stranger: Client, sent: bytes) -> None:
    for method, path in (("GET", "/api/exchanges"), ("POST", "/api/search")):
        answer = stranger.request(method, path, headers={"Authorization": sent})
        assert (answer.status_code, answer.json()["code"]) == (401, "request.not_signed_in")
        assert answer.headers["www-authenticate"] == "Bearer"
    page = stranger.get("/", headers={"Authorization": sent})
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in")


@pytest.mark.parametrize(
    "name", ["Cookie", "X-Purpose", "X-CSRF-Token", "Origin", "Referer", "Host", "Accept-Language", "Content-Type"]
)
def test_no_header_in_any_bytes_is_a_fault_of_ours(person: Client, machine: Client, name: str) -> None:
    for sent in ("令牌".encode(), b"hub_session=\xff.\xff; hub_purpose=%ff%fe", b"%ff%fe%00"):
        asked = [(one, "GET", path) for one in (person, machine) for path in ("/", "/api/licenses/1")]
        for client, method, path in [*asked, (person, "POST", "/"), (machine, "POST", "/api/search")]:
            answer = client.request(method, path, headers={name: sent})
            assert answer.status_code < 500, (method, path, sent)


def test_a_token_that_is_no_ascii_signs_in_as_clients_send_it(settings: ServiceSettings, shelf: Shelf) -> None:
    token = "一个足够长的测试用口令，十六字以上"
    with serving(create_app(replace(settings, token=token))) as address, calling(address) as client:
        sent = {one: f"Bearer {one}".encode() for one in (token, token[:-1])}
        codes = [client.get("/api/exchanges", headers={"Authorization": one}).status_code for one in sent.values()]
    assert codes == [200, 401]


@pytest.mark.parametrize("sent", ["查档".encode(), b"%E6%9F%A5%E6%A1%A3"])
def test_a_purpose_in_a_header_is_recorded_as_it_was_meant(
    own_shelf: Shelf, own_machine: Client, database: Engine, sent: bytes
) -> None:
    own_machine.get(f"/api/licenses/{own_shelf.license_id}", headers={"X-Purpose": sent})
    with database.connect() as conn:
        assert conn.scalars(text("select purpose from inquiries")).all() == ["查档"]
