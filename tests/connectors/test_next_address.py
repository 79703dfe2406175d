"""The next page's URL is read from a Link header or a body, and is never followed to another address."""

from __future__ import annotations

import pytest

from connectors.wire.connection import parse_connection
from connectors.wire.next_address import next_target, read_next_link
from schemas.errors import DepartmentBrokePromise

HERE = parse_connection("https://Roads.gov.cn/api/v1")


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("", ""),
        ('<https://a/x?page=2>; rel="next"', "https://a/x?page=2"),
        ('<https://a/x?p=1>; rel=prev, </x?p=3>;rel=next;title="a, <b>; rel=next"', "/x?p=3"),
        ('</x?p=9>; rel="last", </x?p=3>; title="\\"next\\"" ; REL = "start NEXT"', "/x?p=3"),
        ('</x?p=9>; rel=last; rel=next', ""),
        ('</x?p=9>; rel=next; anchor="#other"', ""),
        ('</x?p=3>; rel=next, </x?p=3>; rel="next"', "/x?p=3"),
        ("<?a=1,2;3>; rel=next", "?a=1,2;3"),
    ],
)  # fmt: skip
def test_the_link_to_the_next_page_is_found(header: str, target: str) -> None:
    assert read_next_link(header, "roads") == target


@pytest.mark.parametrize("header", ["next", "<x; rel=next", "</a>; rel=next, </b>; rel=next", '</a>; rel="next'])
def test_a_link_header_that_is_unclear_breaks_the_promise(header: str) -> None:
    with pytest.raises(DepartmentBrokePromise, match="Link header"):
        read_next_link(header, "roads")


@pytest.mark.parametrize(
    ("told", "target"),
    [
        ("https://roads.gov.cn/api/v1/licenses?page=2&a=%E5%B9%B3", "/licenses?page=2&a=%E5%B9%B3"),
        ("https://ROADS.gov.cn:443/api/v1/licenses;x?page=2#top", "/licenses;x?page=2"),
        ("//roads.gov.cn/api/v1/other", "/other"),
        ("/api/v1/licenses?page=2", "/licenses?page=2"),
        ("?page=2", "/licenses?page=2"),
        ("licenses/2", "/licenses/2"),
        ("./licenses?page=../2", "/licenses?page=../2"),
    ],
)
def test_a_page_of_the_same_department_is_followed(told: str, target: str) -> None:
    assert next_target(HERE, "/licenses", told, "roads") == target


@pytest.mark.parametrize(
    "told",
    [
        "https://evil.gov.cn/api/v1/licenses?page=2", "https://roads.gov.cn.evil.cn/api/v1/x", "//evil.cn/api/v1/x", "https://roads.gov.cn:8443/api/v1/x",
        "http://roads.gov.cn/api/v1/x", "https://roads.gov.cn@evil.cn/api/v1/x", "https://u:p@roads.gov.cn/api/v1/x", "file:///api/v1/x",
        "/api/v2/licenses", "/api/v1x/licenses", "../../admin", "/api/v1/../admin", "/api/v1/%2e%2e/admin", "https://roads.gov.cn/api/v1/..%2fadmin",
        "/api/v1/a\\b", "/api/v1/a b", "/api/v1/平度", "/api/v1/a\r\nX-Evil: 1", "https://[::1/api/v1/x", "https://roads.gov.cn:99999/api/v1/x", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_a_next_page_elsewhere_breaks_the_promise(told: str) -> None:
    with pytest.raises(DepartmentBrokePromise, match="next page's URL"):
        next_target(HERE, "/licenses", told, "roads")
