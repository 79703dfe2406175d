"""Every sign-in meets a fake that verifies it: signed in, everything arrives; signed in wrongly, nothing does."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from socket import socket
from typing import Any

import pytest
from fake_makers import pull
from fake_makers import serving as faking
from lxml import etree
from raw_server import Behaviour, respond, serving
from soap_samples import TO_SOAP, WSDL

from connectors.declarations.declared import Department
from connectors.fake.line.wire import Request
from connectors.fake.rows.truth import Plot, tell_truth
from connectors.fake.speaking.gate import LASTS
from connectors.pages.page_trail import Place
from connectors.pages.pages import fetch_pages
from connectors.pages.requesting import PageRequester
from connectors.signing.national_gateway import open_secret, read_end, seal_secret
from connectors.signing.sign_in import SignIn
from connectors.signing.signing import sign_headers
from connectors.wire.connection import Connection, parse_connection
from connectors.wire.door import Answer
from connectors.wire.wire_clock import read_clock
from schemas.errors import (
    DeclarationError,
    DepartmentBrokePromise,
    DepartmentError,
    DepartmentNotTrusted,
    DepartmentRefused,
)

Declare = Callable[..., Department]
Changes = tuple[tuple[str, str], ...]
AUTH = 'auth = "none"'
LIMITS = "limits = { requests_per_second = 1000, deadline_seconds = 20 }"
POST = ('path = "/licenses"', 'path = "/licenses"\nmethod = "POST"\nsend = "json"')
PLOT = Plot(scale=5, day=0, bad_share=0)
AT = datetime(2026, 11, 23, tzinfo=UTC)


def auth(name: str, token: str = "") -> tuple[str, str]:
    return (AUTH, f'auth = "{name}"\n{LIMITS}\n' + (f"token = {{ {token} }}" if token else ""))


LOGIN = 'path = "/login", send = "json", request = { user = { name = "{login}", word = "{password_md5}" } }, field = "data/token", expires = "data/seconds"'
SIGN_INS: dict[str, Changes] = {
    "none": (auth("none"),),
    "basic": (auth("basic"),),
    "bearer": (auth("bearer"),),
    "api-key": (auth("api-key"),),
    "api-key in the query": (auth("api-key", 'carry = "query", name = "appkey", prefix = ""'),),
    "api-key in the body": (auth("api-key", 'carry = "body", name = "head/token", prefix = ""'), POST),
    "account in the body": (
        auth("none"), POST,
        ('request = { since', 'request = { head = { accessId = "{login}", accessToken = "{password}" }, since'),
    ),
    "hmac-nonce": (auth("hmac-nonce"),),
    "hmac-sorted": (auth("hmac-sorted"),),
    "national-gateway": (auth("national-gateway"),),
    "national-gateway with a key service": (
        auth("national-gateway", 'path = "/secret", field = "data/secret", expires = "data/secretEndTime"'),
    ),
    "oauth2-client": (auth("oauth2-client", 'path = "/oauth2/token", request = { scope = "licenses" }'),),
    "oauth2-client, secret in the body": (
        auth("oauth2-client", 'path = "/oauth2/token", request = { client_id = "{login}", client_secret = "{password}" }'),
    ),
    "session-token in a header": (auth("session-token", f'{LOGIN}, name = "X-Token", prefix = ""'),),
    "session-token in the query": (auth("session-token", f'{LOGIN}, carry = "query", name = "token", prefix = ""'),),
    "session-token in the body": (auth("session-token", f'{LOGIN}, carry = "body", name = "head/token", prefix = ""'), POST),
    "session-token by a query and for next URLs": (
        auth("session-token", 'path = "/login", send = "query", request = { u = "{login}", p = "{password_sm3}" }, carry = "query", name = "token", prefix = ""'),
        ('style = "page"', 'style = "next", next = "data/next"'), ('page = "{page}", ', ""),
    ),
    "mtls": (auth("mtls"),),
}  # fmt: skip
SOAP = {
    name: (*TO_SOAP, auth(name, token))
    for name, token in (
        ("oauth2-client", 'path = "/oauth2/token"'),
        ("national-gateway", 'path = "/secret", field = "data/secret", expires = "data/secretEndTime"'),
        ("mtls", ""),
    )
}
TOKENS = [name for name in SIGN_INS if "oauth2" in name or "session" in name or "key service" in name]


def over_soap(declare: Declare, changes: Changes) -> Department:
    return declare(*changes, files={"roads.wsdl": WSDL})


@pytest.mark.parametrize("changes", SIGN_INS.values(), ids=SIGN_INS)
def test_signed_in_everything_arrives(declare: Declare, changes: Changes) -> None:
    department = declare(*changes)
    with faking(department, PLOT) as server:
        assert pull(department, server).frame.height == tell_truth(department, PLOT).received == 5


@pytest.mark.parametrize("changes", SOAP.values(), ids=SOAP)
def test_the_same_over_soap(declare: Declare, changes: Changes) -> None:
    department = over_soap(declare, changes)
    with faking(department, PLOT) as server:
        assert pull(department, server).frame.height == 5


@pytest.mark.parametrize("changes", [c for n, c in SIGN_INS.items() if n not in ("none", "mtls")])
def test_with_another_secret_nothing_arrives(declare: Declare, changes: Changes) -> None:
    department = declare(*changes)
    with faking(department, PLOT) as server:
        wrong = parse_connection(server.connection_value.replace("fake-secret", "guessed"))
        with pytest.raises(DepartmentRefused) as refusal:
            list(fetch_pages(department, department.feeds["licenses"], wrong, None))
    assert "guessed" not in str(refusal.value)


def test_without_our_certificate_nothing_is_sent(declare: Declare) -> None:
    department = declare(*SIGN_INS["mtls"])
    with faking(department, PLOT) as server:
        whole = parse_connection(server.connection_value)
        bare = Connection("https", whole.host, whole.port, whole.path, extra={"ca": whole.extra["ca"]})
        with pytest.raises(DeclarationError, match="client_certificate"):
            list(fetch_pages(department, department.feeds["licenses"], bare, None))
        server.set_mode("cert_expired")
        with pytest.raises(DepartmentNotTrusted, match="has expired"):
            pull(department, server)


@pytest.mark.parametrize("name", TOKENS)
def test_a_token_is_asked_for_once_and_again_only_when_it_is_refused(declare: Declare, name: str) -> None:
    department, plot = declare(*SIGN_INS[name]), Plot(scale=9, day=0, bad_share=0)
    feed = department.feeds["licenses"]
    with faking(department, plot) as server:
        pages = fetch_pages(department, feed, parse_connection(server.connection_value), None)
        kept = [next(pages), next(pages)]
        assert server.gate.sign_ins == 1
        server.gate.forget()
        kept += list(pages)
        assert server.gate.sign_ins == 2
    assert [page.number for page in kept] == [1, 2, 3, 4, 5]
    (token,) = server.gate._issued
    assert [page.number for page in kept if token in page.request] == []


def failing_login(answer: Callable[[socket], None]) -> Behaviour:
    def behave(client: socket, request: bytes) -> None:
        if b" /login" in request or b" /oauth2" in request or b" /secret" in request:
            answer(client)
        else:
            respond(client, b"{}", "401 Who")

    return behave


def telling(document: Any) -> Callable[[socket], None]:
    return lambda client: respond(client, json.dumps(document).encode())


TOKEN = telling({"data": {"token": "abc", "seconds": 60}, "access_token": "abc"})


@pytest.mark.parametrize(
    ("answer", "family", "message"),
    [
        (TOKEN, DepartmentRefused, "401"),
        (telling({"code": 9, "data": None}), DepartmentRefused, "holds no data/token"),
        (telling({"data": {"token": "a\r\nX-Evil: 1", "seconds": 60}}), DepartmentBrokePromise, "no header can carry"),
        (telling({"data": {"token": "abc", "seconds": "soon"}}), DepartmentBrokePromise, "not a number of seconds"),
        (
            lambda client: respond(client, b'{"data": {"token": "abc", "token": "def"}}'),
            DepartmentBrokePromise,
            "'token' twice",
        ),
        (lambda client: respond(client, b"<html>"), DepartmentBrokePromise, "markup"),
        (lambda client: respond(client, b"", "403 No"), DepartmentRefused, "sign-in"),
    ],
)
def test_a_login_that_brings_nothing_usable_has_its_family(
    declare: Declare, answer: Callable[[socket], None], family: type[DepartmentError], message: str
) -> None:
    department = declare(*SIGN_INS["session-token in a header"])
    with serving(failing_login(answer)) as server, pytest.raises(family, match=message) as failure:
        list(fetch_pages(department, department.feeds["licenses"], parse_connection(server.url), None))
    assert len(server.requests) == (4 if answer is TOKEN else 1)  # a new token is tried once, never a third time
    assert "abc" not in str(failure.value)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"data": {"token": "abc", "seconds": 10**10}}, "not a number of seconds"),
        ({"data": {"token": "a b", "seconds": 60}}, "no header can carry"),
    ],
)
def test_a_token_that_nobody_could_use_is_the_departments_fault(
    declare: Declare, document: dict[str, Any], message: str
) -> None:
    department = declare(*SIGN_INS["session-token in a header"])
    with serving(failing_login(telling(document))) as server, pytest.raises(DepartmentBrokePromise, match=message):
        list(fetch_pages(department, department.feeds["licenses"], parse_connection(server.url), None))


@pytest.mark.parametrize("name", ["oauth2-client", "session-token in a header", "national-gateway with a key service"])
def test_what_was_issued_is_used_until_half_a_minute_before_it_ends(declare: Declare, name: str) -> None:
    department = declare(*SIGN_INS[name])
    with faking(department, PLOT) as server:
        at = read_clock()
        sign_in = SignIn(department, "roads", parse_connection(server.connection_value), lambda: at)
        for seconds, asked in ((0, 1), (1165, 1), (1180, 2)):
            sign_in.sign(at + timedelta(seconds=seconds))
            assert server.gate.sign_ins == asked


def test_a_token_that_has_ended_opens_nothing_at_the_fake(declare: Declare) -> None:
    department = declare(*SIGN_INS["oauth2-client"])
    with faking(department, PLOT) as server:
        signed = SignIn(department, "roads", parse_connection(server.connection_value), read_clock).sign(read_clock())
        request = Request("GET", "/", "", signed.headers, b"")
        feed = department.feeds["licenses"]
        server.gate.verify(request, feed, {}, read_clock())
        with pytest.raises(DepartmentRefused, match="has ended"):
            server.gate.verify(request, feed, {}, read_clock() + LASTS)


def test_a_page_is_never_taken_for_a_refusal(declare: Declare) -> None:
    """Only a short answer that can be read is looked into, and only where the declaration names codes."""
    named = f'{LOGIN}, name = "X-Token", prefix = ""'
    refusal = b'{"code": "40001", "msg": "token expired"}'
    for codes, media_type, body, is_refused in (
        (', refused = ["40001"]', "application/json", refusal, True),
        (', refused = ["40001"]', "application/json", refusal[:-1] + b', "more": "' + b"x" * 4096 + b'"}', False),
        (', refused = ["40001"]', "application/json", b'{"code": "40001"', False),
        ("", "application/json", refusal, False),
    ):
        department = declare(auth("session-token", named + codes))
        sign_in = SignIn(department, "roads", Connection("http", "a", 80), read_clock)
        answer = Answer(200, media_type, body, AT, AT, AT)
        assert sign_in.is_refused(department.feeds["licenses"], answer) is is_refused, body


def test_a_result_code_in_xml_can_say_so_too(declare: Declare) -> None:
    named = auth("session-token", f'{LOGIN}, name = "X-Token", prefix = "", refused = ["40001"]')
    department = declare(named, ('path = "/licenses"', 'path = "/licenses"\nanswer = "xml"'))
    sign_in = SignIn(department, "roads", Connection("http", "a", 80), read_clock)
    feed = department.feeds["licenses"]
    for code, is_refused in ((b" 40001 ", True), (b"0", False)):
        answer = Answer(200, "text/xml", b"<r><code>" + code + b"</code></r>", AT, AT, AT)
        assert sign_in.is_refused(feed, answer) is is_refused


def test_a_token_that_ends_is_renewed_before_it_does(declare: Declare) -> None:
    department = declare(*SIGN_INS["session-token in a header"], ('"data/seconds"', '"", lifetime = "0s"'))
    with faking(department, Plot(scale=6, day=0)) as server:
        pull(department, server)
        assert server.gate.sign_ins == 3


def test_a_result_code_can_say_that_the_token_has_ended(declare: Declare) -> None:
    changes = auth("session-token", f'{LOGIN}, name = "X-Token", prefix = "", refused = ["40001"]')
    department, logins = declare(changes), list[int]()

    def behave(client: socket, request: bytes) -> None:
        if b" /login" in request:
            logins.append(1)
            respond(client, json.dumps({"data": {"token": f"t{len(logins)}", "seconds": 600}}).encode())
        elif b"X-Token: t1" in request:
            respond(client, b'{"code": "40001", "msg": "token expired"}')
        else:
            respond(client, b'{"code": "0", "data": {"rows": [], "total": 0}}')

    with serving(behave) as server:
        pages = list(fetch_pages(department, department.feeds["licenses"], parse_connection(server.url), None))
    assert (len(pages), len(logins)) == (1, 2)


def test_tokens_of_another_host_are_asked_for_there(declare: Declare) -> None:
    department = declare(*SIGN_INS["oauth2-client"])
    with faking(department, PLOT) as server, serving(failing_login(TOKEN)) as elsewhere:
        connection = parse_connection(
            f"{server.connection_value}?token_url={elsewhere.url.replace('user:secret@', '')}/oauth2/t"
        )
        with pytest.raises(DepartmentRefused):
            list(fetch_pages(department, department.feeds["licenses"], connection, None))
    asked = [(b"POST /oauth2/t HTTP" in one, b"Authorization: Basic" in one) for one in elsewhere.requests]
    assert asked == [(True, True), (True, True)]  # once more after the token was refused


def test_nothing_secret_is_logged_or_kept(declare: Declare, caplog: pytest.LogCaptureFixture) -> None:
    department = declare(*SIGN_INS["account in the body"])
    with faking(department, PLOT) as server, caplog.at_level(logging.DEBUG):
        connection = parse_connection(server.connection_value)
        pages = list(fetch_pages(department, department.feeds["licenses"], connection, None))
    kept = [page.request for page in pages]
    assert not any("fake-secret" in text for text in [*kept, caplog.text])
    assert "{password}" in kept[0]


NATIONAL = Connection("http", "a", 80, "", "rid-demo", "demo-secret", {"sid": "s_demo_0001"})
VECTOR = {
    "gjgxjhpt_rid": "rid-demo", "gjgxjhpt_sid": "s_demo_0001", "gjgxjhpt_rtime": "1700000000000",
    "gjgxjhpt_sign": "dWzj89BX+TR9/F0SRNDM7Z3HoVtAokNM75NUo0DStps=",
}  # fmt: skip


def test_the_national_signature_meets_its_vector() -> None:
    assert sign_headers("national-gateway", NATIONAL, datetime.fromtimestamp(1_700_000_000, UTC), "") == VECTOR


def test_over_soap_the_national_signature_stands_in_the_envelope_too(declare: Declare) -> None:
    department, at = (
        over_soap(declare, (*TO_SOAP, auth("national-gateway"))),
        datetime.fromtimestamp(1_700_000_000, UTC),
    )
    sign_in = SignIn(department, "roads", NATIONAL, read_clock)
    call = PageRequester(department, department.feeds["licenses"], NATIONAL, sign_in).write(None, Place(1, 1), at).call
    envelope = etree.fromstring(call.body or b"")
    assert [etree.QName(part).localname for part in envelope] == ["Header", "Body"]
    (header,) = envelope.find("{*}Header")
    assert (header.tag, {child.tag: child.text for child in header}) == ("tongtechheader", VECTOR)
    assert call.headers.items() >= VECTOR.items()


def test_a_renewed_secret_opens_with_the_appkey_only() -> None:
    sealed = seal_secret("renewed", "0123456789abcdef")
    assert sealed == "mjG7SknkeMMnhWMAn/TH6A=="  # as OpenSSL writes it
    assert open_secret(sealed, "0123456789abcdef", "roads") == "renewed"
    with pytest.raises(DepartmentBrokePromise, match="does not open"):
        open_secret(sealed, "0123456789abcdeF", "roads")
    with pytest.raises(DeclarationError, match="16, 24 or 32"):
        open_secret(sealed, "short", "roads")


@pytest.mark.parametrize("text", ["1700000000000", "1700000000", "2023-11-15 06:13:20", "2023-11-14T22:13:20+00:00"])
def test_the_end_of_a_secret_is_read_as_platforms_write_it(text: str) -> None:
    assert read_end(text, "roads") == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (auth("oauth2-client"), r"key 'token' is missing; oauth2-client needs it"),
        (auth("session-token", 'path = "//evil.cn/login"'), r"transport.token\]: key 'path': expected one such as"),
        (auth("basic", 'path = "/a"'), r"key 'token' means nothing to basic"),
        (
            auth("session-token", 'path = "/a", request = { p = "{pass}" }'),
            r"placeholder 'pass' is unknown; there are login",
        ),
        (auth("session-token", 'path = "/a", lifetime = "soon"'), r"transport.token\]: key 'lifetime'"),
        (auth("api-key", 'carry = "body"'), r"the token is carried in the body"),
        (auth("api-key", 'name = "X Key"'), r"key 'name'"),
    ],
)
def test_a_token_that_contradicts_itself_is_refused(declare: Declare, change: tuple[str, str], message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        declare(change)
