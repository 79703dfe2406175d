"""Every way in which a fake misbehaves ends in an error of the right family, with the hub's own doors at the other end."""

from __future__ import annotations

import pytest
from fake_makers import DEPARTMENTS, impatient, pull, serving

from connectors.declarations.declaration import load_department
from connectors.fake.modes import MODES, refusal, refusal_of
from connectors.fake.rows.truth import Plot
from schemas.errors import (
    DepartmentBrokePromise,
    DepartmentError,
    DepartmentFault,
    DepartmentNotTrusted,
    DepartmentTimeout,
    DepartmentUnavailable,
    DepartmentUnreachable,
)

SMALL = Plot(scale=40, day=0)
BROKE, TIMEOUT = DepartmentBrokePromise, DepartmentTimeout
ENDS_IN = {
    "timeout_connect": DepartmentUnreachable, "hang_forever": TIMEOUT, "drip_headers": TIMEOUT, "drip_body": TIMEOUT,
    "never_ends": BROKE, "reset_midway": DepartmentUnreachable, "close_without_length": BROKE, "short_body": BROKE,
    "half_json": BROKE, "half_xml": BROKE, "half_gzip": BROKE, "gzip_bomb": BROKE, "cert_expired": DepartmentNotTrusted,
    "500_before": DepartmentFault, "503": DepartmentUnavailable, "rate_limited_429": DepartmentUnavailable,
    "200_with_fault": DepartmentFault, "200_html_login": BROKE, "202_empty": BROKE, "204": BROKE,
    "redirect_internal": BROKE, "redirect_file": BROKE, "gbk_labelled_utf8": BROKE, "utf7": BROKE, "doctype": BROKE,
    "processing_instruction": BROKE, "xinclude": BROKE, "many_attributes": BROKE, "deep_nesting": BROKE,
    "schema_renamed_namespace": BROKE,
}  # fmt: skip
LABELS = {"bom", "gb2312_labelled_gbk"}


XML_OVER_REST = "institutions"


def names_of(mode: str) -> list[str]:
    """Name a department of each HTTP transport that can show a mode."""
    names = ("market_regulation", "real_estate")
    return [name for name in names if not refusal_of(mode, load_department(name))]


@pytest.mark.parametrize(("mode", "name"), [(mode, name) for mode in sorted(ENDS_IN) for name in names_of(mode)])
def test_a_misbehaving_department_ends_in_an_error_of_its_family(name: str, mode: str) -> None:
    is_patient = ENDS_IN[mode] not in {DepartmentTimeout, DepartmentUnreachable}
    department = impatient(name, deadline_seconds=20 if is_patient else 0.6)
    with serving(department, SMALL, mode) as server:
        with pytest.raises(ENDS_IN[mode]):
            pull(department, server)
        assert server.served["internal"] == 0


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("doctype", "opens with a DOCTYPE"), ("processing_instruction", "holds a processing instruction"),
        ("xinclude", "holds an XInclude"), ("many_attributes", "more than 256 attributes"),
        ("deep_nesting", "nested deeper than 64"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["market_regulation", XML_OVER_REST])
def test_an_attack_in_xml_is_refused_for_what_it_is(name: str, mode: str, words: str) -> None:
    department = impatient(name)
    with serving(department, SMALL, mode) as server, pytest.raises(DepartmentBrokePromise, match=words):
        pull(department, server)


@pytest.mark.parametrize("mode", sorted(LABELS))
@pytest.mark.parametrize("name", ["market_regulation", "public_security", "real_estate"])
def test_a_page_that_can_be_read_under_its_label_is_read(name: str, mode: str) -> None:
    department = impatient(name)
    with serving(department, SMALL, mode) as server:
        bent = pull(department, server)
        server.set_mode("ok")
        assert bent.frame.equals(pull(department, server).frame)
        assert bent.bodies[0] != b""


@pytest.mark.parametrize("kind", ["soap", "rest", "table", "file"])
def test_every_mode_can_be_shown_or_says_why_not(kind: str) -> None:
    for name, mode in MODES.items():
        assert (kind in mode.kinds) != refusal(name, kind).endswith(mode.otherwise or "?")


@pytest.mark.parametrize("name", ["market_regulation", "public_security", "transport"])
def test_a_count_that_lies_breaks_the_promise(name: str) -> None:
    department = impatient(name)
    with serving(department, SMALL, "count_lies") as server, pytest.raises(DepartmentBrokePromise):
        pull(department, server)


@pytest.mark.parametrize("name", DEPARTMENTS)
def test_pages_that_repeat_break_the_promise(name: str) -> None:
    department = impatient(name)
    with serving(department, Plot(scale=2300, day=0), "page_loops") as server, pytest.raises(DepartmentBrokePromise):
        pull(department, server)


def test_a_department_can_fail_after_a_good_page() -> None:
    department = impatient("transport")
    with serving(department, Plot(scale=1200, day=0)) as server:
        server.set_mode("503", after=1)
        with pytest.raises(DepartmentError):
            pull(department, server)
        assert server.served["ok"] == 1
        server.set_mode("ok")
        assert pull(department, server).frame.height == 1200


def test_a_mode_that_does_not_exist_is_refused_by_name() -> None:
    with serving(impatient("transport"), SMALL) as server, pytest.raises(ValueError, match="no mode 'sulk'"):
        server.control("/_fake/mode", {"mode": "sulk"})


@pytest.mark.parametrize(
    ("name", "has", "has_not"),
    [("transport", "nan", "doctype"), (XML_OVER_REST, "doctype", "nan"), ("water", "half_file", "half_json")],
)
def test_where_a_mode_does_not_exist_those_of_this_department_are_listed(name: str, has: str, has_not: str) -> None:
    there_are = refusal_of("sulk", load_department(name)).partition("there are ")[2].split(", ")
    assert has in there_are
    assert has_not not in there_are


def test_a_mode_of_another_form_than_the_answers_is_refused_in_words() -> None:
    with (
        serving(impatient("transport"), SMALL) as server,
        pytest.raises(ValueError, match="none of its answers is XML"),
    ):
        server.control("/_fake/mode", {"mode": "doctype"})
    assert refusal_of("nan", load_department(XML_OVER_REST)).endswith("none of its answers is JSON")
    assert not refusal_of("doctype", load_department(XML_OVER_REST))
