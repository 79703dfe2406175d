"""List the data elements with their sources in the order in which they count, and who changed it. Reads only."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from license_library.answers import ElementBrief, ElementsAnswer
from license_library.facts.fact_words import element_words, source_words
from schemas.catalogue.catalogue import load_catalogue
from schemas.catalogue.elements import Element, load_elements

_CHANGED = text("select distinct on (element) * from element_masters order by element, change_id desc")


def list_elements(conn: Connection) -> ElementsAnswer:
    """Return every element."""
    changed = {row.element: row for row in conn.execute(_CHANGED) if row.source is not None}
    elements = load_elements().values()
    types = load_catalogue().license_names()
    return ElementsAnswer(
        [_brief(element, changed.get(element.code)) for element in elements],
        {source.name: source_words(source, types) for element in elements for source in element.sources},
    )


def _brief(element: Element, changed: Any) -> ElementBrief:
    return ElementBrief(
        code=element.code,
        words=element_words(element),
        kind=element.kind,
        of=list(element.of),
        personal=element.personal,
        many=element.many,
        masters=[source.name for source in element.sources if source.is_master],
        others=[source.name for source in element.sources if not source.is_master],
        preferred=changed and changed.source,
        preferred_by=changed and changed.decided_by,
        preferred_at=changed and changed.decided_at,
        preferred_reason=changed and changed.reason,
    )
