"""The file of a license is fetched from the department's own host or the one it is said to keep files on, and nowhere else."""

from __future__ import annotations

import pytest
from raw_server import RawServer, answering, serving

from connectors.declarations.declaration import load_department
from connectors.pages.license_file import fetch_license_file
from connectors.wire.connection import parse_connection
from connectors.wire.wire_clock import read_clock
from schemas.errors import DeclarationError, DepartmentBrokePromise, DepartmentRefused

CONTENT = b"%PDF-1.7 a license"
REAL_ESTATE = load_department("real_estate")


def fetch(connection: str, address: str, max_bytes: int = 100) -> bytes:
    """Fetch a file as the department whose requests are signed one by one."""
    return fetch_license_file(REAL_ESTATE, parse_connection(connection), address, max_bytes, read_clock)


def asked(server: RawServer) -> list[str]:
    """Return the first line of each request."""
    return [request.split(b"\r\n")[0].decode() for request in server.requests]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/files/1.pdf", "GET /files/1.pdf HTTP/1.1"),
        ("/files/执照.pdf", "GET /files/%E6%89%A7%E7%85%A7.pdf HTTP/1.1"),
        ("/zzgxpt/download?id=17", "GET /zzgxpt/download?id=17 HTTP/1.1"),
    ],
)
def test_a_file_on_the_departments_host_is_fetched_signed_in(path: str, line: str) -> None:
    with serving(answering(CONTENT)) as server:
        address = f"http://127.0.0.1:{server.port}{path}"
        assert fetch(server.url + "/base", address) == fetch(server.url + "/base", path) == CONTENT
        assert asked(server) == [line, line]
        assert b"X-Signature: " in server.requests[0]


def test_a_bare_name_lies_below_the_connections_path() -> None:
    with serving(answering(CONTENT)) as server:
        assert fetch(server.url + "/base", "1.pdf") == CONTENT
        assert asked(server) == ["GET /base/1.pdf HTTP/1.1"]


def test_another_host_is_asked_only_where_the_connection_names_it() -> None:
    with serving(answering(CONTENT)) as server, serving(answering(CONTENT)) as other:
        address = f"http://127.0.0.1:{other.port}/files/1.pdf"
        with pytest.raises(DeclarationError, match=r"files_url") as refused:
            fetch(server.url, address)
        assert "1.pdf" not in str(refused.value)
        assert (server.requests, other.requests) == ([], [])
        named = f"{server.url}?files_url=http://127.0.0.1:{other.port}/store"
        assert fetch(named, address) == fetch(named, "1.pdf") == CONTENT
        assert asked(other) == ["GET /files/1.pdf HTTP/1.1", "GET /store/1.pdf HTTP/1.1"]


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1:{port}/1.pdf",
        "//127.0.0.1:{port}/1.pdf",
        "http://localhost:{port}/1.pdf",
        "http://127.0.0.1.evil.invalid:{port}/1.pdf",
        "http://user@127.0.0.1:{port}/1.pdf",
        "http://evil.invalid\\@127.0.0.1:{port}/1.pdf",
        "http://127.0.0.1:{port}/files\\1.pdf",
        "http://127.0.0.1:{port}/1 .pdf",
        "http://127.0.0.1:{port}",
        "http://127.0.0.1:99999999/1.pdf",
        "file:///etc/passwd",
        "",
    ],
)
def test_no_other_kind_of_address_is_asked(address: str) -> None:
    with serving(answering(CONTENT)) as server:
        with pytest.raises((DeclarationError, DepartmentBrokePromise), match="nothing was asked"):
            fetch(server.url, address.format(port=server.port))
        assert server.requests == []


def test_a_department_without_a_web_server_names_where_its_files_lie() -> None:
    with pytest.raises(DeclarationError, match="files_url"):
        fetch("postgresql://user:secret@127.0.0.1/front", "/1.pdf")
    with pytest.raises(DeclarationError, match="files_url"):
        fetch("http://127.0.0.1:1/?files_url=ftp://127.0.0.1/", "/1.pdf")


def test_no_more_is_read_than_is_kept_and_no_redirect_followed() -> None:
    with serving(answering(CONTENT)) as server, pytest.raises(DepartmentBrokePromise, match="exceeds 10 bytes"):
        fetch(server.url, "/1.pdf", max_bytes=10)
    moved = answering(b"", "302 Found", Location="http://127.0.0.1:1/1.pdf")
    with serving(moved) as server, pytest.raises(DepartmentBrokePromise, match="no redirect is followed"):
        fetch(server.url, "/1.pdf")
    with serving(answering(b"", "404 Not Found")) as server, pytest.raises(DepartmentRefused, match="404"):
        fetch(server.url, "/1.pdf")
