"""Pages that answer a write: they switch their language, say what is wrong, and lead back."""

from __future__ import annotations

import re
from html import unescape

import pytest
from httpx import Client
from service_makers import PURPOSE, Shelf


def switch(page: str) -> str:
    """Return where the link to the other language leads."""
    found = re.search(r'<a href="([^"]*)"[^>]*hreflang', page)
    assert found
    return unescape(found[1])


def test_what_was_revealed_switches_its_language_on_the_page_it_belongs_to(
    own_machine: Client, own_shelf: Shelf
) -> None:
    pair = f"/subjects/{own_shelf.company_id}/{own_shelf.twin_id}"
    for page in (f"/quarantine/{own_shelf.quarantine_id}", "/corrections/1", pair):
        shown = own_machine.post(f"{page}/reveal", data={"purpose": PURPOSE})
        assert (shown.status_code, switch(shown.text)) == (200, f"{page}?lang=en")
        assert own_machine.get(switch(shown.text)).status_code == 200


def test_a_file_that_was_checked_switches_its_language_on_the_page_of_the_form(own_machine: Client) -> None:
    shown = own_machine.post(
        "/working-copies/file", files={"file": ("a.pdf", b"%PDF-1.4 %%EOF")}, data={"purpose": PURPOSE}
    )
    assert (shown.status_code, switch(shown.text)) == (200, "/working-copies?lang=en")
    assert PURPOSE in shown.text


@pytest.mark.parametrize(
    ("sent", "page"),
    [
        ("{own}/quarantine/1?lang=zh&x=1", "/quarantine/1?x=1"),
        ("http://elsewhere.example/quarantine/1", "/"),
        ("{own}//elsewhere.example/", "/"),
        ("", "/"),
    ],
)
def test_what_went_wrong_leads_back_to_the_page_of_the_form(own_machine: Client, sent: str, page: str) -> None:
    sent = sent.format(own=str(own_machine.base_url).rstrip("/"))
    wrong = own_machine.post("/quarantine/1/reveal", headers={"Referer": sent} if sent else {})
    assert wrong.status_code == 422
    assert switch(wrong.text) == f"{page}{'&' if '?' in page else '?'}lang=en"
    assert ("返回填写的页面" in wrong.text) == (page != "/")
