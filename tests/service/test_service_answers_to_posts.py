"""Pages that answer a write: they switch their language, say what is wrong, and lead back."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from httpx import Client
from service_makers import PURPOSE, Shelf

from license_library import service
from license_library.service.texts import load_texts

NEEDS_NO_WORD = {"csrf", "lang", "next", "token", "viewport", "robots"}  # no person fills them in wrong


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
        own_machine.cookies.clear()  # a language that was wished for is remembered


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


def test_a_page_names_the_fields_that_are_wrong_in_the_readers_language(own_machine: Client) -> None:
    chinese = own_machine.post("/incidents/1?lang=zh", data={"who": "张工", "choice": "vanish"})
    assert (chinese.status_code, "<b>处理方式</b>：内容不符合要求" in chinese.text) == (422, True)
    assert ("未作任何处理" in chinese.text, "未作查询" in chinese.text) == (True, False)
    english = own_machine.post("/incidents/1?lang=en", data={"who": "张工", "choice": "vanish"}).text
    assert "<b>Decision</b>: this value cannot be used" in english
    assert "Nothing was done" in english


def test_every_field_of_a_form_has_a_word_that_a_problem_can_name_it_by() -> None:
    templates = (Path(service.__file__).parent / "templates").glob("*.html")
    named = {name for path in templates for name in re.findall(r' name="([a-z_]+)"', path.read_text(encoding="utf-8"))}
    assert sorted(name for name in named - NEEDS_NO_WORD if f"field.{name}" not in load_texts()) == []
