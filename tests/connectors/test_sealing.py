"""The national algorithms meet the vectors of their standards and of OpenSSL, and payloads under them arrive or are refused."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from fake_makers import pull
from fake_makers import serving as faking
from raw_server import answering, serving

from connectors.declarations.declared import Department, Seal, Transport
from connectors.fake.rows.truth import Plot, tell_truth
from connectors.pages.pages import fetch_pages
from connectors.signing import national_crypto as crypto
from connectors.signing.payload_seal import PayloadSeal
from connectors.wire.connection import Connection, parse_connection
from schemas.errors import DeclarationError, DepartmentBrokePromise, DepartmentFault, DepartmentRefused

Declare = Callable[..., Department]
Changes = tuple[tuple[str, str], ...]
KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")
# Made by OpenSSL 3.0: a key, and its signature of 平度 under the identity 1234567812345678.
PRIVATE = "1902c851ace5b4488d4a87d1072960bbbeab8556935ad75672b3e7d8aa77a638"
PUBLIC = "23aa2056baa1e3602f49c6aed4c3e0a1bce2462b998a182027857bfb903563ea89ee48eac527f1a3b5367a3d3e0ff91ac72161456016c84ad7f3bb7a459ad35b"
SIGNATURE = base64.b64decode(
    "MEUCIA6ru6DqZyLEH1Cw151bUjsGL9KkOlZc2vu7t+SuYLzjAiEAinocCtSrQA3GD5rlUZ2GdFZpTN7aGhGefn+wrWwNWTs="
)
BEGINS_WITH_04 = "e966e26c8a6dba6098ddaff19d055718093973238ecba8a26220178fc0425a45"
DER_KEY = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004")


def test_sm3_meets_the_vector_of_its_standard() -> None:
    assert crypto.sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_sm4_meets_the_vector_of_its_standard_and_of_openssl() -> None:
    block = Cipher(algorithms.SM4(KEY), modes.ECB()).encryptor()  # noqa: S305  one block, as the standard shows it
    assert block.update(KEY).hex() == "681edf34d206965e86b3e94f536e4246"
    sealed = crypto.seal_cbc(KEY, "平度".encode(), bytes(16))
    assert base64.b64encode(sealed) == b"i6L+o4l3kjhiWW8UTfhnOQ=="
    assert crypto.open_cbc(KEY, sealed, bytes(16)) == "平度".encode()


def test_what_is_altered_does_not_open() -> None:
    sealed = crypto.seal_gcm(KEY, b"license" * 9)
    assert crypto.open_gcm(KEY, sealed) == b"license" * 9
    assert crypto.seal_gcm(KEY, b"license" * 9) != sealed
    for place in (0, 20, len(sealed) - 1):
        altered = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(crypto.Unopened):
            crypto.open_gcm(KEY, altered)
    for short in (b"", b"x" * 15, b"x" * 28):
        with pytest.raises(crypto.Unopened):
            crypto.open_gcm(KEY, short)
        with pytest.raises(crypto.Unopened):
            crypto.open_cbc(KEY, short, bytes(16))


def test_sm2_verifies_what_openssl_signed_and_nothing_else() -> None:
    assert crypto.public_key_of(PRIVATE) == PUBLIC
    assert crypto.verify_sm2(PUBLIC, "平度".encode(), SIGNATURE)
    assert not crypto.verify_sm2(PUBLIC, "即墨".encode(), SIGNATURE)
    assert not crypto.verify_sm2(crypto.public_key_of(BEGINS_WITH_04), "平度".encode(), SIGNATURE)
    for wrong in (b"", SIGNATURE[:-1], bytes.fromhex("3006020100020100"), bytes.fromhex("3006020101020100")):
        assert not crypto.verify_sm2(PUBLIC, "平度".encode(), wrong)


@pytest.mark.parametrize("private", [PRIVATE, BEGINS_WITH_04])
def test_what_sm2_signs_is_verified_by_us_and_by_openssl_where_it_is(private: str, tmp_path: Path) -> None:
    public, signature = crypto.public_key_of(private), crypto.sign_sm2(private, b"license")
    assert crypto.verify_sm2(public, b"license", signature)
    assert crypto.sign_sm2(private, b"license") != signature
    (tmp_path / "key").write_bytes(DER_KEY + bytes.fromhex(public))
    (tmp_path / "signature").write_bytes(signature)
    (tmp_path / "content").write_bytes(b"license")
    words = "dgst -sm3 -sigopt distid:1234567812345678 -keyform DER -verify key -signature signature content"
    if program := shutil.which("openssl"):
        told = subprocess.run([program, *words.split()], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert told.stdout == "Verified OK\n", told.stderr


def test_only_points_of_the_curve_are_keys() -> None:
    assert crypto.is_sm2_key(PUBLIC)
    assert crypto.is_sm2_key(crypto.public_key_of(crypto.make_sm2_key()))
    for wrong in ("", "0" * 128, PUBLIC[:-1] + "c", f"04{PUBLIC}"):
        assert not crypto.is_sm2_key(wrong)


AUTH = 'auth = "none"'
LIMITS = "limits = { requests_per_second = 1000, deadline_seconds = 20 }"
JSON = ('path = "/licenses"', 'path = "/licenses"\nmethod = "POST"\nsend = "json"')
XML = (
    ('path = "/licenses"', 'path = "/licenses"\nmethod = "POST"\nsend = "xml"\nanswer = "xml"'),
    ('records = "data/rows"', 'records = "data/APPROVEDATAINFO/row"'),
    ('total = "data/total"', 'total = "data/APPROVEDATAINFO/total"'),
)
WRAPS: dict[str, Changes] = {
    "one value of JSON": (JSON, (AUTH, f'{LIMITS}\nseal = {{ cipher = "sm4-cbc", request = "xmlStr", answer = "data" }}')),
    "the whole body, signed": (JSON, (AUTH, f'{LIMITS}\nsign = "sm2"\nseal = {{ cipher = "sm4-gcm" }}')),
    "XML in one value, signed": (*XML, (AUTH, f'{LIMITS}\nsign = "sm2"\nseal = {{ cipher = "sm4-gcm", request = "xmlStr", answer = "data" }}')),
    "signed only": (JSON, (AUTH, f'{LIMITS}\nauth = "hmac-sorted"\nsign = "sm2"')),
}  # fmt: skip
PLOT = Plot(scale=5, day=0, bad_share=0)


@pytest.mark.parametrize("changes", WRAPS.values(), ids=WRAPS)
def test_what_travels_under_seal_arrives(declare: Declare, changes: Changes) -> None:
    department = declare(*changes)
    with faking(department, PLOT) as server:
        pulled = pull(department, server)
        assert pulled.frame.height == tell_truth(department, PLOT).received == 5
        assert all("YHMC" in body.decode() for body in pulled.bodies)  # kept as it opened
        server.set_mode("200_with_fault")
        with pytest.raises((DepartmentFault, DepartmentBrokePromise)):
            pull(department, server)


@pytest.mark.parametrize("changes", WRAPS.values(), ids=WRAPS)
def test_another_key_opens_nothing(declare: Declare, changes: Changes) -> None:
    department = declare(*changes)
    with faking(department, PLOT) as server:
        told = parse_connection(server.connection_value)
        other = {"sm4_key": "00" * 16, "sm2_private_key": PRIVATE}
        wrong = Connection("http", told.host, told.port, told.path, told.login, told.password, told.extra | other)
        with pytest.raises(DepartmentRefused):
            list(fetch_pages(department, department.feeds["licenses"], wrong, None))


@pytest.mark.parametrize("name", ["the whole body, signed", "signed only"])
def test_an_answer_that_another_signed_is_refused(declare: Declare, name: str) -> None:
    department = declare(*WRAPS[name])
    with faking(department, PLOT) as server:
        told = parse_connection(server.connection_value)
        extra = told.extra | {"sm2_department_key": f"04{PUBLIC}"}
        wrong = Connection("http", told.host, told.port, told.path, told.login, told.password, extra)
        with pytest.raises(DepartmentBrokePromise, match="SM2 signature does not hold"):
            list(fetch_pages(department, department.feeds["licenses"], wrong, None))


SEALED = PayloadSeal(Transport(kind="rest", contract="", seal=Seal(cipher="sm4-cbc")), Connection("http", "a", 1, extra={"sm4_key": KEY.hex(), "sm4_iv": "00" * 16}), "t")  # fmt: skip
INNER = SEALED.close(b'{"rows": [], "total": 0}')


@pytest.mark.parametrize(
    ("body", "family", "message"),
    [
        (json.dumps({"code": "0", "data": INNER}), None, ""),
        (json.dumps({"code": "9", "msg": "busy"}), DepartmentFault, "busy"),
        (json.dumps({"code": "0", "data": {"rows": [], "total": 0}}), DepartmentBrokePromise, "came unsealed"),
        (json.dumps({"code": "0", "data": INNER[:-8]}), DepartmentBrokePromise, "does not open"),
        (json.dumps({"code": "0", "data": "no base64!"}), DepartmentBrokePromise, "does not open"),
        (json.dumps({"code": "0", "data": SEALED.close(b'{"rows": [')}), DepartmentBrokePromise, "not JSON"),
        (f'{{"code": "0", "code": "1", "data": "{INNER}"}}', DepartmentBrokePromise, "not clear JSON"),
        ("<html>", DepartmentBrokePromise, "markup"),
    ],
)  # fmt: skip
def test_an_answer_opens_whole_or_is_refused(
    declare: Declare, body: str, family: type[Exception] | None, message: str
) -> None:
    department = declare(*WRAPS["one value of JSON"])
    with serving(answering(body.encode())) as server:
        where = parse_connection(f"{server.url}?sm4_key={KEY.hex()}&sm4_iv={'00' * 16}")
        pages = fetch_pages(department, department.feeds["licenses"], where, None)
        if family is None:
            assert len(list(pages)) == 1
        else:
            with pytest.raises(family, match=message):
                list(pages)
    sent = json.loads(server.requests[0].partition(b"\r\n\r\n")[2])
    assert json.loads(SEALED.open(sent["xmlStr"])) == {"since": "1970-01-01 08:00:00", "page": 1, "size": 2}


@pytest.mark.parametrize("extra", ["", "?sm4_key=0011", "?sm4_key=zz"])
def test_a_key_that_is_none_is_said_before_calling(declare: Declare, extra: str) -> None:
    department = declare(*WRAPS["one value of JSON"])
    connection = parse_connection(f"http://127.0.0.1:9/{extra}")
    with pytest.raises(DeclarationError, match="sm4_key is wrong; expected 32 hexadecimal digits"):
        list(fetch_pages(department, department.feeds["licenses"], connection, None))


def test_a_seal_needs_a_body_to_carry_it(declare: Declare) -> None:
    with pytest.raises(DeclarationError, match="transport's seal needs kind rest, method POST"):
        declare((AUTH, 'seal = { cipher = "sm4-gcm" }'))
    with pytest.raises(DeclarationError, match="transport's sign needs"):
        declare((AUTH, 'sign = "sm2"'))
