"""The expectations that a feed's records are judged by: those of its record type and the department's own."""

from __future__ import annotations

from connectors.declaration import Department, Feed
from schemas.suites import Suite, load_suite


def suite_of(department: Department, feed: Feed) -> Suite:
    """Return the suite of one feed; DeclarationError names the file that is wrong."""
    return load_suite(feed.record, department.suite_file, feed.name)
