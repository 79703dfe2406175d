"""Pages that contradict each other while they are followed end the exchange, with the right person named."""

from __future__ import annotations

import pytest

from connectors.declarations.declaration import load_department
from connectors.formats.page_rows import PageFacts
from connectors.pages.page_trail import PageTrail
from schemas.errors import DepartmentUnavailable


def test_a_total_that_shrinks_while_pages_are_read_is_tried_again() -> None:
    trail = PageTrail("transport.licenses", load_department("transport").feeds["licenses"], 100)
    second = trail.follow(trail.start(), PageFacts(20, total=60), b"1")
    assert second is not None
    with pytest.raises(DepartmentUnavailable, match="declares 59 records and the one before 60") as failure:
        trail.follow(second, PageFacts(20, total=59), b"2")
    assert failure.value.retryable


def test_a_total_that_grows_while_pages_are_read_is_followed() -> None:
    trail = PageTrail("transport.licenses", load_department("transport").feeds["licenses"], 100)
    second = trail.follow(trail.start(), PageFacts(20, total=40), b"1")
    assert second is not None
    third = trail.follow(second, PageFacts(20, total=41), b"2")
    assert third is not None
    assert trail.follow(third, PageFacts(1, total=41), b"3") is None
