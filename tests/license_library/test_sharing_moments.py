"""A call of the sharing service that writes fails for nobody who writes beside it: a merge, or another stranger."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from library_makers import NOW, record
from question_makers import COMPANY, IDENTIFIER
from sqlalchemy import Engine, text

from license_library.asking.strangers import LISTED, record_stranger
from license_library.catalogue.catalogue_store import load_catalogue
from license_library.files.file_store import FileStore
from license_library.merge.merging import merge_exchange
from license_library.service.calls.sharing import share
from license_library.service.settings import ServiceSettings
from license_library.sharing.consumers import add_consumer, grant_types
from license_library.sharing.sharing_calls import Call
from license_library.storage.database import open_database
from license_library.storage.keyring import Keyring
from schemas.catalogue.catalogue import load_catalogue as read_catalogue


@pytest.fixture
def settings(library: Engine, keyring: Keyring, tmp_path: Path) -> ServiceSettings:
    """Give the settings of a service over a library that knows the catalogue."""
    with library.begin() as conn:
        load_catalogue(conn, read_catalogue())
    return ServiceSettings(library, keyring, "a token of this test", lambda: NOW, FileStore(str(tmp_path), keyring))


@pytest.fixture
def other(library: Engine) -> Iterator[Engine]:
    """Give connections of somebody else."""
    engine = open_database(library.url.render_as_string(hide_password=False))
    yield engine
    engine.dispose()


def told(days: int, **changes: Any) -> dict[str, Any]:
    """Give a record of one license, as its department told it so many days after the first."""
    when = NOW - timedelta(days=30 - days)
    same = {"holder_code": COMPANY, "license_number": "A1", "license_identifier": IDENTIFIER}
    return record(**same | {"source_updated_at": when} | changes)


def recorded(library: Engine, column: str, actor: str) -> list[Any]:
    with library.connect() as conn:
        found = text(f"select {column} from inquiries where actor = :actor order by inquiry_id")
        return list(conn.scalars(found, {"actor": actor}))


def test_a_working_copy_is_made_while_a_merge_writes_its_license(
    settings: ServiceSettings,
    other: Engine,
    pull: Callable[..., Any],
    check: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pull(told(1))
    with settings.engine.begin() as conn:
        token = add_consumer(conn, settings.keyring, "t1", "甲", "王工", NOW)
        grant_types(conn, "t1", ["bizlic"], "王工", NOW)
        conn.execute(text("update license_types set type_code = null where type_code like '%W011'"))
    waiting, put = check(told(2, change_reason="x")).exchange_id, settings.files.put

    def put_beside_a_merge(content: bytes, *rest: Any, **more: Any) -> Any:
        merge_exchange(other, waiting, lambda: NOW)
        return put(content, *rest, **more)

    monkeypatch.setattr(settings.files, "put", put_beside_a_merge)
    asked = {"certificateIdentifier": IDENTIFIER, "certificateCopyCause": "办件"}
    reply = share(settings, Call("downloadFile", "t1", token, asked), "http://hub.test/?id=")
    assert recorded(settings.engine, "result_code", "consumer: t1") == [str(int(reply.status))]


def test_every_stranger_of_a_busy_minute_is_counted(settings: ServiceSettings, other: Engine) -> None:
    call = Call("queryCertInfo", "nobody", "x", {"certIdentifier": "1", "useCause": "c"})
    for _ in range(LISTED + 1):
        share(settings, call, "")
    with other.begin() as first:
        record_stranger(first, "share queryCertInfo", None, "11", NOW)
        second = threading.Thread(target=share, args=(settings, call, ""))
        second.start()
        second.join(1)
    second.join()
    counts = recorded(settings.engine, "result_count", "consumer: unknown")
    assert (len(counts), counts[-1]) == (LISTED + 1, 3)
