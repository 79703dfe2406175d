"""A connection reads as Airflow writes it, and a dangerous address is refused before anything is called."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest

from connectors.declarations.declaration import Department, load_department
from connectors.wire.connection import parse_connection, read_connection
from schemas.errors import ConnectionMissing, DeclarationError


def test_a_uri_is_read_with_its_extra() -> None:
    connection = parse_connection("http://us%40er:p%2Fw@127.0.0.1:18101/base/path?app_key=k%261&x=")
    assert (connection.scheme, connection.host, connection.port, connection.path) == (
        "http",
        "127.0.0.1",
        18101,
        "/base/path",
    )
    assert (connection.login, connection.password, connection.extra) == ("us@er", "p/w", {"app_key": "k&1", "x": ""})


@pytest.mark.parametrize(
    ("text", "origin", "path"),
    [
        (
            '{"conn_type":"http","host":"a.gov.cn","port":81,"schema":"https","extra":{"n":1}}',
            "https://a.gov.cn:81",
            "",
        ),
        ('{"conn_type":"http","host":"https://a.gov.cn","port":8443}', "https://a.gov.cn:8443", ""),
        (
            '{"conn_type":"https","host":"::1","schema":"ws/x","extra":"{\\"n\\": \\"1\\"}"}',
            "https://[::1]:443",
            "/ws/x",
        ),
        ("https://a.gov.cn", "https://a.gov.cn:443", ""),
        ("http://[::1]:80/x/", "http://[::1]:80", "/x"),
    ],
)
def test_both_forms_lead_to_one_origin(text: str, origin: str, path: str) -> None:
    connection = parse_connection(text)
    assert (connection.origin, connection.path) == (origin, path)


@pytest.mark.parametrize(
    "text",
    [
        "file://host/etc/passwd", "sftp+ssh://a/", "ftp://a/", "http://", "http://a\\@b/", "http://a b/", "http://平度.cn/", "http://a/平度",  "http://a:99999/",
        "http://a%2eb/", "http://[::1/", "http://a..b/", "http://-a/", '{"host": "a@b"', '{"host":"a b"}', '{"host":"a/../b%"}',
        "http://a?__extra__=[1]",
    ],
)  # fmt: skip
def test_a_dangerous_or_unclear_address_is_refused(text: str) -> None:
    with pytest.raises(DeclarationError):
        parse_connection(text)


def test_secrets_stay_out_of_the_repr_and_of_refusals() -> None:
    assert "s3cret" not in repr(parse_connection("http://u:s3cret@a?key=s3cret"))
    with pytest.raises(DeclarationError) as refusal:
        parse_connection("gopher://u:s3cret@a")
    assert "s3cret" not in str(refusal.value)


@pytest.mark.parametrize("text", ["http://login:hush-hush/more@host", '{"host": "a", "port": "hush-hush"}'])
def test_what_made_an_address_unreadable_is_not_told(text: str) -> None:
    with pytest.raises(DeclarationError) as failure:
        parse_connection(text)
    assert "hush" not in "".join(traceback.format_exception(failure.value))


def test_a_missing_connection_says_what_to_set(declare: Callable[..., Department]) -> None:
    with pytest.raises(
        ConnectionMissing, match=r"roads: no connection; expected AIRFLOW_CONN_ROADS .* AIRFLOW_CONN_ROADS='http://"
    ):
        read_connection(declare(), {})


def test_the_connection_comes_from_the_environment(declare: Callable[..., Department]) -> None:
    connection = read_connection(declare(), {"AIRFLOW_CONN_ROADS": "http://127.0.0.1:1"})
    assert connection.origin == "http://127.0.0.1:1"


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        ("transport", "http"),
        ("market_regulation", "http"),
        ("work_safety", "postgresql"),
        ("water", "sftp"),
    ],
)
def test_a_missing_connection_is_told_with_an_example_of_its_kind(name: str, scheme: str) -> None:
    with pytest.raises(ConnectionMissing, match=f"for example AIRFLOW_CONN_{name.upper()}='{scheme}://") as missing:
        read_connection(load_department(name), {})
    example = str(missing.value).rpartition("='")[2].rstrip("'")
    assert parse_connection(example).scheme == scheme
