"""Lists keep what they were narrowed by, from page to page, and act on no more than they say."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx import Client
from sqlalchemy import Engine

from license_library.storage.keyring import Keyring
from tests.license_library.question_makers import Library


@pytest.fixture
def cases(own_machine: Client, database: Engine, keyring: Keyring) -> None:
    """Let a second feed of one department have three cases beside the case of the first."""
    with database.begin() as conn:
        library = Library(conn, keyring)
        library.add_feed("market_regulation", feed="permits")
        for _ in range(3):
            library.add_case(feed="permits")


def links(page: str, path: str) -> list[dict[str, list[str]]]:
    """Return the query of every link to a path."""
    found = [urlsplit(unescape(address)) for address in re.findall(r'href="([^"]+)"', page)]
    return [parse_qs(one.query, keep_blank_values=True) for one in found if one.path == path]


def test_the_feed_of_the_quarantine_stays_chosen_and_is_shown(own_machine: Client, cases: None) -> None:
    chosen = {"department": "market_regulation", "feed": "permits"}
    page = own_machine.get("/quarantine", params=chosen | {"limit": "2"}).text
    (following,) = [one for one in links(page, "/quarantine") if "after" in one]
    assert following["feed"] == ["permits"]
    (cleared,) = [
        one
        for one in links(page, "/quarantine")
        if one.get("department") == ["market_regulation"] and "after" not in one
    ]
    assert "feed" not in cleared
    assert page.count('type="hidden" name="feed" value="permits"') == 2  # of the filter, and of what is done over it
    assert "数据流 permits" in page
    assert 'name="feed"' not in own_machine.get("/quarantine?department=market_regulation").text
