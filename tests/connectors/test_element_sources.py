"""Every source of a data element is delivered by a declared department: an element nobody tells is a promise nobody keeps."""

from __future__ import annotations

from connectors.declarations.declaration import list_departments, load_department
from schemas.catalogue.elements import load_elements


def test_every_source_of_an_element_is_declared_by_some_department() -> None:
    feeds = [feed for name in list_departments() for feed in load_department(name).feeds.values()]
    told = {(kind, field) for feed in feeds for kind in feed.license_types() for field in _fields(feed)}
    sources = [source for element in load_elements().values() for source in element.sources if source.license_type]
    assert [source.name for source in sources if (source.license_type, source.field) not in told] == []


def _fields(feed: object) -> list[str]:
    return ["holder_name", "license_number", "issuer_name", "held", *(f"face.{name}" for name in feed.face)]
