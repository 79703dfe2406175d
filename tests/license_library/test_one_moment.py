"""An answer is of one moment: a merge that commits while it is put together is in all of it, or in none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from library_makers import NOW, record
from question_makers import COMPANY
from sqlalchemy import Engine, event

from license_library.catalogue.catalogue_store import load_catalogue as store_catalogue
from license_library.files.file_store import FileStore
from license_library.merge.merging import merge_exchange
from license_library.service.acts import asking
from license_library.service.settings import ServiceSettings
from license_library.storage.database import open_database
from license_library.storage.keyring import Keyring
from schemas.catalogue.catalogue import load_catalogue

LATER = NOW + timedelta(hours=1)
PURPOSE = "case PD-1"

QUESTIONS: dict[str, Callable[[ServiceSettings], object]] = {
    "holder": lambda settings: asking.search(
        settings, "one", asking.SearchRequest(purpose=PURPOSE, holder_code=COMPANY, counts=True)
    ),
    "name": lambda settings: asking.search(
        settings, "one", asking.SearchRequest(purpose=PURPOSE, holder_name="恒通", counts=True)
    ),
    "number": lambda settings: asking.search(settings, "one", asking.SearchRequest(purpose=PURPOSE, number="鲁平1号")),
    "license": lambda settings: asking.show_license(settings, "one", asking.LicenseRequest(1, PURPOSE)),
    "verify": lambda settings: asking.verify(
        settings, "one", asking.VerifyRequest(purpose=PURPOSE, license_type="bizlic", license_number="鲁平1号")
    ),
    "checklist": lambda settings: asking.check_materials(
        settings, "one", asking.ChecklistRequest("PD-E-013", COMPANY, PURPOSE)
    ),
    "prefill": lambda settings: asking.fill_form(settings, "one", asking.PrefillRequest("PD-E-013", COMPANY, PURPOSE)),
    "facts": lambda settings: asking.show_facts(settings, "one", asking.FactsRequest(COMPANY, PURPOSE)),
}


@pytest.fixture
def settings(library: Engine, keyring: Keyring) -> ServiceSettings:
    """Give a service over a library with the catalogue in it, with a clock that stands still."""
    with library.begin() as conn:
        store_catalogue(conn, load_catalogue())
    return ServiceSettings(
        library, keyring, "a token of this test", lambda: LATER, FileStore("memory://moment", keyring)
    )


@pytest.fixture
def others(library: Engine) -> Iterator[Engine]:
    """Give the same database to a merge of another process."""
    engine = open_database(library.url.render_as_string(hide_password=False))
    yield engine
    engine.dispose()


@pytest.mark.parametrize("kind", QUESTIONS)
def test_a_merge_in_the_middle_of_a_question_is_in_all_of_the_answer_or_in_none(
    kind: str, settings: ServiceSettings, others: Engine, pull: Callable, check: Callable
) -> None:
    def ask() -> object:
        return QUESTIONS[kind](settings)

    pull(*told(0))
    many = _statements(settings.engine, ask)
    assert many > 1
    for turn in range(1, many):  # before the first statement nothing was asked yet
        waiting = check(*told(turn), now=LATER).exchange_id
        before = ask()
        with _interrupted(settings.engine, turn, lambda one=waiting: merge_exchange(others, one, lambda: LATER)):
            answer = ask()
        after = ask()
        assert before != after
        assert answer in (before, after)


def told(turn: int) -> list[dict[str, object]]:
    """Give what the department says in turn: that one license is good and another is not, then the other way round."""
    said = ["valid", "revoked"] if turn % 2 else ["revoked", "valid"]
    at = NOW - timedelta(days=30) + timedelta(hours=turn)
    return [
        record(status=said[0], holder_code=COMPANY, source_updated_at=at),
        record(record_id="R2", license_number="鲁平2号", status=said[1], holder_code=COMPANY, source_updated_at=at),
    ]


def _statements(engine: Engine, ask: Callable[[], object]) -> int:
    seen: list[int] = []
    with _watched(engine, lambda: seen.append(1)):
        ask()
    return len(seen)


@contextmanager
def _interrupted(engine: Engine, place: int, work: Callable[[], object]) -> Iterator[None]:
    """Do some work before the statement at a place, counted from 0, of whatever the block asks; behind the last where it asks fewer."""
    seen: list[int] = []

    def count() -> None:
        seen.append(1)
        if len(seen) == place + 1:
            work()

    with _watched(engine, count):
        yield
    assert len(seen) > 1
    if len(seen) <= place:  # what is good is asked less than what is not
        work()


@contextmanager
def _watched(engine: Engine, see: Callable[[], None]) -> Iterator[None]:
    def before(*_: object) -> None:
        see()

    event.listen(engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", before)
