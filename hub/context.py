"""What one run of the hub works with: its database, its keys, its clock, its bounds. Opened at the edge, handed down.

Knows how these are made from settings; knows no department and no record.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from connectors.declarations.declared import Department
from hub.settings import Settings
from license_library.auditing.seal_copies import SealCopies
from license_library.catalogue.calendar import list_years, seed_calendar
from license_library.catalogue.catalogue_store import load_catalogue as store_catalogue
from license_library.files.file_store import FileStore
from license_library.service.settings import TOKEN_LENGTH
from license_library.storage import embedded
from license_library.storage.database import assert_migrated, migrate, open_database
from license_library.storage.key_mark import KeyDiffers, check_key, is_keyed
from license_library.storage.keyring import Keyring, load_or_create
from license_library.storage.secret_files import write_once
from schemas.bureau_time import Clock, local_day
from schemas.catalogue.catalogue import load_catalogue
from schemas.catalogue.workdays import announced_days
from schemas.errors import RequestError


@dataclass(frozen=True)
class Bounds:
    """What one exchange may be: its pages, how many records, and characters of them, are checked at once, how long its lease lasts."""

    pages: int = 10_000
    chunk_records: int = 20_000
    chunk_characters: int = 40_000_000
    lease: timedelta = timedelta(minutes=30)
    chance: Callable[[], float] = (
        random.random
    )  # spreads the pauses after which a department that was down is asked again


def as_declared(department: Department) -> Department:
    """Return a declaration as it is; the kit that tries departments out is more impatient."""
    return department


@dataclass(frozen=True)
class HubContext:
    """One opened hub."""

    engine: Engine
    keyring: Keyring
    clock: Clock
    connectors_folder: Path | None = None
    bounds: Bounds = field(default_factory=Bounds)
    requires_activation: bool = False  # a mapping that two persons have not let in runs in shadow
    amend: Callable[[Department], Department] = as_declared


def today(hub: HubContext) -> date:
    """Return the present day where the bureau is."""
    return local_day(hub.clock())


def utc_now() -> datetime:
    """Return the present instant; only the edge asks for it."""
    return datetime.now(UTC)


@contextmanager
def running_database(settings: Settings) -> Iterator[str]:
    """Yield the address of the hub's database; the embedded one runs as long as the block."""
    if settings.database_url:
        yield settings.database_url.get_secret_value()
        return
    with embedded.running(settings.home.absolute()) as url:
        yield url


@contextmanager
def opened_hub(settings: Settings, *, prepare: bool = False) -> Iterator[HubContext]:
    """Yield the hub over its database; the embedded one is brought up to date first, a given one only to `prepare`."""
    with running_database(settings) as url:
        prepares = prepare or not settings.database_url
        if not prepares:
            assert_migrated(url)
        engine = open_database(url)
        try:
            if prepares:
                prepare_database(url, engine)
            rule = settings.require_activation
            keyring = checked_keyring(settings, engine)
            yield HubContext(engine, keyring, utc_now, settings.connectors_folder, requires_activation=rule)
        finally:
            engine.dispose()


def prepare_database(url: str, engine: Engine) -> None:
    """Migrate the database and store the catalogue; safe to repeat."""
    migrate(url)
    with engine.begin() as connection:
        store_catalogue(connection, load_catalogue())
        if not list_years(connection):
            seed_calendar(connection, list(announced_days()))


def checked_keyring(settings: Settings, engine: Engine) -> Keyring:
    """Return the keys of this hub; KeyDiffers where the database is kept under others, and none are made beside it."""
    file = settings.home.absolute() / "secret.key"
    came_from = str(file) if settings.secret_key is None else "HUB_SECRET_KEY"
    with engine.begin() as connection:
        # In this order: whoever opened it first made the file before it noted the key.
        if settings.secret_key is None and is_keyed(connection) and not file.exists():
            raise KeyDiffers(
                f"{file}: is missing, and HUB_SECRET_KEY is not given; expected the key under which this database was "
                "filled, got none; no key was made, nothing was read or written; give the right one as either"
            )
        keyring = open_keyring(settings)
        check_key(connection, keyring, came_from)
    return keyring


def open_keyring(settings: Settings) -> Keyring:
    """Return the keys of this hub: of the given secret, or of the one kept in its home."""
    if settings.secret_key is None:
        return load_or_create(settings.home.absolute() / "secret.key")
    try:
        return Keyring(bytes.fromhex(settings.secret_key.get_secret_value().strip()))
    except ValueError:
        raise RequestError(
            "HUB_SECRET_KEY: is not hexadecimal; expected 64 hexadecimal digits; nothing was opened."
        ) from None


def open_file_store(settings: Settings, keyring: Keyring) -> FileStore:
    """Return where license files are kept: at the given address, or in the hub's home."""
    address = settings.files_url.get_secret_value() if settings.files_url else str(settings.home.absolute() / "files")
    return FileStore(address, keyring, settings.files_max_bytes)


def open_seal_copies(settings: Settings) -> SealCopies:
    """Return where seals of the record of questions are copied: at the given address, or in the hub's home."""
    address = settings.seals_url.get_secret_value() if settings.seals_url else str(settings.home.absolute() / "seals")
    return SealCopies(address)


def sign_in_token(settings: Settings) -> str:
    """Return the development token: the given one, or the one kept in the hub's home."""
    if settings.token:
        return _long_enough(settings.token.get_secret_value(), "HUB_TOKEN")
    file = settings.home.absolute() / "token"
    return _long_enough(write_once(file, secrets.token_urlsafe(24)), str(file))


def _long_enough(token: str, place: str) -> str:
    if len(token) < TOKEN_LENGTH:
        raise RequestError(
            f"{place}: the token is too short; expected {TOKEN_LENGTH} characters or more, got {len(token)}; "
            "nothing was done"
        )
    return token
