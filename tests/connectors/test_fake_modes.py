"""Every way in which a fake misbehaves ends in an error of the right family, with the hub's own doors at the other end."""

from __future__ import annotations

import pytest
from fake_makers import DEPARTMENTS, impatient, pull, serving

from connectors.fake.modes import MODES
from connectors.fake.truth import Plot
from schemas.errors import (
    DepartmentBrokePromise,
    DepartmentError,
    DepartmentFault,
    DepartmentTimeout,
    DepartmentUnavailable,
)

SMALL = Plot(scale=40, day=0)
ENDS_IN = {
    "half_json": DepartmentBrokePromise,
    "half_xml": DepartmentBrokePromise,
    "short_body": DepartmentBrokePromise,
    "200_html_login": DepartmentBrokePromise,
    "200_with_fault": DepartmentFault,
    "503": DepartmentUnavailable,
    "hang_forever": DepartmentTimeout,
    "drip_body": DepartmentTimeout,
    "gzip_bomb": DepartmentBrokePromise,
    "redirect_internal": DepartmentBrokePromise,
    "count_lies": DepartmentBrokePromise,
    "page_loops": DepartmentBrokePromise,
}


def test_every_mode_has_an_expected_end() -> None:
    assert MODES.keys() - {"ok"} == ENDS_IN.keys()


@pytest.mark.parametrize("mode", sorted(ENDS_IN.keys() - {"count_lies", "page_loops"}))
@pytest.mark.parametrize("name", ["market_regulation", "real_estate"])
def test_a_misbehaving_department_ends_in_an_error_of_its_family(name: str, mode: str) -> None:
    department = impatient(name, deadline_seconds=0.6 if ENDS_IN[mode] is DepartmentTimeout else 20)
    with serving(department, SMALL, mode) as server:
        with pytest.raises(ENDS_IN[mode]):
            pull(department, server)
        assert server.served["internal"] == 0


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
        server.control("/_fake/mode", {"mode": "503", "after": 1})
        with pytest.raises(DepartmentError):
            pull(department, server)
        assert server.served["ok"] == 1
        server.control("/_fake/mode", {"mode": "ok"})
        assert pull(department, server).frame.height == 1200


def test_a_mode_that_does_not_exist_is_refused_by_name() -> None:
    with serving(impatient("transport"), SMALL) as server, pytest.raises(ValueError, match="no mode 'sulk'"):
        server.control("/_fake/mode", {"mode": "sulk"})
