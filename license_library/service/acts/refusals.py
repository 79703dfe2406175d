"""Refusals that tell something of a license, recorded like answers.

Knows which errors tell; records in a transaction of its own, for that of the question is undone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from license_library.asking.inquiries import record_inquiry
from license_library.asking.refusals import NotInForm, NotReliable, WrongQuestion
from license_library.service.settings import ServiceSettings
from schemas.errors import NotFound

# How a license stands, that several are alike, that an id is one, which fields a form has.
_TELLING: Final = (NotReliable, WrongQuestion, NotFound, NotInForm)


@contextmanager
def noting_refusals(settings: ServiceSettings, actor: str, action: str, purpose: str, hashed: bytes) -> Iterator[None]:
    """Record a refusal that tells something, in a transaction of its own."""
    try:
        yield
    except _TELLING:
        with settings.engine.begin() as conn:
            record_inquiry(conn, actor, action, purpose, hashed, 0, settings.now(), denied=True)
        raise
